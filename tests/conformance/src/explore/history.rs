//! Histories, made from a seed.

use std::fmt;

use serde_json::{Value, json};

/// What one client does. Clients and applications are numbers, put in by [`fill`].
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Opens a connection, if it has none, and logs in: again, if it has.
    Login { who: usize, msg_data: Value },
    /// Says something, if it is there.
    Say { who: usize, event: &'static str, message: Value },
    /// Leaves, if it is there.
    Leave { who: usize },
}

impl Step {
    /// What tells one kind of step from another.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Login { .. } => "login".to_owned(),
            Self::Leave { .. } => "leave".to_owned(),
            Self::Say { event: "easyrtcMsg", message, .. } => {
                let mut kind = "easyrtcMsg".to_owned();
                let keys = ["targetEasyrtcid", "targetRoom", "targetGroup"];
                for key in keys.iter().filter(|key| message.get(**key).is_some()) {
                    kind.push_str(&format!(" {key}"));
                }
                kind
            }
            Self::Say { message, .. } => message["msgType"].as_str().unwrap_or("?").to_owned(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login { who, msg_data } => write!(f, "client {who} logs in: {msg_data}"),
            Self::Say { who, event, message } => write!(f, "client {who}, {event}: {message}"),
            Self::Leave { who } => write!(f, "client {who} leaves"),
        }
    }
}

