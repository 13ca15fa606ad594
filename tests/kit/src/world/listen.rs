//! Messages as they would cross the wire.

use easyrtc_proto::{ClientEvent, ClientMessage, DecodeError, ServerEvent};
use easyrtc_state::{Effect, Frame, Recipient};

/// A message, in the order in which they would cross the wire.
#[derive(Clone, Copy, Debug)]
pub enum Overheard<'a> {
    /// From a client.
    Client {
        /// The event it comes with.
        event: ClientEvent,
        /// The JSON text.
        text: &'a str,
        /// The message, or what is wrong with it.
        outcome: Result<&'a ClientMessage, &'a DecodeError>,
    },
    /// From the server.
    Server {
        /// The event it is emitted as; none for an answer.
        event: Option<ServerEvent>,
        /// The JSON text.
        text: &'a str,
    },
}

/// Whoever hears every message.
pub type Listener = Box<dyn FnMut(Overheard<'_>)>;

/// Tells `listener` what the clients are sent.
pub(super) fn tell(listener: &mut Listener, effects: &[Effect]) {
    let mut tell = |event, frame: &Frame, to: Option<&Recipient>| {
        let mut text = Vec::with_capacity(frame.size_hint());
        frame.write_json(to.and_then(|to| to.easyrtcid.as_ref()), &mut text);
        // What was encoded is text.
        let text = std::str::from_utf8(&text).unwrap_or_default();
        listener(Overheard::Server { event, text });
    };
    for effect in effects {
        match effect {
            Effect::Send { to, frame } => {
                to.iter().for_each(|to| tell(Some(frame.event()), frame, Some(to)));
            }
            Effect::Reply { frame, .. } => tell(None, frame, None),
            _ => {}
        }
    }
}
