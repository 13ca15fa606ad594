//! Fields, rooms, groups, presence, bans: what is changed, and who is told.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::{Admin, next};
use crate::web_socket::{Client, Received};

const ROOM: &str = "/v1/applications/default/rooms/r";

fn in_room() -> Value {
    json!({ "roomJoin": { "r": { "roomName": "r" } } })
}

#[test]
fn fields_of_rooms_and_sessions_are_told_at_once() {
    let admin = Admin::start(&[]);
    let mut with = in_room();
    with["easyrtcsid"] = json!("a.session");
    let (mut client, _, _) = admin.client(&with);
    let topic = json!({ "fieldValue": { "a": [1.0, null] }, "isShared": true });
    admin.change("PUT", &format!("{ROOM}/fields/topic"), &topic);
    let told = next(&mut client, "roomData");
    let fields = &told["msgData"]["roomData"]["r"]["field"];
    assert_eq!(fields["topic"]["fieldValue"], topic["fieldValue"]);
    admin.change("PUT", &format!("{ROOM}/fields/secret"), &json!({ "fieldValue": null }));

    let session = "/v1/applications/default/sessions/a.session";
    admin.change("PUT", &format!("{session}/fields/a%20name"), &topic);
    let told = next(&mut client, "sessionData");
    let fields = &told["msgData"]["sessionData"]["field"];
    assert_eq!(fields["a name"]["fieldValue"], topic["fieldValue"]);
    admin.change("DELETE", &format!("{session}/fields/a%20name"), &Value::Null);
    assert_eq!(next(&mut client, "sessionData")["msgData"]["sessionData"]["field"], json!({}));
    assert_eq!(
        admin.get(session),
        json!({ "easyrtcsid": "a.session", "connections": 1, "fields": {} })
    );

    let [topic, secret] = [("topic", &topic["fieldValue"], true), ("secret", &Value::Null, false)]
        .map(|(name, value, shared)| {
            json!({ "fieldName": name, "fieldValue": value, "isShared": shared })
        });
    let listed = admin.get(&format!("{ROOM}/fields"));
    assert_eq!(listed, json!({ "items": [secret, topic], "next": null }));
    let part = admin.get(&format!("{ROOM}/fields?limit=1"));
    assert_eq!(part, json!({ "items": [secret], "next": "secret" }));
    let part = admin.get(&format!("{ROOM}/fields?limit=1&after=secret"));
    assert_eq!(part, json!({ "items": [topic], "next": null }));
    assert_eq!(admin.get(ROOM)["fields"], json!({ "secret": secret, "topic": topic }));
}

#[test]
fn fields_of_applications_and_connections_are_told_at_the_next_login() {
    let admin = Admin::start(&[]);
    let (mut client, id, _) = admin.client(&json!({}));
    let field = json!({ "fieldValue": "x", "isShared": true });
    admin.change("PUT", "/v1/applications/default/fields/motd", &field);
    admin.change("PUT", &format!("/v1/connections/{id}/fields/role"), &field);
    let connection = admin.get(&format!("/v1/connections/{id}"));
    assert_eq!(connection["fields"]["role"]["fieldValue"], "x");
    assert_eq!(admin.get("/v1/applications/default")["fields"]["motd"]["isShared"], true);
    admin.change("POST", &format!("/v1/connections/{id}/token"), &Value::Null);
    let token = next(&mut client, "token");
    assert_eq!(token["msgData"]["application"]["field"]["motd"]["fieldValue"], "x");
    assert_eq!(token["msgData"]["field"]["role"]["fieldValue"], "x");
}

#[test]
fn rooms_are_made_and_closed_and_clients_put_in_and_taken_out() {
    let admin = Admin::start(&[]);
    let (mut ada, id, _) = admin.client(&json!({}));
    let (mut bob, bob_id, _) = admin.client(&json!({}));
    next(&mut ada, "roomData");
    let (status, _) = admin.ask("PUT", ROOM, &Value::Null);
    assert_eq!(status, 201);
    let again = admin.ask("PUT", ROOM, &Value::Null);
    assert_eq!((again.0, &again.1["code"]), (409, &json!("exists")));
    admin.change("PUT", &format!("{ROOM}/members/{id}"), &Value::Null);
    let told = next(&mut ada, "roomData");
    assert_eq!(told["msgData"]["roomData"]["r"]["roomStatus"], "join");
    // Once more changes nothing.
    admin.change("PUT", &format!("{ROOM}/members/{id}"), &Value::Null);
    admin.change("PUT", &format!("{ROOM}/members/{bob_id}"), &Value::Null);
    let told = next(&mut bob, "roomData");
    let list = &told["msgData"]["roomData"]["r"]["clientList"];
    assert_eq!(list.as_object().unwrap().len(), 2, "{told}");
    let told = next(&mut ada, "roomData");
    let delta = &told["msgData"]["roomData"]["r"]["clientListDelta"];
    assert!(delta["updateClient"][&bob_id].is_object(), "{told}");

    let members = admin.get(&format!("{ROOM}/members"));
    let mut ids = [&id, &bob_id];
    ids.sort();
    let listed: Vec<&Value> = members["items"].as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 2);
    for (entry, id) in listed.into_iter().zip(ids) {
        assert_eq!(entry["easyrtcid"], *id);
        assert_eq!(entry["presence"]["show"], "chat");
    }
    admin.change("DELETE", &format!("{ROOM}/members/{bob_id}"), &Value::Null);
    let told = next(&mut bob, "roomData");
    assert_eq!(told["msgData"]["roomData"]["r"]["roomStatus"], "leave");
    next(&mut ada, "roomData");
    admin.change("DELETE", ROOM, &Value::Null);
    let told = next(&mut ada, "roomData");
    assert_eq!(told["msgData"]["roomData"]["r"]["roomStatus"], "leave");
    assert_eq!(admin.get(&format!("/v1/connections/{id}"))["rooms"], json!(["default"]));
}

