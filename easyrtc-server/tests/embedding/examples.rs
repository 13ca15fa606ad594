//! The examples, as they stand.

use easyrtc_server::settings::Settings;
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::client::{Client, error_code};

#[expect(dead_code, reason = "its main is not called")]
#[path = "../../examples/embedded.rs"]
mod embedded;

#[expect(dead_code, reason = "its main is not called")]
#[path = "../../examples/moderated.rs"]
mod moderated;

#[tokio::test(flavor = "multi_thread")]
async fn embedded() {
    let (server, mut told) = embedded::start().await.unwrap();
    let mut nobody = Client::login(server.address(), &json!({}));
    assert_eq!(error_code(&nobody.token), "LOGIN_BAD_AUTH");
    assert_eq!(nobody.closed(), CloseCode::Policy);
    let mut ada = Client::login(server.address(), &json!({"username": "ada"}));
    assert_eq!(told.recv().await.unwrap(), format!("{} has come to default", ada.id()));

    let ending = tokio::spawn(server.shut_down());
    assert_eq!(error_code(&ada.event("error")), "SERVER_SHUTDOWN");
    assert_eq!(ada.closed(), CloseCode::Away);
    let gone = format!("{} has gone: Shutdown", ada.id());
    drop(ada);
    assert_eq!(told.recv().await.unwrap(), gone);
    ending.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn moderated() {
    let settings = Settings::from_toml("listen = ['127.0.0.1:0']").unwrap().settings;
    let server = moderated::start(settings).await.unwrap();
    let login = |username: &str, password: &str| {
        let credential = json!({"username": username, "password": password});
        let kitchen = json!({"kitchen": {"roomName": "kitchen"}});
        Client::login(server.address(), &json!({"credential": credential, "roomJoin": kitchen}))
    };
    assert_eq!(error_code(&login("ada", "battery staple").token), "LOGIN_BAD_AUTH");
    assert_eq!(error_code(&login("eve", "correct horse").token), "LOGIN_BAD_AUTH");
    let mut ada = login("ada", "correct horse");
    let mut ben = login("ben", "battery staple");

    // A topic: by the moderator only, seen by all who are there and who come.
    let topic = json!({"room": "kitchen", "topic": "soup"});
    assert_eq!(error_code(&ben.tell("topic", &topic)), "MSG_REJECT_NO_AUTH");
    assert_eq!(ada.tell("topic", &topic)["msgType"], "ack");
    let is_told = |message: &serde_json::Value| {
        message["msgData"]["roomData"]["kitchen"]["field"]["topic"]["fieldValue"] == "soup"
    };
    while !is_told(&ben.event("roomData")) {}
    assert!(is_told(&login("ben", "battery staple").token));
    for wrong in [json!(null), json!({"room": "kitchen"}), json!({"room": "a/b", "topic": 1})] {
        assert_eq!(error_code(&ada.tell("topic", &wrong)), "MSG_REJECT_BAD_STRUCTURE");
    }
    let nowhere = json!({"room": "cellar", "topic": "rats"});
    assert_eq!(error_code(&ada.tell("topic", &nowhere)), "MSG_REJECT_TARGET_EASYRTCID");

    // Sent away: told so, and out.
    let away = json!({"easyrtcid": ben.id()});
    assert_eq!(
        error_code(&ben.tell("kick", &json!({"easyrtcid": ada.id()}))),
        "MSG_REJECT_NO_AUTH"
    );
    assert_eq!(ada.tell("kick", &away)["msgType"], "ack");
    assert_eq!(error_code(&ben.event("error")), "LOGIN_GEN_FAIL");
    assert_eq!(ben.closed(), CloseCode::Policy);
    assert_eq!(error_code(&ada.tell("kick", &away)), "MSG_REJECT_TARGET_EASYRTCID");

    let log = ada.tell("log", &json!(null));
    assert_eq!(log["msgType"], "log");
    let log = log["msgData"].as_array().unwrap();
    let first = ["ada entered kitchen", "ben entered kitchen", "ben entered kitchen"];
    assert_eq!(log[..3], first, "{log:?}");
    assert_eq!(log[3..], ["ben left kitchen", "ben left kitchen"], "{log:?}");
    assert_eq!(error_code(&ada.tell("sing", &json!(null))), "MSG_REJECT_BAD_TYPE");
    drop(ada);
    server.shut_down().await.unwrap();
}
