//! Who may enter, make and see which rooms, and do what.

use easyrtc_proto::{AppName, FieldName, GroupName, IceServer, Payload, RoomName};
use easyrtc_state::{
    AppConfig, AskId, Config, Field, FieldMap, Grant, Input, Permission, RoomConfig, RoomPattern,
    Verdict,
};

use crate::harness::{Table, join, outcome};

pub(crate) fn room(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

pub(crate) fn pattern(text: &str) -> RoomPattern {
    RoomPattern::parse(text).unwrap()
}

fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

/// Sets something for the default application.
pub(crate) fn set_up(config: &mut Config, how: impl FnOnce(&mut AppConfig)) {
    let app = config.applications.entry(config.app_default_name.clone()).or_default();
    how(app);
}

/// Logs in what is asked about next, `ask` being the number of the question.
fn let_in(table: &mut Table, ask: u64, grant: Grant) -> Vec<String> {
    table.input(Input::Answered { ask: AskId(ask), verdict: Verdict::Allow(grant) })
}

/// A table on which connection 1 has logged in with this, into these rooms.
fn granted(mut table: Table, grant: Grant, rooms: &[&str]) -> (Table, Vec<String>) {
    table.open_to_everyone = false;
    table.hello(1, rooms);
    let lines = let_in(&mut table, 0, grant);
    table.open_to_everyone = true;
    (table, lines)
}

#[test]
fn who_is_granted_rooms_enters_no_others() {
    let grant = Grant { rooms: Some([pattern("a"), pattern("b-*")].into()), ..Grant::default() };
    let (mut table, lines) = granted(Table::new(), grant.clone(), &["a", "b-1"]);
    assert_eq!(outcome(&lines), "ok");
    assert_eq!(outcome(&table.join(1, &["b-2"])), "ok");
    assert_eq!(outcome(&table.join(1, &["b-3", "c"])), "MSG_REJECT_BAD_ROOM");
    table.hello(2, &["c"]);
    assert_eq!(outcome(&table.join(1, &["c"])), "MSG_REJECT_BAD_ROOM", "though it exists");
    assert_eq!(table.rooms(2), "a:1 b-1:1 b-2:1 c:1 default:0");
    let (_, lines) = granted(Table::new(), grant.clone(), &["a", "c"]);
    assert_eq!(outcome(&lines), "LOGIN_BAD_ROOM");
    // Whoever names no room is let in without the default one.
    let (mut table, lines) = granted(Table::new(), grant, &[]);
    assert_eq!(outcome(&lines), "ok");
    assert_eq!(table.rooms(1), "default:0");
}

#[test]
fn a_second_login_may_be_granted_less() {
    let (mut table, _) = granted(Table::new(), Grant::default(), &["a", "b"]);
    table.open_to_everyone = false;
    table.auth(1, &join(&["a", "b"]));
    let grant = Grant { rooms: Some([pattern("a")].into()), ..Grant::default() };
    assert_eq!(outcome(&let_in(&mut table, 1, grant)), "LOGIN_BAD_ROOM");
}

#[test]
fn what_is_not_permitted_is_refused() {
    let none = || Grant { permissions: Some([].into()), ..Grant::default() };
    let (mut table, lines) = granted(Table::new(), none(), &["default"]);
    assert_eq!(outcome(&lines), "ok");
    table.hello(2, &["there"]);
    assert_eq!(outcome(&table.cmd(1, r#"{"msgType":"getRoomList"}"#)), "MSG_REJECT_NO_ROOM_LIST");
    let message = r#"{"msgType":"m","targetEasyrtcid":"$2"}"#;
    assert_eq!(outcome(&table.msg(1, message)), "MSG_REJECT_NO_AUTH");
    assert_eq!(outcome(&table.msg(1, r#"{"msgType":"m"}"#)), "MSG_REJECT_NO_AUTH");
    assert_eq!(outcome(&table.join(1, &["fresh"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(outcome(&table.join(1, &["there"])), "ok");
    let offer = r#"{"msgType":"offer","targetEasyrtcid":"$2","msgData":{"sdp":"x"}}"#;
    assert_eq!(outcome(&table.cmd(1, offer)), "ok");
    let (_, lines) = granted(Table::new(), none(), &["fresh"]);
    assert_eq!(outcome(&lines), "LOGIN_BAD_ROOM");
}

#[test]
fn private_rooms_are_seen_by_members_and_those_who_may() {
    let table = || {
        Table::with(|config| {
            let private = RoomConfig { private: true, ..RoomConfig::default() };
            set_up(config, |app| {
                app.rooms.insert(room("hidden"), private.clone());
                app.room_rules.insert(pattern("p-*"), private);
            });
        })
    };
    let mut usual = table();
    usual.hello(2, &["p-1", "open"]);
    usual.hello(1, &[]);
    assert_eq!(usual.rooms(1), "default:1 open:1");
    assert_eq!(usual.rooms(2), "default:1 open:1 p-1:1");
    assert_eq!(outcome(&usual.join(1, &["p-1"])), "ok", "who knows its name may enter");
    let permissions = [Permission::ListRooms, Permission::SeePrivateRooms].into();
    let grant = Grant { permissions: Some(permissions), ..Grant::default() };
    let (mut table, _) = granted(table(), grant, &[]);
    table.hello(2, &["p-1"]);
    assert_eq!(table.rooms(1), "default:1 hidden:0 p-1:1");
}

#[test]
fn groups_decide_who_joins_and_who_makes_a_room() {
    let table = || {
        Table::with(|config| {
            let rule = RoomConfig {
                join_groups: Some([group("pupils"), group("teachers")].into()),
                create_groups: Some([group("teachers")].into()),
                ..RoomConfig::default()
            };
            set_up(config, |app| drop(app.room_rules.insert(pattern("class-*"), rule)));
        })
    };
    let of = |name: &str| Grant { groups: [group(name)].into(), ..Grant::default() };
    let (_, lines) = granted(table(), Grant::default(), &["class-1"]);
    assert_eq!(outcome(&lines), "LOGIN_BAD_ROOM");
    let (mut pupil, lines) = granted(table(), of("pupils"), &[]);
    assert_eq!(outcome(&lines), "ok");
    assert_eq!(outcome(&pupil.join(1, &["class-1"])), "MSG_REJECT_BAD_ROOM", "it is not there");
    let (mut table, lines) = granted(table(), of("teachers"), &["class-1"]);
    assert_eq!(outcome(&lines), "ok");
    table.hello(2, &[]);
    assert_eq!(outcome(&table.join(2, &["class-1"])), "MSG_REJECT_BAD_ROOM");
    let easyrtcid = table.id(2);
    table.admin(easyrtc_state::AdminCommand::SetGroup {
        easyrtcid,
        group: group("pupils"),
        member: true,
    });
    assert_eq!(outcome(&table.join(2, &["class-1"])), "ok", "groups count as they are now");
    assert_eq!(outcome(&table.join(2, &["class-2"])), "MSG_REJECT_BAD_ROOM");
}

#[test]
fn who_may_enter_any_room_passes_groups_but_no_full_room() {
    let table = Table::with(|config| {
        let rule = RoomConfig {
            join_groups: Some([group("staff")].into()),
            create_groups: Some([].into()),
            room_max_connection: Some(1),
            guarded: true,
            ..RoomConfig::default()
        };
        set_up(config, |app| drop(app.room_rules.insert(pattern("*"), rule)));
    });
    let permissions = [Permission::CreateRoom, Permission::EnterAnyRoom].into();
    let grant = Grant { permissions: Some(permissions), ..Grant::default() };
    let (mut table, lines) = granted(table, grant.clone(), &["a"]);
    assert_eq!(outcome(&lines), "ok");
    table.open_to_everyone = false;
    assert_eq!(outcome(&table.join(1, &["b"])), "ok", "nobody is asked");
    table.hello(2, &["a"]);
    assert_eq!(outcome(&let_in(&mut table, 1, grant)), "LOGIN_GEN_FAIL");
}

#[test]
fn the_closest_rule_holds_alone() {
    let mut table = Table::with(|config| {
        let of = |most| RoomConfig { room_max_connection: most, ..RoomConfig::default() };
        set_up(config, |app| {
            app.room_max_connection = Some(3);
            app.room_rules.insert(pattern("a*"), of(Some(1)));
            app.room_rules.insert(pattern("ab*"), of(None));
            app.rooms.insert(room("abc"), of(Some(2)));
        });
    });
    table.hello(1, &["ax", "ab1", "abc"]);
    assert_eq!(outcome(&table.hello(2, &["ax"])), "LOGIN_GEN_FAIL");
    assert_eq!(outcome(&table.hello(3, &["ab1", "abc"])), "ok");
    assert_eq!(outcome(&table.hello(4, &["abc"])), "LOGIN_GEN_FAIL");
    assert_eq!(outcome(&table.hello(5, &["ab1"])), "ok", "three, as in the application");
}

#[test]
fn fields_servers_and_auto_create_of_an_application() {
    let field = |name: &str| {
        let value = Payload::parse("1").unwrap();
        FieldMap([(FieldName::parse(name).unwrap(), Field { value, shared: true })].into())
    };
    let server = IceServer::parse(r#"{"urls":"stun:mine"}"#).unwrap();
    let mut table = Table::with(|config| {
        config.room_auto_create = false;
        config.app_default_fields = field("general");
        config.room_default_fields = field("any");
        let lobby = RoomConfig { fields: Some(field("lobby")), ..RoomConfig::default() };
        let mine = AppConfig {
            ice_servers: Some([server].into()),
            default_fields: Some(field("own")),
            room_auto_create: Some(true),
            rooms: [(room("lobby"), lobby)].into(),
            ..AppConfig::default()
        };
        config.applications.insert(AppName::parse("mine").unwrap(), mine);
    });
    table.open(1);
    let more = format!(r#","applicationName":"mine"{}"#, join(&["lobby", "fresh"]));
    insta::assert_snapshot!(table.auth(1, &more).join("\n"));
    let ice = table.cmd(1, r#"{"msgType":"getIceConfig"}"#);
    assert!(ice[0].contains("stun:mine"), "{ice:?}");
    let pushed = table.admin(easyrtc_state::AdminCommand::PushIceConfig {
        to: easyrtc_state::Audience::Connection(table.id(1)),
        ice_servers: None,
    });
    assert!(pushed[0].contains("stun:mine"), "{pushed:?}");
    assert_eq!(outcome(&table.hello(2, &["fresh"])), "LOGIN_BAD_ROOM", "elsewhere not");
}

#[test]
fn rooms_are_kept_when_empty_as_configured() {
    let mut table = Table::with(|config| {
        let keep = |keep| RoomConfig { keep_empty: Some(keep), ..RoomConfig::default() };
        set_up(config, |app| {
            app.rooms.insert(room("passing"), keep(false));
            app.rooms.insert(room("usual"), RoomConfig::default());
            app.rooms.insert(room("default"), keep(false));
            app.room_rules.insert(pattern("kept-*"), keep(true));
        });
    });
    table.hello(1, &["other"]);
    assert_eq!(table.rooms(1), "default:0 other:1 usual:0", "what does not stay is not there");
    table.hello(2, &["passing", "kept-1", "usual", "default"]);
    assert_eq!(table.rooms(1), "default:1 kept-1:1 other:1 passing:1 usual:1");
    table.close(2);
    table.wait(table.core.config().room_empty_ttl);
    assert_eq!(table.rooms(1), "default:0 kept-1:0 other:1 usual:0");
}
