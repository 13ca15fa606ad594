use crate::harness::{Table, outcome};

fn group(table: &mut Table, conn: u64, name: &str, member: bool) {
    let easyrtcid = table.id(conn);
    let group = easyrtc_proto::GroupName::parse(name).unwrap();
    table.admin(easyrtc_state::AdminCommand::SetGroup { easyrtcid, group, member });
}

#[test]
fn signals_need_no_shared_room() {
    let mut table = Table::new();
    table.hello(1, &["a"]);
    table.hello(2, &["b"]);
    for message in [
        r#"{"msgType":"offer","targetEasyrtcid":"$2","msgData":{"sdp" : 1},"senderEasyrtcid":"forged"}"#,
        r#"{"msgType":"hangup","targetEasyrtcid":"$2"}"#,
    ] {
        insta::assert_snapshot!(table.cmd(1, message).join("\n"));
    }
}

#[test]
fn one_may_signal_oneself_and_hears_it_before_the_answer() {
    let mut table = Table::new();
    table.hello(1, &[]);
    assert_eq!(
        table.cmd(1, r#"{"msgType":"hangup","targetEasyrtcid":"$1"}"#),
        [
            r#"1 << {"easyrtcid":"id1","msgType":"hangup","senderEasyrtcid":"id1"}"#,
            r#"1 <- {"msgType":"ack"}"#
        ]
    );
}

#[test]
fn nothing_passes_between_applications() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.open(2);
    table.auth(2, r#","applicationName":"other""#);
    assert_eq!(
        outcome(&table.cmd(1, r#"{"msgType":"hangup","targetEasyrtcid":"$2"}"#)),
        "MSG_REJECT_TARGET_EASYRTCID"
    );
    assert_eq!(
        outcome(&table.msg(1, r#"{"msgType":"m","targetEasyrtcid":"$2"}"#)),
        "MSG_REJECT_GEN_FAIL"
    );
}

#[test]
fn every_restriction_must_hold() {
    let mut table = Table::new();
    table.hello(1, &["a", "b"]);
    table.hello(2, &["b", "c"]);
    table.hello(3, &["b"]);
    group(&mut table, 2, "g", true);
    for (target, expected) in [
        (r#""targetEasyrtcid":"$2""#, "2 ok"),
        (r#""targetEasyrtcid":"$1""#, "MSG_REJECT_TARGET_EASYRTCID"),
        (r#""targetEasyrtcid":"nobody""#, "MSG_REJECT_GEN_FAIL"),
        (r#""targetEasyrtcid":"nobody","targetRoom":"nowhere""#, "MSG_REJECT_GEN_FAIL"),
        (r#""targetEasyrtcid":"$2","targetRoom":"b""#, "2 ok"),
        (r#""targetEasyrtcid":"$2","targetRoom":"a""#, "MSG_REJECT_TARGET_ROOM"),
        (r#""targetEasyrtcid":"$2","targetRoom":"c""#, "MSG_REJECT_TARGET_ROOM"),
        (r#""targetEasyrtcid":"$2","targetGroup":"g""#, "2 ok"),
        (r#""targetEasyrtcid":"$3","targetGroup":"g""#, "MSG_REJECT_TARGET_GROUP"),
        (r#""targetRoom":"b""#, "2 3 ok"),
        (r#""targetRoom":"a""#, "ok"),
        (r#""targetRoom":"nowhere""#, "MSG_REJECT_TARGET_ROOM"),
        (r#""targetRoom":"b","targetGroup":"g""#, "2 ok"),
        (r#""targetRoom":"a","targetGroup":"g""#, "ok"),
        (r#""targetRoom":"b","targetGroup":"constructor""#, "MSG_REJECT_TARGET_GROUP"),
        (r#""targetGroup":"g""#, "2 ok"),
        (r#""targetGroup":"h""#, "MSG_REJECT_TARGET_GROUP"),
        (r#""other":1"#, "MSG_REJECT_BAD_TYPE"),
    ] {
        let lines = table.msg(1, &format!(r#"{{"msgType":"m",{target}}}"#));
        let receivers = lines.iter().filter_map(|line| Some(line.split_once(" << ")?.0));
        let mut outcomes: Vec<String> = receivers.map(str::to_owned).collect();
        outcomes.push(outcome(&lines));
        assert_eq!(outcomes.join(" "), expected, "{target}");
    }
}

#[test]
fn what_is_relayed_names_the_targets_asked_for() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.hello(2, &[]);
    group(&mut table, 2, "g", true);
    let message =
        r#"{"msgType":"m","msgData":null,"targetRoom":"default","targetGroup":"g","x":1}"#;
    insta::assert_snapshot!(table.msg(1, message).join("\n"));
}

#[test]
fn a_group_ends_with_its_last_member() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.hello(2, &[]);
    let to_group = r#"{"msgType":"m","targetGroup":"g"}"#;
    group(&mut table, 2, "g", true);
    group(&mut table, 2, "g", false);
    assert_eq!(outcome(&table.msg(1, to_group)), "MSG_REJECT_TARGET_GROUP");
    group(&mut table, 2, "g", true);
    table.close(2);
    assert_eq!(outcome(&table.msg(1, to_group)), "MSG_REJECT_TARGET_GROUP");
}

#[test]
fn without_an_ack_id_nothing_happens() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.hello(2, &[]);
    for (event, message) in [
        (easyrtc_proto::ClientEvent::Msg, r#"{"msgType":"m","targetRoom":"default"}"#),
        (easyrtc_proto::ClientEvent::Cmd, r#"{"msgType":"roomLeave"}"#),
    ] {
        assert!(table.say_with(1, None, event, message).is_empty());
    }
}

#[test]
fn attachments_go_with_the_frame() {
    use easyrtc_proto::{
        Attachments, ClientEvent, ClientMessage, Command, DecodeLimits, EasyrtcId, RelayedSignal,
        ServerMessage,
    };
    let text =
        r#"{"msgType":"offer","targetEasyrtcid":"a","msgData":{"_placeholder":true,"num":0}}"#;
    let packet = Attachments::new(vec!["bytes".into()]);
    let raw = serde_json::from_str::<&serde_json::value::RawValue>(text).unwrap();
    let message = ClientMessage::decode(ClientEvent::Cmd, raw, &packet, &DecodeLimits::default());
    let Ok(ClientMessage::Command(Command::Signal(signal))) = message else { panic!("a signal") };
    let message = ServerMessage::Signal(RelayedSignal {
        kind: signal.kind,
        sender_easyrtcid: EasyrtcId::parse("b").unwrap(),
        msg_data: signal.msg_data,
    });
    let frame = easyrtc_state::Frame::new(message, 77);
    assert_eq!(frame.attachments(), packet.as_slice());
    assert_eq!(frame.server_time(), 77);
}
