//! What a client's messages mean: namespaces, attachments, events, answers.

use bytes::Bytes;

use super::arguments::EventArguments;
use super::attachments::Reassembly;
use super::packet::{Packet, PacketType, ROOT, Violation};
use crate::engine::revision::Revision;

/// Limits on what one packet may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a packet's text and its attachments together.
    pub(crate) max_bytes: usize,
    /// Attachments of a packet.
    pub(crate) max_attachments: usize,
}

/// An event, complete.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// The id under which the client wants an answer, if it does.
    pub(crate) ack: Option<u64>,
    /// Its name and arguments; `None` if the packet has none at all.
    pub(crate) arguments: Option<EventArguments<'a>>,
    /// Its attachments; empty for a plain packet.
    pub(crate) attachments: Vec<Bytes>,
}

/// What a message of the client comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming<'a> {
    /// The packet is not complete: more attachments are due.
    Partial,
    /// The client wants to connect to the namespace we serve; from here on it is connected.
    Connect,
    /// The client wants to connect to another namespace.
    UnknownNamespace(&'a str),
    /// The client left the namespace.
    Disconnect,
    /// An event.
    Event(Event<'a>),
    /// The answer to an event of ours, whatever it says; without an id it answers nothing.
    Ack(Option<u64>),
}

/// The receiving side of one connection.
#[derive(Debug)]
pub(crate) struct Receiver {
    limits: Limits,
    revision: Revision,
    connected: bool,
    reassembly: Option<Reassembly>,
    /// The text of the last binary packet, kept for the event that borrows from it.
    complete: String,
}

impl Receiver {
    /// A connection that has not connected to a namespace, or in revision 3 has, by itself.
    pub(crate) const fn new(limits: Limits, revision: Revision) -> Self {
        //= docs/spec/socketio.md#socketio.eio3-connect
        let connected = matches!(revision, Revision::V3);
        Self { limits, revision, connected, reassembly: None, complete: String::new() }
    }

    /// Whether the client is connected to the namespace we serve.
    pub(crate) const fn is_connected(&self) -> bool {
        self.connected
    }

    /// Takes the text of one message.
    ///
    /// # Errors
    ///
    /// Says what the client did that the protocol forbids.
    pub(crate) fn text<'a>(&'a mut self, text: &'a str) -> Result<Incoming<'a>, Violation> {
        if self.reassembly.is_some() {
            //= docs/spec/socketio.md#socketio.malformed
            return Err(Violation::UnexpectedText);
        }
        let mut packet = Packet::parse(text, self.limits.max_attachments)?;
        packet.check_data()?;
        if self.revision == Revision::V3 {
            packet.drop_namespace_query();
        }
        if packet.namespace != ROOT {
            //= docs/spec/socketio.md#socketio.namespace
            return if packet.kind == PacketType::Connect {
                Ok(Incoming::UnknownNamespace(packet.namespace))
            } else {
                Err(Violation::OutOfPlace)
            };
        }
        match (packet.kind, self.connected) {
            //= docs/spec/socketio.md#socketio.connect
            (PacketType::Connect, false) => {
                self.connected = true;
                Ok(Incoming::Connect)
            }
            (PacketType::Disconnect, true) => {
                //= docs/spec/socketio.md#socketio.client-disconnect
                self.connected = false;
                Ok(Incoming::Disconnect)
            }
            (PacketType::Event, true) => event(packet, Vec::new()),
            (PacketType::Ack, true) => Ok(Incoming::Ack(packet.id)),
            (PacketType::BinaryEvent | PacketType::BinaryAck, true) => {
                // What is wrong with the arguments is known now; no need to collect attachments.
                event(packet, Vec::new())?;
                let Limits { max_bytes, .. } = self.limits;
                self.reassembly = Some(Reassembly::new(text, packet.attachments, max_bytes)?);
                Ok(Incoming::Partial)
            }
            //= docs/spec/socketio.md#socketio.early-event
            (_, _) => Err(Violation::OutOfPlace),
        }
    }

    /// Takes a binary message.
    ///
    /// # Errors
    ///
    /// Says what the client did that the protocol forbids.
    pub(crate) fn binary(&mut self, attachment: Bytes) -> Result<Incoming<'_>, Violation> {
        let mut reassembly = self.reassembly.take().ok_or(Violation::UnexpectedBinary)?;
        if !reassembly.push(attachment)? {
            self.reassembly = Some(reassembly);
            return Ok(Incoming::Partial);
        }
        let attachments;
        (self.complete, attachments) = reassembly.finish();
        let packet = Packet::parse(&self.complete, self.limits.max_attachments)?;
        check_placeholders(&packet, attachments.len())?;
        event(packet, attachments)
    }
}

/// Every placeholder of a binary packet has to name one of its attachments.
//= docs/spec/socketio.md#socketio.placeholders
fn check_placeholders(packet: &Packet<'_>, attachments: usize) -> Result<(), Violation> {
    let data = packet.data.unwrap_or_default();
    let named = |num: Option<usize>| num.is_some_and(|num| num < attachments);
    if easyrtc_proto::placeholders(data).iter().all(|placeholder| named(placeholder.num)) {
        Ok(())
    } else {
        Err(Violation::IllegalAttachments)
    }
}

fn event(packet: Packet<'_>, attachments: Vec<Bytes>) -> Result<Incoming<'_>, Violation> {
    if matches!(packet.kind, PacketType::BinaryAck) {
        return Ok(Incoming::Ack(packet.id));
    }
    let arguments = packet.data.map(EventArguments::parse).transpose()?;
    Ok(Incoming::Event(Event { ack: packet.id, arguments, attachments }))
}

#[cfg(test)]
mod tests;
