//! Values the server passes on or keeps without looking inside.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::attachments::{Attachments, placeholders};

/// An opaque JSON value: its text as the sender wrote it, byte for byte, and the binary
/// attachments the text names. Cheap to clone.
///
/// Two payloads are equal if their texts and attachments are.
#[derive(Clone, PartialEq, Eq, Hash)]
//= docs/spec/envelope.md#envelope.opaque
pub struct Payload(Arc<Inner>);

#[derive(PartialEq, Eq, Hash)]
struct Inner {
    text: Box<str>,
    attachments: Vec<Bytes>,
}

impl Payload {
    /// Reads `text` as one JSON value.
    ///
    /// # Errors
    /// If `text` is not valid JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let raw: &RawValue = serde_json::from_str(text)?;
        Ok(Self::from_valid(raw.get(), Vec::new()))
    }

    /// Serialises `value`.
    ///
    /// # Errors
    /// If `value` cannot be written as JSON, such as a map whose keys are no strings.
    pub fn from_serialize(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::from_valid(&serde_json::to_string(value)?, Vec::new()))
    }

    /// Takes part of an already validated packet. Attachments that `text` does not name are
    /// dropped, and the placeholders renumbered in the order of their first appearance.
    //= docs/spec/socketio.md#socketio.attachments-dropped
    pub(crate) fn of_packet(text: &str, packet: &Attachments) -> Self {
        if packet.is_none() {
            return Self::from_valid(text, Vec::new());
        }
        let mut renumbered = String::with_capacity(text.len());
        let mut order: Vec<usize> = Vec::new();
        let mut copied = 0;
        for placeholder in placeholders(text) {
            let Some(num) = placeholder.num.filter(|&num| num < packet.as_slice().len()) else {
                continue;
            };
            let new = order.iter().position(|&old| old == num).unwrap_or_else(|| {
                order.push(num);
                order.len() - 1
            });
            renumbered += text.get(copied..placeholder.range.start).unwrap_or_default();
            renumbered += &format!("{{\"_placeholder\":true,\"num\":{new}}}");
            copied = placeholder.range.end;
        }
        renumbered += text.get(copied..).unwrap_or_default();
        let attachments = order.iter().filter_map(|&num| packet.as_slice().get(num).cloned());
        Self::from_valid(&renumbered, attachments.collect())
    }

    pub(crate) fn from_valid(text: &str, attachments: Vec<Bytes>) -> Self {
        Self(Arc::new(Inner { text: text.into(), attachments }))
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The binary attachments that the placeholders in the text name, in the order of `num`.
    #[must_use]
    pub fn attachments(&self) -> &[Bytes] {
        &self.0.attachments
    }

    /// Bytes of text and attachments together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.text.len() + self.0.attachments.iter().map(Bytes::len).sum::<usize>()
    }

    /// Never true: the shortest JSON text is one character long.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// Prints the length only: payloads may hold what does not belong in logs.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes", self.0.text.len())?;
        if !self.0.attachments.is_empty() {
            write!(f, ", {} attachments", self.0.attachments.len())?;
        }
        f.write_str(")")
    }
}

/// Writes the text as it stands. Attachments stay behind: whoever serialises takes them along.
impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue =
            serde_json::from_str(self.as_str()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer).map_err(D::Error::custom)?;
        Ok(Self::from_valid(raw.get(), Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_byte_for_byte() {
        let text = r#"{ "a" : 1.0, "half": "\ud83d" }"#;
        let payload = Payload::parse(text).unwrap();
        assert_eq!(payload.as_str(), text);
        assert_eq!(serde_json::to_string(&payload).unwrap(), text);
    }

    #[test]
    fn unnamed_attachments_are_dropped_and_the_rest_renumbered() {
        let packet = Attachments::new(vec!["a".into(), "b".into(), "c".into()]);
        let text = r#"[{"num":2,"_placeholder":true},1,{"_placeholder":true,"num":0},{"_placeholder":true,"num":2}]"#;
        let payload = Payload::of_packet(text, &packet);
        let p = |n: u8| format!("{{\"_placeholder\":true,\"num\":{n}}}");
        assert_eq!(payload.as_str(), format!("[{},1,{},{}]", p(0), p(1), p(0)));
        assert_eq!(payload.attachments(), [Bytes::from("c"), Bytes::from("a")]);
        let beyond = r#"{"_placeholder":true,"num":3}"#;
        let payload = Payload::of_packet(beyond, &packet);
        assert_eq!((payload.as_str(), payload.attachments()), (beyond, &[][..]));
    }

    #[test]
    fn a_placeholder_in_a_plain_packet_is_an_ordinary_object() {
        let text = r#"{"_placeholder":true,"num":0}"#;
        let payload = Payload::of_packet(text, &Attachments::none());
        assert_eq!(payload.as_str(), text);
        assert!(payload.attachments().is_empty());
    }
}
