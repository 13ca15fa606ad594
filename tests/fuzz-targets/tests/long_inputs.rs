//! Inputs as long as no fuzzer makes them: the time they take grows with their length and no
//! faster. A check that is quadratic in anything takes minutes here instead of a second.

use easyrtc_fuzz_targets::TARGETS;

/// Bytes of each input, roughly. A message may have six times as many.
const LENGTH: usize = 150_000;

/// The name of a target, and its input.
type Input = (&'static str, Vec<u8>);

/// What a text consists of: what opens, what is in the middle, what closes.
const NESTED: [(&str, &str, &str); 5] = [
    ("[", "", "]"),
    ("{\"a\":", "1", "}"),
    ("{\"num\":", "0", "}"),
    ("{\"_placeholder\":true,\"num\":0,\"x\":", "{}", "}"),
    ("[{\"base64\":[", "", "]}]"),
];

/// What is said over and over, between the first and the last.
const REPEATED: [(&str, &str, &str); 10] = [
    ("[1", ",1", "]"),
    ("[0", ",{\"_placeholder\":true,\"num\":0,\"base64\":\"AA==\"}", "]"),
    ("[0", ",{\"_placeholder\":true,\"num\":31}", "]"),
    ("{\"a\":1", ",\"a\":{\"fieldName\":\"a\",\"fieldValue\":1}", "}"),
    ("{\"a\":{\"roomName\":\"a\"}", ",\"a\":{\"roomName\":\"a\"}", "}"),
    ("\"", "\\ud83d", "\""),
    ("\"", "\\\\", "\""),
    ("\"", "é😀", "\""),
    ("[\"", "\",\"", "\"]"),
    ("[ ", " \n", "]"),
];

fn values() -> Vec<String> {
    let nested = NESTED.map(|(open, middle, close)| {
        let depth = LENGTH / (open.len() + close.len());
        format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
    });
    let repeated = REPEATED
        .map(|(first, again, last)| format!("{first}{}{last}", again.repeat(LENGTH / again.len())));
    nested.into_iter().chain(repeated).collect()
}

/// `value` wherever a client or a server could have it.
fn inputs(value: &str) -> Vec<Input> {
    let mut inputs = Vec::new();
    for key in ["roomJoin", "roomLeave", "setPresence", "setUserCfg", "setRoomApiField", "offer"] {
        let data = match key {
            "offer" => value.to_owned(),
            "setRoomApiField" => format!("{{\"{key}\":{{\"roomName\":\"a\",\"field\":{value}}}}}"),
            "setUserCfg" => format!("{{\"{key}\":{{\"apiField\":{value}}}}}"),
            _ => format!("{{\"{key}\":{value}}}"),
        };
        let target = "\"targetEasyrtcid\":\"a\"";
        let text = format!("{{\"msgType\":\"{key}\",{target},\"msgData\":{data}}}");
        // With attachments, and the usual limits.
        inputs.push(("decode_cmd", headed(3, &text)));
    }
    let text = format!("{{\"msgType\":\"m\",\"targetEasyrtcid\":\"a\",\"msgData\":{value}}}");
    inputs.push(("decode_msg", headed(3, &text)));
    let frame = format!("{{\"event\":\"easyrtcMsg\",\"id\":1,\"message\":{text}}}");
    inputs.push(("websocket_frame", frame.into_bytes()));
    let packet = format!("t453-1[\"easyrtcMsg\",{text}]");
    let session = [&[0], &b"t40\xff"[..], packet.as_bytes(), b"\xffba\xffbb\xffbc"].concat();
    inputs.push(("socketio_packets", session));
    let login = format!(
        "{{\"msgType\":\"authenticate\",\"msgData\":{{\"apiVersion\":\"1\",\"roomJoin\":{value},\
         \"setUserCfg\":{{\"userSettings\":{value},\"apiField\":{value}}},\"credential\":{value}}}}}"
    );
    inputs.push(("decode_auth", headed(3, &login)));
    inputs.extend((0..9).map(|head| ("server_bodies", headed(head, value))));
    inputs.extend((0..3).map(|head| ("jwt", headed(head, value))));
    inputs
}

/// Bodies of polls and POSTs with as many packets as there is room for.
fn payloads() -> Vec<Input> {
    let repeat = |(head, packet): (u8, &[u8])| {
        ("engineio_payload", [&[head], &*packet.repeat(LENGTH / packet.len())].concat())
    };
    [
        (0xf8, &b"6\x1e"[..]),
        (0xf8, "4é\u{1e}".as_bytes()),
        (0xf8, b"bAA==\x1e"),
        (0xf9, b"1:6"),
        (0xf9, "2:4é".as_bytes()),
        (0xf9, "3:4\u{c3}\u{a9}".as_bytes()),
        (0xfd, b"\x00\x01\xff6"),
        (0xfd, b"\x01\x02\xff\x04x"),
    ]
    .map(repeat)
    .into()
}

/// Frames as small as can be, of messages as large as may be.
fn small_frames() -> Vec<Input> {
    let repeat = |frame: &[u8]| {
        let fragments = frame.repeat(60_000 / frame.len());
        ("websocket_decoder", [b"\x03\x00\x01\x80\0\0\0\0", &*fragments].concat())
    };
    [&b"\0\x81\0\0\0\0a"[..], b"\0\x80\0\0\0\0", b"\x89\x80\0\0\0\0"].map(repeat).into()
}

fn headed(head: u8, text: &str) -> Vec<u8> {
    [&[head], text.as_bytes()].concat()
}

#[test]
fn time_grows_with_the_length_alone() {
    let inputs = values().iter().flat_map(|value| inputs(value)).collect::<Vec<_>>();
    for (name, input) in inputs.iter().chain(&payloads()).chain(&small_frames()) {
        let mut targets = TARGETS.iter().filter(|target| target.name == *name);
        (targets.next().expect("a target").check)(input);
    }
}
