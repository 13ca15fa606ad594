//! Inputs as they are written down.

use std::sync::Arc;

use bytes::Bytes;
use easyrtc_proto::{
    Attachments, ClientEvent, ClientMessage, Command, DecodeError, DecodeErrorKind, DecodeLimits,
    Payload,
};
use easyrtc_state::{
    AckId, AdminCommand, AskId, CloseReason, ConnId, ConnMeta, Input, RequestId, Verdict,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::secrets::{self, hide};
use crate::stand_in::StandIns;

/// An input, with messages as they would cross the wire.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum RecordedInput {
    Opened {
        conn: ConnId,
        meta: Arc<ConnMeta>,
    },
    Alive {
        conn: ConnId,
    },
    Message {
        conn: ConnId,
        ack: Option<AckId>,
        event: ClientEvent,
        message: Box<RawValue>,
        /// How long the attachments are; what is in them is left out.
        attachments: Vec<usize>,
        /// How long all of it was as the client sent it.
        bytes: usize,
    },
    Malformed {
        conn: ConnId,
        ack: Option<AckId>,
        event: ClientEvent,
        path: String,
        kind: DecodeErrorKind,
        bytes: usize,
    },
    Closed {
        conn: ConnId,
        reason: CloseReason,
    },
    Answered {
        ask: AskId,
        verdict: Verdict,
    },
    Admin {
        request: RequestId,
        command: AdminCommand,
    },
    Tick,
}

/// Limits were applied when the message came.
const NO_LIMITS: DecodeLimits = DecodeLimits {
    depth: 0,
    room_api_field_units: 0,
    user_api_field_units: 0,
    p2p_list: 0,
    user_settings: 0,
    credential: 0,
    room_parameter: 0,
    presence_other: 0,
};

impl RecordedInput {
    /// What is written down of `input`.
    fn of(input: Input, stand_ins: &StandIns) -> serde_json::Result<Self> {
        Ok(match input {
            Input::Opened { conn, meta } => Self::Opened { conn, meta },
            Input::Alive { conn } => Self::Alive { conn },
            Input::Message { conn, ack, message: Ok(message), bytes } => {
                let text = hide(&message.encode(), places(&message), stand_ins);
                let attachments = payload(&message).map(Payload::attachments).unwrap_or_default();
                Self::Message {
                    conn,
                    ack,
                    event: message.event(),
                    message: RawValue::from_string(text)?,
                    attachments: attachments.iter().map(Bytes::len).collect(),
                    bytes,
                }
            }
            Input::Message { conn, ack, message: Err(error), bytes } => {
                let DecodeError { event, path, kind } = error;
                Self::Malformed { conn, ack, event, path: path.to_owned(), kind, bytes }
            }
            Input::Closed { conn, reason } => Self::Closed { conn, reason },
            Input::Answered { ask, verdict } => Self::Answered { ask, verdict },
            Input::Admin { request, command } => Self::Admin { request, command },
            Input::Tick => Self::Tick,
        })
    }

    /// The JSON text of `input`, without secrets.
    pub(crate) fn text(input: Input, stand_ins: &StandIns) -> serde_json::Result<String> {
        let text = serde_json::to_string(&Self::of(input, stand_ins)?)?;
        // A message is none of these places: its own are hidden already.
        Ok(hide(&text, secrets::INPUT, stand_ins))
    }

    /// The input to feed again.
    ///
    /// # Errors
    /// If the message in it is none: somebody has changed it.
    pub(crate) fn into_input(self) -> Result<Input, DecodeError> {
        Ok(match self {
            Self::Opened { conn, meta } => Input::Opened { conn, meta },
            Self::Alive { conn } => Input::Alive { conn },
            Self::Message { conn, ack, event, message, attachments, bytes } => {
                let attachments = attachments.into_iter().map(|length| vec![0; length].into());
                let attachments = Attachments::new(attachments.collect());
                let message = ClientMessage::decode(event, &message, &attachments, &NO_LIMITS)?;
                Input::Message { conn, ack, message: Ok(message), bytes }
            }
            Self::Malformed { conn, ack, event, path, kind, bytes } => {
                // The core does not look at it, and there are few lines in a journal that have it.
                let error = DecodeError { event, path: path.leak(), kind };
                Input::Message { conn, ack, message: Err(error), bytes }
            }
            Self::Closed { conn, reason } => Input::Closed { conn, reason },
            Self::Answered { ask, verdict } => Input::Answered { ask, verdict },
            Self::Admin { request, command } => Input::Admin { request, command },
            Self::Tick => Input::Tick,
        })
    }
}

/// What a message of a client passes on, if it does.
pub(crate) fn payload(message: &ClientMessage) -> Option<&Payload> {
    match message {
        ClientMessage::Custom(custom) => custom.msg_data.as_ref(),
        ClientMessage::Command(Command::Signal(signal)) => signal.msg_data.as_ref(),
        ClientMessage::Authenticate(_) | ClientMessage::Command(_) => None,
    }
}

const fn places(message: &ClientMessage) -> secrets::Places {
    match message {
        ClientMessage::Custom(_) | ClientMessage::Command(Command::Signal(_)) => secrets::RELAYED,
        ClientMessage::Authenticate(_) | ClientMessage::Command(_) => secrets::COMMAND,
    }
}
