//! Within a revision the protocol only gains: the schemas are held against those released.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use easyrtc_proto::PROTOCOL_REVISION;
use easyrtc_schema_compat::{Change, compare_bundles};
use easyrtc_schema_generator::revisions::{Bundle, bundle, last};
use serde_json::{Value, json};

fn breaking(old: &Bundle, new: &Bundle) -> Vec<Change> {
    compare_bundles(old, new).into_iter().filter(|change| change.breaking).collect()
}

#[test]
fn nothing_breaks_what_was_released() {
    let (revision, released) = last().unwrap();
    assert!(revision.as_str() <= PROTOCOL_REVISION, "{revision} was released, and is later");
    // A new date is what says that something breaks.
    if revision == PROTOCOL_REVISION {
        let breaking = breaking(&released, &bundle());
        assert!(breaking.is_empty(), "see docs/versioning.md: {breaking:#?}");
    }
}

/// The test above notices what it is there for.
#[test]
fn a_breaking_change_is_noticed() {
    let (_, released) = last().unwrap();
    let changed = |path: &str, pointer: &str, change: &dyn Fn(&mut Value)| {
        let mut bundle = released.clone();
        change(bundle.get_mut(path).unwrap().pointer_mut(pointer).unwrap());
        breaking(&released, &bundle).len()
    };
    let renamed = |value: &mut Value| {
        let members = value.as_object_mut().unwrap();
        let property = members.remove("roomName").unwrap();
        members.insert("name".to_owned(), property);
    };
    let add = |key: &'static str| move |value: &mut Value| value[key] = json!({ "type": "string" });
    assert_ne!(changed("server/roomList.json", "/$defs/RoomListEntry/properties", &renamed), 0);
    assert_ne!(changed("client/roomJoin.json", "/$defs/RoomToJoin/properties", &renamed), 0);
    assert_ne!(
        changed("client/roomJoin.json", "/$defs/RoomToJoin/required", &|required| {
            required.as_array_mut().unwrap().push("roomParameter".into());
        }),
        0
    );
    assert_eq!(
        changed("server/roomList.json", "/$defs/RoomListEntry/properties", &add("topic")),
        0
    );
    assert_eq!(changed("client/roomJoin.json", "/$defs/RoomToJoin/properties", &add("topic")), 0);
}
