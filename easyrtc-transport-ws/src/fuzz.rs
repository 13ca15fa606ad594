//! For the project's own fuzz targets: what has to hold for any bytes. Not part of the API.

use bytes::Bytes;
use easyrtc_proto::{Attachments, ClientMessage, Command, DecodeLimits, Payload};
use serde_json::Value;

use crate::attachments::{extract, inline};
use crate::close::Violation;
use crate::frame::ClientFrame;

pub use crate::session::fuzzed::session;

/// Reads a frame of a client, which says what another reader of JSON finds in it, and passes its
/// attachments on.
///
/// # Panics
/// If that does not hold.
pub fn frame(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let frame = ClientFrame::parse(text);
    // A tree can't hold all that is valid: lone surrogates, great depth.
    if let Ok(tree) = serde_json::from_str::<Value>(text) {
        compare(&frame, &tree);
    }
    let Ok(ClientFrame::Event(event)) = frame else { return };
    let Ok(attachments) = extract(event.message.text()) else { return };
    assert!(attachments.as_slice().len() <= Attachments::MAX);
    let limits = DecodeLimits::default();
    let message = ClientMessage::decode_read(event.event, &event.message, &attachments, &limits);
    if let Ok(message) = message {
        pass_on(&message);
    }
}

fn compare(frame: &Result<ClientFrame<'_>, Violation>, tree: &Value) {
    assert_eq!(matches!(frame, Err(Violation::NoObject)), !tree.is_object());
    match frame {
        Ok(ClientFrame::Event(event)) => {
            assert_eq!(tree["event"], event.event.name());
            assert_eq!(tree["id"].as_u64(), event.id);
            let message = serde_json::from_str::<Value>(event.message.text());
            assert_eq!(Some(&tree["message"]), message.ok().as_ref());
        }
        Ok(ClientFrame::Received(count)) => {
            assert!(tree.get("event").is_none() && tree.get("resume").is_none());
            assert_eq!(tree["received"].as_u64(), Some(*count));
        }
        Ok(ClientFrame::Resume(resume)) => {
            assert!(tree.get("event").is_none() && tree["resume"].is_object());
            assert_eq!(tree["resume"]["received"].as_u64().unwrap_or(0), resume.received);
            let token = resume.token.as_ref().map(easyrtc_transport_common::RandomId::as_str);
            assert!(token.is_none() || token == tree["resume"]["token"].as_str());
        }
        Err(_) => {}
    }
}

/// Whoever gets the attachments inline finds the same.
fn pass_on(message: &ClientMessage) {
    let payload = match message {
        ClientMessage::Custom(custom) => custom.msg_data.as_ref(),
        ClientMessage::Command(Command::Signal(signal)) => signal.msg_data.as_ref(),
        ClientMessage::Command(_) | ClientMessage::Authenticate(_) => None,
    };
    let attachments: &[Bytes] = payload.map(Payload::attachments).unwrap_or_default();
    if attachments.is_empty() {
        return;
    }
    let mut text = Vec::new();
    inline(&message.encode(), attachments, &mut text);
    let text = std::str::from_utf8(&text).unwrap_or_default();
    let found = extract(text);
    assert_eq!(found.as_ref().map(Attachments::as_slice), Ok(attachments), "{text}");
}
