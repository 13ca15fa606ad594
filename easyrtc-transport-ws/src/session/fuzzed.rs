//! Any order of things happens to a session, counts and tokens that make no sense among them.

use super::cuts::{s, token};
use super::*;

/// Bytes that are kept at most: few, so that the limit is met.
const KEPT: usize = 100;

/// A client does as the bytes say; if the first is odd, one that keeps to the specification, on a
/// line that is cut anywhere, and then nothing may be lost or doubled.
///
/// # Panics
/// If something does not hold.
pub fn session(bytes: &[u8]) {
    let Some((&head, choices)) = bytes.split_first() else { return };
    if head & 1 == 1 {
        cuts::run(choices);
    } else {
        anything(choices);
    }
}

fn anything(bytes: &[u8]) {
    let limits = Limits { time: s(30), bytes: KEPT };
    let mut session = Session::resumable("welcome".into(), token(0), limits);
    let mut now = s(0);
    let mut tokens = 0;
    for choices in bytes.chunks(2) {
        let (choice, argument) = (choices[0] % 12, choices.get(1).copied().unwrap_or(0));
        match choice {
            0 | 1 => session.push(vec![b'x'; usize::from(argument % 64)].into()),
            2 | 3 => {
                session.pop();
            }
            4 if !session.trim() => return,
            4 => assert!(kept(&session).bytes <= KEPT),
            5 => session.take(now),
            6 => {
                session.confirm();
                assert_eq!(session.tokens().len(), 1);
            }
            7 => count(&mut session, argument.into()),
            8 => {
                tokens += 1;
                resume(&mut session, token(argument.into()), argument.into(), token(tokens));
            }
            9 => session.cut(now),
            10 => session.ping(),
            _ => {
                now += s(u64::from(argument % 16));
                if !session.tick(now) {
                    return;
                }
                assert!(session.deadline().is_none_or(|at| at > now), "{session:?}");
            }
        }
        check(&session);
    }
}

/// A count is taken if there were as many, and otherwise changes nothing.
fn count(session: &mut Session, received: u64) {
    let sent = kept(session).let_go + session.handed as u64;
    let before = format!("{session:?}");
    let result = session.received(received);
    assert_eq!(result.is_ok(), received <= sent, "{received} of {sent}");
    if result.is_err() {
        assert_eq!(format!("{session:?}"), before);
    }
}

fn resume(session: &mut Session, presented: RandomId, received: u64, fresh: RandomId) {
    let (let_go, sent) = (kept(session).let_go, kept(session).let_go + session.handed as u64);
    let before = format!("{session:?}");
    let result = session.resume(presented, received, fresh);
    assert_eq!(result.is_ok(), (let_go..=sent).contains(&received), "{received}");
    if result.is_err() {
        assert_eq!(format!("{session:?}"), before);
    } else {
        let tokens = session.tokens();
        assert_eq!(tokens[..2], [fresh, presented]);
        session.welcome("again".into());
    }
}

fn check(session: &Session) {
    let kept = kept(session);
    assert_eq!(kept.bytes, session.frames.iter().map(Bytes::len).sum::<usize>());
    assert!(session.handed <= session.frames.len());
    assert!(kept.unconfirmed.len() <= MAX_UNCONFIRMED);
}

fn kept(session: &Session) -> &Kept {
    match session.kept.as_deref() {
        Some(kept) => kept,
        None => panic!("the session can be resumed"),
    }
}
