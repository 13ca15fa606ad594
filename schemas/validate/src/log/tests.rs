#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn report(lines: &[&str]) -> Report {
    let mut report = Report::default();
    report.add(&Schemas::published(), &lines.join("\n"));
    report
}

fn client(event: &str, refused: &str, message: &str) -> String {
    let refused =
        if refused.is_empty() { String::new() } else { format!(r#""refused":"{refused}","#) };
    format!(r#"{{"direction":"client","event":"{event}",{refused}"message":{message}}}"#)
}

fn answer(message: &str) -> String {
    format!(r#"{{"direction":"server","ack":1,"message":{message}}}"#)
}

#[test]
fn what_is_valid_is_counted() {
    let (no_type, name) = ("MSG_REJECT_BAD_TYPE", r#"{"msgType":"authenticate"}"#);
    let lines = [
        client("easyrtcCmd", "", r#"{"msgType":"getRoomList"}"#),
        client("easyrtcCmd", "", name),
        client("easyrtcCmd", no_type, "{}"),
        client("easyrtcMsg", "", r#"{"msgType":"a","msgData":"\ud800"}"#),
        answer(r#"{"msgType":"ack"}"#),
        answer(r#"{"msgType":"weather","serverTime":1,"msgData":"rain"}"#),
    ];
    let report = report(&lines.each_ref().map(String::as_str));
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!((report.valid, report.refused, report.unreadable), (3, 2, 1));
}

#[test]
fn what_is_not_is_a_fault() {
    for line in [
        client("easyrtcCmd", "", r#"{"msgType":"getRoomList","msgData":{}}"#),
        client("easyrtcCmd", "MSG_REJECT_BAD_TYPE", r#"{"msgType":"getRoomList"}"#),
        answer(r#"{"msgType":"ack","serverTime":1}"#),
        answer(r#"{"msgType":"token","serverTime":1}"#),
        r#"{"direction":"server","event":"easyrtcCmd","message":{"msgType":"ack"}}"#.to_owned(),
        r#"{"message":{}}"#.to_owned(),
        "{".to_owned(),
    ] {
        assert_eq!(report(&[&line]).faults.len(), 1, "{line}");
    }
}
