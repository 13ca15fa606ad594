//! What printed settings must not show.

use serde_json::Value as Json;
use serde_json::value::RawValue;

/// What stands in a secret's place. As a value it is refused, so that nobody starts a server with
/// it.
pub(crate) const HIDDEN: &str = "<hidden by --print-config>";

pub(crate) const PLACEHOLDER: &str =
    "has the placeholder that --print-config writes for a secret: put the secret in its place";

/// The option's value with its secrets replaced: credentials of TURN servers, passphrases of rooms,
/// and values of fields that clients do not see. Otherwise byte for byte.
#[must_use]
pub fn without_secrets(option: &str, text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Json>(text) else { return text.to_owned() };
    let hidden = match option {
        "appIceServers" => hide_credentials(&mut value),
        "applications" => values(&mut value).map(hide_in_application).sum(),
        _ if option.ends_with("FieldObj") => hide_values(&mut value),
        _ => 0,
    };
    if hidden == 0 { text.to_owned() } else { value.to_string() }
}

/// The values of an object; of anything else none.
fn values(value: &mut Json) -> impl Iterator<Item = &mut Json> {
    value.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut)
}

/// Hides the secrets of one application; how many there were.
fn hide_in_application(application: &mut Json) -> usize {
    let mut hidden = application.get_mut("iceServers").map_or(0, hide_credentials);
    hidden += application.get_mut("appDefaultFieldObj").map_or(0, hide_values);
    for room in application.get_mut("rooms").into_iter().flat_map(values) {
        hidden += room.get_mut("fieldObj").map_or(0, hide_values);
        hidden += usize::from(hide(room, "passphrase"));
    }
    hidden
}

fn hide_credentials(servers: &mut Json) -> usize {
    let servers = servers.as_array_mut().into_iter().flatten();
    servers.map(|server| hide(server, "credential")).filter(|hidden| *hidden).count()
}

fn hide_values(fields: &mut Json) -> usize {
    values(fields).map(hide_value).filter(|hidden| *hidden).count()
}

fn hide(of: &mut Json, key: &str) -> bool {
    match of.get_mut(key) {
        Some(secret) if !secret.is_null() => {
            *secret = HIDDEN.into();
            true
        }
        _ => false,
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
