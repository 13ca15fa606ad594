//! How large the parts of a message may be (decision D19).

/// Bounds on what a client sends. Sizes are in bytes of JSON text unless they say otherwise;
/// 0 means no limit. Over one of them: `MSG_REJECT_BAD_SIZE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Objects and arrays open at once in a message, the message itself included. Default 1024.
    pub depth: usize,
    /// UTF-16 units of the map of `setRoomApiField`, as `JSON.stringify` writes it, have to be
    /// fewer than this. Default 4096.
    pub room_api_field_units: usize,
    /// The same for the `apiField` map of `setUserCfg`. Default 4096.
    pub user_api_field_units: usize,
    /// `p2pList` of `setUserCfg`. Default 64 KiB.
    pub p2p_list: usize,
    /// `userSettings` of `setUserCfg`. Default 16 KiB.
    pub user_settings: usize,
    /// `credential` of `authenticate`. Default 64 KiB.
    pub credential: usize,
    /// Each `roomParameter` of `roomJoin`. Default 16 KiB.
    pub room_parameter: usize,
    /// `type` of `setPresence`, the one key it keeps beside `show` and `status`. Default 1 KiB.
    pub presence_other: usize,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            //= docs/spec/limits.md#limits.depth
            depth: 1024,
            room_api_field_units: 4096,
            user_api_field_units: 4096,
            p2p_list: 64 * 1024,
            user_settings: 16 * 1024,
            credential: 64 * 1024,
            room_parameter: 16 * 1024,
            presence_other: 1024,
        }
    }
}

/// Whether `size` is within `limit`, where 0 means no limit.
//= docs/spec/limits.md#limits.zero
pub(crate) const fn within(size: usize, limit: usize) -> bool {
    limit == 0 || size <= limit
}
