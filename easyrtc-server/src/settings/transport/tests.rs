//! What can be said of transports, and what is said of what cannot.

use super::*;
use crate::settings::tests::{load, load_file};

fn enabled(settings: &Settings) -> String {
    settings
        .transports
        .enabled()
        .map(|transport| transport.name.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn refused(file: &str) -> String {
    let error = load_file(file).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    error
}

#[test]
fn what_is_built_in_is_enabled() {
    let built = TransportName::ALL.into_iter().filter(|name| name.is_built());
    let built: Vec<_> = built.map(TransportName::as_str).collect();
    assert_eq!(enabled(&load(&[], &[]).unwrap().settings), built.join(" "));
}

#[cfg(all(feature = "socketio", feature = "ws"))]
#[test]
fn the_flag_wins_over_the_environment_over_the_file() {
    use crate::settings::tests::load_with_file;

    let only_ws = "transport.socketio.enabled = false\n";
    let variable = [("EASYRTC_TRANSPORT", "socketio")];
    let flags = ["--transport", "ws", "--transport", "socketio"];
    let loaded = |file, flags: &[&str], variables| {
        enabled(&load_with_file(file, flags, variables).unwrap().settings)
    };
    assert_eq!(loaded("", &[], &[]), "socketio ws");
    assert_eq!(loaded(only_ws, &[], &[]), "ws");
    assert_eq!(loaded(only_ws, &[], &variable), "socketio");
    assert_eq!(loaded(only_ws, &flags, &variable), "socketio ws");
    assert_eq!(loaded("", &["--transport", "ws,socketio"], &variable), "socketio ws");
    assert_eq!(loaded("", &[], &[("EASYRTC_TRANSPORT", "ws")]), "ws");
}

#[test]
fn an_error_names_the_line() {
    for (file, line, expected) in [
        ("[transport.tcp]\n", 1, "unknown field `tcp`"),
        ("\n[transport.ws]\nkeeptime = '1s'\n", 3, "unknown field `keeptime`"),
        ("[transport.socketio]\nkeep_time = '1s'\n", 2, "unknown field `keep_time`"),
        ("[transport.ws]\npath = 'ws'\n", 2, "\"ws\" is not a path"),
        ("[transport.ws]\npath = '/'\n", 2, "\"/\" is not a path"),
        (
            "[transport.ws]\n\npath = '/demos/ws'\n",
            3,
            "is taken: this server has other things at /demos",
        ),
        ("[transport.socketio]\npath = '/easyrtc'\n", 2, "is taken"),
        ("[transport.socketio]\nping_interval = '99ms'\n", 2, "99ms is not 100ms to "),
        ("[transport.socketio]\nping_timeout = 20000\n", 2, "expected a string"),
        ("[transport.ws]\nmax_message_bytes = 1\n", 2, "1 is not 1000 to 1000000000"),
        ("[transport.ws]\nmax_sessions = -1\n", 2, "-1 is not 0 to 1000000000"),
        ("[transport.ws]\nkeep_time = '2days'\n", 2, "2days is not 100ms to 1day"),
        ("[transport.ws]\nkeep_bytes = 0\n", 2, "0 is not 1000 to"),
        ("[transport.ws]\nallowed_origins = ['*']\n", 2, "https://example.org"),
        ("[transport.ws]\nlisten = ['9000']\n", 2, "socket address"),
        ("[transport.ws]\nenabled = 'yes'\n", 2, "expected a boolean"),
    ] {
        let error = refused(file);
        assert!(error.contains(&format!("easyrtc.toml:{line}: ")), "{file}: {error}");
        assert!(error.contains(expected), "{file}: {error}");
    }
}

#[cfg(all(feature = "socketio", feature = "ws"))]
#[test]
fn what_does_not_go_together() {
    let neither = "transport.ws.enabled = false\ntransport.socketio.enabled = false\n";
    for (file, expected) in [
        (neither, "transport: none is enabled"),
        (
            "[transport.ws]\npath = '/socket.io/ws'\n",
            "transport.ws.path: /socket.io/ws is taken: Socket.IO is at /socket.io",
        ),
        ("[transport.socketio]\npath = '/ws/'\n", "transport.ws.path: /ws is taken"),
        ("[transport.ws]\nlisten = []\n", "transport.ws.listen: names no address"),
    ] {
        assert_eq!(refused(file).find(expected), Some(0), "{file}: {}", refused(file));
    }
    let unused = "[transport.ws]\nenabled = false\npath = '/socket.io'\nlisten = []\n";
    assert_eq!(enabled(&load_file(unused).unwrap().settings), "socketio");
}

#[test]
fn what_is_not_built_in_cannot_be_asked_for() {
    for name in TransportName::ALL {
        let file = format!("\n[transport.{name}]\nenabled = true\n");
        assert!(load_file(&file.replace("true", "false")).is_ok() || one_is_built_in());
        if name.is_built() {
            assert!(load_file(&file).is_ok());
            assert_eq!(name.as_str().parse(), Ok(name));
        } else {
            let error = refused(&file);
            assert!(error.contains("easyrtc.toml:3: ") && error.contains(NOT_BUILT), "{error}");
            assert_eq!(name.as_str().parse::<TransportName>(), Err(NOT_BUILT.to_owned()));
        }
    }
    assert_eq!("tcp".parse::<TransportName>(), Err("socketio or ws".to_owned()));
}

/// Whether disabling one leaves none.
fn one_is_built_in() -> bool {
    TransportName::ALL.into_iter().filter(|name| name.is_built()).count() == 1
}
