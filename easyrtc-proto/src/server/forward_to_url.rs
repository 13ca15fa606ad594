//! `forwardToUrl`: the client is to open another page.

use serde::{Deserialize, Serialize};

/// `msgData.forwardToUrl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ForwardToUrl {
    /// The page.
    pub url: String,
    /// Whether to open it in a window of its own; the client decides if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_window: Option<bool>,
}
