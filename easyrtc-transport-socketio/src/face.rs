//! What the two faces of a session, polling and WebSocket, have in common.

use bytes::Bytes;
use easyrtc_transport_common::{CloseCode, Utf8Bytes};

use crate::engine::packet::NoPacket;
use crate::engine::payload::Part;
use crate::engine::revision::Framing;

/// What happened on a transport.
#[derive(Debug)]
pub(crate) enum FaceEvent {
    /// A packet came in text form.
    Text(Utf8Bytes),
    /// A binary message came.
    Binary(Bytes),
    /// All packets of the POST were handed on (polling only).
    PostDone,
    /// Bytes came that are no packet.
    Alive,
    /// Everything that waited has left.
    Flushed,
    /// The transport is gone.
    Lost(Lost),
}

impl FaceEvent {
    /// What a frame of a WebSocket on which packets are written as `framing` says comes to.
    pub(crate) fn unframed(self, framing: Framing) -> Self {
        let message = match self {
            Self::Text(text) => match framing.text_frame(&text) {
                Ok(Part::Text(_)) => return Self::Text(text),
                Ok(Part::Binary(message)) => Ok(message),
                Err(NoPacket) => Err(NoPacket),
            },
            Self::Binary(frame) => framing.binary_frame(frame),
            Self::PostDone | Self::Alive | Self::Flushed | Self::Lost(_) => return self,
        };
        match message {
            Ok(message) => Self::Binary(message),
            Err(NoPacket) => Self::Lost(Lost::Malformed(CloseCode::Normal)),
        }
    }
}

/// Why a transport is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The client closed it.
    Closed,
    /// It broke.
    Failed,
    /// The client sent what is no valid frame or body; a WebSocket is closed with this code.
    Malformed(CloseCode),
    /// The client sent more than a message may have.
    TooLarge,
}
