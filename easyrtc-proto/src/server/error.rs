//! `error`: a message or a login was refused, or the connection is about to end.

use serde::{Deserialize, Serialize};

use crate::error_code::ErrorCode;

/// `msgData` of `error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorMessage {
    /// What went wrong, for programs.
    pub error_code: ErrorCode,
    /// What went wrong, for people.
    #[serde(default)]
    pub error_text: String,
}

impl ErrorMessage {
    /// The message for `code`, with its text.
    #[must_use]
    pub fn new(error_code: ErrorCode) -> Self {
        Self { error_text: error_code.text().to_owned(), error_code }
    }
}
