use std::time::Duration;

use easyrtc_state::{AppConfig, RoomConfig};

use crate::harness::{Table, outcome};

#[test]
fn rooms_of_one_connection() {
    let mut table = Table::with(|config| config.limits.rooms_per_connection = 2);
    assert_eq!(outcome(&table.hello(1, &["a", "b", "c"])), "LOGIN_GEN_FAIL");
    table.hello(2, &["a"]);
    assert_eq!(outcome(&table.join(2, &["b", "c"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(outcome(&table.join(2, &["a", "b"])), "ok");
    assert_eq!(outcome(&table.join(2, &["c"])), "MSG_REJECT_BAD_ROOM");
}

#[test]
fn rooms_of_one_application() {
    let mut table = Table::with(|config| config.limits.rooms_per_application = 3);
    table.hello(1, &["a"]);
    assert_eq!(outcome(&table.join(1, &["b", "c"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(outcome(&table.join(1, &["b"])), "ok");
    assert_eq!(outcome(&table.hello(2, &["c"])), "LOGIN_GEN_FAIL");
    assert_eq!(outcome(&table.hello(3, &["b"])), "ok");
}

#[test]
fn configured_rooms_can_be_joined_beyond_the_limit() {
    let mut table = Table::with(|config| {
        config.limits.rooms_per_application = 1;
        let rooms = ["a", "b"].map(|room| easyrtc_proto::RoomName::parse(room).unwrap());
        let rooms = rooms.map(|room| (room, RoomConfig::default())).into();
        let app = easyrtc_proto::AppName::parse("default").unwrap();
        config.applications.insert(app, AppConfig { rooms, ..AppConfig::default() });
    });
    assert_eq!(outcome(&table.hello(1, &["a", "b"])), "ok");
    assert_eq!(outcome(&table.join(1, &["c"])), "MSG_REJECT_BAD_ROOM");
}

#[test]
fn applications_and_sessions() {
    let mut table = Table::with(|config| {
        config.limits.applications = 2;
        config.limits.sessions = 1;
    });
    for (conn, more, expected) in [
        (1, r#","applicationName":"a","easyrtcsid":"s""#, "ok"),
        (2, r#","applicationName":"b""#, "LOGIN_APP_AUTH_FAIL"),
        (3, r#","applicationName":"a","easyrtcsid":"t""#, "LOGIN_GEN_FAIL"),
        (4, r#","applicationName":"a","easyrtcsid":"s""#, "ok"),
    ] {
        table.open(conn);
        assert_eq!(outcome(&table.auth(conn, more)), expected, "{more}");
    }
}

#[test]
fn connections() {
    let mut table = Table::with(|config| config.limits.connections = 1);
    table.hello(1, &[]);
    assert!(table.open(2).is_empty(), "it may wait");
    let lines = table.auth(2, "");
    assert_eq!(outcome(&lines), "LOGIN_NO_SOCKETS");
    assert_eq!(lines[1..], ["close 2 Refused"]);
}

#[test]
fn connections_from_one_address() {
    let mut table = Table::with(|config| config.limits.connections_per_address = 2);
    for (conn, peer, expected) in [
        (1, "192.0.2.1", "ok"),
        (2, "::ffff:192.0.2.1", "ok"),
        (3, "192.0.2.1", "LOGIN_NO_SOCKETS"),
        (4, "192.0.2.2", "ok"),
        (5, "2001:db8:0:1::1", "ok"),
        (6, "2001:db8:0:1:ffff::2", "ok"),
        (7, "2001:db8:0:1::3", "LOGIN_NO_SOCKETS"),
        (8, "2001:db8:0:2::1", "ok"),
        (9, "", "ok"),
        (10, "", "ok"),
        (11, "", "ok"),
    ] {
        assert!(table.open_from(conn, peer).is_empty(), "it may wait");
        assert_eq!(outcome(&table.auth(conn, "")), expected, "{conn} from {peer}");
    }
    table.close(1);
    table.open_from(12, "192.0.2.1");
    assert_eq!(outcome(&table.auth(12, "")), "ok");
}

#[test]
fn connections_that_have_not_logged_in() {
    let mut table = Table::with(|config| {
        config.limits.unauthenticated = 3;
        config.limits.unauthenticated_per_address = 1;
    });
    let mut open = |conn, peer| outcome(&table.open_from(conn, peer));
    assert_eq!(open(1, "192.0.2.1"), "ok");
    assert_eq!(open(2, "192.0.2.1"), "LOGIN_NO_SOCKETS");
    assert_eq!(open(3, "192.0.2.2"), "ok");
    assert_eq!(open(4, ""), "ok");
    assert_eq!(open(5, ""), "LOGIN_NO_SOCKETS");
    table.auth(1, "");
    assert!(table.open(6).is_empty());
}

#[test]
fn zero_means_no_limit() {
    let mut table = Table::with(|config| {
        let limits = &mut config.limits;
        *limits = easyrtc_state::Limits {
            applications: 0,
            rooms_per_application: 0,
            rooms_per_connection: 0,
            room_max_connection: 0,
            sessions: 0,
            connections: 0,
            connections_per_address: 0,
            unauthenticated: 0,
            unauthenticated_per_address: 0,
            parked: 0,
            asks_per_connection: 0,
            groups_per_connection: 0,
            fields: 0,
            bans: 0,
            gathered_changes: 0,
            user_api_field_units: 0,
            user_settings: 0,
            rates: easyrtc_state::Rates::NONE,
        };
        config.login_timeout_socketio = Duration::ZERO;
        config.ask_timeout = Duration::ZERO;
        config.room_empty_ttl = Duration::ZERO;
    });
    table.open(1);
    assert_eq!(table.core.next_deadline(), None);
    assert_eq!(outcome(&table.auth(1, r#","easyrtcsid":"s""#)), "ok");
    assert_eq!(outcome(&table.join(1, &["a"])), "ok");
    table.leave(1, &["a"]);
    table.wait(Duration::from_secs(1_000_000));
    assert_eq!(table.rooms(1), "a:0 default:1");
}
