//! The line between a client and the server, and what waits at its ends.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use easyrtc_proto::{ClientEvent, EasyrtcId, ServerEvent};
use easyrtc_state::{AckId, CloseReason, Frame};
use easyrtc_test_kit::client::{ReferenceClient, receive};

/// How many messages of a client may be on their way: then it has to wait.
const UPLINK: usize = 8;

/// A message on its way to the server.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) event: ClientEvent,
    pub(crate) text: String,
    pub(crate) binary: bool,
    pub(crate) ack: Option<AckId>,
}

/// Something on its way to a client.
#[derive(Clone, Debug)]
pub(crate) enum Outgoing {
    Event { frame: Frame, to: Option<EasyrtcId> },
    Reply { ack: AckId, frame: Frame },
    Close(CloseReason),
}

/// A connection as its driver and its client see it.
#[derive(Debug)]
pub(crate) struct Link {
    /// How long a message is on its way.
    pub(crate) latency: Duration,
    /// When the latest message of the client arrives: none overtakes another.
    pub(crate) last_arrival: Duration,
    pub(crate) uplink: VecDeque<Sent>,
    /// How many have arrived while the core wanted none.
    pub(crate) held: usize,
    pub(crate) paused: bool,
    /// The line is broken, which the server does not know yet.
    pub(crate) cut: bool,
    /// The client does not read.
    pub(crate) stalled: bool,
    /// The client will read soon.
    pub(crate) reads: bool,
    /// Whether it gets messages as JSON text.
    pub(crate) wired: bool,
    /// The client, as far as messages have reached it.
    pub(crate) client: ReferenceClient,
    /// The answers it waits for.
    pub(crate) owed: BTreeSet<AckId>,
    acks: u64,
    outbox: VecDeque<Outgoing>,
    bytes: usize,
    /// The core has closed it: nothing more goes out.
    pub(crate) ended: bool,
}

/// The outbox is full.
#[derive(Debug)]
pub(crate) struct Full;

impl Link {
    pub(crate) fn new(latency: Duration, wired: bool) -> Self {
        Self {
            latency,
            wired,
            last_arrival: Duration::ZERO,
            uplink: VecDeque::new(),
            held: 0,
            paused: false,
            cut: false,
            stalled: false,
            reads: false,
            client: ReferenceClient::default(),
            owed: BTreeSet::new(),
            acks: 0,
            outbox: VecDeque::new(),
            bytes: 0,
            ended: false,
        }
    }

    /// Whether the client can say something now.
    pub(crate) fn is_open(&self) -> bool {
        !self.cut && !self.ended && self.uplink.len() < UPLINK
    }

    /// Sends a message on its way.
    pub(crate) fn send(&mut self, event: ClientEvent, text: String, binary: bool, acked: bool) {
        self.acks += 1;
        let ack = acked.then_some(AckId(self.acks));
        self.owed.extend(ack);
        self.uplink.push_back(Sent { event, text, binary, ack });
    }

    /// Puts something into the outbox, as the driver does: bounded in messages and bytes, but a
    /// single message always fits, and so does the end.
    pub(crate) fn put(
        &mut self,
        item: Outgoing,
        (frames, bytes): (usize, usize),
    ) -> Result<(), Full> {
        if self.ended {
            return Ok(());
        }
        if let Outgoing::Close(_) = item {
            self.ended = true;
        } else {
            let size = size(&item);
            let full = (frames != 0 && self.outbox.len() >= frames)
                || (bytes != 0 && self.bytes + size > bytes);
            if full && !self.outbox.is_empty() {
                return Err(Full);
            }
            self.bytes += size;
        }
        self.outbox.push_back(item);
        Ok(())
    }

    /// Whether nothing is on its way, in either direction, and nothing is about to end.
    pub(crate) fn is_at_rest(&self) -> bool {
        let quiet = self.outbox.is_empty() && self.uplink.is_empty();
        quiet && !self.paused && !self.cut && !self.ended
    }

    pub(crate) fn has_news(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// The client reads one thing. Returns why the connection ends, if it does.
    ///
    /// # Errors
    /// What no client understands.
    pub(crate) fn read(&mut self) -> Result<Option<CloseReason>, String> {
        let Some(item) = self.outbox.pop_front() else { return Ok(None) };
        self.bytes -= size(&item);
        match item {
            Outgoing::Event { frame, to } => {
                if self.wired {
                    self.client.emitted(&through_the_wire(&frame, to.as_ref())?);
                } else {
                    self.client.emitted(frame.message());
                }
            }
            Outgoing::Reply { ack, frame } => {
                if !self.owed.remove(&ack) {
                    return Err(format!("an answer nobody waits for: {ack:?} {frame:?}"));
                }
                if self.wired {
                    self.client.answered(&through_the_wire(&frame, None)?);
                } else {
                    self.client.answered(frame.message());
                }
            }
            Outgoing::Close(reason) => return Ok(Some(reason)),
        }
        Ok(None)
    }
}

fn size(item: &Outgoing) -> usize {
    match item {
        Outgoing::Event { frame, .. } | Outgoing::Reply { frame, .. } => frame.size_hint(),
        Outgoing::Close(_) => 0,
    }
}

/// A message as a client reads it from its JSON text.
fn through_the_wire(
    frame: &Frame,
    to: Option<&EasyrtcId>,
) -> Result<easyrtc_proto::ServerMessage, String> {
    let mut text = Vec::new();
    frame.write_json(to, &mut text);
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    let custom = match frame.event() {
        ServerEvent::Msg => true,
        ServerEvent::Cmd => false,
    };
    receive(&text, custom).map(|received| received.message)
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::ServerMessage;

    use super::*;

    fn link() -> Link {
        Link::new(Duration::ZERO, true)
    }

    fn event() -> Outgoing {
        Outgoing::Event { frame: Frame::new(ServerMessage::Ack, 0), to: None }
    }

    #[test]
    fn an_outbox_takes_one_message_of_any_size_and_the_end() {
        let mut link = link();
        link.put(event(), (100, 1)).unwrap();
        assert!(link.put(event(), (100, 1)).is_err());
        link.put(Outgoing::Close(CloseReason::Kicked), (100, 1)).unwrap();
        assert_eq!(link.read(), Ok(None));
        assert_eq!(link.read(), Ok(Some(CloseReason::Kicked)));
    }

    #[test]
    fn an_outbox_is_bounded_in_messages() {
        let mut link = link();
        link.put(event(), (2, 0)).unwrap();
        link.put(event(), (2, 0)).unwrap();
        assert!(link.put(event(), (2, 0)).is_err());
        assert_eq!(link.read(), Ok(None));
        link.put(event(), (2, 0)).unwrap();
    }

    #[test]
    fn an_answer_nobody_waits_for_is_noticed() {
        let mut link = link();
        link.send(ClientEvent::Cmd, "{}".to_owned(), false, true);
        let reply = || Outgoing::Reply { ack: AckId(1), frame: Frame::new(ServerMessage::Ack, 0) };
        link.put(reply(), (0, 0)).unwrap();
        link.put(reply(), (0, 0)).unwrap();
        assert_eq!(link.read(), Ok(None));
        assert!(link.read().is_err());
    }
}
