//! Lets everybody in.

use std::sync::Arc;

use easyrtc_state::LoginQuestion;

use crate::authorizer::{Authorizer, Deciding, Decision};

/// Lets everybody in under the name they give themselves, as the original does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open;

impl Open {
    /// Its name.
    pub const NAME: &'static str = "open";
}

impl Authorizer for Open {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn authorize(&self, _: &Arc<LoginQuestion>) -> Deciding {
        Deciding::Now(Decision::Allow(Box::default()))
    }
}
