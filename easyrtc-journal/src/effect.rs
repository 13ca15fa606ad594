//! Effects as they are written down.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use easyrtc_proto::{
    AppName, ClientMessage, EasyrtcId, GroupName, Payload, RoomName, ServerMessage, SessionId,
    Username,
};
use easyrtc_state::{
    AckId, AdminAnswer, AdminError, AskId, CloseReason, ConnId, ConnMeta, Effect, Frame, Notice,
    Question, RequestId,
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::secrets::{self, Places, hide};
use crate::stand_in::StandIns;

/// An effect, with messages as they would cross the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum RecordedEffect {
    Send {
        /// The receivers, each with its own name, which goes into its copy of the message.
        to: Vec<(ConnId, Option<EasyrtcId>)>,
        event: &'static str,
        message: Box<RawValue>,
        attachments: Vec<usize>,
    },
    Reply {
        conn: ConnId,
        ack: AckId,
        message: Box<RawValue>,
        attachments: Vec<usize>,
    },
    Close {
        conn: ConnId,
        reason: CloseReason,
    },
    Ask {
        ask: AskId,
        question: Box<RawValue>,
    },
    Pause {
        conn: ConnId,
    },
    Resume {
        conn: ConnId,
    },
    AdminReply {
        request: RequestId,
        result: Result<AdminAnswer, AdminError>,
    },
    Notice(Box<RawValue>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum RecordedQuestion<'a> {
    Login {
        conn: ConnId,
        app: &'a AppName,
        username: Option<&'a Username>,
        credential: Option<&'a Payload>,
        easyrtcsid: Option<&'a SessionId>,
        rooms: &'a BTreeMap<RoomName, Option<Payload>>,
        is_in: &'a BTreeSet<RoomName>,
        meta: &'a ConnMeta,
    },
    RoomJoin {
        conn: ConnId,
        easyrtcid: EasyrtcId,
        app: &'a AppName,
        username: Option<&'a Username>,
        groups: &'a BTreeSet<GroupName>,
        rooms: &'a BTreeMap<RoomName, Option<Payload>>,
    },
    IceConfig {
        easyrtcid: EasyrtcId,
        app: &'a AppName,
        username: Option<&'a Username>,
    },
    Application {
        easyrtcid: EasyrtcId,
        app: &'a AppName,
        username: Option<&'a Username>,
        groups: &'a BTreeSet<GroupName>,
        message: Box<RawValue>,
    },
}

/// The effects as a JSON array. Secrets are replaced by `stand_ins`; there are none when the inputs
/// had stand-ins already.
pub(crate) fn text(effects: &[Effect], stand_ins: Option<&StandIns>) -> serde_json::Result<String> {
    let recorded = effects.iter().map(|effect| recorded(effect, stand_ins));
    serde_json::to_string(&recorded.collect::<serde_json::Result<Vec<_>>>()?)
}

fn recorded(effect: &Effect, stand_ins: Option<&StandIns>) -> serde_json::Result<RecordedEffect> {
    Ok(match effect {
        Effect::Send { to, frame } => RecordedEffect::Send {
            to: to.iter().map(|to| (to.conn, to.easyrtcid)).collect(),
            event: frame.event().name(),
            message: message(frame, stand_ins)?,
            attachments: lengths(frame.attachments()),
        },
        Effect::Reply { conn, ack, frame } => RecordedEffect::Reply {
            conn: *conn,
            ack: *ack,
            message: message(frame, stand_ins)?,
            attachments: lengths(frame.attachments()),
        },
        Effect::Close { conn, reason } => RecordedEffect::Close { conn: *conn, reason: *reason },
        Effect::Ask { ask, question } => {
            RecordedEffect::Ask { ask: *ask, question: recorded_question(question, stand_ins)? }
        }
        Effect::Pause { conn } => RecordedEffect::Pause { conn: *conn },
        Effect::Resume { conn } => RecordedEffect::Resume { conn: *conn },
        Effect::AdminReply { request, result } => {
            RecordedEffect::AdminReply { request: *request, result: *result }
        }
        Effect::Notice(notice) => RecordedEffect::Notice(recorded_notice(notice, stand_ins)?),
    })
}

fn message(frame: &Frame, stand_ins: Option<&StandIns>) -> serde_json::Result<Box<RawValue>> {
    let mut text = Vec::with_capacity(frame.size_hint());
    frame.write_json(None, &mut text);
    // What was encoded is text.
    let text = String::from_utf8(text).unwrap_or_default();
    let relayed = matches!(frame.message(), ServerMessage::Signal(_) | ServerMessage::Custom(_));
    let places = if relayed { secrets::RELAYED } else { secrets::SERVER };
    raw(text, places, stand_ins)
}

fn recorded_notice(
    notice: &Notice,
    stand_ins: Option<&StandIns>,
) -> serde_json::Result<Box<RawValue>> {
    raw(serde_json::to_string(notice)?, secrets::NOTICE, stand_ins)
}

fn recorded_question(
    question: &Question,
    stand_ins: Option<&StandIns>,
) -> serde_json::Result<Box<RawValue>> {
    let recorded = match question {
        Question::Login(login) => RecordedQuestion::Login {
            conn: login.conn,
            app: &login.app,
            username: login.username.as_ref(),
            credential: login.credential.as_ref(),
            easyrtcsid: login.easyrtcsid.as_ref(),
            rooms: &login.rooms,
            is_in: &login.is_in,
            meta: &login.meta,
        },
        Question::RoomJoin(join) => RecordedQuestion::RoomJoin {
            conn: join.conn,
            easyrtcid: join.easyrtcid,
            app: &join.app,
            username: join.username.as_ref(),
            groups: &join.groups,
            rooms: &join.rooms,
        },
        Question::IceConfig { easyrtcid, app, username } => {
            RecordedQuestion::IceConfig { easyrtcid: *easyrtcid, app, username: username.as_ref() }
        }
        Question::Application { easyrtcid, app, username, groups, message } => {
            let message = ClientMessage::Custom(message.clone()).encode();
            let message = RawValue::from_string(message)?;
            let (easyrtcid, username) = (*easyrtcid, username.as_ref());
            RecordedQuestion::Application { easyrtcid, app, username, groups, message }
        }
    };
    raw(serde_json::to_string(&recorded)?, secrets::QUESTION, stand_ins)
}

fn raw(
    text: String,
    places: Places,
    stand_ins: Option<&StandIns>,
) -> serde_json::Result<Box<RawValue>> {
    RawValue::from_string(match stand_ins {
        Some(stand_ins) => hide(&text, places, stand_ins),
        None => text,
    })
}

fn lengths(attachments: &[Bytes]) -> Vec<usize> {
    attachments.iter().map(Bytes::len).collect()
}
