//! What the fuzzer starts from: what the clients of the test kit say and hear.

use std::collections::BTreeMap;

use easyrtc_proto::{ClientEvent, ServerMessage};
use easyrtc_state::{Effect, Input};
use easyrtc_test_kit::World;
use easyrtc_test_kit::operation::{MALFORMED, histories, setups};
use easyrtc_test_kit::world::History;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

/// How many histories are played to hear what is said in them.
const HISTORIES: usize = 40;

/// Messages with attachments, or what looks like them.
const BINARY: [&str; 5] = [
    r#"{"msgType":"file","targetRoom":"default","msgData":{"_placeholder":true,"num":0}}"#,
    r#"{"msgType":"file","msgData":[{"_placeholder":true,"num":1},{"num":0,"_placeholder":true},{"_placeholder":true,"num":1}]}"#,
    r#"{"msgType":"file","msgData":{"_placeholder":true,"num":7,"x":{"_placeholder":true,"num":0}}}"#,
    r#"{"msgType":"offer","targetEasyrtcid":"a","msgData":{"sdp":{"_placeholder":true,"num":0}}}"#,
    r#"{"msgType":"offer","targetEasyrtcid":"a","msgData":{"_placeholder":true,"num":0}}"#,
];

/// Texts that Rust and JavaScript see differently, or that are numbers in odd places.
const ODD: [&str; 4] = [
    r#"{"msgType":"\ud83d","msgData":"\u0000\ude00 \ud83d\ude00"}"#,
    "{ \"msgType\" : \"é😀\" ,\t\"msgData\" : [ -0.0e-7 , 1E400 ] }",
    r#"{"msgType":"a","msgType":"b","msgData":1,"msgData":{"a":1,"a":2},"__proto__":null}"#,
    r#"{"\u006dsgType":"hangup","targetEasyrtcid":"\u0061"}"#,
];

/// For `decode_auth`.
#[must_use]
pub fn auth() -> Vec<Vec<u8>> {
    decode(ClientEvent::Auth)
}

/// For `decode_cmd`.
#[must_use]
pub fn cmd() -> Vec<Vec<u8>> {
    decode(ClientEvent::Cmd)
}

/// For `decode_msg`.
#[must_use]
pub fn msg() -> Vec<Vec<u8>> {
    decode(ClientEvent::Msg)
}

fn decode(event: ClientEvent) -> Vec<Vec<u8>> {
    let said = said(event).into_iter().map(|text| headed(0, &text));
    let odd = BINARY.iter().map(|text| headed(2, text)).chain(ODD.map(|text| headed(0, text)));
    said.chain(odd).chain(malformed(event).map(|(binary, text)| headed(4 + binary, text))).collect()
}

