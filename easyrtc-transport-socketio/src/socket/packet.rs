//! The text of a Socket.IO packet, taken apart.
//!
//! `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`: the type is one digit, the namespace
//! starts with a slash and is left out if it is `/`.

use easyrtc_proto::json::Reader;

/// Characters a namespace may have. The names of unknown ones are sent back in the refusal.
pub(crate) const MAX_NAMESPACE_LENGTH: usize = 256;

/// The namespace that is meant when none is named, and the only one we serve.
pub(crate) const ROOT: &str = "/";

/// What a packet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketType {
    /// The client connects to a namespace, or the server says that it has.
    Connect,
    /// A side leaves a namespace.
    Disconnect,
    /// An event, without attachments.
    Event,
    /// The answer to an event, without attachments.
    Ack,
    /// The server refuses a connection to a namespace.
    ConnectError,
    /// An event with attachments.
    BinaryEvent,
    /// An answer with attachments.
    BinaryAck,
}

impl PacketType {
    const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            b'0' => Self::Connect,
            b'1' => Self::Disconnect,
            b'2' => Self::Event,
            b'3' => Self::Ack,
            b'4' => Self::ConnectError,
            b'5' => Self::BinaryEvent,
            b'6' => Self::BinaryAck,
            _ => return None,
        })
    }

    /// Whether attachments follow the text.
    pub(crate) const fn is_binary(self) -> bool {
        matches!(self, Self::BinaryEvent | Self::BinaryAck)
    }
}

/// What the client did that the protocol forbids; the Engine.IO session is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    /// The first character is no packet type.
    #[error("unknown packet type")]
    UnknownType,
    /// The number of attachments is missing, zero or no number.
    #[error("illegal attachments")]
    IllegalAttachments,
    /// More attachments are announced than the limit allows.
    #[error("too many attachments")]
    TooManyAttachments,
    /// The name of the namespace is longer than [`MAX_NAMESPACE_LENGTH`].
    #[error("namespace too long")]
    NamespaceTooLong,
    /// The ack id is larger than we can count.
    #[error("ack id too large")]
    AckIdTooLarge,
    /// What follows is no JSON, or not of the kind the type asks for.
    #[error("invalid payload")]
    InvalidPayload,
    /// The event has a name that libraries use for themselves.
    #[error("reserved event name")]
    ReservedEvent,
    /// Binary data came though no packet waits for any.
    #[error("binary data without a packet")]
    UnexpectedBinary,
    /// Text came though a packet waits for binary data.
    #[error("text while attachments are due")]
    UnexpectedText,
    /// A packet that is not allowed now: an event before connecting, a second connect, …
    #[error("packet out of place")]
    OutOfPlace,
    /// Text and attachments together are longer than the message limit.
    #[error("message too large")]
    TooLarge,
}

/// A packet's text, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    /// What it is for.
    pub(crate) kind: PacketType,
    /// How many attachments follow; 0 for types without.
    pub(crate) attachments: usize,
    /// The namespace, always with its slash.
    pub(crate) namespace: &'a str,
    /// The ack id: of the answer that is wanted, or that this is.
    pub(crate) id: Option<u64>,
    /// The JSON, not yet looked at.
    pub(crate) data: Option<&'a str>,
}

impl<'a> Packet<'a> {
    /// Takes the text apart. The JSON is left for [`Packet::check_data`] and others.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the text up to the JSON.
    //= docs/spec/socketio.md#socketio.malformed
    pub(crate) fn parse(text: &'a str, max_attachments: usize) -> Result<Self, Violation> {
        let kind = text.bytes().next().and_then(PacketType::from_byte);
        let kind = kind.ok_or(Violation::UnknownType)?;
        let rest = text.get(1..).unwrap_or_default();
        let (attachments, rest) =
            if kind.is_binary() { take_attachments(rest, max_attachments)? } else { (0, rest) };
        let (namespace, rest) = take_namespace(rest)?;
        let (id, rest) = take_id(rest)?;
        let data = (!rest.is_empty()).then_some(rest);
        Ok(Self { kind, attachments, namespace, id, data })
    }

    /// Leaves the query out of the namespace: in revision 3 parameters of the client stand there.
    //= docs/spec/socketio.md#socketio.eio3-namespace
    pub(crate) fn drop_namespace_query(&mut self) {
        if let Some((name, _)) = self.namespace.split_once('?') {
            self.namespace = name;
        }
    }

    /// Checks that the JSON is what the type asks for, except for events, whose arguments are
    /// read anyway.
    ///
    /// # Errors
    ///
    /// [`Violation::InvalidPayload`]
    pub(crate) fn check_data(&self) -> Result<(), Violation> {
        let valid = match (self.kind, self.data) {
            (_, None) | (PacketType::Event | PacketType::BinaryEvent, Some(_)) => true,
            (PacketType::Connect | PacketType::ConnectError, Some(data)) => is_json(data, b'{'),
            (PacketType::Disconnect, Some(_)) => false,
            (PacketType::Ack | PacketType::BinaryAck, Some(data)) => is_json(data, b'['),
        };
        if valid { Ok(()) } else { Err(Violation::InvalidPayload) }
    }
}

fn take_attachments(text: &str, max: usize) -> Result<(usize, &str), Violation> {
    let (digits, rest) = text.split_once('-').ok_or(Violation::IllegalAttachments)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Violation::IllegalAttachments);
    }
    // What does not fit is too many as well.
    match digits.parse() {
        Ok(0) => Err(Violation::IllegalAttachments),
        //= docs/spec/limits.md#limits.attachments
        Ok(number) if number <= max => Ok((number, rest)),
        _ => Err(Violation::TooManyAttachments),
    }
}

