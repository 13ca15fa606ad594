use super::*;
use crate::settings::TransportName;
use crate::settings::tests::{load, load_file};

#[test]
fn every_setting_is_printed() {
    let everything = Settings {
        metrics_listen: Some(([127, 0, 0, 1], 9090).into()),
        static_files: Some("/srv/pages".into()),
        client_files: Some("/srv/npm".into()),
        message_log: Some("/srv/messages.jsonl".into()),
        journal: Some("/srv/journal.jsonl".into()),
        ..Settings::default()
    };
    let command = Layer::augment_args(Command::new("easyrtc-server"));
    for argument in command.get_arguments() {
        let id = argument.get_id().as_str();
        assert!(IN_TABLES.contains(&id) || everything.value(id).is_some(), "{id}");
        assert!(argument.get_help().is_some(), "{id} has no help");
    }
}

#[test]
fn what_is_printed_reads_as_the_same() {
    let cases = [
        "",
        "listen = ['[::1]:1', '127.0.0.1:2']\nstatic = \"/srv/my \\\"pages\\\" \\u0001\"\n",
        "allowed_origins = ['https://example.org']\nheader_timeout = '1m 500ms'\nlog_format = 'json'",
        "message_log = '/srv/messages'\njournal = '/srv/journal'\njournal_max_bytes = 7\n",
        "denied_addresses = ['192.0.2.7', '2001:db8::/32']\nwrite_timeout = '0s'\n",
        "[options.applications.'my.app']\nhideRoomList = true\nrooms.Lobby.roomMaxConnection = 3\n",
        "log_level = 'warn,easyrtc_runtime=debug'\nmax_sockets = 0\n",
        "trusted_proxies = ['10.0.0.0/8', '::1']\nproxy_protocol = true\nmetrics_listen = '[::1]:9'\n",
        "[options]\nroomMaxConnection = 3\nappDefaultName = 'main.app'\nloginTimeout = 0\n",
        "[options]\nappIceServers = [{ urls = \"stun:it's.example\" }]\nroomDefaultEnable = false\n",
        r#"options.roomDefaultFieldObj = '{"topic": {"fieldValue": [1.0, null], "fieldOption": {"isShared": true}}}'"#,
        "[transport.ws]\npath = '/a/b'\nlisten = ['127.0.0.1:1']\nallowed_origins = []\n\
         ping_interval = '1s'\nping_timeout = '2s'\nmax_message_bytes = 3000\nmax_sessions = 0\n\
         keep_time = '1m 1s'\nkeep_bytes = 5000\n[options]\npingInterval = 1000\n",
        "[auth]\nchain = ['static', 'open']\ntimeout = '1s'\nmax_in_flight = 7\n\
         [auth.static]\nfile = '/srv/users.toml'\nmax_verifications = 2\n",
        "[auth]\nchain = ['jwt', 'webhook']\n\
         [auth.jwt]\npublic_key_file = '/srv/key.pem'\nalgorithms = ['ES256', 'EdDSA']\n\
         issuer = 'me'\naudience = ['you', 'her']\nleeway = '0s'\nrequire_expiry = false\n\
         credential = ['auth', 'token']\njwks_timeout = '1s'\n\
         [auth.jwt.claims]\nusername = 'name'\nrooms = ''\ngroups = ['a', 'b']\n\
         [auth.webhook]\nurl = 'https://a.example/x?y'\nsecret_file = '/srv/key'\n\
         attempts = 1\non_failure = 'allow'\nbreaker_failures = 0\n\
         [invitation]\nsecret_file = '/srv/invitations'\n",
        "transport.socketio.allow_eio3 = false\ntransport.socketio.request_acks = false\n\
         transport.socketio.allowed_origins = ['https://a.example']\ntransport.ws.enabled = false",
    ];
    for case in cases {
        if case.contains("ws.enabled = false") && !TransportName::SocketIo.is_built() {
            continue;
        }
        let once = load_file(case).unwrap().settings;
        let printed = once.to_toml();
        let again = load_file(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
        assert_eq!(again.warnings, []);
        assert_eq!(again.settings.to_toml(), printed);
        assert_eq!(Settings { options: once.options.clone(), ..again.settings.clone() }, once);
        assert_eq!(again.settings.options.protocol, once.options.protocol);
    }
}

#[test]
fn secrets_are_not_printed_and_their_place_has_to_be_filled() {
    let options = r#"{
        "appIceServers": [
            {"urls": "stun:a"}, {"urls": "turn:a", "username": "u", "credential": "s3cret"}],
        "roomDefaultFieldObj": {
            "topic": {"fieldValue": "open", "fieldOption": {"isShared": true}},
            "key": {"fieldValue": "s3cret"}}}"#;
    let printed = load(&["--easyrtc-options", options], &[]).unwrap().settings.to_toml();
    assert!(!printed.contains("s3cret"), "{printed}");
    assert!(printed.contains("\"username\":\"u\"") && printed.contains("\"open\""), "{printed}");

    for table in ["auth.jwt", "auth.webhook", "invitation"] {
        let file = format!("[{table}]\nsecret = 's3cret'");
        let printed = load_file(&file).unwrap().settings.to_toml();
        assert!(!printed.contains("s3cret"), "{printed}");
        let error = load_file(&printed).unwrap_err().to_string();
        assert!(error.contains("has the placeholder"), "{error}");
    }

    let error = load_file(&printed).unwrap_err().to_string();
    assert!(error.contains("appIceServers: entry 2 has the placeholder"), "{error}");
    let without_ice: String = printed
        .lines()
        .filter(|line| !line.starts_with("appIceServers"))
        .collect::<Vec<_>>()
        .join("\n");
    let error = load_file(&without_ice).unwrap_err().to_string();
    assert!(
        error.contains("roomDefaultFieldObj: the field \"key\" has the placeholder"),
        "{error}"
    );
}

#[test]
fn comments_are_wrapped() {
    let mut text = String::new();
    comment(&mut text, &"word ".repeat(50));
    assert!(text.lines().all(|line| line.starts_with("# word") && line.len() <= WIDTH), "{text}");
    assert_eq!(text.matches("word").count(), 50);
}
