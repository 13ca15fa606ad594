//! Looking at what there is.

use std::time::Duration;

use easyrtc_proto::{AppName, EasyrtcId, FieldName, GroupName, Payload, RoomName, SessionId};
use easyrtc_state::inspect::{ConnectionFilter, Page};
use easyrtc_state::{AdminCommand, BanId, Banned, Field, FieldOwner};

use crate::harness::{Table, join};

fn app() -> AppName {
    AppName::parse("default").unwrap()
}

fn room(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

fn all<K>() -> Page<K> {
    Page::first(1000)
}

/// Three clients: two in one session and one with a name and a group.
fn table() -> Table {
    let mut table = Table::new();
    for conn in 1..=2 {
        table.open_from(conn, "192.0.2.7");
        table.auth(conn, &format!(r#","easyrtcsid":"sid"{}"#, join(&["a"])));
    }
    table.open_from(3, "198.51.100.1");
    table.auth(3, &format!(r#","username":"ada"{}"#, join(&["a", "b"])));
    let group = GroupName::parse("staff").unwrap();
    table.admin(AdminCommand::SetGroup { easyrtcid: table.id(3), group, member: true });
    let sid = SessionId::parse("sid").unwrap();
    for of in [
        FieldOwner::Application(app()),
        FieldOwner::Room(app(), room("a")),
        FieldOwner::Session(app(), sid),
        FieldOwner::Connection(table.id(3)),
    ] {
        let field = Some(Field { value: Payload::parse("1").unwrap(), shared: false });
        table.admin(AdminCommand::SetField { of, name: FieldName::parse("f").unwrap(), field });
    }
    table
}

#[test]
fn everything_is_shown_with_all_fields() {
    let table = table();
    let inspect = table.core.inspect();
    let application = inspect.application(&app()).unwrap();
    assert_eq!(inspect.applications(&all()).items, std::slice::from_ref(&application));
    let counts = (application.rooms, application.groups, application.sessions);
    assert_eq!((counts, application.connections), ((3, 1, 1), 3));
    let a = inspect.room(&app(), &room("a")).unwrap();
    assert_eq!((a.members, a.capacity, a.created, a.lasting), (3, 100, Some(5000), false));
    let default = inspect.room(&app(), &room("default")).unwrap();
    assert_eq!((default.members, default.created, default.lasting), (0, None, true));
    let session = inspect.session(&app(), &SessionId::parse("sid").unwrap()).unwrap();
    assert_eq!(session.connections, 2);
    let ada = inspect.connection(table.id(3)).unwrap();
    assert_eq!(ada.rooms, [room("a"), room("b")]);
    assert_eq!((ada.groups.len(), ada.since), (1, 5000));
    assert_eq!(ada.peer.map(|peer| peer.to_string()).as_deref(), Some("198.51.100.1"));
    for fields in [application.fields, a.fields, session.fields, ada.fields] {
        let shared: Vec<bool> = fields.0.values().map(|field| field.shared).collect();
        assert_eq!(shared, [false]);
    }
    let members = inspect.members(&app(), &room("a"), &all()).unwrap().items;
    assert_eq!(members.len(), 3);
    let staff = GroupName::parse("staff").unwrap();
    assert_eq!(inspect.group_members(&app(), &staff, &all()).unwrap().items, [table.id(3)]);
    assert_eq!(inspect.groups(&app(), &all()).unwrap().items[0].members, 1);
}

#[test]
fn what_is_not_there_is_nothing() {
    let table = table();
    let inspect = table.core.inspect();
    let other = AppName::parse("other").unwrap();
    assert!(inspect.application(&other).is_none());
    assert!(inspect.rooms(&other, &all()).is_none());
    assert!(inspect.room(&app(), &room("c")).is_none());
    assert!(inspect.members(&app(), &room("c"), &all()).is_none());
    assert!(inspect.groups(&other, &all()).is_none());
    assert!(inspect.sessions(&other, &all()).is_none());
    let group = GroupName::parse("nobody").unwrap();
    assert!(inspect.group_members(&app(), &group, &all()).unwrap().items.is_empty());
    assert!(inspect.session(&app(), &SessionId::parse("x").unwrap()).is_none());
    assert!(inspect.connection(EasyrtcId::parse("nobody").unwrap()).is_none());
}

#[test]
fn lists_come_in_parts() {
    let table = table();
    let inspect = table.core.inspect();
    let first = inspect.rooms(&app(), &Page::first(2)).unwrap();
    let names = |rooms: &[easyrtc_state::inspect::RoomInfo]| {
        rooms.iter().map(|room| room.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&first.items), &first.next),
        (vec!["a".into(), "b".into()], &Some(room("b")))
    );
    let rest = inspect.rooms(&app(), &Page { after: first.next, limit: 2 }).unwrap();
    assert_eq!((names(&rest.items), rest.next), (vec!["default".into()], None));
    // What one goes on after need not be there any more.
    let after = Some(room("bb"));
    let rest = inspect.rooms(&app(), &Page { after, limit: 0 }).unwrap();
    assert_eq!(names(&rest.items), ["default"], "one at least");
    let mut page = Page::first(1);
    let mut seen = Vec::new();
    loop {
        let part = inspect.members(&app(), &room("a"), &page).unwrap();
        seen.extend(part.items.iter().map(|entry| entry.easyrtcid));
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    let all: Vec<EasyrtcId> = inspect
        .connections(&ConnectionFilter::default(), &all())
        .items
        .iter()
        .map(|c| c.easyrtcid)
        .collect();
    assert_eq!(seen, all);
}

#[test]
fn connections_are_filtered() {
    let table = table();
    let inspect = table.core.inspect();
    let count = |change: &dyn Fn(&mut ConnectionFilter)| {
        let mut filter = ConnectionFilter::default();
        change(&mut filter);
        inspect.connections(&filter, &all()).items.len()
    };
    assert_eq!(count(&|_| {}), 3);
    assert_eq!(count(&|filter| filter.application = Some(app())), 3);
    assert_eq!(count(&|filter| filter.application = AppName::parse("other").ok()), 0);
    assert_eq!(count(&|filter| filter.room = Some(room("b"))), 1);
    assert_eq!(count(&|filter| filter.session = SessionId::parse("sid").ok()), 2);
    assert_eq!(count(&|filter| filter.address = "192.0.2.0/24".parse().ok()), 2);
    let ada = easyrtc_proto::Username::parse("ada").ok();
    assert_eq!(count(&|filter| filter.username.clone_from(&ada)), 1);
    let first = inspect.connections(&ConnectionFilter::default(), &Page::first(2));
    assert_eq!((first.items.len(), first.next), (2, Some(first.items[1].easyrtcid)));
    let rest =
        inspect.connections(&ConnectionFilter::default(), &Page { after: first.next, limit: 2 });
    assert_eq!((rest.items.len(), rest.next), (1, None));
}

#[test]
fn bans_are_listed_with_their_times() {
    let mut table = Table::new();
    let who = Banned::Address("192.0.2.7".parse().unwrap());
    for expires_in in [None, Some(Duration::from_secs(3))] {
        table.admin(AdminCommand::Ban { who: who.clone(), expires_in });
    }
    let user = Banned::User(app(), easyrtc_proto::Username::parse("eve").unwrap());
    table.admin(AdminCommand::Ban { who: user.clone(), expires_in: None });
    let bans = table.core.inspect().bans(&all()).items;
    let told = |at: usize| (bans[at].id, bans[at].who.clone(), bans[at].since, bans[at].until);
    assert_eq!(told(0), (BanId(1), who, 5000, Some(8000)));
    assert_eq!(told(1), (BanId(2), user, 5000, None));
    let after = table.core.inspect().bans(&Page { after: Some(BanId(1)), limit: 5 });
    assert_eq!(after.items.len(), 1);
}