#[test]
fn a_full_room_is_full() {
    let admin = Admin::start(&["--easyrtc-options", r#"{"roomMaxConnection":1}"#]);
    let (_ada, _, _) = admin.client(&in_room());
    let (_bob, id, _) = admin.client(&json!({ "roomJoin": { "b": { "roomName": "b" } } }));
    let (status, problem) = admin.ask("PUT", &format!("{ROOM}/members/{id}"), &Value::Null);
    assert_eq!((status, &problem["code"]), (409, &json!("roomFull")));
    let room = admin.get(ROOM);
    assert_eq!((&room["clients"], &room["maxClients"]), (&json!(1), &json!(1)));
}

#[test]
fn groups_and_presence() {
    let admin = Admin::start(&[]);
    let (mut ada, id, _) = admin.client(&in_room());
    let (_bob, bob_id, _) = admin.client(&in_room());
    next(&mut ada, "roomData");
    let staff = "/v1/applications/default/groups/staff/members";
    admin.change("PUT", &format!("{staff}/{id}"), &Value::Null);
    admin.change("PUT", &format!("{staff}/{id}"), &Value::Null);
    let groups = admin.get("/v1/applications/default/groups");
    assert_eq!(groups, json!({ "items": [{ "group": "staff", "clients": 1 }], "next": null }));
    let members = admin.get(staff);
    assert_eq!(members, json!({ "items": [{ "easyrtcid": id }], "next": null }));
    let sent = admin.ask(
        "POST",
        "/v1/messages",
        &json!({ "to": { "application": "default", "group": "staff" }, "msgType": "x" }),
    );
    assert_eq!(sent, (200, json!({ "sentTo": 1 })));
    assert_eq!(next(&mut ada, "x")["targetGroup"], "staff");
    admin.change("DELETE", &format!("{staff}/{id}"), &Value::Null);
    assert_eq!(admin.get("/v1/applications/default/groups")["items"], json!([]));

    let presence = format!("/v1/connections/{bob_id}/presence");
    admin.change("PUT", &presence, &json!({ "show": "away", "type": { "a": 1 } }));
    admin.change("PUT", &presence, &json!({ "status": "lunch" }));
    next(&mut ada, "roomData");
    let told = next(&mut ada, "roomData");
    let delta = &told["msgData"]["roomData"]["r"]["clientListDelta"]["updateClient"];
    let expected = json!({ "show": "away", "status": "lunch", "type": { "a": 1 } });
    assert_eq!(delta[&bob_id]["presence"], expected, "{told}");
    assert_eq!(admin.get(&format!("/v1/connections/{bob_id}"))["presence"], expected);
}

#[test]
fn kicks_and_bans() {
    let admin = Admin::start(&[]);
    let (mut ada, id, _) = admin.client(&json!({ "username": "ada" }));
    admin.change("DELETE", &format!("/v1/connections/{id}"), &Value::Null);
    assert_eq!(next(&mut ada, "error")["msgData"]["errorCode"], "LOGIN_GEN_FAIL");
    assert_eq!(ada.receive(), Received::Closed(CloseCode::Policy));

    let (mut ada, _, _) = admin.client(&json!({ "username": "ada" }));
    let ban = json!({ "application": "default", "username": "ada", "expiresIn": 3600 });
    let answer = admin.send("POST", "/v1/bans", &ban.to_string());
    assert_eq!((answer.status, answer.header("location")), (201, "/v1/bans/1"));
    assert_eq!(answer.body, r#"{"id":1}"#);
    assert_eq!(next(&mut ada, "error")["msgData"]["errorCode"], "LOGIN_BAD_AUTH");
    let address = json!({ "address": "127.0.0.0/8" });
    assert_eq!(admin.ask("POST", "/v1/bans", &address), (201, json!({ "id": 2 })));
    let bans = admin.get("/v1/bans");
    let [user, network] = [&bans["items"][0], &bans["items"][1]];
    assert_eq!((&user["username"], &user["application"]), (&json!("ada"), &json!("default")));
    assert!(user["until"].as_u64() > user["since"].as_u64() && network["until"].is_null());
    assert_eq!(network["address"], "127.0.0.0/8");
    assert_eq!(admin.get("/v1/bans?limit=1")["next"], "1");
    let mut other = Client::connect(admin.server.address(), "/ws", &[]).unwrap();
    assert_eq!(other.login()["msgData"]["errorCode"], "BANNED_IP_ADDR");
    admin.change("DELETE", "/v1/bans/2", &Value::Null);
    admin.client(&json!({ "username": "bob" }));
    admin.change("DELETE", "/v1/bans/1", &Value::Null);
    admin.client(&json!({ "username": "ada" }));
}
