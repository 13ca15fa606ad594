//! Payloads of revision 3, in both forms.

use proptest::prelude::*;

use super::*;

fn decode(payload: &str) -> Vec<Result<Part<'_>, NoPacket>> {
    let mut offset = 0;
    std::iter::from_fn(|| next_text_part(payload, &mut offset)).collect()
}

fn decode_bytes(payload: &Bytes) -> Vec<Result<Part<'_>, NoPacket>> {
    let mut offset = 0;
    std::iter::from_fn(|| next_binary_part(payload, &mut offset)).collect()
}

fn text(text: &str) -> Result<Part<'_>, NoPacket> {
    Ok(Part::Text(Cow::Borrowed(text)))
}

fn binary(bytes: &'static [u8]) -> Result<Part<'static>, NoPacket> {
    Ok(Part::Binary(Bytes::from_static(bytes)))
}

fn wire(text: &str) -> WirePacket {
    WirePacket::Text(text.to_owned().into())
}

fn encoded(packets: &[WirePacket]) -> String {
    match encode(packets, true) {
        Body::Text(body) => String::from_utf8(body.to_vec()).unwrap(),
        Body::Binary(body) => panic!("{body:?}"),
    }
}

#[test]
fn known_text_payloads() {
    for (payload, parts) in [
        ("1:2", vec![text("2")]),
        ("6:4hello", vec![text("4hello")]),
        ("3:4:12:4:", vec![text("4:1"), text("4:")]),
        ("2:4€2:2x", vec![text("4€"), text("2x")]),
        // One character, two UTF-16 units.
        ("3:4🎉1:1", vec![text("4🎉"), text("1")]),
        ("10:b4AQIDBA==", vec![binary(&[1, 2, 3, 4])]),
        ("8:b4AQIDBA", vec![binary(&[1, 2, 3, 4])]),
        ("2:b4", vec![binary(&[])]),
        ("001:2", vec![text("2")]),
    ] {
        assert_eq!(decode(payload), parts, "{payload}");
    }
}

#[test]
fn what_is_no_text_payload() {
    for payload in [
        "",
        "1",
        ":",
        ":2",
        "a:2",
        "-1:2",
        "+1:2",
        " 1:2",
        "1.0:2",
        "2:2",
        "99999999999999999999:2",
        "0000000000000001:2",
        "9007199254740993:2",
        // The length ends within a character.
        "2:4🎉",
        "2:b2",
        "6:bAQIDB",
        "3:b4*",
        "4\u{ff}:4",
    ] {
        assert_eq!(decode(payload), [Err(NoPacket)], "{payload}");
    }
    assert_eq!(decode("1:2x"), [text("2"), Err(NoPacket)]);
    assert_eq!(decode("1:25"), [text("2"), Err(NoPacket)]);
    // No packet is empty; whoever reads packets sees it.
    assert_eq!(decode("0:1:2"), [text(""), text("2")]);
}

#[test]
fn known_payloads_of_bytes() {
    for (payload, parts) in [
        (&b"\x00\x01\xff2"[..], vec![text("2")]),
        (b"\x00\x01\x02\xff4hello world", vec![text("4hello world")]),
        (
            b"\x00\x03\xff4\xc3\xa9\x01\x04\xff\x04\x01\x02\x03",
            vec![text("4é"), binary(&[1, 2, 3])],
        ),
        (b"\x01\x01\xff\x04", vec![binary(&[])]),
        (b"\x00\x06\xffb4AQID", vec![binary(&[1, 2, 3])]),
    ] {
        assert_eq!(decode_bytes(&Bytes::from_static(payload)), parts, "{payload:?}");
    }
}

#[test]
fn what_is_no_payload_of_bytes() {
    for payload in [
        &b""[..],
        b"\x00",
        b"\x00\x01",
        b"\x00\xff2",
        b"\x00\x02\xff2",
        b"\x00\x0a\xff2",
        b"\x001\xff2",
        b"\x02\x01\xff2",
        b"\x01\x00\xff",
        b"\x01\x01\xff\x02",
        b"\x01\x01\xff4",
        b"\x00\x02\xff4\xc3",
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff2",
    ] {
        let payload = Bytes::from_static(payload);
        assert_eq!(decode_bytes(&payload), [Err(NoPacket)], "{payload:?}");
    }
}

#[test]
fn text_whose_characters_are_bytes_is_understood() {
    // As Socket.IO 1 posts "4é🎉": each byte of the UTF-8 as a character.
    let double = "4\u{c3}\u{a9}\u{f0}\u{9f}\u{8e}\u{89}";
    let payload = format!("7:{double}");
    assert_eq!(decode(&payload), [text("4é🎉")]);
    for plain in ["4abc", "4é", "4Ã©€", "4é🎉", "4ÿ"] {
        let payload = format!("{}:{plain}", plain.encode_utf16().count());
        assert_eq!(decode(&payload), [text(plain)], "{plain}");
    }
}

#[test]
fn known_text_bodies() {
    assert_eq!(encoded(&[wire("40"), wire("3")]), "2:401:3");
    let bytes = WirePacket::Binary(Bytes::from_static(&[1, 2, 3, 4]));
    assert_eq!(encoded(&[bytes, wire("6")]), "10:b4AQIDBA==1:6");
    // What is beyond ASCII is escaped, so that the length is the same however it is counted.
    assert_eq!(encoded(&[wire("42[\"é🎉\"]")]), r#"24:42["\u00e9\ud83c\udf89"]"#);
    // But not in the name of a namespace, which is no JSON.
    assert_eq!(encoded(&[wire("44/🎉,\"é\"")]), r#"14:44/🎉,"\u00e9""#);
}

#[test]
fn known_bodies_of_bytes() {
    let bytes = WirePacket::Binary(Bytes::from_static(&[1, 2, 3]));
    let expected = b"\x00\x06\xff451-\xc3\xa9\x01\x04\xff\x04\x01\x02\x03";
    let packets = [wire("451-é"), bytes];
    assert_eq!(encode(&packets, false), Body::Binary(Bytes::from_static(expected)));
    assert_eq!(encode(&[wire("2")], false), Body::Text(Bytes::from_static(b"1:2")));
    let long = encode(&[WirePacket::Binary(vec![7; 120].into())], false);
    let Body::Binary(long) = long else { panic!("{long:?}") };
    assert_eq!(long[..6], [1, 1, 2, 1, 255, 4]);
    // Long text too, unless only text can be taken.
    let long = [wire(&"4".repeat(MAX_TEXT))];
    assert!(matches!(encode(&long, true), Body::Text(_)));
    assert!(matches!(encode(&long, false), Body::Binary(_)));
}

fn wire_packet() -> impl Strategy<Value = WirePacket> {
    prop_oneof![
        "[0-6]\"(?s:.*)".prop_map(|text| WirePacket::Text(text.into())),
        proptest::collection::vec(any::<u8>(), 0..300)
            .prop_map(|bytes| WirePacket::Binary(bytes.into())),
    ]
}

/// What a client makes of a received packet: the text behind escapes, if it is text.
fn understood(part: &Part<'_>) -> WirePacket {
    match part {
        Part::Binary(bytes) => WirePacket::Binary(bytes.clone()),
        Part::Text(text) => {
            let mut units = Vec::new();
            let mut rest = text.as_ref();
            while let Some(escape) = rest.find("\\u") {
                units.extend(rest[..escape].encode_utf16());
                let digits = rest[escape + 2..].get(..4);
                match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
                    Some(unit) if unit > 0x7f => {
                        units.push(unit);
                        rest = &rest[escape + 6..];
                    }
                    _ => {
                        units.extend("\\u".encode_utf16());
                        rest = &rest[escape + 2..];
                    }
                }
            }
            units.extend(rest.encode_utf16());
            wire(&String::from_utf16(&units).unwrap())
        }
    }
}

proptest! {
    #[test]
    fn never_panics(payload in "(?s:([0-9]{0,3}:[b4]?)?.*)") {
        decode(&payload);
    }

    #[test]
    fn bytes_never_panic(payload in proptest::collection::vec(
        prop_oneof![0_u8..10, Just(255), any::<u8>()], 0..60)) {
        decode_bytes(&payload.into());
    }

    #[test]
    fn decoding_inverts_encoding(
        packets in proptest::collection::vec(wire_packet(), 1..10),
        base64: bool,
    ) {
        let length: usize = packets.iter().map(max_encoded_length).sum();
        let back: Vec<WirePacket> = match encode(&packets, base64) {
            Body::Text(body) => {
                prop_assert!(body.len() <= length);
                let body = String::from_utf8(body.to_vec()).unwrap();
                decode(&body).into_iter().map(|part| understood(&part.unwrap())).collect()
            }
            Body::Binary(body) => {
                prop_assert!(!base64 && body.len() <= length);
                decode_bytes(&body).into_iter().map(|part| match part.unwrap() {
                    Part::Text(text) => wire(&text),
                    Part::Binary(bytes) => WirePacket::Binary(bytes),
                }).collect()
            }
        };
        prop_assert_eq!(back, packets);
    }

    #[test]
    fn text_of_revision_3_arrives_however_it_is_posted(packet in "4(?s:.*)") {
        prop_assume!(undo_double_utf8(&packet) == packet);
        let payload = format!("{}:{packet}", packet.encode_utf16().count());
        prop_assert_eq!(decode(&payload), [text(&packet)]);
        let double: String = packet.bytes().map(char::from).collect();
        let payload = format!("{}:{double}", packet.len());
        prop_assert_eq!(decode(&payload), [text(&packet)]);
    }
}
