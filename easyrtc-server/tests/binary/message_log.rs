//! `--message-log`.

use serde_json::{Value, json};

use crate::harness::{Server, run};
use crate::web_socket::Client;

#[test]
fn every_message_is_in_the_file_once_the_server_has_ended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("messages.jsonl");
    std::fs::write(&path, "of another day").unwrap();
    let mut server = Server::start(&["--message-log", path.to_str().unwrap()]);
    server.wait_for_log("not for production");
    let mut client = Client::connect(server.address(), "/ws", &[]).unwrap();
    let token = client.login();
    server.signal("TERM");
    assert_eq!(client.frame()["message"]["msgType"], "error");
    drop(client);
    assert!(server.wait().success());

    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let seen = |l: &Value| json!([l["direction"], l["event"], l["ack"], l["message"]["msgType"]]);
    assert_eq!(
        lines.iter().map(seen).collect::<Vec<_>>(),
        [
            json!(["client", "easyrtcAuth", 1, "authenticate"]),
            json!(["server", null, 1, "token"]),
            json!(["server", "easyrtcCmd", null, "error"]),
        ]
    );
    assert_eq!(lines[1]["message"], token);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_at_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let (code, _, errors) = run(&["--message-log", path, "--listen", "127.0.0.1:0"], &[]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("message_log") && errors.contains("cannot be written"), "{errors}");
}
