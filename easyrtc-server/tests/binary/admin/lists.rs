//! Lists come in parts, also while what is in them changes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Admin;

fn create(admin: &Admin, name: &str) {
    admin.change("PUT", &format!("/v1/applications/default/rooms/{name}"), &Value::Null);
}

fn close(admin: &Admin, name: &str) {
    admin.change("DELETE", &format!("/v1/applications/default/rooms/{name}"), &Value::Null);
}

/// The names of a part of the rooms, and what follows.
fn part(admin: &Admin, after: Option<&str>) -> (Vec<String>, Option<String>) {
    let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
    let found = admin.get(&format!("/v1/applications/default/rooms?limit=2{after}"));
    let names = found["items"].as_array().unwrap().iter();
    let names = names.map(|room| room["room"].as_str().unwrap().to_owned()).collect();
    (names, found["next"].as_str().map(str::to_owned))
}

#[test]
fn what_stays_is_listed_once_whatever_comes_and_goes() {
    let admin = Admin::start(&[]);
    let stay: BTreeSet<String> = (0..9).map(|n| format!("r{n}")).collect();
    stay.iter().for_each(|name| create(&admin, name));
    create(&admin, "gone");
    let (mut names, mut next) = part(&admin, None);
    assert_eq!(
        (names.as_slice(), next.as_deref()),
        (&["default".into(), "gone".into()][..], Some("gone"))
    );
    // What the next part begins after need not be there any more.
    close(&admin, "gone");
    create(&admin, "a-late-one");
    let mut parts = 1;
    while let Some(after) = next {
        let (more, then) = part(&admin, Some(&after));
        assert!(more.len() == 2 || then.is_none(), "{more:?}");
        names.extend(more);
        next = then;
        parts += 1;
        create(&admin, &format!("aa{parts}"));
    }
    let listed: BTreeSet<String> = names.iter().cloned().collect();
    assert_eq!(listed.len(), names.len(), "{names:?}");
    assert!(listed.is_superset(&stay), "{names:?}");
    assert_eq!(parts, 6, "{names:?}");
}

#[test]
fn connections_are_found() {
    let admin = Admin::start(&["--trusted-proxy", "127.0.0.1"]);
    let (_ada, ada, _) = admin.client(&json!({ "username": "ada & bob", "easyrtcsid": "s%31" }));
    let room = json!({ "roomJoin": { "r": { "roomName": "r" } }, "applicationName": "other" });
    let (_bob, bob, _) = admin.client(&room);
    let find = |query: &str| {
        let found = admin.get(&format!("/v1/connections{query}"));
        let items = found["items"].as_array().unwrap().iter();
        items.map(|item| item["easyrtcid"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let both: BTreeSet<String> = [ada.clone(), bob.clone()].into();
    for (query, expected) in [
        ("", both.clone()),
        ("?application=other", [bob.clone()].into()),
        ("?username=ada%20%26%20bob", [ada.clone()].into()),
        ("?room=r", [bob].into()),
        ("?room=r&application=default", [].into()),
        ("?session=s%2531", [ada.clone()].into()),
        ("?address=127.0.0.0/8", both),
        ("?address=192.0.2.1", [].into()),
    ] {
        assert_eq!(find(query), expected, "{query}");
    }
    let found = admin.get(&format!("/v1/connections/{ada}"));
    let expected = json!({
        "easyrtcid": ada, "connection": 0, "application": "default", "username": "ada & bob",
        "presence": { "show": "chat", "status": null }, "rooms": ["default"], "groups": [],
        "easyrtcsid": "s%31", "transport": "ws", "address": "127.0.0.1", "userAgent": null,
        "since": found["since"], "fields": {},
    });
    assert_eq!(found, expected);
    assert!(found["since"].as_u64().unwrap() > 1_700_000_000_000);
    let session = admin.get("/v1/applications/default/sessions/s%2531");
    assert_eq!(session["connections"], 1);
    let applications = admin.get("/v1/applications");
    let names: Vec<&Value> =
        applications["items"].as_array().unwrap().iter().map(|of| &of["application"]).collect();
    assert_eq!(names, ["default", "other"]);
    let status = admin.get("/v1/status");
    assert_eq!((&status["clients"], &status["applications"]), (&json!(2), &json!(2)));
}
