//! A journal that was changed is noticed.

use std::ops::ControlFlow;

use easyrtc_journal::{End, ReplayError, VERSION, replay};
use easyrtc_proto::ClientEvent;
use easyrtc_state::{Config, Effect, Grant, Input, Verdict};

use super::support::{LOGIN, Recorded, play};

/// Three clients log in, one after the other, and each says something to those who are there.
fn journal() -> String {
    let mut recorded = Recorded::new(Config::default());
    for number in 0..3 {
        let conn = recorded.open_any();
        let asked = recorded.say(conn, ClientEvent::Auth, LOGIN);
        let [Effect::Ask { ask, .. }] = asked.as_slice() else { panic!("{asked:?}") };
        let verdict = Verdict::Allow(Grant::default());
        recorded.feed(Input::Answered { ask: *ask, verdict });
        let message = format!(r#"{{"msgType":"n","targetRoom":"default","msgData":{number}}}"#);
        recorded.say(conn, ClientEvent::Msg, &message);
    }
    recorded.finish()
}

/// At which step the journal differs if `from` is replaced by `to` in its line `line`, the first
/// line being number 0: so a step's line has its number.
#[track_caller]
fn difference(line: usize, from: &str, to: &str) -> Option<u64> {
    let journal = journal();
    let mut lines: Vec<String> = journal.lines().map(str::to_owned).collect();
    assert!(lines[line].contains(from), "{}", lines[line]);
    lines[line] = lines[line].replacen(from, to, 1);
    let outcome = play(&(lines.join("\n") + "\n")).unwrap();
    outcome.difference.map(|difference| difference.step)
}

#[test]
fn as_it_is_it_comes_out_the_same() {
    let outcome = play(&journal()).unwrap();
    assert_eq!((outcome.difference, outcome.end, outcome.steps), (None, Some(End::Complete), 12));
    assert_eq!(difference(4, "easyrtcMsg", "easyrtcMsg"), None);
}

#[test]
fn other_effects_are_noticed() {
    assert_eq!(difference(4, "\"ack\"}", "\"AA\"}"), Some(4));
    assert_eq!(difference(3, "\"room\":\"default\"", "\"room\":\"DEFAULT\""), Some(3));
    assert_eq!(difference(8, "[[0,", "[[2,"), Some(8));
}

#[test]
fn other_inputs_are_noticed_where_they_matter() {
    assert_eq!(difference(8, "targetRoom", "targetGroup"), Some(8));
    assert_eq!(difference(7, "\"ask\":1", "\"ask\":2"), Some(7));
    assert_eq!(difference(1, "\"opened\":{\"conn\":0", "\"opened\":{\"conn\":9"), Some(1));
    assert_eq!(difference(0, "\"room_default\":\"default\"", "\"room_default\":null"), Some(2));
}

#[test]
fn other_names_and_times_are_noticed() {
    assert_eq!(difference(7, "\"drawn\":[\"JJJ", "\"drawn\":[\"JJK"), Some(7));
    assert_eq!(difference(7, "\"drawn\":[\"JJJJJJJJJJJJJJJJ\"]", "\"drawn\":[]"), Some(7));
    assert_eq!(difference(3, "\"time\":17", "\"time\":16"), Some(3));
}

#[test]
fn the_rest_can_be_played_after_a_difference() {
    let journal = journal().replacen("\"ack\"}", "\"AA\"}", 1);
    let mut different = Vec::new();
    let outcome = replay(journal.as_bytes(), |step| {
        different.extend(step.differs().then_some(step.number));
        ControlFlow::Continue(())
    });
    let outcome = outcome.unwrap();
    assert_eq!(different, [4]);
    assert_eq!(outcome.difference.unwrap().step, 4);
    assert_eq!((outcome.steps, outcome.end), (12, Some(End::Complete)));
}

#[test]
fn missing_lines_are_noticed() {
    let journal = journal();
    let lines: Vec<&str> = journal.lines().collect();
    let without = |line: usize| {
        let rest = lines.iter().enumerate().filter(|(number, _)| *number != line);
        rest.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let problem = play(&without(5)).unwrap_err().to_string();
    assert_eq!(problem, "line 6: step 6 where 5 is due");
    let problem = play(&without(12)).unwrap_err().to_string();
    assert_eq!(problem, "line 13: the end comes before step 12");
    assert_eq!(play(&without(13)).unwrap().end, Some(End::Cut));
    // Cut within a line, as when the server is killed.
    let cut = &journal[..journal.len() - 20];
    assert_eq!(play(cut).unwrap().end, Some(End::Cut));
}

#[test]
fn what_is_no_journal_is_not_played() {
    assert!(matches!(play("").unwrap_err(), ReplayError::NoJournal(_)));
    assert!(matches!(play("{\"a\":1}\n").unwrap_err(), ReplayError::NoJournal(_)));
    let this = format!("\"easyrtcJournal\":{VERSION}");
    let older = journal().replacen(&this, "\"easyrtcJournal\":1", 1);
    assert!(matches!(play(&older).unwrap_err(), ReplayError::Version(1)));
    let unknown =
        journal().replacen("\"alive\"", "\"dead\"", 1).replacen("\"opened\"", "\"ajar\"", 1);
    assert!(matches!(play(&unknown).unwrap_err(), ReplayError::Line(2, _)));
}
