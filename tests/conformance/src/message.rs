//! What a client hears.

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

/// A message, as it came: what carried it, and its JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The event; none for an answer.
    pub(crate) event: Option<String>,
    /// Byte for byte.
    pub(crate) text: String,
    /// The same, read. Binary values are placeholders as on Socket.IO.
    pub(crate) value: Value,
    /// The binary values, in the order of their placeholders.
    pub(crate) attachments: Vec<Bytes>,
}

impl Message {
    pub(crate) fn new(event: Option<String>, text: String, attachments: Vec<Bytes>) -> Self {
        // The lines hand over what they could read as JSON.
        let value = serde_json::from_str(&text).unwrap_or_default();
        Self { event, text, value, attachments }
    }

    pub(crate) fn msg_type(&self) -> &str {
        self.value["msgType"].as_str().unwrap_or_default()
    }

    /// The code, if this is an `error`.
    pub(crate) fn error_code(&self) -> Option<&str> {
        let code = self.value["msgData"]["errorCode"].as_str();
        code.filter(|_| self.msg_type() == "error")
    }

    /// The text of `msgData`, byte for byte.
    pub(crate) fn msg_data_text(&self) -> Option<String> {
        let members: std::collections::BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(&self.text).ok()?;
        Some(members.get("msgData")?.get().to_owned())
    }
}

/// What a client says.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) event: String,
    /// Any JSON text.
    pub(crate) text: String,
    pub(crate) attachments: Vec<Bytes>,
}

impl Said {
    pub(crate) fn new(event: &str, text: impl Into<String>) -> Self {
        Self { event: event.to_owned(), text: text.into(), attachments: Vec::new() }
    }
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The code of the close frame, if there was one.
    pub(crate) code: Option<u16>,
    /// Whether the protocol itself said so before: a DISCONNECT of Socket.IO, a close frame.
    pub(crate) announced: bool,
}

/// What comes from the server.
#[derive(Clone, Debug)]
pub(crate) enum Incoming {
    /// An event. Whether an ack was asked for.
    Event(Message, bool),
    /// The answer to what was said with this number.
    Answer(u64, Message),
    /// The end. Nothing comes after it.
    End(End),
}

/// What a client does to its line.
#[derive(Clone, Debug)]
pub(crate) enum Outgoing {
    /// Say this; with a number if an answer is wanted.
    Say(Option<u64>, Said),
    /// Read nothing more, as a stuck client does.
    StopReading,
    /// Take leave, and close.
    Leave,
    /// Vanish without a word.
    Cut,
}
