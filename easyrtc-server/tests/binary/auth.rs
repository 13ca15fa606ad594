//! Who may log in: the settings, the commands and the backends as they are in use.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::harness::{Server, command, run};
use crate::web_socket::{Client, Received};

/// A directory with the settings and a key.
fn settings(text: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("easyrtc.toml"), text).unwrap();
    let key = "s3cret-key of more than thirty-two bytes\n";
    std::fs::write(directory.path().join("key"), key).unwrap();
    directory
}

fn start(directory: &TempDir, flags: &[&str], variables: &[(&str, &str)]) -> Server {
    let file = directory.path().join("easyrtc.toml");
    let own = ["--listen", "127.0.0.1:0", "--config", file.to_str().unwrap()];
    Server::start_anywhere(&[&own, flags].concat(), variables)
}

/// What `easyrtc-server token` prints for the key of the directory.
fn token(directory: &TempDir, flags: &[&str]) -> String {
    let key = directory.path().join("key");
    let flags = [&["token", "--key-file", key.to_str().unwrap()], flags].concat();
    let (code, token, error) = run(&flags, &[]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    token.trim_end().to_owned()
}

/// What `easyrtc-server hash-password` prints.
fn hash(password: &str) -> String {
    let mut command = command();
    let child = command.arg("hash-password").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn connect(server: &Server) -> Client {
    Client::connect(server.address(), "/ws", &[]).unwrap()
}

/// The answer to a login with this in it.
fn log_in(client: &mut Client, id: u64, with: &Value) -> Value {
    let mut data = json!({ "apiVersion": "1.1.1" });
    data.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    let mut answer =
        client.ask(id, "easyrtcAuth", &json!({ "msgType": "authenticate", "msgData": data }));
    answer["msgData"].take()
}

#[test]
fn a_login_lasts_as_long_as_its_token_unless_it_is_renewed() {
    let file = "auth.chain = ['jwt']\nauth.jwt.secret_file = 'key'\nauth.jwt.leeway = '0s'";
    let directory = settings(file);
    let server = start(&directory, &[], &[]);
    let short = json!({ "credential": { "token": token(&directory, &["--expires", "3s"]) } });
    let long = token(&directory, &["--expires", "1h", "--username", "ada"]);
    let long = json!({ "credential": { "token": long } });
    let [mut renewing, mut ending] = [connect(&server), connect(&server)];
    assert!(log_in(&mut ending, 1, &short)["easyrtcid"].is_string());
    let first = log_in(&mut renewing, 1, &short);
    let second = log_in(&mut renewing, 2, &long);
    assert!(first["easyrtcid"].is_string() && second["easyrtcid"] == first["easyrtcid"]);

    // They share a room, so it first hears of the other.
    let expired = loop {
        let frame = ending.frame();
        if frame["message"]["msgType"] == "error" {
            break frame;
        }
    };
    assert_eq!(expired["message"]["msgData"]["errorCode"], "LOGIN_TIMEOUT");
    assert_eq!(ending.receive(), Received::Closed(CloseCode::Policy));
    let refused = log_in(&mut connect(&server), 1, &short);
    assert_eq!(refused["errorCode"], "LOGIN_BAD_AUTH", "the token is over");

    renewing.send(3, "easyrtcCmd", &json!({ "msgType": "getRoomList" }));
    while renewing.frame()["ack"] != 3 {}
}

#[test]
fn the_users_are_read_again_when_they_are_asked_to_be() {
    let directory = settings("auth.chain = ['static']\nauth.static.file = 'users.toml'");
    let hash = hash("correct horse");
    let write = |name: &str, hash: &str| {
        let users = format!("[users.{name}]\npassword = '{hash}'\n");
        std::fs::write(directory.path().join("users.toml"), users).unwrap();
    };
    write("ada", &hash);
    let mut server = start(&directory, &[], &[]);
    let enters = |server: &Server, name: &str| {
        let credential = json!({ "username": name, "password": "correct horse" });
        let answer = log_in(&mut connect(server), 1, &json!({ "credential": credential }));
        answer["easyrtcid"].is_string()
    };
    assert!(enters(&server, "ada") && !enters(&server, "bob"));

    write("bob", &hash);
    server.signal("HUP");
    server.wait_for_log("the users were read again");
    assert!(!enters(&server, "ada") && enters(&server, "bob"));

    for broken in ["no hash", "$argon2id$"] {
        write("ada", broken);
        server.signal("HUP");
        let line = server.wait_for_log("cannot be read again");
        assert!(line.contains("ERROR") && line.contains("password"), "{line}");
        assert!(!enters(&server, "ada") && enters(&server, "bob"));
    }
    std::fs::remove_file(directory.path().join("users.toml")).unwrap();
    server.signal("HUP");
    server.wait_for_log("cannot be read again");
    assert!(enters(&server, "bob"));
}

#[test]
fn nothing_secret_is_seen() {
    let backend = backend(None, r#"{"decision":"deny","errorCode":"s3cret"}"#);
    let directory = settings(&format!(
        "[auth]\nchain = ['static', 'jwt', 'webhook']\n[auth.static]\nfile = 'users.toml'\n\
         [auth.jwt]\nsecret_file = 'key'\nleeway = '0s'\n[auth.webhook]\n\
         url = 'http://{backend}/?key=s3cret'\nsecret = 's3cret-signing'\n\
         [invitation]\nsecret_file = 'key'\n\
         [options.applications.default.rooms]\nclub = {{ passphrase = 's3cret-word' }}\n\
         class = {{ invitation = true }}"
    ));
    let hash = hash("s3cret-password\n");
    let users = format!("[users.ada]\npassword = '{hash}'\n");
    std::fs::write(directory.path().join("users.toml"), users).unwrap();
    let good = token(&directory, &["--username", "bob"]);
    let expired = token(&directory, &["--username", "bob", "--expires", "0s"]);
    let journal = directory.path().join("journal");
    let flags = ["--log-level", "trace", "--journal", journal.to_str().unwrap()];
    let flags = [&flags[..], &["--metrics-listen", "127.0.0.1:0"]].concat();
    let mut server = start(&directory, &flags, &[]);

    let room = |name: &str, parameter: Value| json!({ name: { "roomName": name, "roomParameter": parameter } });
    let ada = |password: &str| json!({ "username": "ada", "password": password });
    let mut answers = String::new();
    for (with, expected) in [
        (json!({ "credential": ada("s3cret-password") }), None),
        (json!({ "credential": ada("s3cret-guess") }), Some("LOGIN_BAD_AUTH")),
        (json!({ "credential": { "token": good } }), None),
        (json!({ "credential": { "token": format!("{good}x") } }), Some("LOGIN_BAD_AUTH")),
        (json!({ "credential": { "token": expired } }), Some("LOGIN_BAD_AUTH")),
        (json!({ "credential": { "key": "s3cret-other" } }), Some("LOGIN_BAD_AUTH")),
        (
            json!({ "credential": { "token": good },
                    "roomJoin": room("club", json!({ "passphrase": "s3cret-word" })) }),
            None,
        ),
        (
            json!({ "credential": { "token": good },
                    "roomJoin": room("club", json!({ "passphrase": "s3cret-wrong" })) }),
            Some("LOGIN_BAD_ROOM"),
        ),
        (
            json!({ "credential": { "token": good },
                    "roomJoin": room("class", json!({ "invitation": "s3cret-invitation" })) }),
            Some("LOGIN_BAD_ROOM"),
        ),
    ] {
        let answer = log_in(&mut connect(&server), 1, &with);
        assert_eq!(answer["errorCode"].as_str(), expected, "{with}");
        answers += &answer.to_string();
    }
    let path = format!("/ws?access_token={expired}");
    let bearer = format!("Bearer {expired}");
    let headers = [("authorization", bearer.as_str()), ("cookie", "sid=s3cret-cookie")];
    let mut client = Client::connect(server.address(), &path, &headers).unwrap();
    assert_eq!(log_in(&mut client, 1, &json!({}))["errorCode"], "LOGIN_BAD_AUTH");

    answers += &crate::metrics::text(&server);
    assert!(answers.contains("easyrtc_clients"), "{answers}");

    server.signal("TERM");
    assert!(server.wait().success());
    let log = server.rest_of_log();
    let journal = std::fs::read_to_string(journal).unwrap();
    for expected in ["wrong_credential", "wrong_passphrase", "malformed_invitation", "refused"] {
        assert!(log.contains(expected), "{expected}: {log}");
    }
    assert!(journal.contains("\"authorization\":"), "{journal}");
    let signature = good.rsplit_once('.').unwrap().1;
    let expired = expired.rsplit_once('.').unwrap().1;
    for (name, text) in [("log", &log), ("journal", &journal), ("answers", &answers)] {
        for secret in ["s3cret", signature, expired, hash.as_str()] {
            assert!(!text.contains(secret), "{secret} in the {name}: {text}");
        }
    }
}

#[test]
fn a_backend_is_only_believed_with_a_certificate() {
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/tls");
    let backend = backend(Some(&tls), r#"{"decision":"allow","username":"ada"}"#);
    let directory = settings(&format!(
        "auth.chain = ['webhook']\n[auth.webhook]\nurl = 'https://localhost:{}/'\n\
         secret_file = 'key'\nattempts = 1",
        backend.port()
    ));
    let [right, wrong] = ["ca.pem", "other-ca.pem"].map(|name| tls.join(name));
    for (authority, expected) in [(right, None), (wrong, Some("LOGIN_GEN_FAIL"))] {
        let variables = [("SSL_CERT_FILE", authority.to_str().unwrap())];
        let server = start(&directory, &[], &variables);
        let answer = log_in(&mut connect(&server), 1, &json!({}));
        assert_eq!(answer["errorCode"].as_str(), expected, "{answer}");
    }
}

/// A backend that answers everything with `body`, over TLS with the files of this directory. It
/// ends with the process.
fn backend(tls: Option<&Path>, body: &'static str) -> SocketAddr {
    let config = tls.map(|files| {
        let certificate = CertificateDer::from_pem_file(files.join("localhost.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(files.join("localhost.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(config.with_single_cert(vec![certificate], key).unwrap())
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            match &config {
                None => answer(stream, body),
                Some(config) => {
                    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                    answer(StreamOwned::new(connection, stream), body);
                }
            }
        }
    });
    address
}

/// Reads a request and answers it. One that breaks off, as for want of trust, gets none.
fn answer(mut stream: impl Read + Write, body: &str) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(length) => request.extend_from_slice(&buffer[..length]),
        }
        // What it asks is JSON, an object, and nothing follows it.
        if request.ends_with(b"}") {
            break;
        }
    }
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    drop(stream.write_all((head + body).as_bytes()).and_then(|()| stream.flush()));
}
