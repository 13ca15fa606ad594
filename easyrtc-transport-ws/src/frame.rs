//! The frames a client sends: JSON objects, of which only what matters is read.

use easyrtc_proto::json::{InvalidJson, Reader, plain};
use easyrtc_proto::{ClientEvent, RawMessage};
use easyrtc_transport_common::RandomId;

use crate::close::Violation;
use crate::members::members;

#[cfg(test)]
mod tests;

/// The largest integer that JavaScript's numbers hold exactly with all that are smaller.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// A frame of a client.
#[derive(Debug)]
pub(crate) enum ClientFrame<'a> {
    /// A message for the core.
    Event(Event<'a>),
    /// How many frames of the server the client has.
    Received(u64),
    /// Which session is to go on.
    Resume(Resume),
}

/// A message for the core.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    /// Which of the three events it is.
    pub(crate) event: ClientEvent,
    /// What the answer is to be addressed to. Without it there is none (decision D31).
    pub(crate) id: Option<u64>,
    /// The message, as the text it was sent as.
    pub(crate) message: RawMessage<'a>,
}

/// Which session is to go on, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    /// What the session is known by; `None` if the client has none yet, or what it has can't be one
    /// of ours.
    pub(crate) token: Option<RandomId>,
    /// How many frames of the server the client has.
    pub(crate) received: u64,
}

impl<'a> ClientFrame<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Violation> {
        let members = Members::read(text).map_err(|InvalidJson| Violation::NoObject)?;
        let Members { event, id, message, received, resume } = members;
        if let Some(event) = event {
            //= docs/spec/websocket.md#websocket.event
            let event = plain(event).and_then(|name| ClientEvent::from_name(&name));
            let event = event.ok_or(Violation::UnknownEvent)?;
            //= docs/spec/websocket.md#websocket.id
            let id = id.map(|id| integer(id).ok_or(Violation::Id)).transpose()?;
            let message = message.ok_or(Violation::NoMessage)?;
            return Ok(Self::Event(Event { event, id, message }));
        }
        match (resume, received) {
            (Some(resume), _) => Ok(Self::Resume(Resume::parse(resume)?)),
            (None, Some(count)) => Ok(Self::Received(integer(count).ok_or(Violation::Received)?)),
            (None, None) => Err(Violation::UnknownFrame),
        }
    }
}

/// The members of a frame, as they stand there.
#[derive(Default)]
struct Members<'a> {
    event: Option<&'a str>,
    id: Option<&'a str>,
    message: Option<RawMessage<'a>>,
    received: Option<&'a str>,
    resume: Option<&'a str>,
}

impl<'a> Members<'a> {
    //= docs/spec/websocket.md#websocket.unknown-keys
    fn read(text: &'a str) -> Result<Self, InvalidJson> {
        let mut found = Self::default();
        let mut reader = Reader::new(text);
        // Of duplicate keys the last counts (decision D26).
        reader.members(|key, reader| {
            let place = match plain(key).as_deref() {
                Some("event") => &mut found.event,
                Some("id") => &mut found.id,
                Some("message") => {
                    found.message = Some(RawMessage::read(reader)?);
                    return Ok(());
                }
                Some("received") => &mut found.received,
                Some("resume") => &mut found.resume,
                _ => &mut None,
            };
            *place = Some(reader.value()?.text);
            Ok(())
        })?;
        reader.end()?;
        Ok(found)
    }
}

impl Resume {
    fn parse(resume: &str) -> Result<Self, Violation> {
        let [token, received] =
            members(resume, ["token", "received"]).map_err(|_| Violation::Resume)?;
        let token = match token {
            None | Some("null") => None,
            Some(token) if token.starts_with('"') => {
                plain(token).and_then(|token| RandomId::parse(&token))
            }
            Some(_) => return Err(Violation::Resume),
        };
        let received = match received {
            None => 0,
            Some(count) => integer(count).ok_or(Violation::Resume)?,
        };
        Ok(Self { token, received })
    }
}

/// The unsigned integer `json`; `None` if it is anything else, or beyond [`MAX_INTEGER`].
fn integer(json: &str) -> Option<u64> {
    serde_json::from_str(json).ok().filter(|&number| number <= MAX_INTEGER)
}
