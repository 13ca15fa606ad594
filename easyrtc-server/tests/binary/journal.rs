//! `--journal`, and `replay`.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Server, run};
use crate::web_socket::Client;

const SECRETS: [&str; 6] =
    ["hunter2", "sid-of-ada", "Ada Lovelace", "v=0 o=ada", "cookie-of-ada", "topsecret"];

/// A server with a journal, and one client that uses all its secrets.
fn record(journal: &Path) {
    let options = json!({
        "appIceServers": [{"urls": "turn:t.example", "username": "u", "credential": "topsecret"}],
    });
    let (journal, options) = (journal.to_str().unwrap(), options.to_string());
    let flags = ["--journal", journal, "--easyrtc-options", &options];
    let mut server = Server::start(&flags);
    let headers = [("cookie", "easyrtcsid=cookie-of-ada")];
    let mut client = Client::connect(server.address(), "/ws", &headers).unwrap();
    let login = json!({"msgType": "authenticate", "msgData": {
        "apiVersion": "1.1.1", "username": "Ada Lovelace", "easyrtcsid": "sid-of-ada",
        "credential": {"password": "hunter2"},
    }});
    let token = client.ask(1, "easyrtcAuth", &login);
    assert_eq!(token["msgData"]["sessionData"]["easyrtcsid"], "sid-of-ada");
    let own = &token["msgData"]["easyrtcid"];
    let offer =
        json!({"msgType": "offer", "targetEasyrtcid": own, "msgData": {"sdp": "v=0 o=ada"}});
    client.send(2, "easyrtcCmd", &offer);
    // It comes back before its ack, for the client itself is the target.
    assert_eq!(client.frame()["message"]["msgType"], "offer");
    assert_eq!(client.frame()["message"]["msgType"], "ack");
    server.signal("TERM");
    drop(client);
    assert!(server.wait().success());
}

fn lines(journal: &Path) -> Vec<String> {
    std::fs::read_to_string(journal).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_journal_has_no_secrets_and_comes_out_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("journal.jsonl");
    record(&journal);
    let text = std::fs::read_to_string(&journal).unwrap();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("\"urls\":\"turn:t.example\""), "{text}");

    let path = journal.to_str().unwrap();
    let (code, out, error) = run(&["replay", path, "--check"], &[]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let steps = lines(&journal).len() - 2;
    assert_eq!(out, format!("{steps} steps, all as they were.\n"));

    let (code, out, _) = run(&["replay", path], &[]);
    assert_eq!(code, Some(0));
    let printed: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(printed.len(), steps);
    assert!(printed.iter().all(|step| step.get("recorded").is_none()));
    assert!(out.contains("\"msgType\":\"token\""), "{out}");
}

#[test]
fn what_comes_out_differently_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("journal.jsonl");
    record(&journal);
    let mut changed = lines(&journal);
    let step = changed.iter().position(|line| line.contains("\"token\"")).unwrap();
    changed[step] = changed[step].replacen("\"roomStatus\":\"join\"", "\"roomStatus\":\"left\"", 1);
    std::fs::write(&journal, changed.join("\n") + "\n").unwrap();
    let path = journal.to_str().unwrap();
    let (code, out, _) = run(&["replay", "--check", path], &[]);
    assert_eq!(code, Some(1));
    assert!(out.starts_with(&format!("Step {step} comes out differently.\nthen: ")), "{out}");
    let (code, out, _) = run(&["replay", path], &[]);
    assert_eq!(code, Some(0));
    assert_eq!(out.matches("\"recorded\":").count(), 1, "{out}");
}

#[test]
fn what_is_no_journal_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.jsonl");
    let (code, _, error) = run(&["replay", path.to_str().unwrap()], &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("cannot be read"), "{error}");
    std::fs::write(&path, "{}\n").unwrap();
    let (code, _, error) = run(&["replay", path.to_str().unwrap()], &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("is no journal"), "{error}");
}

#[test]
fn one_that_is_full_ends_and_the_server_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("journal.jsonl");
    let path = journal.to_str().unwrap();
    let mut server = Server::start(&["--journal", path, "--journal-max-bytes", "1"]);
    for _ in 0..2 {
        let mut client = Client::connect(server.address(), "/ws", &[]).unwrap();
        assert_eq!(client.login()["msgType"], "token");
    }
    server.signal("TERM");
    assert!(server.wait().success());
    assert_eq!(lines(&journal).len(), 2);
    let (code, out, _) = run(&["replay", path, "--check"], &[]);
    assert_eq!(code, Some(0));
    assert!(out.contains("incomplete: the journal has reached its largest size"), "{out}");
}
