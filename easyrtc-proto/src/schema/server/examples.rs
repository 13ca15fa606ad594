//! Examples of what the server says.

use serde_json::{Value, json};

const TIME: u64 = 1_764_500_000_000;

fn answer(msg_type: &str, data: &Value) -> Value {
    json!({ "msgType": msg_type, "serverTime": TIME, "msgData": data })
}

fn event(msg_type: &str, data: &Value) -> Value {
    json!({
        "msgType": msg_type,
        "easyrtcid": "Zk3Qw8rTb1Xc5VnM",
        "serverTime": TIME,
        "msgData": data
    })
}

fn client(easyrtcid: &str) -> Value {
    json!({
        "easyrtcid": easyrtcid,
        "roomJoinTime": TIME,
        "presence": { "show": "chat", "status": null }
    })
}

fn joined() -> Value {
    json!({
        "kitchen": {
            "roomName": "kitchen",
            "roomStatus": "join",
            "clientList": { "aB4dE6gH8jK0mN2p": client("aB4dE6gH8jK0mN2p") }
        }
    })
}

pub(super) fn error() -> Vec<Value> {
    let error =
        |code: crate::ErrorCode| json!({ "errorCode": code.name(), "errorText": code.text() });
    vec![
        answer("error", &error(crate::ErrorCode::MsgRejectBadType)),
        event("error", &error(crate::ErrorCode::ServerShutdown)),
    ]
}

pub(super) fn token() -> Vec<Value> {
    let least = json!({
        "easyrtcid": "aB4dE6gH8jK0mN2p",
        "serverTime": TIME,
        "stillAliveInterval": 0,
        "protocol": { "revision": crate::PROTOCOL_REVISION, "capabilities": ["stillAlive"] },
        "application": { "applicationName": "default" },
        "iceConfig": ice_servers(),
        "roomData": joined(),
    });
    let mut most = least.clone();
    if let Some(token) = most.as_object_mut() {
        let more = json!({
            "application": {
                "applicationName": "lectures",
                "field": field("term", &json!("spring")),
                "option": { "recording": false }
            },
            "field": field("seat", &json!(4)),
            "groupList": { "speakers": { "groupName": "speakers" } },
            "sessionData": { "easyrtcsid": "s%3Aabc.DEF_1-2", "field": field("plan", &json!("free")) }
        });
        token.extend(more.as_object().cloned().unwrap_or_default());
    }
    vec![answer("token", &least), answer("token", &most)]
}

fn field(name: &str, value: &Value) -> Value {
    json!({ name: { "fieldName": name, "fieldValue": value } })
}

pub(super) fn room_data() -> Vec<Value> {
    let changed = json!({
        "easyrtcid": "aB4dE6gH8jK0mN2p",
        "username": "ada",
        "roomJoinTime": TIME,
        "presence": { "show": "away", "status": "lunch" },
        "apiField": field("hand", &json!("up"))
    });
    let own = json!({
        "kitchen": {
            "roomName": "kitchen",
            "roomStatus": "update",
            "clientListDelta": { "updateClient": { "aB4dE6gH8jK0mN2p": changed } }
        }
    });
    let mut arrived = client("Zk3Qw8rTb1Xc5VnM");
    if let Some(entry) = arrived.as_object_mut() {
        let user_agent = json!({
            "browserFamily": "Mobile Safari",
            "browserMajor": "17",
            "osFamily": "iOS",
            "deviceFamily": "iPhone"
        });
        entry.extend(user_agent.as_object().cloned().unwrap_or_default());
    }
    let told = json!({
        "kitchen": {
            "roomName": "kitchen",
            "roomStatus": "update",
            "clientListDelta": { "updateClient": { "Zk3Qw8rTb1Xc5VnM": arrived } }
        }
    });
    let update = json!({
        "kitchen": {
            "roomName": "kitchen",
            "roomStatus": "update",
            "clientListDelta": {
                "updateClient": { "aB4dE6gH8jK0mN2p": changed },
                "removeClient": { "qR5tU7wX9yZ1bC3d": { "easyrtcid": "qR5tU7wX9yZ1bC3d" } }
            },
            "field": field("topic", &json!("soup"))
        }
    });
    let leave = json!({ "kitchen": { "roomName": "kitchen", "roomStatus": "leave" } });
    vec![
        answer("roomData", &json!({ "roomData": joined() })),
        event("roomData", &json!({ "roomData": update })),
        answer("roomData", &json!({ "roomData": leave })),
        answer("roomData", &json!({ "roomData": own })),
        event("roomData", &json!({ "roomData": told })),
    ]
}

pub(super) fn room_list() -> Vec<Value> {
    let rooms = json!({
        "default": { "roomName": "default", "numberClients": 0 },
        "kitchen": { "roomName": "kitchen", "numberClients": 2 }
    });
    vec![answer("roomList", &json!({ "roomList": rooms }))]
}

fn ice_servers() -> Value {
    json!({
        "iceServers": [{ "urls": ["stun:stun.example.org"], "url": "stun:stun.example.org" }]
    })
}

pub(super) fn ice_config() -> Vec<Value> {
    let turn = json!({
        "iceServers": [{
            "urls": "turn:turn.example.org:3478?transport=tcp",
            "url": "turn:turn.example.org:3478?transport=tcp",
            "username": "ada",
            "credential": "6f1c"
        }]
    });
    vec![
        answer("iceConfig", &json!({ "iceConfig": ice_servers() })),
        event("iceConfig", &json!({ "iceConfig": turn })),
    ]
}

pub(super) fn session_data() -> Vec<Value> {
    let session =
        json!({ "easyrtcsid": "s%3Aabc.DEF_1-2", "field": field("plan", &json!("free")) });
    vec![event("sessionData", &json!({ "sessionData": session }))]
}

pub(super) fn forward_to_url() -> Vec<Value> {
    let forward = json!({ "url": "https://example.org/help", "newWindow": true });
    vec![event("forwardToUrl", &json!({ "forwardToUrl": forward, "newWindow": true }))]
}
