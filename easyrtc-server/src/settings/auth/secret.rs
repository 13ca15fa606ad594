//! Secrets in settings: in the file itself, or in one of their own.

use std::path::Path;

use easyrtc_auth::{Secret, Url};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::options::{HIDDEN, PLACEHOLDER};
use crate::settings::{ConfigError, read_text};

/// A secret that stands in the settings' file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "AnyValue")]
pub struct SecretText(pub(crate) Secret);

/// So that no error shows the value.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyValue {
    Text(String),
    Other(IgnoredAny),
}

impl TryFrom<AnyValue> for SecretText {
    type Error = &'static str;

    fn try_from(value: AnyValue) -> Result<Self, Self::Error> {
        match value {
            AnyValue::Text(text) if text == HIDDEN => Err(PLACEHOLDER),
            AnyValue::Text(text) if text.is_empty() => Err("the secret is empty"),
            AnyValue::Text(text) => Ok(Self(Secret::new(text))),
            AnyValue::Other(_) => Err("a secret is a text"),
        }
    }
}

/// The secret of the table `table`: `secret`, or what is in `secret_file` but for a line's end
/// after it.
pub(crate) fn read_secret(
    table: &str,
    text: Option<&SecretText>,
    file: Option<&Path>,
) -> Result<Secret, ConfigError> {
    match (text, file) {
        (Some(text), None) => Ok(text.0.clone()),
        (None, Some(file)) => read_secret_file(file),
        (Some(_), Some(_)) | (None, None) => {
            let problem = "it takes either secret or secret_file";
            Err(ConfigError::new(table, problem))
        }
    }
}

/// What is in a file but for a line's end after it.
pub(crate) fn read_secret_file(file: &Path) -> Result<Secret, ConfigError> {
    let problem = |problem| ConfigError::new(file.display().to_string(), problem);
    let text = read_text(file).map_err(problem)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err(problem("is empty".to_owned())) } else { Ok(Secret::new(text)) }
}

/// The URL of a server of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BackendUrl(pub Url);

impl TryFrom<String> for BackendUrl {
    type Error = easyrtc_auth::InvalidUrl;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Url::parse(&text).map(Self)
    }
}
