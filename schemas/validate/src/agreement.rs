//! Where a schema and the decoder of the server disagree about a client's message, and why.
//!
//! The decoder takes a little more than the schemas promise, so that clients in the field go on
//! working; and JSON Schema has no words for some of what it refuses. [`Difference`] is the whole
//! list: anything else is a fault of one of the two.

use std::fmt;

use easyrtc_proto::{ClientEvent, ClientMessage, Command, DecodeError, ErrorCode};
use serde_json::{Map, Value};

use crate::{Schemas, Subject};

/// A difference that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The decoder takes an array where an object is due: clients in the field cannot tell the two
    /// apart. A client that is written today has no reason to send one.
    ArrayAsObject,
    /// `msgData` of `getIceConfig` may be whatever the original takes for empty. Again, no reason
    /// to send it.
    EmptyIceConfigData,
    /// What is malformed in the `setUserCfg` of a login is ignored, not refused (decision D7). The
    /// schema says what has an effect.
    UserCfgAtLogin,
    /// Sizes are those of a JSON text, and depth that of the message: no words for it.
    /// `x-maxBytes` and `x-maxUnits` say it to people.
    Size,
    /// The name inside a map's entry has to be its key: no words for it.
    KeyIsName,
    /// Lengths count UTF-16 units (decision D18), those of JSON Schema characters.
    Utf16Units,
    /// Binary values in what is kept are refused (decision D30); in the text they are objects.
    Binary,
}

/// A message about which schema and decoder disagree without a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What the decoder says: `None`, or the code it refuses the message with.
    pub decoder: Option<ErrorCode>,
    /// What the schema says: `None`, or the faults it finds.
    pub schema: Option<String>,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.decoder {
            Some(code) => write!(f, "the decoder refuses it with {code}, ")?,
            None => f.write_str("the decoder takes it, ")?,
        }
        match &self.schema {
            Some(faults) => write!(f, "the schema does not: {faults}"),
            None => f.write_str("the schema takes it"),
        }
    }
}

impl std::error::Error for Disagreement {}

/// What the server makes of a message as such: a command that it does not know is refused.
///
/// # Errors
/// The code of the refusal.
pub fn outcome(decoded: Result<&ClientMessage, &DecodeError>) -> Result<(), ErrorCode> {
    match decoded {
        Ok(ClientMessage::Command(Command::Unknown { .. })) => Err(ErrorCode::MsgRejectBadType),
        Ok(_) => Ok(()),
        Err(error) => Err(error.code()),
    }
}

/// Whether schema and decoder agree about `message`, which came with `event` and `attachments` and
/// of which the decoder made `outcome`. The differences that explain it if they do not at first.
///
/// # Errors
/// If no listed difference explains it.
pub fn agreement(
    schemas: &Schemas,
    event: ClientEvent,
    message: &Value,
    attachments: usize,
    outcome: Result<(), ErrorCode>,
) -> Result<Vec<Difference>, Disagreement> {
    let subject = Subject::ClientEvent(event.name());
    let mut verdict = schemas.check(subject, message);
    if verdict.is_ok() == outcome.is_ok() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    if verdict.is_err() {
        let mut lenient = message.clone();
        found = forgive(event, &mut lenient);
        verdict = schemas.check(subject, &lenient);
        if verdict.is_ok() == outcome.is_ok() {
            return Ok(found);
        }
    }
    if let (Ok(()), Err(code)) = (&verdict, &outcome) {
        let unsaid = unsaid(message, attachments, code);
        if !unsaid.is_empty() {
            found.extend(unsaid);
            return Ok(found);
        }
    }
    let schema = verdict.err().map(|mismatch| mismatch.to_string());
    Err(Disagreement { decoder: outcome.err(), schema })
}

/// Rewrites what the decoder takes beyond the schema into what the schema takes.
fn forgive(event: ClientEvent, message: &mut Value) -> Vec<Difference> {
    let mut found = Vec::new();
    let login = event == ClientEvent::Auth;
    let data = message.get_mut("msgData").filter(|_| login).and_then(Value::as_object_mut);
    if data.is_some_and(|data| data.remove("setUserCfg").is_some()) {
        found.push(Difference::UserCfgAtLogin);
    }
    if event == ClientEvent::Cmd && message.get("msgType").is_some_and(|t| t == "getIceConfig") {
        let data = message.as_object_mut();
        let taken_for_empty = |data: &Value| match data {
            Value::Object(_) => false,
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            Value::Null | Value::Bool(_) | Value::Number(_) => true,
        };
        if let Some(data) = data.filter(|m| m.get("msgData").is_some_and(taken_for_empty)) {
            data.remove("msgData");
            found.push(Difference::EmptyIceConfigData);
        }
    }
    if arrays_to_objects(message) {
        found.push(Difference::ArrayAsObject);
    }
    found
}

/// Arrays become objects with their indices as keys, as JavaScript sees them.
fn arrays_to_objects(value: &mut Value) -> bool {
    let mut any = false;
    if let Value::Array(items) = value {
        let members = std::mem::take(items).into_iter().enumerate();
        *value =
            Value::Object(members.map(|(i, item)| (i.to_string(), item)).collect::<Map<_, _>>());
        any = true;
    }
    if let Value::Object(members) = value {
        for member in members.values_mut() {
            any |= arrays_to_objects(member);
        }
    }
    any
}

/// What the decoder refuses and JSON Schema cannot say, as far as `message` has it.
fn unsaid(message: &Value, attachments: usize, code: &ErrorCode) -> Vec<Difference> {
    let mut found = Vec::new();
    if *code == ErrorCode::MsgRejectBadSize {
        found.push(Difference::Size);
    }
    if attachments > 0 && *code == ErrorCode::MsgRejectBadData {
        found.push(Difference::Binary);
    }
    let structure = [ErrorCode::MsgRejectBadStructure, ErrorCode::MsgRejectBadField];
    if structure.contains(code) {
        if has_other_name(message, "") {
            found.push(Difference::KeyIsName);
        }
        if has_long_text(message) {
            found.push(Difference::Utf16Units);
        }
    }
    found
}

/// Whether some entry of a map has another name than its key.
fn has_other_name(value: &Value, map: &str) -> bool {
    let name = match map {
        "roomJoin" | "roomLeave" => "roomName",
        "field" | "apiField" => "fieldName",
        _ => return members_any(value, |key, member| has_other_name(member, key)),
    };
    members_any(value, |key, entry| {
        entry.get(name).is_some_and(|name| name != key) || has_other_name(entry, key)
    })
}

fn members_any(value: &Value, of: impl Fn(&str, &Value) -> bool) -> bool {
    value.as_object().into_iter().flatten().any(|(key, member)| of(key, member))
}

/// Whether `message` has a text that is within a limit in characters and beyond it in UTF-16 units
/// ([`Difference::Utf16Units`]).
#[must_use]
pub fn has_long_text(message: &Value) -> bool {
    any_string(message, &is_longer_in_units)
}

fn any_string(value: &Value, of: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => of(text),
        Value::Array(items) => items.iter().any(|item| any_string(item, of)),
        Value::Object(members) => {
            members.iter().any(|(key, member)| of(key) || any_string(member, of))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a text is within one of the limits in characters, and beyond it in UTF-16 units.
fn is_longer_in_units(text: &str) -> bool {
    const LIMITS: [usize; 3] = [64, 128, 255];
    let (characters, units) = (text.chars().count(), text.encode_utf16().count());
    LIMITS.into_iter().any(|limit| characters <= limit && limit < units)
}
