//! What a client may do beyond being there.

/// Something an authorizer may allow or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Permission {
    /// `createRoom`: to make rooms by joining them. By default.
    CreateRoom,
    /// `listRooms`: `getRoomList`. By default.
    ListRooms,
    /// `sendMessage`: `easyrtcMsg`. By default.
    SendMessage,
    /// `seePrivateRooms`: to find private rooms in `getRoomList`, also those it is not in.
    SeePrivateRooms,
    /// `enterAnyRoom`: to enter and make rooms whatever its groups, and to enter guarded ones
    /// without a proof. Full rooms stay full, and [`Grant::rooms`](crate::Grant::rooms) holds.
    EnterAnyRoom,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::CreateRoom,
        Self::ListRooms,
        Self::SendMessage,
        Self::SeePrivateRooms,
        Self::EnterAnyRoom,
    ];

    /// Its name in tokens, users files and answers of backends.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreateRoom => "createRoom",
            Self::ListRooms => "listRooms",
            Self::SendMessage => "sendMessage",
            Self::SeePrivateRooms => "seePrivateRooms",
            Self::EnterAnyRoom => "enterAnyRoom",
        }
    }

    /// The permission called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }

    /// Whether a client has it that was given no permissions.
    #[must_use]
    pub const fn is_default(self) -> bool {
        matches!(self, Self::CreateRoom | Self::ListRooms | Self::SendMessage)
    }
}
