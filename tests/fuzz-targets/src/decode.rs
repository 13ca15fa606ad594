//! Messages of clients: decoding never panics, loses nothing, and leaves no attachment behind.
//!
//! The first byte says how many attachments the packet has and which limits hold; the rest is the
//! message.

use easyrtc_proto::{
    Attachments, ClientEvent, ClientMessage, Command, DecodeLimits, Payload, placeholders,
};
use easyrtc_test_kit::Setup;
use serde_json::value::RawValue;

/// Of the first byte: how many attachments there are.
const ATTACHMENTS: u8 = 3;

/// Of the first byte: whether the limits are small.
const SMALL_LIMITS: u8 = 4;

/// `easyrtcAuth`
pub fn auth(bytes: &[u8]) {
    check(ClientEvent::Auth, bytes);
}

/// `easyrtcCmd`
pub fn cmd(bytes: &[u8]) {
    check(ClientEvent::Cmd, bytes);
}

/// `easyrtcMsg`
pub fn msg(bytes: &[u8]) {
    check(ClientEvent::Msg, bytes);
}

fn check(event: ClientEvent, bytes: &[u8]) {
    let Some((&head, text)) = bytes.split_first() else { return };
    let Ok(raw) = serde_json::from_slice::<&RawValue>(text) else { return };
    check_placeholders(raw.get());
    let attachments = (0..head & ATTACHMENTS).map(|number| vec![number].into()).collect();
    let small = head & SMALL_LIMITS != 0;
    let limits = if small { Setup::decode_limits() } else { DecodeLimits::default() };
    match ClientMessage::decode(event, raw, &Attachments::new(attachments), &limits) {
        Ok(message) => {
            assert_eq!(message.event(), event);
            round_trip(&message, &limits);
        }
        Err(error) => {
            assert_eq!(error.event, event);
            assert!(!error.code().text().is_empty(), "{error}");
        }
    }
}

/// Placeholders are objects, in order, none inside another.
fn check_placeholders(text: &str) {
    let mut end = 0;
    for placeholder in placeholders(text) {
        assert!(placeholder.range.start >= end, "{text}");
        end = placeholder.range.end;
        let object = text.get(placeholder.range).expect("a range of the text");
        let object: &RawValue = serde_json::from_str(object).expect("a whole value");
        assert!(object.get().starts_with('{'), "{text}");
    }
}

/// What is encoded decodes to the same, with the attachments that its payload names and no others.
fn round_trip(message: &ClientMessage, limits: &DecodeLimits) {
    let attachments = payload(message).map(Payload::attachments).unwrap_or_default().to_vec();
    check_named(message, attachments.len());
    let encoded = message.encode();
    let raw = serde_json::from_str::<&RawValue>(&encoded).expect("what is encoded is JSON");
    let packet = Attachments::new(attachments);
    let again = ClientMessage::decode(message.event(), raw, &packet, limits);
    assert_eq!(again.as_ref(), Ok(message), "{encoded}");
}

/// Of several attachments each is named, the first ones first.
fn check_named(message: &ClientMessage, count: usize) {
    let Some(payload) = payload(message).filter(|_| count > 0) else { return };
    let mut named = 0;
    for num in placeholders(payload.as_str()).into_iter().filter_map(|p| p.num) {
        assert!(num <= named || num >= count, "{num} before {named}");
        named = named.max(if num < count { num + 1 } else { 0 });
    }
    assert_eq!(named, count);
}

/// What is passed on.
fn payload(message: &ClientMessage) -> Option<&Payload> {
    match message {
        ClientMessage::Custom(custom) => custom.msg_data.as_ref(),
        ClientMessage::Command(Command::Signal(signal)) => signal.msg_data.as_ref(),
        ClientMessage::Command(_) | ClientMessage::Authenticate(_) => None,
    }
}
