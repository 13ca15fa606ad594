//! What clients may send and what not, in any pieces.

use std::iter::repeat;

use proptest::prelude::*;

use super::fuzzed::{self, check, decoded};
use super::*;

const MAX: usize = 300;
const MASK: [u8; 4] = [1, 2, 3, 4];

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match u8::try_from(payload.len()) {
        Ok(short @ ..=125) => bytes.push(0x80 | short),
        _ => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn text(text: &'static str) -> Message {
    Message::Text(Utf8Bytes::from_static(text))
}

#[test]
fn messages_in_any_pieces() {
    let bytes = [
        frame(0x81, "4 täxt".as_bytes()),
        frame(0x02, &[1; 100]),
        frame(0x89, b"still there?"),
        frame(0x00, &[2; 126]),
        frame(0x80, &[]),
        frame(0x8a, b"x"),
        frame(0x81, b""),
        frame(0x01, b"\xe2\x82"),
        frame(0x00, b"\xac\xe2"),
        frame(0x80, b"\x82\xac"),
        frame(0x88, b"\x03\xe9bye"),
    ]
    .concat();
    let expected = [
        text("4 täxt"),
        Message::Ping(b"still there?".to_vec()),
        Message::Binary(Bytes::from([vec![1; 100], vec![2; 126]].concat())),
        Message::Pong,
        text(""),
        text("€€"),
        Message::Close(Some(CloseCode::Away)),
    ];
    for piece in [1, 2, 3, 5, 7, 64, bytes.len()] {
        let (messages, invalid) = decoded(&bytes, MAX, repeat(piece));
        assert_eq!((messages.as_slice(), invalid), (expected.as_slice(), None), "{piece}");
    }
}

#[test]
fn what_clients_may_not_send() {
    let unmasked = b"\x81\x01a".to_vec();
    let huge = b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04".to_vec();
    for (bytes, expected) in [
        (unmasked, Invalid::Protocol),
        (frame(0xc1, b"a"), Invalid::Protocol),
        (frame(0xa1, b"a"), Invalid::Protocol),
        (frame(0x91, b"a"), Invalid::Protocol),
        (frame(0x83, b"a"), Invalid::Protocol),
        (frame(0x8b, b"a"), Invalid::Protocol),
        (frame(0x80, b"a"), Invalid::Protocol),
        (frame(0x09, b"a"), Invalid::Protocol),
        (frame(0x89, &[0; 126]), Invalid::Protocol),
        (frame(0x88, b"\x03"), Invalid::Protocol),
        (frame(0x88, b"\x03\xed"), Invalid::Protocol),
        (frame(0x88, b"\x03\xe8\xff"), Invalid::Text),
        (frame(0x81, b"\xff"), Invalid::Text),
        ([frame(0x01, b"a"), frame(0x81, b"a")].concat(), Invalid::Protocol),
        ([frame(0x01, b"\xe2\x82"), frame(0x80, b"a")].concat(), Invalid::Text),
        (frame(0x01, b"a\xff"), Invalid::Text),
        ([frame(0x01, b"a\xe2"), frame(0x00, b"\xff")].concat(), Invalid::Text),
        (frame(0x82, &[0; MAX + 1]), Invalid::TooLarge),
        ([frame(0x02, &[0; MAX]), frame(0x80, b"a")].concat(), Invalid::TooLarge),
        (huge, Invalid::TooLarge),
    ] {
        for piece in [1, bytes.len()] {
            assert_eq!(
                decoded(&bytes, MAX, repeat(piece)),
                (Vec::new(), Some(expected)),
                "{bytes:x?}"
            );
        }
    }
    let as_large_as_may_be = decoded(&frame(0x82, &[0; MAX]), MAX, [1000]);
    assert_eq!(as_large_as_may_be, (vec![Message::Binary(vec![0; MAX].into())], None));
}

#[test]
fn nothing_is_held_between_messages() {
    let mut decoder = Decoder::new(MAX);
    let bytes = [frame(0x81, &[b'a'; 200]), frame(0x89, b"ping")].concat();
    let mut input = &*bytes;
    while decoder.decode(&mut input).unwrap().is_some() {}
    assert_eq!((decoder.message.capacity(), decoder.control.capacity()), (0, 0));
}

#[test]
fn no_more_is_held_than_came_and_a_message_may_have() {
    let mut decoder = Decoder::new(MAX);
    // A head promises as much as may be, and nothing follows.
    let head = &frame(0x02, &[0; MAX])[..8];
    assert_eq!(decoder.decode(&mut &*head), Ok(None));
    assert_eq!(decoder.message.capacity(), 0);
    for _ in 0..MAX - 1 {
        assert_eq!(decoder.decode(&mut &[1][..]), Ok(None));
        assert!(decoder.message.capacity() <= MAX, "{}", decoder.message.capacity());
    }
}

#[test]
fn many_fragments_are_moved_seldom() {
    let mut decoder = Decoder::new(100_000);
    assert_eq!(decoder.decode(&mut &*frame(0x01, b"")), Ok(None));
    let mut moves = 0;
    for _ in 0..100_000 {
        let before = decoder.message.capacity();
        assert_eq!(decoder.decode(&mut &*frame(0x00, b"a")), Ok(None));
        moves += usize::from(decoder.message.capacity() != before);
    }
    assert!(moves < 30, "{moves}");
}

fn frames() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => proptest::sample::select(vec![0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a]),
        1 => Just(0x88),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        6 => "[a-zäöü€]{0,20}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..200),
        1 => Just(b"\x03\xe8".to_vec()),
    ];
    let one = (first, payload).prop_map(|(first, payload)| frame(first, &payload));
    proptest::collection::vec(one, 0..8).prop_map(|frames| frames.concat())
}

proptest! {
    #[test]
    fn any_bytes_come_to_the_same_in_any_pieces_and_as_in_tungstenite(
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        fuzzed::decoder(&bytes);
    }

    #[test]
    fn frames_come_to_the_same_in_any_pieces_and_as_in_tungstenite(
        bytes in frames(),
        piece in 1..20_usize,
    ) {
        check(&bytes, MAX, repeat(piece));
    }
}