/// For `server_bodies`.
#[must_use]
pub fn server_bodies() -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    for history in played() {
        for effect in history.effects() {
            let (Effect::Send { frame, .. } | Effect::Reply { frame, .. }) = effect else {
                continue;
            };
            let body = match frame.message() {
                ServerMessage::Token(body) => (0, serde_json::to_string(body)),
                ServerMessage::RoomData(body) => (1, serde_json::to_string(body)),
                ServerMessage::RoomList(body) => (2, serde_json::to_string(body)),
                ServerMessage::IceConfig(body) => (3, serde_json::to_string(body)),
                ServerMessage::SessionData(body) => (4, serde_json::to_string(body)),
                ServerMessage::ForwardToUrl(body) => (5, serde_json::to_string(body)),
                ServerMessage::Error(body) => (6, serde_json::to_string(body)),
                ServerMessage::Ack | ServerMessage::Signal(_) | ServerMessage::Custom(_) => {
                    continue;
                }
            };
            bodies.extend(body.1.map(|text| (body.0, text)));
        }
    }
    let mut seeds = Vec::new();
    for kind in 0..=6 {
        let texts = bodies.iter().filter(|(of, _)| *of == kind).map(|(_, text)| text.clone());
        seeds.extend(shapes(texts, 8).iter().map(|text| headed(kind, text)));
    }
    seeds.push(headed(
        1,
        r#"{"roomData":{"a":{"roomName":"a","roomStatus":"update","clientListDelta":{"updateClient":{},"removeClient":{}},"field":{}}}}"#,
    ));
    seeds.push(headed(7, r#"{"show":"away","status":"back \ud83d\ude00","type":{"a":[null]}}"#));
    seeds.push(headed(8, r#"{"url":"stun:a","x":{"y":[1]}}"#));
    seeds.push(headed(8, r#"{"urls":["turn:a","turn:b"],"username":"u","credential":"c"}"#));
    seeds
}

/// For `socketio_packets`: clients of either revision that say one thing each.
#[must_use]
pub fn socketio_packets() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let mut session = |head: u8, frames: &[&str]| {
        let frames: Vec<&[u8]> = frames.iter().map(|frame| frame.as_bytes()).collect();
        seeds.push([&[head][..], &frames.join(&0xff)].concat());
    };
    for event in ClientEvent::ALL {
        let name = event.name();
        for (number, text) in said(event).iter().take(9).enumerate() {
            session(0, &["t40", &format!("t42{number}[\"{name}\",{text}]")]);
        }
    }
    for (number, text) in BINARY.iter().enumerate() {
        let packet = format!("t452-/,{number}[\"easyrtcMsg\",{text}]");
        session(0, &["t40{\"a\":1}", &packet, "bone", "ttwo"]);
        session(0, &["t40", &packet, "bone", "b"]);
        session(1, &[&packet, "b\u{4}one", "tb4dHdv"]);
        session(3, &[&packet.replace("2-/,", "1-"), "tb4dHdv"]);
    }
    session(0, &["t40/x,{}", "t40", "t3", "t430[]", "t461-1[]", "bx", "t41", "t40", "t1"]);
    session(1, &["t2", "t40/x?a=b,", "t42/x,[\"a\"]", "t41"]);
    session(4, &["t40", "t451-1[\"easyrtcMsg\",{\"_placeholder\":true,\"num\":0}]", "b123456"]);
    seeds
}

/// For `engineio_payload`: the same packets as each revision writes them.
#[must_use]
pub fn engineio_payload() -> Vec<Vec<u8>> {
    let said: Vec<String> = ClientEvent::ALL.into_iter().flat_map(said).collect();
    let packets: Vec<Vec<String>> = said
        .chunks(5)
        .take(8)
        .map(|texts| texts.iter().map(|text| format!("421[\"easyrtcCmd\",{text}]")).collect())
        .chain([
            vec!["2".into(), "3".into(), "40".into(), "1".into(), "5".into(), "6".into()],
            vec!["4é€😀".into(), "42[\"\u{c3}\u{a9}\"]".into(), "4/é?,[\"é\"]".into()],
        ])
        .collect();
    let mut seeds = Vec::new();
    for packets in &packets {
        for head in [0b1111_1000, 0b0000_1000] {
            seeds.push(headed(head, &packets.join("\u{1e}")));
        }
        let counted = |packet: &String| format!("{}:{packet}", packet.encode_utf16().count());
        seeds.push(headed(0b1000_0001, &packets.iter().map(counted).collect::<String>()));
        let mut bytes = vec![0b0100_0101];
        for packet in packets {
            bytes.push(0);
            bytes.extend(packet.len().to_string().bytes().map(|digit| digit - b'0'));
            bytes.push(255);
            bytes.extend_from_slice(packet.as_bytes());
        }
        seeds.push(bytes);
    }
    seeds.push(headed(0, "4a\u{1e}bAQIDBA==\u{1e}b\u{1e}bAQIDBA"));
    seeds.push(headed(3, "6:b4AQID2:4a2:b4"));
    seeds.push(vec![5, 1, 4, 255, 4, 1, 2, 3, 1, 1, 255, 4, 0, 1, 255, b'2']);
    seeds
}

/// For `websocket_frame`.
#[must_use]
pub fn websocket_frame() -> Vec<Vec<u8>> {
    let mut seeds: Vec<String> = Vec::new();
    for event in ClientEvent::ALL {
        let name = event.name();
        let said = said(event);
        seeds.extend(said.iter().take(8).zip(1..).map(|(text, id): (_, u64)| {
            format!("{{\"event\":\"{name}\",\"id\":{id},\"message\":{text}}}")
        }));
    }
    for text in BINARY {
        let text = text.replace("\"num\":0", "\"num\":0,\"base64\":\"AAE=\"");
        let text = text.replacen("\"num\":1", "\"num\":1,\"base64\":\"aGk=\"", 1);
        seeds.push(format!("{{\"event\":\"easyrtcMsg\",\"id\":1,\"message\":{text}}}"));
        seeds.push(format!(
            "{{\"message\":{text},\"id\":9007199254740991,\"event\":\"easyrtcCmd\"}}"
        ));
    }
    seeds.extend(
        [
            r#"{"received":12}"#,
            r#"{"resume":{"token":"AAAAAAAAAAAAAAAAAAAAAAAA","received":7}}"#,
            r#"{"resume":{"token":null}}"#,
            r#" {"event":"easyrtcAuth","message":null,"\ud800":1,"event":"easyrtcMsg"} "#,
            r#"{"id":-1,"event":"easyrtcCmd","message":[],"received":1.0}"#,
        ]
        .map(str::to_owned),
    );
    seeds.into_iter().map(String::into_bytes).collect()
}

/// For `websocket_decoder`: what clients may send and what not, whole and in pieces.
#[must_use]
pub fn websocket_decoder() -> Vec<Vec<u8>> {
    let masked = |first: u8, payload: &[u8]| {
        let length = payload.len().to_le_bytes();
        let length =
            if payload.len() < 126 { vec![length[0]] } else { vec![126, length[1], length[0]] };
        let mut frame = [&[first], &*length, b"\x01\x02\x03\x04"].concat();
        frame[1] |= 0x80;
        frame.extend(payload.iter().zip(b"\x01\x02\x03\x04".iter().cycle()).map(|(a, b)| a ^ b));
        frame
    };
    let conversations: [&[(u8, &[u8])]; 14] = [
        &[(0x81, "täxt €".as_bytes()), (0x82, &[0xff; 125]), (0x82, &[0; 126]), (0x88, b"")],
        &[(0x01, b"\xe2\x82"), (0x89, b"amid"), (0x00, b"\xac"), (0x8a, b""), (0x80, b"")],
        &[(0x02, &[1; 200]), (0x00, &[2; 100]), (0x80, b""), (0x81, b""), (0x88, b"\x03\xe8bye")],
        &[(0x02, &[1; 200]), (0x80, &[2; 101])],
        &[(0x82, &[0; 301])],
        &[(0x01, b"a\xed\xa0\x80")],
        &[(0x81, b"\xf0\x9f\x98")],
        &[(0x80, b"")],
        &[(0x01, b""), (0x81, b"")],
        &[(0x09, b"")],
        &[(0xc1, b"")],
        &[(0x83, b"")],
        &[(0x88, b"\x03\xec")],
        &[(0x88, b"\x0f\xa0"), (0x81, b"late")],
    ];
    let mut seeds = Vec::new();
    for frames in conversations {
        let frames: Vec<u8> =
            frames.iter().flat_map(|(first, payload)| masked(*first, payload)).collect();
        seeds.push([b"\x02\x07", &*frames].concat());
    }
    let long = masked(0x82, &[3; 40_000]);
    seeds.push([b"\x03\x00", &*long, &long].concat());
    let heads: [&[u8]; 3] = [
        b"\x81\x01x",
        b"\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00",
        b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
    ];
    seeds.extend(heads.map(|head| [b"\x03\x00", head].concat()));
    seeds
}

/// For `engineio_session`: the lives of sessions, one step for each byte.
#[must_use]
pub fn engineio_session() -> Vec<Vec<u8>> {
    const POLL: u8 = 0x02;
    const ANSWERED: u8 = 0x03;
    const PROBE: [u8; 2] = [0x06, 0x67];
    const UPGRADE: u8 = 0x47;
    const JOINED: u8 = 0x09;
    const LEFT: u8 = 0x0a;
    const FLUSHED: u8 = 0x0c;
    const RESUMED: u8 = 0x0d;
    const DEADLINE: u8 = 0x0e;
    const PING: u8 = 0x20;
    const PONG: u8 = 0x30;
    const MESSAGE: u8 = 0x80;
    const WAIT: [u8; 2] = [0x0f, 101];
    let lives: [&[u8]; 7] = [
        &[POLL, ANSWERED, 0x04, JOINED, MESSAGE, 0x05, POLL, POLL],
        &[POLL, PROBE[0], PROBE[1], POLL, WAIT[0], WAIT[1], POLL, UPGRADE, JOINED, MESSAGE],
        &[POLL, PROBE[0], PROBE[1], WAIT[0], WAIT[1], WAIT[0], WAIT[1], 0x08, PROBE[0], PROBE[1]],
        &[JOINED, DEADLINE, PONG, DEADLINE, PONG, LEFT, JOINED, RESUMED, 0x01, DEADLINE, DEADLINE],
        &[JOINED, PING, 0xff, 0xff, PING, 0xff, 0xff, PING, 0x04, 0x04],
        &[JOINED, 0x1b, MESSAGE, POLL, FLUSHED, DEADLINE],
        &[JOINED, 0x0b, FLUSHED, FLUSHED, 0x10],
    ];
    let heads = 0..4;
    let scripted = heads.flat_map(|head| lives.iter().map(move |life| [&[head], *life].concat()));
    scripted.chain(any_bytes().into_iter().step_by(3)).collect()
}

/// For targets that take each byte as a choice: any bytes do, the same every time.
#[must_use]
pub fn any_bytes() -> Vec<Vec<u8>> {
    let mut state: u64 = 1;
    let mut next = || {
        // Knuth's constants for a linear congruential generator.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56).to_le_bytes()[0]
    };
    (1..=24).map(|number| (0..number * 16).map(|_| next()).collect()).collect()
}

fn headed(head: u8, text: &str) -> Vec<u8> {
    [&[head], text.as_bytes()].concat()
}

fn malformed(event: ClientEvent) -> impl Iterator<Item = (u8, &'static str)> {
    let of_event = MALFORMED.iter().filter(move |malformed| malformed.event == event);
    of_event.map(|malformed| (u8::from(malformed.binary), malformed.text))
}

/// What clients say with `event` that is well-formed, one of each shape.
fn said(event: ClientEvent) -> Vec<String> {
    let mut texts = Vec::new();
    for history in played() {
        for input in history.inputs() {
            if let Input::Message { message: Ok(message), .. } = input
                && message.event() == event
            {
                texts.push(message.encode());
            }
        }
    }
    shapes(texts.into_iter(), 30)
}

/// The shortest text of each shape, at most `most`: those with the most keys.
fn shapes(texts: impl Iterator<Item = String>, most: usize) -> Vec<String> {
    let mut shortest: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for text in texts {
        let Ok(value) = serde_json::from_str(&text) else { continue };
        let mut shape = Vec::new();
        keys(&value, &mut shape);
        let known = shortest.entry(shape).or_insert_with(|| text.clone());
        if text.len() < known.len() {
            *known = text;
        }
    }
    let mut found: Vec<(Vec<String>, String)> = shortest.into_iter().collect();
    found.sort_by_key(|(shape, text)| (usize::MAX - shape.len(), text.len()));
    // Every so many, so that the small ones are there too.
    let step = found.len().div_ceil(most).max(1);
    found.into_iter().step_by(step).map(|(_, text)| text).collect()
}

fn keys(value: &Value, shape: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if key == "msgType" {
                    shape.push(value.to_string());
                }
                shape.push(key.clone());
                keys(value, shape);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| keys(element, shape)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn played() -> Vec<History> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut play = || {
        let tree = (setups(), histories(150)).new_tree(&mut runner).expect("a history");
        let (setup, operations) = tree.current();
        World::new(setup).run(&operations).expect("all invariants hold")
    };
    (0..HISTORIES).map(|_| play()).collect()
}
