//! What a message looks like on the wire.

use serde_json::{Value, json};

use crate::print;

/// How an example travels.
#[derive(Clone, Copy, Debug)]
pub(super) enum Travels<'a> {
    /// A client sends it in `event`, and is answered, with `answer` for instance.
    FromClient { event: &'a str, answer: Option<&'a Value> },
    /// The server sends it in an event of this name.
    AsEvent(&'a str),
    /// The server answers with it.
    AsAnswer,
}

/// `message` as it goes over both transports.
pub(super) fn bytes(message: &Value, travels: &Travels<'_>) -> String {
    let text = compact(message);
    let (websocket, socket_io) = match *travels {
        Travels::FromClient { event, answer } => {
            let mut websocket =
                format!("> {}\n", compact(&json!({ "event": event, "id": 7, "message": message })));
            let mut socket_io = format!("> 427[\"{event}\",{text}]\n");
            if let Some(answer) = answer {
                websocket += &answered(answer);
                socket_io += &format!("< 437[{}]\n", compact(answer));
            }
            (websocket, socket_io)
        }
        Travels::AsEvent(event) => (
            format!("< {}\n", compact(&json!({ "event": event, "message": message }))),
            format!("< 423[\"{event}\",{text}]\n> 433[{{\"msgType\":\"ack\"}}]\n"),
        ),
        Travels::AsAnswer => (answered(message), format!("< 437[{text}]\n")),
    };
    format!("Raw WebSocket:\n\n```text\n{websocket}```\n\nSocket.IO:\n\n```text\n{socket_io}```\n")
}

/// The frame that answers event 7.
fn answered(message: &Value) -> String {
    format!("< {}\n", compact(&json!({ "ack": 7, "message": message })))
}

/// Without a space, with the keys in the order they are shown elsewhere.
fn compact(value: &Value) -> String {
    match value {
        Value::Object(_) => {
            let member =
                |(key, value): (&str, &Value)| format!("{}:{}", Value::from(key), compact(value));
            let members: Vec<String> = print::ordered(value).into_iter().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_client_is_wrapped_as_each_transport_wants_it() {
        let message = json!({ "msgType": "getRoomList" });
        let answer = json!({ "msgType": "ack" });
        let travels = Travels::FromClient { event: "easyrtcCmd", answer: Some(&answer) };
        let text = bytes(&message, &travels);
        for line in [
            r#"> {"event":"easyrtcCmd","id":7,"message":{"msgType":"getRoomList"}}"#,
            r#"< {"ack":7,"message":{"msgType":"ack"}}"#,
            r#"> 427["easyrtcCmd",{"msgType":"getRoomList"}]"#,
            r#"< 437[{"msgType":"ack"}]"#,
        ] {
            assert!(text.lines().any(|one| one == line), "{line} in {text}");
        }
    }

    #[test]
    fn an_event_of_the_server_is_acked_over_socket_io() {
        let text = bytes(&json!({ "msgType": "x" }), &Travels::AsEvent("easyrtcMsg"));
        for line in [
            r#"< {"event":"easyrtcMsg","message":{"msgType":"x"}}"#,
            r#"< 423["easyrtcMsg",{"msgType":"x"}]"#,
            r#"> 433[{"msgType":"ack"}]"#,
        ] {
            assert!(text.lines().any(|one| one == line), "{line} in {text}");
        }
    }
}