fn take_namespace(text: &str) -> Result<(&str, &str), Violation> {
    if !text.starts_with('/') {
        return Ok((ROOT, text));
    }
    let (namespace, rest) = text.split_once(',').unwrap_or((text, ""));
    if namespace.len() > MAX_NAMESPACE_LENGTH {
        return Err(Violation::NamespaceTooLong);
    }
    Ok((namespace, rest))
}

fn take_id(text: &str) -> Result<(Option<u64>, &str), Violation> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    match text.split_at_checked(end) {
        Some((digits, rest)) if !digits.is_empty() => {
            Ok((Some(digits.parse().map_err(|_| Violation::AckIdTooLarge)?), rest))
        }
        _ => Ok((None, text)),
    }
}

/// Whether `text` is one JSON value that starts with `first`.
fn is_json(text: &str, first: u8) -> bool {
    let mut reader = Reader::new(text);
    let value = reader.value();
    value.is_ok_and(|value| value.text.as_bytes().first() == Some(&first)) && reader.end().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX: usize = 32;

    const PLAIN: Packet<'_> =
        Packet { kind: PacketType::Event, attachments: 0, namespace: ROOT, id: None, data: None };

    #[test]
    fn known_packets() {
        let data = Some(r#"["a"]"#);
        for (text, packet) in [
            ("0", Packet { kind: PacketType::Connect, ..PLAIN }),
            ("0{}", Packet { kind: PacketType::Connect, data: Some("{}"), ..PLAIN }),
            (
                "0/x,{}",
                Packet { kind: PacketType::Connect, namespace: "/x", data: Some("{}"), ..PLAIN },
            ),
            ("0/x", Packet { kind: PacketType::Connect, namespace: "/x", ..PLAIN }),
            ("1", Packet { kind: PacketType::Disconnect, ..PLAIN }),
            (r#"2["a"]"#, Packet { data, ..PLAIN }),
            (r#"2/,["a"]"#, Packet { data, ..PLAIN }),
            (r#"212["a"]"#, Packet { id: Some(12), data, ..PLAIN }),
            (r#"201["a"]"#, Packet { id: Some(1), data, ..PLAIN }),
            (r#"2/x,7["a"]"#, Packet { namespace: "/x", id: Some(7), data, ..PLAIN }),
            ("2", PLAIN),
            ("37[]", Packet { kind: PacketType::Ack, id: Some(7), data: Some("[]"), ..PLAIN }),
            (
                r#"52-/x,7["a"]"#,
                Packet {
                    kind: PacketType::BinaryEvent,
                    attachments: 2,
                    namespace: "/x",
                    id: Some(7),
                    data,
                },
            ),
            (
                "61-7[]",
                Packet {
                    kind: PacketType::BinaryAck,
                    attachments: 1,
                    id: Some(7),
                    data: Some("[]"),
                    ..PLAIN
                },
            ),
        ] {
            assert_eq!(Packet::parse(text, MAX), Ok(packet), "{text}");
        }
    }

    #[test]
    fn known_violations() {
        for (text, violation) in [
            ("", Violation::UnknownType),
            ("7", Violation::UnknownType),
            ("abc", Violation::UnknownType),
            ("€", Violation::UnknownType),
            (r#"5["a"]"#, Violation::IllegalAttachments),
            (r#"5-["a"]"#, Violation::IllegalAttachments),
            (r#"50-["a"]"#, Violation::IllegalAttachments),
            (r#"51.5-["a"]"#, Violation::IllegalAttachments),
            (r#"5+1-["a"]"#, Violation::IllegalAttachments),
            (r#"533-["a"]"#, Violation::TooManyAttachments),
            (r#"599999999999999999999999-["a"]"#, Violation::TooManyAttachments),
            (r#"299999999999999999999["a"]"#, Violation::AckIdTooLarge),
        ] {
            assert_eq!(Packet::parse(text, MAX), Err(violation), "{text}");
        }
        let long = format!("0/{},", "x".repeat(MAX_NAMESPACE_LENGTH));
        assert_eq!(Packet::parse(&long, MAX), Err(Violation::NamespaceTooLong));
    }

    #[test]
    fn data_of_the_wrong_kind() {
        for text in ["0[]", "0null", "0{", "1[]", "1{}", "3{}", "37[", "37[]x", "61-7{}", "4\"x\""]
        {
            let packet = Packet::parse(text, MAX).unwrap();
            assert_eq!(packet.check_data(), Err(Violation::InvalidPayload), "{text}");
        }
        for text in ["0", "0 {\"a\":[1]} ", "1", "3", "37", "37[]", "37[{\"a\":null},2]", "61-7[]"]
        {
            assert_eq!(Packet::parse(text, MAX).unwrap().check_data(), Ok(()), "{text}");
        }
    }

    #[test]
    fn deep_data_is_read_without_recursion() {
        let deep = format!("37{}{}", "[".repeat(400_000), "]".repeat(400_000));
        assert_eq!(Packet::parse(&deep, MAX).unwrap().check_data(), Ok(()));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[0-9€]?[0-9-]{0,4}(/[a-z€]{0,3},?)?[0-9]{0,3}.*") {
            if let Ok(packet) = Packet::parse(&text, MAX) {
                let _ = packet.check_data();
            }
        }
    }
}
