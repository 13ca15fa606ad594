//! The arguments of an event: a JSON array whose first element is the event's name.

use std::borrow::Cow;

use easyrtc_proto::RawMessage;
use easyrtc_proto::json::{InvalidJson, Reader, plain};

use super::packet::Violation;

/// Names that Socket.IO libraries use for events of their own.
const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// What an event says, borrowed from the packet's text. Of the arguments only the first is kept,
/// as the text it was sent as; further ones are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventArguments<'a> {
    /// The name. Empty if it is a number or can't be told in UTF-8: no event of ours.
    pub(crate) name: Cow<'a, str>,
    /// The first argument behind the name.
    pub(crate) first: Option<RawMessage<'a>>,
    /// How many arguments there are behind the name.
    pub(crate) count: usize,
}

impl<'a> EventArguments<'a> {
    /// Reads the JSON of an event.
    ///
    /// # Errors
    ///
    /// If it is no array, its first element is neither string nor number, or the name is reserved.
    pub(crate) fn parse(json: &'a str) -> Result<Self, Violation> {
        let arguments = Self::read(json).map_err(|InvalidJson| Violation::InvalidPayload)?;
        if RESERVED.contains(&arguments.name.as_ref()) {
            return Err(Violation::ReservedEvent);
        }
        Ok(arguments)
    }

    fn read(json: &'a str) -> Result<Self, InvalidJson> {
        let (mut name, mut first, mut count) = (None, None, 0);
        let mut reader = Reader::new(json);
        reader.elements(|index, reader| {
            count = index;
            match index {
                0 => name = event_name(reader.value()?.text),
                1 => first = Some(RawMessage::read(reader)?),
                _ => drop(reader.value()?),
            }
            Ok(())
        })?;
        reader.end()?;
        Ok(Self { name: name.ok_or(InvalidJson)?, first, count })
    }
}

/// The name in `json`; `None` if it is neither string nor number.
fn event_name(json: &str) -> Option<Cow<'_, str>> {
    match json.as_bytes().first()? {
        // A lone surrogate is a string in JavaScript, but none that we know an event by.
        b'"' => Some(plain(json).unwrap_or_default()),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed("")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(json: &str) -> Result<(String, Option<&str>, usize), Violation> {
        EventArguments::parse(json)
            .map(|a| (a.name.into_owned(), a.first.map(|f| f.text()), a.count))
    }

    #[test]
    fn known_events() {
        for (json, name, first, count) in [
            (r#"["a"]"#, "a", None, 0),
            (r#"["a",{"b": [1]}]"#, "a", Some(r#"{"b": [1]}"#), 1),
            (r#" [ "a" , null , 2, 3 ] "#, "a", Some("null"), 3),
            (r#"["\u0061\n","x"]"#, "a\n", Some(r#""x""#), 1),
            (r#"["\ud800",1]"#, "", Some("1"), 1),
            ("[1]", "", None, 0),
            ("[-1.5e3,true]", "", Some("true"), 1),
        ] {
            assert_eq!(parse(json), Ok((name.to_owned(), first, count)), "{json}");
        }
    }

    #[test]
    fn the_text_of_an_argument_stays_as_it_is() {
        let json = r#"["a",{ "z":1.0e0, "z":"\u00e9é" , "__proto__":[] }]"#;
        assert_eq!(
            parse(json).unwrap().1,
            Some(r#"{ "z":1.0e0, "z":"\u00e9é" , "__proto__":[] }"#)
        );
    }

    #[test]
    fn known_violations() {
        for json in [
            "",
            "{}",
            "null",
            "\"a\"",
            "[]",
            "[null]",
            "[{}]",
            "[[\"a\"]]",
            "[true]",
            "[\"a\"",
            "[\"a\",]",
            "[\"a\"]x",
            "[\"a\" 1]",
            "[\"a\u{1}\"]",
            "[a]",
        ] {
            assert_eq!(parse(json), Err(Violation::InvalidPayload), "{json}");
        }
        for name in RESERVED {
            let json = format!("[\"{name}\",1]");
            assert_eq!(parse(&json), Err(Violation::ReservedEvent), "{json}");
        }
        assert_eq!(parse(r#"["\u0063onnect"]"#), Err(Violation::ReservedEvent));
    }

    #[test]
    fn deep_arguments_are_read_without_recursion() {
        let deep = format!(r#"["a",{}{}]"#, "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(parse(&deep).unwrap().2, 1);
    }

    proptest! {
        #[test]
        fn never_panics(json in r#"\[?("[a-z\\u0-9]{0,6}")?[,\[\]{}":0-9a-f]*"#) {
            let _ = parse(&json);
        }

        #[test]
        fn what_was_sent_is_found(name in "[a-zA-Z]{1,20}", text in ".*", more in 0_usize..3) {
            prop_assume!(!RESERVED.contains(&name.as_str()));
            let value = serde_json::to_string(&text).unwrap();
            let json = format!("[\"{name}\",{value}{}]", ",0".repeat(more));
            prop_assert_eq!(parse(&json), Ok((name, Some(value.as_str()), 1 + more)));
        }
    }
}
