//! What printed settings must not show.

use serde_json::Value as Json;
use serde_json::value::RawValue;

/// What stands in a secret's place. As a value it is refused, so that nobody starts a server with
/// it.
pub(super) const HIDDEN: &str = "<hidden by --print-config>";

pub(super) const PLACEHOLDER: &str =
    "has the placeholder that --print-config writes for a secret: put the secret in its place";

/// The option's value with its secrets replaced: credentials of TURN servers, and values of fields
/// that clients do not see. Otherwise byte for byte.
#[must_use]
pub fn without_secrets(option: &str, text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Json>(text) else { return text.to_owned() };
    let mut hidden = 0;
    if option == "appIceServers"
        && let Some(servers) = value.as_array_mut()
    {
        hidden = servers.iter_mut().map(hide_credential).filter(|hidden| *hidden).count();
    } else if option.ends_with("FieldObj")
        && let Some(fields) = value.as_object_mut()
    {
        hidden = fields.values_mut().map(hide_value).filter(|hidden| *hidden).count();
    }
    if hidden == 0 { text.to_owned() } else { value.to_string() }
}

fn hide_credential(server: &mut Json) -> bool {
    match server.get_mut("credential") {
        Some(credential) => {
            *credential = HIDDEN.into();
            true
        }
        None => false,
    }
}

fn hide_value(field: &mut Json) -> bool {
    let shared = field.pointer("/fieldOption/isShared").and_then(Json::as_bool);
    match field.get_mut("fieldValue") {
        Some(value) if shared != Some(true) => {
            *value = HIDDEN.into();
            true
        }
        _ => false,
    }
}

/// Refuses a field's value that is the placeholder.
pub(super) fn refuse_placeholder(value: &RawValue) -> Result<(), &'static str> {
    match serde_json::from_str::<String>(value.get()) {
        Ok(text) if text == HIDDEN => Err(PLACEHOLDER),
        _ => Ok(()),
    }
}
