//! I13: messages survive the wire.

use easyrtc_proto::{EasyrtcId, ServerEvent, ServerMessage};
use easyrtc_state::{Effect, Frame};

use super::{Invariant, Step};
use crate::client::receive;

/// One frame in so many is tried: each is of a kind that comes again and again.
const EVERY: usize = 4;

/// What a client reads is what was written: the message, the receiver's own name, the time; codes
/// and types nobody knows too.
#[derive(Debug, Default)]
pub(super) struct RoundTrip {
    frames: usize,
}

impl Invariant for RoundTrip {
    fn name(&self) -> &'static str {
        "I13, messages survive the wire"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        for effect in step.effects {
            let (frame, to) = match effect {
                Effect::Send { to, frame } => (frame, to.iter().next().and_then(|to| to.easyrtcid)),
                Effect::Reply { frame, .. } => (frame, None),
                _ => continue,
            };
            self.frames += 1;
            if self.frames.is_multiple_of(EVERY) {
                survives(frame, to)?;
            }
        }
        Ok(())
    }
}

fn survives(frame: &Frame, to: Option<EasyrtcId>) -> Result<(), String> {
    let mut text = Vec::new();
    frame.write_json(to.as_ref(), &mut text);
    let text = std::str::from_utf8(&text).map_err(|error| error.to_string())?;
    let custom = match frame.event() {
        ServerEvent::Msg => true,
        ServerEvent::Cmd => false,
    };
    let received = receive(text, custom)?;
    let sent_at = (*frame.message() != ServerMessage::Ack).then(|| frame.server_time());
    if received.message != *frame.message() {
        return Err(format!("{:?} reads as {:?}", frame.message(), received.message));
    }
    if (received.easyrtcid, received.server_time) != (to, sent_at) {
        return Err(format!("for {to:?} at {sent_at:?}: {text}"));
    }
    Ok(())
}
