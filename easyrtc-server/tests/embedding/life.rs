//! From the start to the end.

use std::net::TcpStream;
use std::time::Duration;

use easyrtc_server::proto::EasyrtcId;
use easyrtc_server::settings::Settings;
use easyrtc_server::state::{AdminCommand, AdminError};
use easyrtc_server::{Server, ServerBuilder, ServerHandle, StartError};
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::client::{Client, error_code};

fn settings(more: &str) -> Settings {
    Settings::from_toml(&format!("listen = ['127.0.0.1:0']\n{more}")).unwrap().settings
}

#[test]
fn what_may_cross_threads() {
    fn send<T: Send>() {}
    fn sync<T: Sync + Clone>() {}
    send::<Server>();
    send::<ServerBuilder>();
    send::<ServerHandle>();
    sync::<ServerHandle>();
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_of_one_program_share_nothing() {
    let one = Server::builder().start().await.unwrap();
    let other = Server::builder().start().await.unwrap();
    let ada = Client::login(one.address(), &json!({}));
    let mut ben = Client::login(other.address(), &json!({}));
    assert_eq!((one.handle().stats().clients, other.handle().stats().clients), (1, 1));
    let hello = json!({"msgType": "hello", "targetEasyrtcid": ada.id()});
    assert_eq!(error_code(&ben.ask("easyrtcMsg", &hello)), "MSG_REJECT_GEN_FAIL");
    drop(ada);
    one.shut_down().await.unwrap();
    assert_eq!(ben.ask("easyrtcCmd", &json!({"msgType": "stillAlive"}))["msgType"], "ack");
    drop(ben);
    other.shut_down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_start_says_why() {
    let first = Server::builder().start().await.unwrap();
    let taken = Settings { listen: vec![first.address()], ..Settings::default() };
    let error = Server::builder().settings(taken).start().await.unwrap_err();
    assert!(matches!(error, StartError::Bind(address, _) if address == first.address()), "{error}");
    let missing = settings("static = '/nowhere/at/all'");
    let error = Server::builder().settings(missing).start().await.unwrap_err();
    assert!(matches!(error, StartError::Settings(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_dropped_ends_its_connections() {
    let server = Server::builder().start().await.unwrap();
    let (address, handle) = (server.address(), server.handle());
    let mut ada = Client::login(address, &json!({}));
    let kick = AdminCommand::Kick { easyrtcid: EasyrtcId::parse(ada.id()).unwrap() };
    drop(server);
    assert_eq!(error_code(&ada.event("error")), "SERVER_SHUTDOWN");
    assert_eq!(ada.closed(), CloseCode::Away);
    drop(ada);
    while handle.stats().connections > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(handle.admin(kick), Err(AdminError::NoClient));
    while TcpStream::connect(address).is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_go_in_time_is_cut() {
    let server = Server::builder().settings(settings("shutdown_timeout = '100ms'"));
    let server = server.start().await.unwrap();
    // It has logged in, reads nothing more, and does not close.
    let _ada = Client::login(server.address(), &json!({}));
    let cut = server.shut_down().await.unwrap_err();
    assert_eq!(cut.open, 1, "{cut}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_there_when_it_has_ended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("messages.jsonl");
    let settings = settings(&format!("message_log = '{}'", path.display()));
    let server = Server::builder().settings(settings).start().await.unwrap();
    let ada = Client::login(server.address(), &json!({"username": "ada"}));
    drop(ada);
    tokio::time::timeout(Duration::from_secs(30), server.shut_down()).await.unwrap().unwrap();
    let log = std::fs::read_to_string(&path).unwrap();
    assert!(log.contains("\"ada\"") && log.ends_with("}\n"), "{log}");
}
