//! What must not be in a journal.

use std::sync::Arc;

use easyrtc_journal::End;
use easyrtc_proto::{
    AppName, Attachments, ClientEvent, EasyrtcId, FieldName, ForwardToUrl, IceServer, MessageType,
    Payload, PresenceStatus, RoomName, ServerMessage, SessionId, SetPresence, Username,
};
use easyrtc_state::{
    AdminCommand, AppConfig, Audience, Banned, Config, ConnId, ConnMeta, Effect, Field, FieldMap,
    FieldOwner, Grant, Input, Question, RequestId, RoomConfig, RoomPattern, TransportKind, Verdict,
};

use super::support::{Recorded, play};

/// In everything that must not be written down.
const SECRET: &str = "Tr0ub4dor";

/// A login that carries all a login can.
const LOGIN: &str = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1","applicationName":"app",
    "easyrtcsid":"Tr0ub4dor.sid","username":"Tr0ub4dor \u0026 co","credential":{"Tr0ub4dor":["Tr0ub4dor"]},
    "roomJoin":{"lobby":{"roomName":"lobby","roomParameter":{"Tr0ub4dor":"Tr0ub4dor"}}},
    "setPresence":{"show":"away","status":"Tr0ub4dor","type":"Tr0ub4dor"},
    "setUserCfg":{"p2pList":{"Tr0ub4dor":1},"userSettings":{"s":"Tr0ub4dor"},
    "apiField":{"f":{"fieldName":"f","fieldValue":"Tr0ub4dor"}}}}}"#;

const COMMANDS: [&str; 8] = [
    r#"{"msgType":"roomJoin","msgData":{"roomJoin":{"r":{"roomName":"r","roomParameter":{"Tr0ub4dor":["Tr0ub4dor"]}}}}}"#,
    r#"{"msgType":"setPresence","msgData":{"setPresence":{"status":"Tr0ub4dor","type":{"Tr0ub4dor":2}}}}"#,
    r#"{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"r","field":{"f":{"fieldName":"f","fieldValue":["Tr0ub4dor"]}}}}}"#,
    r#"{"msgType":"setUserCfg","msgData":{"setUserCfg":{"p2pList":{"Tr0ub4dor":1},"userSettings":{"s":"Tr0ub4dor"},"apiField":{"f":{"fieldName":"f","fieldValue":"Tr0ub4dor"}}}}}"#,
    r#"{"msgType":"offer","targetEasyrtcid":"ID","msgData":{"sdp":"Tr0ub4dor"}}"#,
    r#"{"msgType":"getIceConfig"}"#,
    r#"{"msgType":"Tr0ub4dor as a malformed message","msgData":{"Tr0ub4dor":1},"x":1}"#,
    r#"{"msgType":"roomLeave","msgData":{"roomLeave":{"r":{"roomName":"r"}}}}"#,
];

fn payload() -> Payload {
    Payload::parse(&format!("\"{SECRET}\"")).unwrap()
}

fn message_type() -> MessageType {
    MessageType::parse("m").unwrap()
}

fn presence() -> SetPresence {
    let status = Some(PresenceStatus::parse(SECRET).unwrap());
    SetPresence { show: None, status, kind: Some(payload()) }
}

fn fields(name: &str) -> FieldMap {
    let field = Field { value: payload(), shared: true };
    FieldMap([(FieldName::parse(name).unwrap(), field)].into())
}

