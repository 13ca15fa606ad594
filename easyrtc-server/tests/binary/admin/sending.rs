//! What clients are sent.

use serde_json::{Value, json};

use super::{Admin, next};

fn sent(admin: &Admin, path: &str, body: &Value) -> Value {
    let (status, answer) = admin.ask("POST", path, body);
    assert_eq!(status, 200, "{answer}");
    answer["sentTo"].clone()
}

#[test]
fn everybody_who_is_meant_receives_it_and_nobody_else() {
    let admin = Admin::start(&[]);
    let room = |name: &str| json!({ "roomJoin": { name: { "roomName": name } } });
    let (mut ada, id, _) = admin.client(&room("r"));
    let (mut bob, _, _) = admin.client(&room("s"));
    let mut elsewhere = room("r");
    elsewhere["applicationName"] = json!("other");
    let (mut eve, _, _) = admin.client(&elsewhere);
    let to = |to: Value, number: u32| json!({ "to": to, "msgType": "n", "msgData": number });
    for (number, audience, receivers) in [
        (1, json!({ "easyrtcid": id }), 1),
        (2, json!({ "application": "default", "room": "r" }), 1),
        (3, json!({ "application": "default" }), 2),
        (4, json!({ "everybody": true }), 3),
        (5, json!({ "application": "other" }), 1),
        (6, json!({ "application": "default", "group": "nobody" }), 0),
        (7, json!({ "everybody": true }), 3),
    ] {
        assert_eq!(sent(&admin, "/v1/messages", &to(audience, number)), receivers, "{number}");
    }
    for (client, expected) in
        [(&mut ada, &[1, 2, 3, 4, 7][..]), (&mut bob, &[3, 4, 7]), (&mut eve, &[4, 5, 7])]
    {
        for number in expected {
            let message = next(client, "n");
            assert_eq!(message["msgData"], *number);
            assert_eq!(message["senderEasyrtcid"], Value::Null);
        }
    }
}

#[test]
fn every_message_the_server_starts() {
    let admin = Admin::start(&[]);
    let (mut client, id, token) = admin.client(&json!({}));
    let to = json!({ "easyrtcid": id });
    let text = r#"{"to":{"everybody":true},"msgType":"\ud83d","msgData":{"b":1.0,"a":null}}"#;
    let answer = admin.send("POST", "/v1/messages", text);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"sentTo":1}"#));
    let message = client.text();
    assert!(message.contains(r#""msgData":{"b":1.0,"a":null}"#), "byte for byte: {message}");
    for (data, expected) in [(json!({ "msgData": null }), true), (json!({}), false)] {
        let mut body = json!({ "to": to, "msgType": "x" });
        body.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        sent(&admin, "/v1/messages", &body);
        assert_eq!(next(&mut client, "x").get("msgData").is_some(), expected, "{body}");
    }

    let url = "https://example.org/a?b#c";
    sent(&admin, "/v1/forwards", &json!({ "to": to, "url": url, "newWindow": true }));
    let forward = &next(&mut client, "forwardToUrl")["msgData"]["forwardToUrl"];
    assert_eq!(*forward, json!({ "url": url, "newWindow": true }));
    sent(&admin, "/v1/forwards", &json!({ "to": to, "url": url }));
    let forward = &next(&mut client, "forwardToUrl")["msgData"]["forwardToUrl"];
    assert_eq!(*forward, json!({ "url": url }));

    let servers = json!([{ "urls": ["turn:a"], "username": "u", "credential": "c" }]);
    sent(&admin, "/v1/ice-configs", &json!({ "to": to, "iceServers": servers }));
    let told = &next(&mut client, "iceConfig")["msgData"]["iceConfig"]["iceServers"];
    assert_eq!((&told[0]["credential"], &told[0]["url"]), (&json!("c"), &json!("turn:a")));
    sent(&admin, "/v1/ice-configs", &json!({ "to": to }));
    let told = &next(&mut client, "iceConfig")["msgData"]["iceConfig"];
    assert_eq!(*told, token["msgData"]["iceConfig"]);

    let error = json!({ "to": to, "errorCode": "MSG_REJECT_GEN_FAIL" });
    sent(&admin, "/v1/errors", &error);
    assert_eq!(next(&mut client, "error")["msgData"]["errorCode"], "MSG_REJECT_GEN_FAIL");
    admin.change("POST", &format!("/v1/connections/{id}/token"), &Value::Null);
    assert_eq!(next(&mut client, "token")["msgData"]["easyrtcid"], id);
    assert_eq!(client.ask(9, "easyrtcCmd", &json!({ "msgType": "stillAlive" }))["msgType"], "ack");
}
