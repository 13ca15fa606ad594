//! How a session ends, and which code its WebSocket is closed with (decision D32).

use bytes::Bytes;
use easyrtc_proto::ErrorCode;
use easyrtc_runtime::CloseReason;
use easyrtc_transport_common::{CloseCode, Lost};

/// The client was silent for too long.
const SILENCE: CloseCode = CloseCode::Library(4000);

/// The end of a session.
#[derive(Debug)]
pub(crate) struct End {
    /// What the core is told, unless it said so itself.
    pub(crate) reason: CloseReason,
    /// Whether the core wanted it.
    pub(crate) by_core: bool,
    /// What becomes of the WebSocket, if there is one.
    pub(crate) manner: Manner,
}

/// What becomes of the WebSocket when its session ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It is dropped as it is: nobody is there, or whoever is does not read.
    Drop,
    /// It is closed once everything before was sent.
    Close {
        /// The last frame before the close, if there is one.
        last: Option<Bytes>,
        /// With which code.
        code: CloseCode,
        /// Why, in a few words for whoever debugs a client.
        why: &'static str,
    },
}

impl Manner {
    /// A close as `reason` asks for.
    pub(crate) const fn close(reason: CloseReason) -> Self {
        //= docs/spec/websocket.md#websocket.close-codes
        let (code, why) = match reason {
            CloseReason::ClientLeft | CloseReason::TransportError => (CloseCode::Normal, ""),
            CloseReason::PingTimeout => (SILENCE, "no pong"),
            CloseReason::Silent => (SILENCE, "silent"),
            CloseReason::ParseError => (CloseCode::Protocol, "malformed"),
            CloseReason::TooLarge => (CloseCode::Size, "too large"),
            CloseReason::Slow => (CloseCode::Again, "too slow"),
            CloseReason::TooMany => (CloseCode::Again, "too many connections"),
            CloseReason::Refused => (CloseCode::Policy, "refused"),
            CloseReason::LoginTimeout => (CloseCode::Policy, "no login"),
            CloseReason::LoginExpired => (CloseCode::Policy, "login expired"),
            CloseReason::Kicked => (CloseCode::Policy, "kicked"),
            CloseReason::Shutdown => (CloseCode::Away, "shutdown"),
        };
        Self::Close { last: None, code, why }
    }
}

/// What a client did wrong. Each ends the session, and the client is told what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Bytes that are no WebSocket frame.
    Framing,
    /// A binary message.
    Binary,
    /// A text message that is no UTF-8.
    Encoding,
    /// A message above the limit.
    TooLarge,
    /// A text that is no JSON object.
    NoObject,
    /// An object that is none of the known frames.
    UnknownFrame,
    /// An event that clients don't send.
    UnknownEvent,
    /// An `id` that is none.
    Id,
    /// An event without a message.
    NoMessage,
    /// A `received` that is no number, or more than was sent.
    Received,
    /// A `resume` that is not of its form.
    Resume,
    /// A `resume` where none is due.
    ResumeOutOfPlace,
    /// Something else where `resume` is due.
    ResumeExpected,
    /// More attachments than a message may have.
    TooManyAttachments,
    /// Attachments whose numbers or contents can't be read.
    Attachments,
}

impl Violation {
    /// What the client is told.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Framing => "The bytes are no WebSocket frame.",
            Self::Binary => "Only text messages are understood.",
            Self::Encoding => "The text is no UTF-8.",
            Self::TooLarge => "The message is larger than maxMessage.",
            Self::NoObject => "The frame is no JSON object.",
            Self::UnknownFrame => "The frame has neither event nor received.",
            Self::UnknownEvent => "The event is none of easyrtcAuth, easyrtcCmd, easyrtcMsg.",
            Self::Id => "The id is no integer from 0 to 9007199254740991.",
            Self::NoMessage => "The event has no message.",
            Self::Received => "The received is no integer from 0 to the number of frames sent.",
            Self::Resume => "The resume is no object with a token and received.",
            Self::ResumeOutOfPlace => {
                "A resume comes first, and only on a connection opened with resume=1."
            }
            Self::ResumeExpected => {
                "The first frame of a connection opened with resume=1 is a resume."
            }
            Self::TooManyAttachments => "The message has more than 32 attachments.",
            Self::Attachments => {
                "The attachments are not numbered from 0, or are no base64 with padding."
            }
        }
    }

    /// Whether it is about a frame that was read, which is answered with an error. What could not
    /// be read as a whole is a matter of the WebSocket: its close says it all.
    pub(crate) const fn is_frame(self) -> bool {
        !matches!(self, Self::Framing | Self::Encoding | Self::TooLarge)
    }

    /// The error the client is told with.
    pub(crate) const fn error_code(self) -> ErrorCode {
        match self {
            Self::TooLarge | Self::TooManyAttachments => ErrorCode::MsgRejectBadSize,
            Self::Binary | Self::Attachments => ErrorCode::MsgRejectBadData,
            Self::Framing
            | Self::Encoding
            | Self::NoObject
            | Self::UnknownFrame
            | Self::UnknownEvent
            | Self::Id
            | Self::NoMessage
            | Self::Received
            | Self::Resume
            | Self::ResumeOutOfPlace
            | Self::ResumeExpected => ErrorCode::MsgRejectBadStructure,
        }
    }

    /// What the WebSocket is closed with.
    //= docs/spec/websocket.md#websocket.close-codes
    pub(crate) const fn close_code(self) -> CloseCode {
        match self {
            Self::Binary => CloseCode::Unsupported,
            Self::Encoding => CloseCode::Invalid,
            Self::TooLarge | Self::TooManyAttachments => CloseCode::Size,
            Self::Framing
            | Self::NoObject
            | Self::UnknownFrame
            | Self::UnknownEvent
            | Self::Id
            | Self::NoMessage
            | Self::Received
            | Self::Resume
            | Self::ResumeOutOfPlace
            | Self::ResumeExpected
            | Self::Attachments => CloseCode::Protocol,
        }
    }

    /// What a WebSocket was lost for, if that was the client's doing.
    pub(crate) const fn of(lost: Lost) -> Self {
        match lost {
            Lost::TooLarge => Self::TooLarge,
            Lost::Malformed(CloseCode::Invalid) => Self::Encoding,
            Lost::Malformed(_) | Lost::Closed(_) | Lost::Cut | Lost::Failed => Self::Framing,
        }
    }

    /// What the core is told.
    pub(crate) fn reason(self) -> CloseReason {
        if self.close_code() == CloseCode::Size {
            CloseReason::TooLarge
        } else {
            CloseReason::ParseError
        }
    }
}