fn ice_servers() -> Arc<[IceServer]> {
    let text = format!(r#"{{"urls":"turn:t","username":"{SECRET}","credential":"{SECRET}"}}"#);
    [IceServer::parse(&text).unwrap()].into()
}

fn config() -> Config {
    Config {
        app_default_fields: fields("a"),
        room_default_fields: fields("r"),
        connection_default_fields: fields("c"),
        ice_servers: ice_servers(),
        applications: [(AppName::parse("app").unwrap(), application())].into(),
        ..Config::default()
    }
}

/// An application with all that may be secret; to enter the room `r` is asked about.
fn application() -> AppConfig {
    let room = |name: &str| RoomConfig { fields: Some(fields(name)), ..RoomConfig::default() };
    let rule = RoomConfig { guarded: true, ..room("rule") };
    AppConfig {
        default_fields: Some(fields("own")),
        ice_servers: Some(ice_servers()),
        rooms: [(RoomName::parse("lobby").unwrap(), room("lobby"))].into(),
        room_rules: [(RoomPattern::parse("r*").unwrap(), rule)].into(),
        ..AppConfig::default()
    }
}

fn answer(recorded: &mut Recorded, effects: &[Effect], verdict: impl Fn(&Question) -> Verdict) {
    for effect in effects {
        if let Effect::Ask { ask, question } = effect {
            recorded.feed(Input::Answered { ask: *ask, verdict: verdict(question) });
        }
    }
}

/// Logs in; the easyrtcid.
fn login(recorded: &mut Recorded) -> (ConnId, EasyrtcId) {
    let meta = ConnMeta {
        cookie: Some(format!("easyrtcsid={SECRET}").into()),
        authorization: Some(format!("Bearer {SECRET}").into()),
        query: Some(format!("token={SECRET}").into()),
        ..ConnMeta::new(TransportKind::WebSocket)
    };
    let conn = recorded.open(meta);
    let asked = recorded.say(conn, ClientEvent::Auth, LOGIN);
    let [Effect::Ask { ask, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    let grant = Grant {
        username: Some(Username::parse(&format!("{SECRET} granted")).unwrap()),
        fields: fields("g"),
        ice_servers: Some(ice_servers()),
        ..Grant::default()
    };
    let verdict = Verdict::Allow(grant);
    let effects = recorded.feed(Input::Answered { ask: *ask, verdict });
    let reply = effects.iter().find_map(|effect| {
        if let Effect::Reply { frame, .. } = effect { Some(frame.message()) } else { None }
    });
    let Some(ServerMessage::Token(token)) = reply else { panic!("{effects:?}") };
    assert!(token.session_data.is_some() && !token.field.as_ref().unwrap().0.is_empty());
    (conn, token.easyrtcid)
}

fn journal() -> String {
    let mut recorded = Recorded::new(config());
    let (conn, easyrtcid) = login(&mut recorded);
    let (_, other) = login(&mut recorded);
    let is_about_room =
        |effect: &Effect| matches!(effect, Effect::Ask { question: Question::RoomJoin(_), .. });
    let mut asked_about_room = false;
    for command in COMMANDS {
        let command = command.replace("ID", other.as_str());
        let effects = recorded.say(conn, ClientEvent::Cmd, &command);
        asked_about_room |= effects.iter().any(is_about_room);
        answer(&mut recorded, &effects, |question| match question {
            Question::RoomJoin(_) => Verdict::RoomJoin,
            Question::Login(_) | Question::IceConfig { .. } | Question::Application { .. } => {
                Verdict::IceServers(Some(ice_servers()))
            }
        });
    }
    assert!(asked_about_room);
    let custom = r#"{"msgType":"m","msgData":{"Tr0ub4dor":{"_placeholder":true,"num":0}}}"#;
    let attachments = Attachments::new(vec![SECRET.into()]);
    let effects = recorded.say_with(conn, ClientEvent::Msg, custom, &attachments);
    let answered = (message_type(), Some(payload()));
    answer(&mut recorded, &effects, |_| Verdict::Application(Some(answered.clone())));
    let to_other = format!(r#"{{"targetEasyrtcid":"{other}",{}"#, &custom[1..]);
    recorded.say_with(conn, ClientEvent::Msg, &to_other, &attachments);

    let app = AppName::parse("app").unwrap();
    let session = SessionId::parse(&format!("{SECRET}.sid")).unwrap();
    let url = format!("/?{SECRET}");
    let username = Username::parse(&format!("{SECRET} granted")).unwrap();
    let to = || Audience::Connection(easyrtcid);
    for command in [
        AdminCommand::SetField {
            of: FieldOwner::Session(app.clone(), session),
            name: FieldName::parse("s").unwrap(),
            field: Some(Field { value: payload(), shared: true }),
        },
        AdminCommand::ForwardToUrl { to: to(), forward: ForwardToUrl { url, new_window: None } },
        AdminCommand::PushIceConfig { to: to(), ice_servers: Some(ice_servers()) },
        AdminCommand::SendToken { easyrtcid },
        AdminCommand::Send { to: to(), message_type: message_type(), data: Some(payload()) },
        AdminCommand::SetPresence { easyrtcid, presence: presence() },
        AdminCommand::Ban { who: Banned::User(app, username), expires_in: None },
    ] {
        let effects = recorded.feed(Input::Admin { request: RequestId(1), command });
        let done = |effect: &Effect| matches!(effect, Effect::AdminReply { result: Ok(_), .. });
        assert!(effects.iter().any(done), "{effects:?}");
    }
    recorded.finish()
}

#[test]
fn no_secret_is_written_down_and_all_can_be_played_again() {
    let journal = journal();
    for line in journal.lines() {
        // The type of a message is a name, like that of a room.
        let line = line.replace("\"Tr0ub4dor as a malformed message\"", "");
        for secret in [SECRET, "ub4do", "Tr0u"] {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
    let outcome = play(&journal).unwrap();
    assert_eq!(outcome.difference, None);
    assert_eq!(outcome.end, Some(End::Complete));
}

#[test]
fn stand_ins_are_as_long_as_what_they_stand_for_and_the_same_everywhere() {
    let journal = journal();
    let lines: Vec<serde_json::Value> =
        journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let login = &lines[2]["step"]["input"]["message"]["message"]["msgData"];
    let session = login["easyrtcsid"].as_str().unwrap();
    assert_eq!(session.len(), "Tr0ub4dor.sid".len());
    let token = lines[3]["step"]["effects"].to_string();
    assert!(token.contains(&format!("\"easyrtcsid\":\"{session}\"")), "{token}");
    let field = login["setUserCfg"]["apiField"]["f"]["fieldValue"].as_str().unwrap();
    assert_eq!(field.len(), SECRET.len());
    assert!(token.contains(&format!("\"fieldValue\":\"{field}\"")), "{token}");
    // Attachments are left out, but for their number and length.
    let custom = journal.lines().find(|line| line.contains("easyrtcMsg")).unwrap();
    assert!(custom.contains("\"attachments\":[9]"), "{custom}");
}