/// `value` with the names of clients and applications put in: `@2` is the easyrtcid of client 2,
/// `%1` the application 1.
pub(super) fn fill(value: &Value, name: &impl Fn(&str) -> Option<String>) -> Value {
    match value {
        Value::String(text) => Value::String(name(text).unwrap_or_else(|| text.clone())),
        Value::Array(list) => list.iter().map(|one| fill(one, name)).collect(),
        Value::Object(map) => {
            let filled = map.iter().map(|(key, one)| (key.clone(), fill(one, name)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

/// A source of numbers that look random: SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    /// True once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

/// The history of this seed.
pub(super) fn history(seed: u64, clients: usize, steps: usize) -> Vec<Step> {
    let mut dice = Dice(seed.wrapping_mul(0x2545_F491_4F6C_DD1D));
    (0..steps).map(|_| step(&mut dice, clients)).collect()
}

fn step(dice: &mut Dice, clients: usize) -> Step {
    let who = dice.below(clients);
    match dice.below(20) {
        0..=4 => Step::Login { who, msg_data: login(dice) },
        5 => Step::Leave { who },
        6..=9 => Step::Say { who, event: "easyrtcMsg", message: custom(dice, clients) },
        _ => Step::Say { who, event: "easyrtcCmd", message: command(dice, clients) },
    }
}

const ROOMS: [&str; 6] = ["a", "b", "c", "default", "constructor", "hasOwnProperty"];

fn room(dice: &mut Dice) -> &'static str {
    // Odd names are rare.
    if dice.once_in(30) { dice.one_of(&ROOMS) } else { dice.one_of(&ROOMS[..4]) }
}

/// A map of rooms as `roomJoin` has it; empty now and then.
fn rooms(dice: &mut Dice) -> Value {
    let count = if dice.once_in(15) { 0 } else { 1 + dice.below(3) };
    let rooms = (0..count).map(|_| room(dice));
    Value::Object(rooms.map(|room| (room.to_owned(), json!({"roomName": room}))).collect())
}

fn login(dice: &mut Dice) -> Value {
    let application = if dice.once_in(12) { "%1" } else { "%0" };
    let mut msg_data = json!({"apiVersion": "1.1.1", "applicationName": application});
    if !dice.once_in(3) {
        msg_data["roomJoin"] = rooms(dice);
    }
    if dice.once_in(3) {
        msg_data["username"] = dice.one_of(&[json!("ada"), json!("bob"), json!("")]);
    }
    if dice.once_in(6) {
        msg_data["setPresence"] = presence(dice);
    }
    if dice.once_in(12) {
        msg_data["easyrtcsid"] = dice.one_of(&[json!("s"), json!("t"), json!("constructor")]);
    }
    if dice.once_in(8) {
        msg_data["setUserCfg"] = json!({"apiField": fields(dice)});
    }
    msg_data
}

/// Never `dnd`: the embedder of the model refuses it.
fn presence(dice: &mut Dice) -> Value {
    dice.one_of(&[
        json!({"show": "away"}),
        json!({"show": "xa", "status": "busy"}),
        json!({"status": ""}),
        json!({"show": "no such"}),
    ])
}

/// Fields, most of them well-formed.
fn fields(dice: &mut Dice) -> Value {
    let mut fields = json!({});
    for name in ["f", "g"] {
        if !dice.once_in(3) {
            let value = dice.one_of(&[json!(1), json!([true]), json!("x"), json!(null)]);
            fields[name] = json!({"fieldName": name, "fieldValue": value});
        }
    }
    if dice.once_in(12) {
        fields["bad"] = json!({"fieldName": "other", "fieldValue": 1});
    }
    fields
}

/// A client, or nobody.
fn client(dice: &mut Dice, clients: usize) -> Value {
    json!(if dice.once_in(10) { "nobody".to_owned() } else { format!("@{}", dice.below(clients)) })
}

fn custom(dice: &mut Dice, clients: usize) -> Value {
    let mut message = json!({"msgType": "hello"});
    if !dice.once_in(4) {
        message["msgData"] = dice.one_of(&[json!({"n": 1}), json!(null), json!("x")]);
    }
    match dice.below(12) {
        0..=4 => message["targetEasyrtcid"] = client(dice, clients),
        5..=8 => message["targetRoom"] = json!(room(dice)),
        9 => {
            message["targetEasyrtcid"] = client(dice, clients);
            message["targetRoom"] = json!(room(dice));
        }
        10 => {
            message["targetGroup"] = json!("none");
            message["targetRoom"] = json!(room(dice));
        }
        _ => {}
    }
    message
}

fn command(dice: &mut Dice, clients: usize) -> Value {
    let command = |msg_type: &str, data: Value| json!({"msgType": msg_type, "msgData": data});
    match dice.below(16) {
        0..=2 => command("roomJoin", json!({"roomJoin": rooms(dice)})),
        3..=4 => command("roomLeave", json!({"roomLeave": rooms(dice)})),
        5..=6 => command("setPresence", json!({"setPresence": presence(dice)})),
        7..=8 => {
            let set = json!({"roomName": room(dice), "field": fields(dice)});
            command("setRoomApiField", json!({"setRoomApiField": set}))
        }
        9 => command("setUserCfg", json!({"setUserCfg": {"apiField": fields(dice)}})),
        10 => json!({"msgType": "getRoomList"}),
        11..=12 => {
            let msg_type = dice.one_of(&["offer", "answer", "candidate"]);
            let data = if dice.once_in(6) { json!({}) } else { json!({"sdp": "v=0"}) };
            json!({"msgType": msg_type, "targetEasyrtcid": client(dice, clients), "msgData": data})
        }
        13 => {
            let msg_type = dice.one_of(&["hangup", "reject"]);
            json!({"msgType": msg_type, "targetEasyrtcid": client(dice, clients)})
        }
        14 => dice.one_of(&[json!({"msgType": "stillAlive"}), json!({"msgType": "nonsense"})]),
        _ => json!({"msgType": "getIceConfig"}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_history() {
        let text = |seed| format!("{:?}", history(seed, 4, 50));
        assert_eq!(text(7), text(7));
        assert_ne!(text(7), text(8));
    }

    #[test]
    fn names_are_put_in_wherever_they_stand() {
        let filled =
            fill(&json!({"a": ["@1", "x"]}), &|text| (text == "@1").then(|| "Zk3Q".to_owned()));
        assert_eq!(filled, json!({"a": ["Zk3Q", "x"]}));
    }
}
