//! What a program may have a say in.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use easyrtc_server::proto::{
    AppName, EasyrtcId, ErrorCode, FieldName, Payload, Presence, RoomName, SessionId,
};
use easyrtc_server::settings::Settings;
use easyrtc_server::state::inspect::Page;
use easyrtc_server::state::{AdminCommand, AdminError, Field, FieldOwner, Policy};
use easyrtc_server::{AppMessage, MessageHandler, Reply, Server, ServerHandle};
use serde_json::json;

use crate::client::{Client, error_code};

/// No cellars, and nobody is away.
struct House;

impl Policy for House {
    fn create_room(&self, _: &AppName, room: &RoomName) -> Result<(), ErrorCode> {
        if room.as_str() == "cellar" { Err(ErrorCode::MsgRejectNoAuth) } else { Ok(()) }
    }

    fn set_presence(&self, _: &EasyrtcId, presence: &Presence) -> Result<(), ErrorCode> {
        match presence.show.name() {
            "away" => Err(ErrorCode::MsgRejectPresence),
            _ => Ok(()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_about_rooms_and_presence() {
    let server = Server::builder().room_policy(House).start().await.unwrap();
    let mut ada = Client::login(server.address(), &json!({}));
    let mut join = |room: &str| {
        let rooms = json!({"roomJoin": {room: {"roomName": room}}});
        ada.ask("easyrtcCmd", &json!({"msgType": "roomJoin", "msgData": rooms}))
    };
    assert_eq!(error_code(&join("cellar")), "MSG_REJECT_NO_AUTH");
    assert_eq!(join("attic")["msgType"], "roomData");
    let app = AppName::parse("default").unwrap();
    let rooms = server.handle().inspect(|server| server.rooms(&app, &Page::first(10)));
    let rooms = rooms.unwrap().items;
    let names: Vec<_> = rooms.iter().map(|room| room.name.as_str()).collect();
    assert_eq!(names, ["attic", "default"]);
    let mut presence = |show: &str| {
        let presence = json!({"setPresence": {"show": show, "status": ""}});
        ada.ask("easyrtcCmd", &json!({"msgType": "setPresence", "msgData": presence}))
    };
    assert_eq!(error_code(&presence("away")), "MSG_REJECT_PRESENCE");
    assert_ne!(presence("dnd")["msgType"], "error");
    server.shut_down().await.unwrap();
}

/// Answers as the message asks for.
struct Echo;

impl MessageHandler for Echo {
    async fn handle(&self, message: AppMessage, server: ServerHandle) -> Reply {
        match message.msg_type.to_text().as_ref() {
            "ack" => Reply::Ack,
            "refuse" => Reply::Refuse(ErrorCode::MsgRejectBadData),
            "hang" => pending().await,
            "panic" => panic!("the test wants it"),
            "clients" => {
                let clients = Payload::parse(&server.stats().clients.to_string()).unwrap();
                Reply::Message(message.msg_type, Some(clients))
            }
            _ => Reply::Message(message.msg_type, message.msg_data),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_answered_refused_or_fail() {
    let mut settings = Settings::from_toml("listen = ['127.0.0.1:0']").unwrap().settings;
    settings.options.protocol.core.ask_timeout = Duration::from_millis(200);
    let builder = Server::builder().settings(settings).message_handler(Arc::new(Echo));
    let server = builder.start().await.unwrap();
    let mut ada = Client::login(server.address(), &json!({"username": "ada"}));
    assert_eq!(ada.tell("ack", &json!(1)), json!({"msgType": "ack"}));
    let echo = ada.tell("echo", &json!({"a": [1.0]}));
    assert_eq!((&echo["msgType"], &echo["msgData"]), (&json!("echo"), &json!({"a": [1.0]})));
    assert_eq!(ada.tell("clients", &json!(null))["msgData"], 1);
    assert_eq!(error_code(&ada.tell("refuse", &json!(null))), "MSG_REJECT_BAD_DATA");
    for failing in ["hang", "panic"] {
        assert_eq!(
            error_code(&ada.tell(failing, &json!(null))),
            "MSG_REJECT_GEN_FAIL",
            "{failing}"
        );
    }
    // What was meant for others goes to them.
    let mut ben = Client::login(server.address(), &json!({}));
    let to_ben = json!({"msgType": "refuse", "msgData": 1, "targetEasyrtcid": ben.id()});
    assert_eq!(ada.ask("easyrtcMsg", &to_ben)["msgType"], "ack");
    assert_eq!(ben.event("refuse")["senderEasyrtcid"], ada.id());
    server.shut_down().await.unwrap();

    let server = Server::builder().start().await.unwrap();
    let mut ada = Client::login(server.address(), &json!({}));
    assert_eq!(error_code(&ada.tell("ack", &json!(1))), "MSG_REJECT_BAD_TYPE");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_session() {
    let text = "listen = ['127.0.0.1:0']\noptions.sessionCookieEnable = true\n\
                options.sessionRequireIssued = true";
    let settings = Settings::from_toml(text).unwrap().settings;
    let server = Server::builder().settings(settings).start().await.unwrap();
    // As a browser: the cookie of the handshake is what it logs in with.
    let id = crate::client::cookie(server.address());
    let mut ada = Client::login(server.address(), &json!({"easyrtcsid": id}));
    let mut tab = Client::login(server.address(), &json!({"easyrtcsid": id}));
    let forged = Client::login(server.address(), &json!({"easyrtcsid": "forged"}));
    assert_eq!(error_code(&forged.token), "LOGIN_GEN_FAIL");

    let session = |id: &str| {
        let id = SessionId::parse(id).unwrap();
        FieldOwner::Session(AppName::parse("default").unwrap(), id)
    };
    let set = |of, value: &str, shared| {
        let field = Field { value: Payload::parse(value).unwrap(), shared };
        let name = FieldName::parse(if shared { "plan" } else { "hidden" }).unwrap();
        server.handle().admin(AdminCommand::SetField { of, name, field: Some(field) })
    };
    set(session(&id), "\"s3cret\"", false).unwrap();
    set(session(&id), "{\"n\": 1}", true).unwrap();
    let field = json!({"plan": {"fieldName": "plan", "fieldValue": {"n": 1}}});
    let due = json!({"easyrtcsid": id, "field": field});
    for client in [&mut ada, &mut tab] {
        assert_eq!(client.event("sessionData")["msgData"]["sessionData"], due);
    }
    let late = Client::login(server.address(), &json!({"easyrtcsid": id}));
    assert_eq!(late.token["msgData"]["sessionData"], due);
    assert_eq!(set(session("nobody"), "1", true), Err(AdminError::NoSession));
    server.shut_down().await.unwrap();
}
