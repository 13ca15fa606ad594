//! What clients say.

use easyrtc_proto::{ClientEvent, SignalKind};
use easyrtc_test_kit::client::ReferenceClient;
use easyrtc_test_kit::names;
use easyrtc_test_kit::operation::{Login, Message, text};

use crate::random::Random;
use crate::swarm::Swarm;

/// Parts of payloads that are easily damaged on their way.
const ODDITIES: [&str; 6] =
    [r#"" two  spaces ""#, r#""\u00e9\/é""#, "1.0e+2", r#"{"b":1,"a":2,"b":3}"#, "-0", "[ ]"];

/// A login.
pub(crate) fn login(random: &mut Random) -> (ClientEvent, String) {
    text(&Message::Authenticate(any_login(random)), &[String::new()])
}

/// A login anybody should get in with.
pub(crate) fn plain_login() -> (ClientEvent, String) {
    let login = Login {
        app: None,
        rooms: None,
        session: None,
        username: None,
        presence: None,
        user_cfg: None,
    };
    text(&Message::Authenticate(login), &[String::new()])
}

fn any_login(random: &mut Random) -> Login {
    let mut maybe = |chance| random.chance(chance).then(|| random.byte());
    let (app, session, username) = (maybe(25), maybe(30), maybe(30));
    let (presence, user_cfg) = (maybe(30), maybe(30));
    let rooms = random.chance(50).then(|| (0..random.below(4)).map(|_| random.byte()).collect());
    Login { app, rooms, session, username, presence, user_cfg }
}

/// Something a client says that knows what `client` knows. `number` is not used twice.
pub(crate) fn message(
    random: &mut Random,
    swarm: &Swarm,
    client: &ReferenceClient,
    number: u64,
) -> (ClientEvent, String) {
    let mut rooms = |least: usize, most: usize| -> Vec<u8> {
        (0..least + random.below(most)).map(|_| random.byte()).collect()
    };
    let (some, few) = (rooms(1, 3), rooms(0, 3));
    let message = match random.weighted(&swarm.messages) {
        0 => return login(random),
        1 => Message::RoomJoin(some),
        2 => Message::RoomLeave(few),
        3 => Message::SetRoomApiField { room: random.byte(), fields: random.byte() },
        4 => Message::SetPresence(random.byte()),
        5 => Message::SetUserCfg(random.byte()),
        6 => return (ClientEvent::Cmd, signal(random, client, number)),
        7 => return (ClientEvent::Msg, custom(random, client, number)),
        8 => Message::GetIceConfig,
        9 => Message::GetRoomList,
        10 => Message::StillAlive,
        _ => Message::Unknown,
    };
    text(&message, &[String::new()])
}

/// Somebody the client has heard of, itself perhaps, or nobody.
fn peer(random: &mut Random, client: &ReferenceClient) -> String {
    let known: Vec<_> = client.rooms.values().flat_map(|room| room.occupants.keys()).collect();
    match random.pick(&known) {
        Some(known) if random.chance(90) => known.to_string(),
        _ if random.chance(50) => "nobody".to_owned(),
        _ => client.easyrtcid.map_or_else(|| "nobody".to_owned(), |own| own.to_string()),
    }
}

fn payload(random: &mut Random, number: u64) -> String {
    let odd = random.pick(&ODDITIES).unwrap_or("0");
    format!(r#"{{"n":{number},"sdp":"v=0", "odd":{odd}}}"#)
}

fn signal(random: &mut Random, client: &ReferenceClient, number: u64) -> String {
    let kind = random.pick(&SignalKind::ALL).unwrap_or(SignalKind::Offer);
    let (name, to) = (kind.name(), peer(random, client));
    if kind.has_data() {
        let data = payload(random, number);
        format!(r#"{{"msgType":"{name}","targetEasyrtcid":"{to}","msgData":{data}}}"#)
    } else {
        format!(r#"{{"msgType":"{name}","targetEasyrtcid":"{to}"}}"#)
    }
}

fn custom(random: &mut Random, client: &ReferenceClient, number: u64) -> String {
    let mut target = String::new();
    if random.chance(40) {
        target += &format!(r#""targetEasyrtcid":"{}","#, peer(random, client));
    }
    if random.chance(45) {
        target += &format!(r#""targetRoom":"{}","#, names::room(random.byte()));
    }
    if random.chance(35) {
        target += &format!(r#""targetGroup":"{}","#, names::group(random.byte()));
    }
    let data = payload(random, number);
    format!(r#"{{"msgType":"chat",{target}"msgData":{data}}}"#)
}

/// A presence that nobody had before.
pub(crate) fn probe(number: u64) -> (ClientEvent, String) {
    let presence = format!(r#"{{"show":"chat","status":"probe {number}"}}"#);
    let text = format!(r#"{{"msgType":"setPresence","msgData":{{"setPresence":{presence}}}}}"#);
    (ClientEvent::Cmd, text)
}
