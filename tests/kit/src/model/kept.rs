//! What is kept for a while when nobody uses it.

use std::time::Duration;

use easyrtc_state::FieldMap;

/// A room or a session: kept for a while when nobody uses it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) lasting: bool,
    pub(super) private: bool,
    pub(super) fields: FieldMap,
    pub(super) forget_at: Option<Duration>,
    /// Until when changes of the room are gathered, and how many there are.
    pub(super) gathering: Option<(Duration, usize)>,
}

impl Kept {
    pub(super) fn settle(&mut self, used: bool, forget_at: Duration) {
        self.gathering = self.gathering.filter(|_| used);
        if used || self.lasting {
            self.forget_at = None;
        } else if self.forget_at.is_none() {
            self.forget_at = Some(forget_at);
        }
    }
}
