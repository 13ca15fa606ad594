//! The command line.

use std::fs;
use std::process::{Command, Output};

use easyrtc_bench::transport::Transport;

use crate::real;

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_easyrtc-bench")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const BRIEF: [&str; 6] = ["--duration", "300ms", "--warmup", "50ms", "--patience", "60s"];

#[test]
fn a_server_that_runs_is_measured() {
    let server = real::start(Transport::SocketIo);
    let folder = tempfile::tempdir().unwrap();
    let (json, svg) = (folder.path().join("m.jsonl"), folder.path().join("m.svg"));
    let url = format!("http://{}", server.address());
    let pid = server.pid().to_string();
    let files = ["--json", json.to_str().unwrap(), "--svg", svg.to_str().unwrap()];
    let arguments = ["run", &url, "relay-2", "fanout-3", "--pid", &pid];
    let output = bench(&[&arguments[..], &BRIEF, &files].concat());
    assert!(output.status.success(), "{output:?}");
    let table = text(&output.stdout);
    assert!(table.contains("relay-2") && table.contains("processor time"), "{table}");
    assert_eq!(fs::read_to_string(&json).unwrap().lines().count(), 2);
    assert!(fs::read_to_string(&svg).unwrap().contains("fanout-3"));
    // The same table again, from the file.
    let again = bench(&["report", json.to_str().unwrap()]);
    assert_eq!(text(&again.stdout), table);
}

#[test]
fn two_servers_are_compared() {
    let (one, other) =
        (real::candidate(Transport::WebSocket), real::candidate(Transport::SocketIo));
    let output = bench(
        &[
            &["compare", "--candidate", &one.command, "--candidate-transport", "ws"][..],
            &["--baseline", &other.command, "--rounds", "2", "relay-2"],
            &BRIEF,
        ]
        .concat(),
    );
    assert!(output.status.success(), "{output:?}");
    let table = text(&output.stdout);
    let head = table.lines().next().unwrap();
    assert!(head.contains("candidate (ws)") && head.contains("baseline (socketio)"), "{table}");
    assert!(head.contains("ratio"), "{table}");
}

#[test]
fn what_cannot_be_done_is_said() {
    for (arguments, said) in [
        (&["run", "ftp://x"][..], "neither http:// nor ws://"),
        (&["run", "ws://127.0.0.1:1", "--pid", "0"], "/proc tells nothing"),
        (&["run", "ws://127.0.0.1:1", "dance"], "no such phase: dance"),
        (&["report", "/nowhere"], "/nowhere: "),
        (&["compare", "--candidate", "x", "--original", "/nowhere"], "npm ci"),
        (&["compare", "--candidate", "true", "--baseline", "true", "relay"], "prints no address"),
    ] {
        let output = bench(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
    }
}
