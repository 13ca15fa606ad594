//! Ending the server without cutting anybody off.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::{Admin, next};
use crate::web_socket::{Client, Received};

#[test]
fn who_is_there_may_leave_by_itself_and_nobody_comes() {
    let mut admin = Admin::start(&["--shutdown-timeout", "1h"]);
    let (mut ada, _, _) = admin.client(&json!({}));
    let (mut bob, bob_id, _) = admin.client(&json!({}));
    next(&mut ada, "roomData");
    admin.change("POST", "/v1/drain", &json!({ "within": 3600 }));
    let health = admin.server.get("/healthz");
    assert_eq!(health.status, 503);
    assert!(health.body.contains("\"draining\""), "{}", health.body);
    assert_eq!(Client::connect(admin.server.address(), "/ws", &[]).err(), Some(503));
    #[cfg(feature = "socketio")]
    assert_eq!(admin.server.get("/socket.io/?EIO=4&transport=polling").status, 503);
    assert_eq!(admin.get("/v1/status")["draining"], true);
    let relayed = json!({ "msgType": "n", "targetEasyrtcid": bob_id, "msgData": 1 });
    assert_eq!(ada.ask(2, "easyrtcMsg", &relayed)["msgType"], "ack");
    assert_eq!(next(&mut bob, "n")["msgData"], 1);
    drop((ada, bob));
    admin.server.wait_for_log("all have left");
    assert_eq!(admin.server.wait().code(), Some(0));
}

#[test]
fn who_stays_too_long_is_told_so_and_closed() {
    let mut admin = Admin::start(&["--shutdown-timeout", "1h"]);
    let (mut ada, _, _) = admin.client(&json!({}));
    admin.change("POST", "/v1/drain", &json!({ "within": 86_400 }));
    // Asked again, the time given last counts.
    admin.change("POST", "/v1/drain", &json!({}));
    assert_eq!(next(&mut ada, "error")["msgData"]["errorCode"], "SERVER_SHUTDOWN");
    assert_eq!(ada.receive(), Received::Closed(CloseCode::Away));
    drop(ada);
    assert_eq!(admin.server.wait().code(), Some(0));
}

#[test]
fn a_signal_is_not_kept_waiting_by_a_drain() {
    let mut admin = Admin::start(&["--shutdown-timeout", "1h"]);
    let (mut ada, id, _) = admin.client(&json!({}));
    admin.change("POST", "/v1/drain", &json!({ "within": 86_400 }));
    assert_eq!(admin.ask("GET", &format!("/v1/connections/{id}"), &Value::Null).0, 200);
    admin.server.signal("TERM");
    assert_eq!(next(&mut ada, "error")["msgData"]["errorCode"], "SERVER_SHUTDOWN");
    drop(ada);
    assert_eq!(admin.server.wait().code(), Some(0));
}
