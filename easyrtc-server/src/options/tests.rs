//! The table of options, and what becomes of values.

use std::time::Duration;

use easyrtc_proto::{AppName, FieldName, IceServer, RoomName};

use super::*;

fn read(json: &str) -> Result<(Options, Vec<String>), String> {
    let given = from_argument(json, "--easyrtc-options").map_err(|error| error.to_string())?;
    let (options, warnings) = build(given).map_err(|error| error.to_string())?;
    Ok((options, warnings.iter().map(ToString::to_string).collect()))
}

fn core(json: &str) -> Config {
    protocol(json).core
}

fn protocol(json: &str) -> Protocol {
    let (options, warnings) = read(json).unwrap();
    assert_eq!(warnings, Vec::<String>::new(), "{json}");
    options.protocol
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = known().map(|known| known.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn the_defaults_in_the_table_are_those_in_force() {
    let defaults: Vec<String> = known()
        .filter(|known| matches!(known.meaning, Meaning::Effective(_)))
        .filter_map(|known| Some(format!("{:?}:{}", known.name, known.default?)))
        .collect();
    assert_eq!(protocol(&format!("{{{}}}", defaults.join(","))), Protocol::default());
}

#[test]
fn every_option_that_has_an_effect_changes_something() {
    for known in known().filter(|known| matches!(known.meaning, Meaning::Effective(_))) {
        let name = known.name;
        let value = match known.default.unwrap_or("0") {
            "true" => "false",
            "false" => "true",
            r#""default""# => r#""other""#,
            "null" => r#"{"f":{"fieldValue":1}}"#,
            "{}" => r#"{"a":{}}"#,
            list if list.starts_with('[') => "[]",
            _ => "77777",
        };
        let json = format!(r#"{{"{name}":{value}}}"#);
        if name == "clientListUserAgent" && !cfg!(feature = "user-agent") {
            let error = read(&json).unwrap_err();
            assert!(error.contains("built with the feature user-agent"), "{error}");
            continue;
        }
        assert_ne!(protocol(&json), Protocol::default(), "{name}");
    }
}

#[test]
fn the_default_room_is_off_whatever_its_name() {
    let config = core(r#"{"roomDefaultName":"Lobby-1","roomDefaultEnable":false}"#);
    assert_eq!(config.room_default, None);
    let config = core(r#"{"roomDefaultName":"Lobby-1"}"#);
    assert_eq!(config.room_default.unwrap().as_str(), "Lobby-1");
}

#[test]
fn a_login_timeout_holds_on_every_transport() {
    let config = core(r#"{"loginTimeout":1500}"#);
    assert_eq!(config.login_timeout_socketio, Duration::from_millis(1500));
    assert_eq!(config.login_timeout_websocket, Duration::from_millis(1500));
}

#[test]
fn errors_say_what_was_given_and_what_is_allowed() {
    for (json, expected) in [
        (
            r#"{"roomMaxConection":3}"#,
            "no option \"roomMaxConection\"; did you mean roomMaxConnection?",
        ),
        (r#"{"ROOMDEFAULTNAME":"x"}"#, "did you mean roomDefaultName?"),
        (r#"{"roomMaxConnection":-1}"#, "roomMaxConnection: -1 is not a whole number from 0"),
        (r#"{"roomMaxConnection":"3"}"#, "roomMaxConnection: \"3\" is not a whole number"),
        (r#"{"appAutoCreateEnable":1}"#, "appAutoCreateEnable: 1 is not true or false"),
        (r#"{"roomDefaultName":"a b"}"#, "roomDefaultName: \"a b\" is not a name that matches ^"),
        (r#"{"loginTimeout":1.5}"#, "loginTimeout: 1.5 is not a whole number of milliseconds"),
        (
            r#"{"pingInterval":0}"#,
            "pingInterval: 0 is not a whole number of milliseconds from 100 to 1000000000",
        ),
        (r#"{"appIceServers":{}}"#, "appIceServers: {} is not an array such as"),
        (r#"{"appIceServers":[{"urls":[]}]}"#, "entry 1 is malformed"),
        (
            r#"{"appIceServers":[{"urls":"stun:a"},{"url":"http://b"}]}"#,
            "entry 2 is malformed: \"http://b\"",
        ),
        (r#"{"appIceServers":[{"urls":"turn:a","password":"p"}]}"#, "credential"),
        (r#"{"applications":[]}"#, "applications: [] is not an object such as"),
        (
            r#"{"applications":{"a b":{}}}"#,
            "applications: of \"a b\": not a valid application name",
        ),
        (r#"{"applications":{"a":{"rooms":{"a b":{}}}}}"#, "of \"a\": room \"a b\": not the name"),
        (r#"{"applications":{"a":{"rooms":{"a*b":{}}}}}"#, "room \"a*b\": not the name of a room"),
        (
            r#"{"applications":{"a":{"rooms":{"a":{"open":1}}}}}"#,
            "room \"a\": unknown field `open`",
        ),
        (
            r#"{"applications":{"a":{"rooms":{"a":{"passphrase":""}}}}}"#,
            "the passphrase is no text",
        ),
        (
            r#"{"applications":{"a":{"rooms":{"*":{"passphrase":"<hidden by --print-config>"}}}}}"#,
            "room \"*\": the passphrase has the placeholder",
        ),
        (r#"{"applications":{"a":{"rooms":{"a":{"joinGroups":["a b"]}}}}}"#, "valid group name"),
        (r#"{"applications":{"a":{"rooms":{"a":{"fieldObj":{"f":1}}}}}}"#, "fieldObj: the field"),
        (r#"{"applications":{"a":{"iceServers":[{"urls":"x:y"}]}}}"#, "iceServers: entry 1 is mal"),
        (r#"{"applications":{"a":{"roomMax":1}}}"#, "of \"a\": unknown field `roomMax`"),
        (r#"{"applications":{"a":{"roomMaxConnection":-1}}}"#, "expected u32"),
        (r#"{"roomDefaultFieldObj":[]}"#, "roomDefaultFieldObj: [] is not an object such as"),
        (r#"{"roomDefaultFieldObj":{"a":7}}"#, "the field \"a\" is no object"),
        (r#"{"roomDefaultFieldObj":{"a":{}}}"#, "the field \"a\" has no fieldValue"),
        (
            r#"{"roomDefaultFieldObj":{"a":{"fieldValue":1,"fieldOption":{"isShared":"yes"}}}}"#,
            "the field \"a\" has a fieldOption that is not",
        ),
        (
            r#"{"usernameRegExp":"/^x$/"}"#,
            "usernameRegExp: the rules for names are fixed; only \"/^(.){1,64}$/i\"",
        ),
        (r#"{"usernameRegExp":{}}"#, "usernameRegExp: the rules for names are fixed"),
        ("{", "--easyrtc-options: is no JSON object with options"),
        ("[]", "is no JSON object, and as the file \"[]\" cannot be read"),
    ] {
        let error = read(json).unwrap_err();
        assert!(error.contains(expected) && !error.contains('\n'), "{json}: {error}");
    }
}

#[test]
fn patterns_may_be_repeated_and_other_subjects_get_one_warning_each() {
    let (options, warnings) = read(
        r#"{"fieldNameRegExp":"/^[a-z0-9_. -]{1,32}$/i","presenceShowRegExp":"/^(away|chat|dnd|xa)$/",
            "logLevel":"debug","demosEnable":true}"#,
    )
    .unwrap();
    assert_eq!(options.protocol.core, Config::default());
    assert_eq!(warnings.len(), 2);
    assert!(warnings.iter().any(|warning| warning.contains("logLevel: has no effect")));
    assert!(warnings.iter().any(|warning| warning.contains("demosEnable: has no effect")));
}

#[test]
fn fields_keep_their_bytes_and_improper_names_are_left_out() {
    let (options, warnings) = read(
        r#"{"connectionDefaultFieldObj":{
            "motd":{"fieldValue":{ "n" : [1.0,"h\u00e9"] },"fieldOption":{"isShared":true}},
            "nothing":{"fieldValue":null,"fieldOption":null},
            "bad/name":{"fieldValue":"x","fieldOption":{"isShared":true}},
            "loose":{"fieldValue":1,"isShared":true}}}"#,
    )
    .unwrap();
    let fields = options.protocol.core.connection_default_fields.0;
    let field = |name: &str| &fields[&FieldName::parse(name).unwrap()];
    assert_eq!(field("motd").value.as_str(), r#"{ "n" : [1.0,"h\u00e9"] }"#);
    assert!(field("motd").shared);
    assert_eq!(field("nothing").value.as_str(), "null");
    assert!(!field("nothing").shared && !field("loose").shared);
    assert_eq!(fields.len(), 3);
    assert!(warnings[0].contains("\"bad/name\" is left out"), "{warnings:?}");
    assert!(warnings[1].contains("\"isShared\" of the field \"loose\""), "{warnings:?}");
    assert_eq!(warnings.len(), 2);
}

#[test]
fn ice_servers_are_passed_on_as_configured() {
    let entry = r#"{"urls":["turn:a","stun:b"],"username":"u","credential":"p@ss","x":1.0}"#;
    let config = core(&format!(r#"{{"appIceServers":[{entry},{{"url":"stun:c"}}]}}"#));
    let expected = [entry, r#"{"url":"stun:c"}"#].map(|entry| IceServer::parse(entry).unwrap());
    assert_eq!(*config.ice_servers, expected);

    let (_, warnings) = read(r#"{"appIceServers":[{"urls":"turn:a"}]}"#).unwrap();
    assert!(warnings[0].contains("TURN server without username and credential"), "{warnings:?}");
}

#[test]
fn applications_and_their_rooms() {
    let config = core(
        r#"{"applications":{"my.app":{"roomMaxConnection":10,"hideRoomList":true,
            "publicOptions":{"motd":{ "x" : 1.0 }},"rooms":{"Lobby":{"roomMaxConnection":3},"B":{}}}}}"#,
    );
    let app = &config.applications[&AppName::parse("my.app").unwrap()];
    assert_eq!(app.room_max_connection, Some(10));
    assert!(app.hide_room_list);
    assert_eq!(app.public_options["motd"].as_str(), r#"{ "x" : 1.0 }"#);
    let lobby = &app.rooms[&RoomName::parse("Lobby").unwrap()];
    assert_eq!((lobby.room_max_connection, app.rooms.len()), (Some(3), 2));
}

#[test]
fn what_is_set_for_rooms_goes_to_the_core_but_for_the_proofs() {
    let protocol = protocol(
        r#"{"applications":{"my.app":{"iceServers":[{"urls":"stun:mine"}],
            "roomAutoCreateEnable":false,"appDefaultFieldObj":{"f":{"fieldValue":1}},
            "rooms":{"Lobby":{"private":true,"keepEmpty":false},
            "class-*":{"joinGroups":["pupils","teachers"],"createGroups":["teachers"],
            "passphrase":"open sesame","fieldObj":{"g":{"fieldValue":2}}},
            "class-open":{},"vip":{"invitation":true}}},"other":{"rooms":{"r":{}}}}}"#,
    );
    let name = AppName::parse("my.app").unwrap();
    let app = &protocol.core.applications[&name];
    assert_eq!(app.ice_servers.as_ref().map(|servers| servers.len()), Some(1));
    assert_eq!(app.room_auto_create, Some(false));
    assert_eq!(app.default_fields.as_ref().map(|fields| fields.0.len()), Some(1));
    let room = |room: &str| protocol.core.room(&name, &RoomName::parse(room).unwrap()).unwrap();
    assert_eq!((room("Lobby").private, room("Lobby").keep_empty), (true, Some(false)));
    let class = room("class-7");
    assert_eq!(class.join_groups.as_ref().map(|groups| groups.len()), Some(2));
    assert_eq!(class.create_groups.as_ref().map(|groups| groups.len()), Some(1));
    assert_eq!(class.fields.as_ref().map(|fields| fields.0.len()), Some(1));
    assert!(class.guarded && room("vip").guarded && !room("class-open").guarded);
    assert_eq!((app.rooms.len(), app.room_rules.len()), (3, 1));

    assert_eq!(protocol.room_proofs.len(), 1, "of the other application nothing is guarded");
    let proof = |room: &str| {
        let room = RoomName::parse(room).unwrap();
        RoomPattern::find(&protocol.room_proofs[&name], &room).unwrap()
    };
    let passphrase = proof("class-7").passphrase.as_ref().map(easyrtc_auth::Secret::expose);
    assert_eq!(passphrase, Some(b"open sesame".as_slice()));
    assert!(proof("vip").invitation && !proof("class-open").is_needed());
    let shown = format!("{:?}{:?}", protocol.core, protocol.room_proofs);
    assert!(!shown.contains("sesame"), "{shown}");
}

#[test]
fn secrets_of_applications_are_hidden() {
    let text = r#"{"my.app":{"iceServers":[{"urls":"turn:t","username":"u","credential":"s3cret"}],
        "appDefaultFieldObj":{"f":{"fieldValue":"s3cret"},
        "g":{"fieldValue":"open","fieldOption":{"isShared":true}}},
        "rooms":{"r*":{"passphrase":"s3cret","fieldObj":{"f":{"fieldValue":["s3cret"]}}}}}}"#;
    let shown = without_secrets("applications", text);
    assert!(!shown.contains("s3cret") && shown.contains("open"), "{shown}");
    assert_eq!(shown.matches("<hidden by --print-config>").count(), 4);
    let (options, _) = read(&format!(r#"{{"applications":{text}}}"#)).unwrap();
    assert!(!format!("{options:?}").contains("s3cret"), "{options:?}");
    let plain = r#"{"my.app":{ "rooms":{"r":{"passphrase":null}}}}"#;
    assert_eq!(without_secrets("applications", plain), plain);
}

#[test]
fn an_argument_that_is_no_object_is_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("options.json");
    std::fs::write(&path, r#"{"roomMaxConnection":3}"#).unwrap();
    assert_eq!(core(path.to_str().unwrap()).limits.room_max_connection, 3);
    std::fs::write(&path, r#"{"roomMaxConnection":}"#).unwrap();
    let error = read(path.to_str().unwrap()).unwrap_err();
    assert!(error.contains("options.json: is no JSON object with options"), "{error}");
}
