//! Credentials for TURN servers: who gets which, and where they are never seen.

use serde_json::{Value, json};

use crate::harness::Server;
use crate::web_socket::Client;

const SETTINGS: &str = "
[options]
appIceServers = [{ urls = 'stun:a' }]
[options.applications.support]
iceServers = [{ urls = 'stun:support' }]
[turn]
urls = ['turn:t.example']
secret_file = 'secret'
applications = ['support', 'calls']
";

fn log_in(server: &Server, app: &str, name: &str) -> (Client, Value) {
    let mut client = Client::connect(server.address(), "/ws", &[]).unwrap();
    let login = json!({ "msgType": "authenticate", "msgData": {
        "apiVersion": "1.1.1", "applicationName": app, "username": name,
    }});
    let token = client.ask(1, "easyrtcAuth", &login);
    (client, token)
}

/// The URLs of the servers a client is told, and username and password of the last.
fn told(message: &Value) -> (Vec<&str>, [&str; 2]) {
    let servers = message["msgData"]["iceConfig"]["iceServers"].as_array().unwrap();
    let urls = servers.iter().map(|server| server["url"].as_str().unwrap()).collect();
    let text = |key| servers.last().unwrap()[key].as_str().unwrap_or_default();
    (urls, ["username", "credential"].map(text))
}

#[test]
fn clients_of_its_applications_get_some_and_nobody_else_sees_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name| directory.path().join(name).to_str().unwrap().to_owned();
    let (config, journal) = (path("easyrtc.toml"), path("journal.jsonl"));
    std::fs::write(&config, SETTINGS).unwrap();
    std::fs::write(path("secret"), "s3cret\n").unwrap();
    let flags = ["--config", &config, "--journal", &journal, "--log-level", "trace"];
    let mut server = Server::start(&flags);

    let mut seen = vec!["s3cret".to_owned()];
    for (app, expected) in
        [("support", &["stun:support", "turn:t.example"]), ("calls", &["stun:a", "turn:t.example"])]
    {
        let (mut client, token) = log_in(&server, app, "ada.lovelace");
        let asked = client.ask(2, "easyrtcCmd", &json!({ "msgType": "getIceConfig" }));
        for message in [&token, &asked] {
            let (urls, [username, credential]) = told(message);
            assert_eq!(urls, expected, "{message}");
            assert!(username.ends_with(":ada.lovelace"), "{message}");
            seen.extend([username, credential].map(str::to_owned));
        }
    }
    let (client, token) = log_in(&server, "others", "ada");
    assert_eq!(told(&token), (vec!["stun:a"], [""; 2]));
    drop(client);

    server.signal("TERM");
    assert!(server.wait().success());
    let (log, journal) = (server.rest_of_log(), std::fs::read_to_string(journal).unwrap());
    assert!(
        log.contains("easyrtc_auth: decided") && journal.contains("turn:t.example"),
        "{log}{journal}"
    );
    for (name, text) in [("log", log), ("journal", journal)] {
        for secret in &seen {
            assert!(!text.contains(secret), "{secret} in the {name}: {text}");
        }
    }
}
