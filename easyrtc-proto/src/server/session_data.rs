//! `sessionData`: the session a connection belongs to.

use serde::{Deserialize, Serialize};

use crate::fields::Fields;
use crate::name::SessionId;

/// `msgData.sessionData`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionData {
    /// Which session.
    pub easyrtcsid: SessionId,
    /// All shared fields of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Fields>,
}
