//! Binary data that travels beside JSON text (decision D30).
//!
//! Socket.IO sends binary values as separate frames; in the JSON each is replaced by an object
//! `{"_placeholder":true,"num":n}`. In a packet without attachments such an object means nothing.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::json::skip_string;

/// The attachments of one packet; cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachments(Option<Arc<[Bytes]>>);

impl Attachments {
    /// How many attachments a packet may have.
    //= docs/spec/limits.md#limits.attachments
    pub const MAX: usize = 32;

    /// A packet that is plain JSON: placeholders in it are ordinary objects.
    #[must_use]
    //= docs/spec/socketio.md#socketio.placeholders
    //= docs/spec/websocket.md#websocket.no-attachments
    pub const fn none() -> Self {
        Self(None)
    }

    /// A binary packet with these attachments, in the order of their `num`.
    #[must_use]
    pub fn new(attachments: Vec<Bytes>) -> Self {
        if attachments.is_empty() { Self(None) } else { Self(Some(attachments.into())) }
    }

    /// The attachments in the order of their `num`; none for a plain packet.
    #[must_use]
    pub fn as_slice(&self) -> &[Bytes] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether this is a plain packet.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

/// One placeholder object in the JSON text of a binary packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// Where the object stands in the text.
    pub range: Range<usize>,
    /// The attachment it names; `None` if `num` is missing or no unsigned integer.
    pub num: Option<usize>,
}

/// The placeholders in `text`, valid JSON, in order of appearance: the objects whose
/// `_placeholder` is `true`, wherever they stand, except inside another placeholder.
///
/// One pass, without recursion, whatever the depth of the text.
#[must_use]
pub fn placeholders(text: &str) -> Vec<Placeholder> {
    let mut found: Vec<Placeholder> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut next = at + 1;
        match byte {
            b'{' | b'[' => open.push(Open::at(at)),
            b'}' | b']' => {
                if let Some(object) = open.pop().filter(|o| byte == b'}' && o.marked) {
                    // What it contains was found just before it and goes with it.
                    while found.last().is_some_and(|inner| inner.range.start > object.start) {
                        found.pop();
                    }
                    found.push(Placeholder { range: object.start..at + 1, num: object.num });
                }
            }
            b'"' => {
                next = at + skip_string(bytes.get(at..).unwrap_or_default());
                if let Some(object) = open.last_mut() {
                    object.note(text, at, next);
                }
            }
            _ => {}
        }
        at = next;
    }
    found
}

/// A container that is being read, and what is known of it as a placeholder.
struct Open {
    start: usize,
    marked: bool,
    num: Option<usize>,
}

impl Open {
    const fn at(start: usize) -> Self {
        Self { start, marked: false, num: None }
    }

    /// Notes the member whose key is the string at `start..end`, if it is a key at all. The last
    /// of duplicate keys wins.
    fn note(&mut self, text: &str, start: usize, end: usize) {
        let (Some(key), Some(rest)) = (text.get(start..end), text.get(end..)) else { return };
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let Some(value) = rest.strip_prefix(':') else { return };
        let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
        match crate::json::plain(key).as_deref() {
            // The text is valid JSON, so nothing else starts like that.
            Some("_placeholder") => self.marked = value.starts_with("true"),
            Some("num") => self.num = number(value).parse().ok(),
            _ => {}
        }
    }
}

/// The number that `value` is; empty if it is none. Looks no further: a value may be as long as
/// the text, and so may each of those inside it.
fn number(value: &str) -> &str {
    let is_part =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let length = value.bytes().position(|byte| !is_part(byte)).unwrap_or(value.len());
    value.get(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nums(text: &str) -> Vec<Option<usize>> {
        placeholders(text).into_iter().map(|p| p.num).collect()
    }

    #[test]
    fn finds_placeholders_wherever_they_stand() {
        let text =
            r#"{"a":{"_placeholder":true,"num":1},"b":[ { "num" : 0 , "_placeholder" : true } ]}"#;
        assert_eq!(nums(text), [Some(1), Some(0)]);
        let first = &placeholders(text)[0].range;
        assert_eq!(&text[first.clone()], r#"{"_placeholder":true,"num":1}"#);
    }

    #[test]
    fn other_objects_are_none() {
        for text in [
            r#"{"_placeholder":false,"num":1}"#,
            r#"{"num":1}"#,
            r#"["_placeholder",true]"#,
            r#"{"a":"{\"_placeholder\":true,\"num\":0}"}"#,
        ] {
            assert!(nums(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn depth_costs_no_more_than_length() {
        // As long as a message may be. Were each member looked through to its end, this would take
        // minutes.
        for key in ["a", "num", "_placeholder"] {
            let open = format!("{{\"{key}\":");
            let deep = 1_000_000 / (open.len() + 1);
            let text = format!("{}1{}", open.repeat(deep), "}".repeat(deep));
            assert_eq!(nums(&text), []);
        }
    }

    #[test]
    fn what_a_placeholder_contains_goes_with_it() {
        let text = r#"{"_placeholder":true,"x":{"_placeholder":true,"num":3},"num":-1}"#;
        assert_eq!(nums(text), [None]);
    }

    #[test]
    fn num_is_an_unsigned_integer() {
        for (num, expected) in [
            ("31", Some(31)),
            ("-1", None),
            ("1.0", None),
            ("1e1", None),
            ("\"1\"", None),
            ("[1]", None),
            ("true", None),
            ("99999999999999999999999", None),
        ] {
            for text in [
                format!("{{\"_placeholder\":true,\"num\":{num}}}"),
                format!("{{\"num\"\n:\t{num} , \"_placeholder\" : true }}"),
            ] {
                assert_eq!(nums(&text), [expected], "{text}");
            }
        }
    }
}
