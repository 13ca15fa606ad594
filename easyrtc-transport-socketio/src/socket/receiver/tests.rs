//! Messages in, meanings out.

use proptest::prelude::*;

use super::*;

const LIMITS: Limits = Limits { max_bytes: 1000, max_attachments: 32 };

fn connected() -> Receiver {
    let mut receiver = Receiver::new(LIMITS, Revision::V4);
    assert_eq!(receiver.text("0"), Ok(Incoming::Connect));
    receiver
}

fn named(incoming: Result<Incoming<'_>, Violation>) -> (String, Option<u64>, usize) {
    match incoming {
        Ok(Incoming::Event(event)) => {
            let name = event.arguments.map(|arguments| arguments.name.into_owned());
            (name.unwrap_or_default(), event.ack, event.attachments.len())
        }
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn connect_and_leave_and_connect_again() {
    let mut receiver = connected();
    assert_eq!(named(receiver.text(r#"27["a",1]"#)), ("a".to_owned(), Some(7), 0));
    assert_eq!(receiver.text("1"), Ok(Incoming::Disconnect));
    assert_eq!(receiver.text(r#"0{"token":"123"}"#), Ok(Incoming::Connect));
    assert_eq!(named(receiver.text(r#"2["b"]"#)), ("b".to_owned(), None, 0));
}

#[test]
fn packets_out_of_place() {
    for text in [r#"2["a"]"#, "1", "37[]", "4{}", r#"51-["a"]"#, "61-7[]"] {
        let mut receiver = Receiver::new(LIMITS, Revision::V4);
        assert_eq!(receiver.text(text), Err(Violation::OutOfPlace), "{text}, not connected");
        let mut receiver = connected();
        assert_eq!(receiver.text("1"), Ok(Incoming::Disconnect));
        assert_eq!(receiver.text(text), Err(Violation::OutOfPlace), "{text}, after leaving");
    }
    for text in ["0", "0{}", "4{}", "1/x", r#"2/x,["a"]"#, r#"51-/x,["a"]"#] {
        assert_eq!(connected().text(text), Err(Violation::OutOfPlace), "{text}, connected");
    }
}

#[test]
fn other_namespaces_do_not_exist() {
    let mut receiver = Receiver::new(LIMITS, Revision::V4);
    assert_eq!(receiver.text("0/nope"), Ok(Incoming::UnknownNamespace("/nope")));
    assert_eq!(receiver.text("0/nope?a=b,{}"), Ok(Incoming::UnknownNamespace("/nope?a=b")));
    assert_eq!(receiver.text("0"), Ok(Incoming::Connect));
    assert_eq!(receiver.text("0/nope,"), Ok(Incoming::UnknownNamespace("/nope")));
}

#[test]
fn placeholders_name_attachments_of_their_packet() {
    for (num, legal) in [("0", true), ("1", false), ("-1", false), ("0.5", false), ("\"0\"", false)]
    {
        let mut receiver = connected();
        let text = format!(r#"51-7["a",{{"_placeholder":true,"num":{num}}}]"#);
        assert_eq!(receiver.text(&text), Ok(Incoming::Partial));
        let incoming = receiver.binary(Bytes::from_static(b"x"));
        match incoming {
            Ok(Incoming::Event(_)) => assert!(legal, "{num}"),
            other => assert_eq!((other, legal), (Err(Violation::IllegalAttachments), false)),
        }
    }
}

#[test]
fn in_revision_3_the_client_is_connected_without_asking() {
    let mut receiver = Receiver::new(LIMITS, Revision::V3);
    assert!(receiver.is_connected());
    assert_eq!(named(receiver.text(r#"27["a",1]"#)), ("a".to_owned(), Some(7), 0));
    assert_eq!(receiver.text("0"), Err(Violation::OutOfPlace));
    assert_eq!(receiver.text("1"), Ok(Incoming::Disconnect));
    assert!(!receiver.is_connected());
    assert_eq!(receiver.text(r#"2["a"]"#), Err(Violation::OutOfPlace));
    assert_eq!(receiver.text("0/?a=b"), Ok(Incoming::Connect));
    assert_eq!(receiver.text("0/nope?a=b"), Ok(Incoming::UnknownNamespace("/nope")));
    assert_eq!(receiver.text("0/nope"), Ok(Incoming::UnknownNamespace("/nope")));
    assert_eq!(named(receiver.text(r#"2/,["b"]"#)).0, "b");
}

#[test]
fn answers() {
    let mut receiver = connected();
    assert_eq!(receiver.text("3"), Ok(Incoming::Ack(None)));
    assert_eq!(receiver.text("37"), Ok(Incoming::Ack(Some(7))));
    assert_eq!(receiver.text(r#"37[{"a":1},2]"#), Ok(Incoming::Ack(Some(7))));
    assert_eq!(receiver.text("61-8[]"), Ok(Incoming::Partial));
    assert_eq!(receiver.binary(Bytes::from_static(b"x")), Ok(Incoming::Ack(Some(8))));
}

#[test]
fn an_event_without_a_name_is_one() {
    let mut receiver = connected();
    let nameless = Event { ack: None, arguments: None, attachments: Vec::new() };
    assert_eq!(receiver.text("2"), Ok(Incoming::Event(nameless)));
}

#[test]
fn binary_events() {
    let mut receiver = connected();
    let text = r#"52-9["a",{"_placeholder":true,"num":0}]"#;
    assert_eq!(receiver.text(text), Ok(Incoming::Partial));
    assert_eq!(receiver.binary(Bytes::from_static(b"one")), Ok(Incoming::Partial));
    match receiver.binary(Bytes::from_static(b"two")) {
        Ok(Incoming::Event(event)) => {
            let arguments = event.arguments.unwrap();
            assert_eq!(arguments.name, "a");
            assert_eq!(arguments.first.unwrap().text(), r#"{"_placeholder":true,"num":0}"#);
            assert_eq!(event.ack, Some(9));
            assert_eq!(event.attachments, [&b"one"[..], b"two"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(named(receiver.text(r#"2["b"]"#)).0, "b");
}

#[test]
fn attachments_and_text_in_the_wrong_order() {
    let attachment = Bytes::from_static(b"x");
    assert_eq!(connected().binary(attachment.clone()), Err(Violation::UnexpectedBinary));
    let mut receiver = connected();
    assert_eq!(receiver.text(r#"51-["a"]"#), Ok(Incoming::Partial));
    assert_eq!(receiver.text(r#"2["a"]"#), Err(Violation::UnexpectedText));
    let mut receiver = connected();
    assert_eq!(receiver.text(r#"51-["a"]"#), Ok(Incoming::Partial));
    assert_eq!(named(receiver.binary(attachment.clone())).2, 1);
    assert_eq!(receiver.binary(attachment), Err(Violation::UnexpectedBinary));
}

#[test]
fn limits() {
    let mut receiver = connected();
    assert_eq!(receiver.text(r#"533-["a"]"#), Err(Violation::TooManyAttachments));
    let mut receiver = connected();
    assert_eq!(receiver.text(r#"532-["a"]"#), Ok(Incoming::Partial));
    let large = Bytes::from(vec![0; 900]);
    assert_eq!(receiver.binary(large.clone()), Ok(Incoming::Partial));
    assert_eq!(receiver.binary(large), Err(Violation::TooLarge));
}

#[test]
fn events_of_the_wrong_kind() {
    for text in ["2{}", "2[]", "2[null]", r#"2["a""#, r#"2["a"]]"#, "51-[]", "51-null"] {
        assert_eq!(connected().text(text), Err(Violation::InvalidPayload), "{text}");
    }
    assert_eq!(connected().text(r#"2["disconnect"]"#), Err(Violation::ReservedEvent));
    assert_eq!(connected().text(r#"51-["connect"]"#), Err(Violation::ReservedEvent));
}

proptest! {
    #[test]
    fn never_panics(messages in proptest::collection::vec(
        prop_oneof![
            "[0-7]([0-9]{0,2}-)?(/[a-z]{0,3},)?[0-9]{0,2}(\\[(\"[a-z]{0,9}\")?(,[0-9]){0,2}\\])?".prop_map(Ok),
            ".*".prop_map(Ok),
            proptest::collection::vec(any::<u8>(), 0..400).prop_map(Err),
        ],
        0..20,
    )) {
        let mut receiver = connected();
        for message in messages {
            let _ = match message {
                Ok(text) => receiver.text(&text).map(drop),
                Err(bytes) => receiver.binary(bytes.into()).map(drop),
            };
        }
    }
}
