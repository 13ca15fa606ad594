//! Flags, environment, file, and what is said when they cannot be used.

use std::net::TcpListener;

use crate::harness::{Server, Variables, run};

#[test]
fn an_unusable_setting_is_one_line_and_exit_code_2() {
    let cases: [(&[&str], Variables<'_>, &str); 7] = [
        (
            &[],
            &[("EASYRTC_OPTIONS", r#"{"roomMaxConection":3}"#)],
            "EASYRTC_OPTIONS: there is no option \"roomMaxConection\"; did you mean roomMaxConnection?",
        ),
        (
            &["--easyrtc-options", r#"{"loginTimeout":"soon"}"#],
            &[],
            "--easyrtc-options: loginTimeout: \"soon\" is not a whole number of milliseconds",
        ),
        (&[], &[("PORT", "tcp://10.0.0.1:80")], "PORT: \"tcp://10.0.0.1:80\" is not a port number"),
        (&[], &[("EASYRTC_LISTEN", "8080")], "EASYRTC_LISTEN: invalid value '8080': an IP address"),
        (&["--config", "/nowhere.toml"], &[], "/nowhere.toml: cannot be read: "),
        (&["--static", "/nowhere"], &[], "static: /nowhere: "),
        (
            &["--client-files", "/nowhere"],
            &[],
            "client_files: no package socket.io-client in /nowhere",
        ),
    ];
    for (flags, variables, expected) in cases {
        for check in [&["--listen", "127.0.0.1:0"][..], &["--check-config"]] {
            if variables.iter().any(|(name, _)| *name != "EASYRTC_OPTIONS") && check.len() > 1 {
                continue;
            }
            let (code, stdout, stderr) = run(&[flags, check].concat(), variables);
            assert_eq!(code, Some(2), "{stderr}");
            assert_eq!(stdout, "");
            assert!(stderr.starts_with(&format!("easyrtc-server: {expected}")), "{stderr}");
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
        }
    }
}

#[test]
fn an_unknown_flag_is_exit_code_2_and_names_the_nearest() {
    let (code, _, stderr) = run(&["--lisen", "x"], &[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--listen"), "{stderr}");
}

#[test]
fn an_address_that_is_taken_is_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = run(&["--listen", &address], &[]);
    assert_eq!(code, Some(1));
    assert_eq!(stdout, "");
    assert!(
        stderr.starts_with(&format!("easyrtc-server: cannot listen on {address}: ")),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let (code, help, _) = run(&["--help"], &[]);
    assert_eq!(code, Some(0));
    for word in ["--client-files", "EASYRTC_OPTIONS", "PORT", "Examples:"] {
        assert!(help.contains(word), "{word} in {help}");
    }
    assert!(help.lines().all(|line| line.len() <= 110), "{help}");
    let (code, version, _) = run(&["--version"], &[]);
    assert_eq!(code, Some(0));
    assert_eq!(version, format!("easyrtc-server {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_printed_configuration_can_be_used_as_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("easyrtc.toml");
    let path = path.to_str().unwrap();
    let flags = ["--print-config", "--max-sockets", "7", "--allow-origin", "https://example.org"];
    let (code, printed, stderr) = run(&flags, &[("EASYRTC_OPTIONS", r#"{"roomMaxConnection":3}"#)]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(
        printed.contains("\nmax_sockets = 7\n") && printed.contains("\nroomMaxConnection = 3\n")
    );

    std::fs::write(path, &printed).unwrap();
    let (code, again, stderr) = run(&["--config", path, "--print-config"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(again, printed);
    let (code, _, _) = run(&["--check-config"], &[("EASYRTC_CONFIG", path)]);
    assert_eq!(code, Some(0));
}

#[test]
fn it_listens_where_the_strongest_source_says() {
    let port = ("PORT", "0");
    let listen = ("EASYRTC_LISTEN", "127.0.0.1:0");
    let cases: [(&[&str], Variables<'_>, &str); 3] = [
        (&[], &[port], "0.0.0.0:"),
        (&[], &[port, listen], "127.0.0.1:"),
        (&["--port", "0"], &[listen, ("PORT", "1")], "0.0.0.0:"),
    ];
    for (flags, variables, expected) in cases {
        let server = Server::start_anywhere(flags, variables);
        let address = server.address();
        assert!(address.to_string().starts_with(expected) && address.port() != 0, "{address}");
        assert_eq!(server.get("/healthz").status, 200);
    }
}

#[test]
fn every_listener_is_announced_and_any_origin_said() {
    let server = Server::start(&["--listen", "127.0.0.1:0"]);
    let listening =
        server.announced.iter().filter(|line| line.starts_with("listening on http://127"));
    assert_eq!(listening.count(), 2);
    let any = "Pages of any origin may connect; --allow-origin restricts that.";
    assert!(server.announced.iter().any(|line| line == any), "{:?}", server.announced);
    let open = format!("Open http://{}/ in a browser", server.address());
    assert!(server.announced.last().unwrap().starts_with(&open), "{:?}", server.announced);

    let server = Server::start(&["--allow-origin", "https://example.org"]);
    assert!(!server.announced.iter().any(|line| line == any), "{:?}", server.announced);
}

#[test]
fn logs_are_json_on_request_and_warnings_are_in_them() {
    let flags = ["--log-format", "json", "--easyrtc-options", r#"{"logLevel":"debug"}"#];
    let mut server = Server::start(&flags);
    let line = server.wait_for_log("logLevel");
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["level"], "WARN");
    assert!(event["message"].as_str().unwrap().contains("logLevel: has no effect here"), "{event}");
}

#[test]
fn the_options_of_the_original_are_taken_as_they_are() {
    for options in [
        "{}",
        r#"{"appAutoCreateEnable":false,"roomAutoCreateEnable":false,"roomDefaultEnable":false}"#,
        r#"{"appIceServers":[{"urls":["stun:a.example"]},{"url":"stun:b.example"}]}"#,
        r#"{"roomMaxConnection":1,"appDefaultName":"main.app","roomDefaultName":"Lobby-1"}"#,
        r#"{"roomDefaultFieldObj":{"bad/name":{"fieldValue":1},"limit":{"fieldValue":0}}}"#,
        r#"{"loginTimeout":1500,"stillAliveInterval":1500,"stillAliveGracePeriod":500}"#,
        r#"{"roomEmptyTtl":800,"maxRoomsPerConnection":3,"maxRoomsPerApplication":5}"#,
        r#"{"apiEnable":true,"usernameRegExp":"/^(.){1,64}$/i"}"#,
    ] {
        let variables = [("EASYRTC_OPTIONS", options), ("EASYRTC_LISTEN", "127.0.0.1:0")];
        let server = Server::start_anywhere(&[], &variables);
        assert_eq!(server.get("/healthz").status, 200, "{options}");
    }
}
