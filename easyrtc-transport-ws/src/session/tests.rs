//! Tables of what a session keeps.

use super::cuts::{s, token};
use super::*;

const LIMITS: Limits = Limits { time: s(30), bytes: 100 };

/// A session whose welcome has left.
fn session(limits: Limits) -> Session {
    let mut session = Session::resumable("welcome".into(), token(0), limits);
    assert_eq!(popped(&mut session), ["welcome"]);
    session
}

fn popped(session: &mut Session) -> Vec<String> {
    std::iter::from_fn(|| session.pop())
        .map(|packet| match packet {
            Packet::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
            Packet::Ping => "ping".to_owned(),
            Packet::Binary(_) => panic!("binary"),
        })
        .collect()
}

#[test]
fn what_the_client_lacks_is_sent_again() {
    let mut session = session(LIMITS);
    for frame in ["a", "b", "c"] {
        session.push(frame.into());
    }
    assert_eq!(popped(&mut session), ["a", "b", "c"]);
    assert!(session.is_empty());
    session.take(s(1));
    session.take(s(1));
    session.cut(s(2));
    session.push("d".into());
    assert_eq!(session.resume(token(0), 1, token(1)), Ok(2));
    session.welcome("again".into());
    assert_eq!(popped(&mut session), ["again", "b", "c", "d"]);
    assert_eq!(session.received(4), Ok(()));
    assert_eq!(session.received(2), Ok(()), "late, but no reason to quarrel");
    assert_eq!(session.resume(token(1), 4, token(2)), Ok(2));
    assert_eq!(popped(&mut session), [""; 0]);
}

#[test]
fn counts_that_cannot_be() {
    let mut session = session(LIMITS);
    session.push("a".into());
    assert_eq!(session.received(1), Err(Impossible), "not sent yet");
    assert_eq!(popped(&mut session), ["a"]);
    assert_eq!(session.received(2), Err(Impossible));
    assert_eq!(session.received(1), Ok(()));
    assert_eq!(session.resume(token(0), 0, token(1)), Err(Impossible), "let go");
    assert_eq!(session.resume(token(0), 2, token(1)), Err(Impossible));
    assert_eq!(session.resume(token(0), u64::MAX, token(1)), Err(Impossible));
    assert_eq!(session.tokens(), [token(0)], "nothing changed");
    assert_eq!(Session::new("".into()).resume(token(0), 0, token(1)), Err(Impossible));
}

#[test]
fn a_token_is_good_until_the_next_is_known_to_have_come() {
    let mut session = session(LIMITS);
    assert_eq!(session.tokens(), [token(0)]);
    session.resume(token(0), 0, token(1)).unwrap();
    assert_eq!(session.tokens(), [token(1), token(0)]);
    // The welcome was lost; the client comes with what it has.
    session.resume(token(0), 0, token(2)).unwrap();
    assert_eq!(session.tokens(), [token(2), token(0), token(1)]);
    assert!(session.confirm());
    assert!(!session.confirm());
    assert_eq!(session.tokens(), [token(2)]);
    session.resume(token(2), 0, token(3)).unwrap();
    assert_eq!(session.tokens(), [token(3), token(2)]);
}

#[test]
fn tokens_that_no_frame_confirms_are_bounded() {
    let mut session = session(LIMITS);
    for fresh in 1..=9 {
        session.resume(token(0), 0, token(fresh)).unwrap();
    }
    assert_eq!(session.tokens(), [token(9), token(0), token(8), token(7), token(6)]);
}

#[test]
fn a_cut_line_is_waited_for() {
    let mut session = session(LIMITS);
    assert_eq!(session.deadline(), None);
    session.cut(s(10));
    assert_eq!(session.deadline(), Some(s(40)));
    assert!(session.tick(s(39)));
    session.resume(token(0), 0, token(1)).unwrap();
    assert_eq!(session.deadline(), None);
    assert!(session.tick(s(40)));
    session.cut(s(50));
    assert!(!session.tick(s(80)));
}

#[test]
fn the_client_is_told_once_a_second_at_most() {
    let mut session = session(LIMITS);
    for at in [10, 10, 10] {
        session.take(s(at));
    }
    assert_eq!(session.deadline(), Some(s(11)));
    assert!(session.tick(s(10)));
    assert!(session.is_empty());
    assert!(session.tick(s(11)));
    assert_eq!(popped(&mut session), [r#"{"received":3}"#]);
    assert_eq!(session.deadline(), None);
    // Not behind the welcome, which says the same.
    session.take(s(12));
    assert!(session.tick(s(13)));
    session.cut(s(13));
    assert_eq!(session.resume(token(0), 0, token(1)), Ok(4));
    assert!(session.is_empty());
}

#[test]
fn what_is_kept_is_bounded() {
    let mut session = session(LIMITS);
    let long = "x".repeat(60);
    session.push(long.clone().into());
    assert!(session.trim());
    session.push(long.clone().into());
    assert!(!session.trim(), "neither was sent");
    popped(&mut session);
    assert!(session.trim(), "the first was sent, and goes");
    assert_eq!(session.resume(token(0), 0, token(1)), Err(Impossible));
    assert_eq!(session.resume(token(0), 1, token(1)), Ok(0));
    assert_eq!(popped(&mut session), std::slice::from_ref(&long));
    session.push(long.into());
    assert!(session.trim());
    assert_eq!(popped(&mut session).len(), 1);
}

#[test]
fn a_session_that_ends_with_its_line_keeps_nothing() {
    let mut session = Session::new("welcome".into());
    session.push("a".into());
    session.ping();
    session.take(s(1));
    assert_eq!(popped(&mut session), ["welcome", "ping", "a"]);
    assert!(session.frames.is_empty());
    assert_eq!(session.received(7), Ok(()), "no effect");
    assert_eq!((session.deadline(), session.tokens()), (None, Vec::new()));
    assert!(session.tick(s(1000)));
}
