//! The test of the tests: each invariant notices what a faulty core would do.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each fault is one of a few kinds of effects, whatever others there will be"
)]
#![expect(clippy::unwrap_used, reason = "a test")]

use easyrtc_proto::{
    ApiFields, AppName, ClientEntry, EasyrtcId, ErrorCode, Payload, RelayedCustom, RoomName,
    RoomStatus, RoomUpdate, ServerMessage, Token,
};
use easyrtc_state::{AskId, Effect, Frame, Notice, Recipient, Recipients};
use easyrtc_test_kit::World;
use easyrtc_test_kit::operation::{histories, setups};
use easyrtc_test_kit::world::Tamper;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How many histories a fault has to show itself.
const HISTORIES: usize = 200;

/// Tries histories until the invariant `by` is the first to notice `tamper`.
#[track_caller]
fn assert_noticed(by: &str, tamper: Tamper) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[1; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut others = Vec::new();
    for _ in 0..HISTORIES {
        let tree = (setups(), histories(100)).new_tree(&mut runner);
        let (setup, operations) = tree.unwrap().current();
        match World::new(setup).tampered(tamper).run(&operations) {
            Err(violation) if violation.invariant == by => return,
            Err(violation) => others.push(violation.invariant),
            Ok(_) => {}
        }
    }
    panic!("noticed by {others:?}");
}

/// Changes the messages of `roomData` events room by room; what is `None` is not sent.
fn rooms(effects: Vec<Effect>, change: impl Fn(RoomUpdate) -> Option<RoomUpdate>) -> Vec<Effect> {
    let change = |effect| match effect {
        Effect::Send { to, frame } => match frame.message() {
            ServerMessage::RoomData(data) => {
                let mut data = data.clone();
                let rooms = std::mem::take(&mut data.room_data).into_iter();
                data.room_data = rooms.filter_map(|(n, room)| Some((n, change(room)?))).collect();
                let message = ServerMessage::RoomData(data);
                Effect::Send { to, frame: Frame::new(message, frame.server_time()) }
            }
            _ => Effect::Send { to, frame },
        },
        other => other,
    };
    effects.into_iter().map(change).collect()
}

#[test]
fn answers_given_twice() {
    assert_noticed("I1, one reply", |effects| {
        let twice = |effect: Effect| match &effect {
            Effect::Reply { .. } => vec![effect.clone(), effect],
            _ => vec![effect],
        };
        effects.into_iter().flat_map(twice).collect()
    });
}

#[test]
fn answers_not_given() {
    assert_noticed("I1, one reply", |mut effects| {
        effects.retain(|effect| match effect {
            Effect::Reply { frame, .. } => *frame.message() != ServerMessage::Ack,
            _ => true,
        });
        effects
    });
}

#[test]
fn departures_not_told() {
    assert_noticed("I2, views equal rosters", |effects| {
        rooms(effects, |room| {
            let removes = room.client_list_delta.as_ref().map(|d| !d.remove_client.is_empty());
            (removes != Some(true)).then_some(room)
        })
    });
}

#[test]
fn cleared_fields_not_told() {
    assert_noticed("I2, views equal rosters", |effects| {
        rooms(effects, |mut room| {
            let deltas = room.client_list_delta.iter_mut();
            for entry in deltas.flat_map(|delta| delta.update_client.values_mut()) {
                if entry.api_field == Some(ApiFields::default()) {
                    *entry = ClientEntry { api_field: None, ..(**entry).clone() }.into();
                }
            }
            Some(room)
        })
    });
}

#[test]
fn half_of_what_there_is_to_tell() {
    assert_noticed("I3, deltas name known members", |effects| {
        rooms(effects, |mut room| {
            let deltas = room.client_list_delta.iter_mut();
            for entry in deltas.flat_map(|delta| delta.update_client.values_mut()) {
                *entry = ClientEntry { username: None, ..(**entry).clone() }.into();
            }
            Some(room)
        })
    });
}

#[test]
fn told_about_rooms_one_has_left() {
    assert_noticed("I3, deltas name known members", |effects| {
        let mut all = effects.clone();
        for effect in effects {
            if let Effect::Reply { conn, frame, .. } = &effect
                && let ServerMessage::RoomData(data) = frame.message()
                && data.room_data.values().any(|room| room.room_status == RoomStatus::Leave)
            {
                let mut data = data.clone();
                data.room_data.values_mut().for_each(|r| r.room_status = RoomStatus::Update);
                let message = ServerMessage::RoomData(data);
                let to = Recipients::One(Recipient { conn: *conn, easyrtcid: None });
                all.push(Effect::Send { to, frame: Frame::new(message, frame.server_time()) });
            }
        }
        all
    });
}

#[test]
fn messages_to_whoever_spoke() {
    assert_noticed("I4, no leaks", |effects| {
        let speaker = effects.iter().find_map(|effect| match effect {
            Effect::Reply { conn, .. } => Some(Recipient { conn: *conn, easyrtcid: None }),
            _ => None,
        });
        let turned = |effect| match (effect, speaker) {
            (Effect::Send { frame, .. }, Some(speaker))
                if matches!(frame.message(), ServerMessage::Custom(_)) =>
            {
                Effect::Send { to: Recipients::One(speaker), frame }
            }
            (effect, _) => effect,
        };
        effects.into_iter().map(turned).collect()
    });
}

#[test]
fn messages_after_the_close() {
    assert_noticed("I5, closed is forgotten", |mut effects| {
        // What would go to everybody goes before the close; here it comes after.
        effects.sort_by_key(|effect| !matches!(effect, Effect::Close { .. }));
        effects
    });
}

#[test]
fn facts_that_come_and_go() {
    assert_noticed("I6, deterministic", |mut effects| {
        effects.retain(|effect| !matches!(effect, Effect::Notice(Notice::RoomLeft { .. })));
        effects
    });
}

#[test]
fn refusals_of_what_was_done() {
    assert_noticed("I7, rejected changes nothing", |effects| {
        let refuse = |effect| match effect {
            Effect::Reply { conn, ack, frame } if *frame.message() == ServerMessage::Ack => {
                let message = ServerMessage::error(ErrorCode::MsgRejectGenFail);
                Effect::Reply { conn, ack, frame: Frame::new(message, frame.server_time()) }
            }
            other => other,
        };
        effects.into_iter().map(refuse).collect()
    });
}

#[test]
fn payloads_damaged() {
    assert_noticed("I8, payloads intact", |effects| {
        let damage = |effect| match effect {
            Effect::Send { to, frame } => match frame.message() {
                ServerMessage::Custom(custom) => {
                    let msg_data = Some(Payload::parse("\"damaged\"").unwrap());
                    let message = RelayedCustom { msg_data, ..custom.clone() };
                    let message = ServerMessage::Custom(message);
                    Effect::Send { to, frame: Frame::new(message, frame.server_time()) }
                }
                _ => Effect::Send { to, frame },
            },
            other => other,
        };
        effects.into_iter().map(damage).collect()
    });
}

#[test]
fn effects_without_end() {
    assert_noticed("I9, limits hold", |effects| {
        let last = effects.last().cloned().into_iter();
        let more = last.filter(|effect| matches!(effect, Effect::Notice(_)));
        let more: Vec<Effect> = more.flat_map(|effect| vec![effect; 1000]).collect();
        effects.into_iter().chain(more).collect()
    });
}

#[test]
fn names_that_are_none() {
    assert_noticed("I10, names are unique", |effects| {
        let rename = |effect| match effect {
            Effect::Reply { conn, ack, frame } => match frame.message() {
                ServerMessage::Token(token) => {
                    let easyrtcid = EasyrtcId::parse("short").unwrap();
                    let token = Token { easyrtcid, ..(**token).clone() };
                    let message = ServerMessage::Token(Box::new(token));
                    Effect::Reply { conn, ack, frame: Frame::new(message, frame.server_time()) }
                }
                _ => Effect::Reply { conn, ack, frame },
            },
            other => other,
        };
        effects.into_iter().map(rename).collect()
    });
}

#[test]
fn ticks_that_do_something_each_time() {
    assert_noticed("I11, ticks settle what is due", |effects| {
        let (app, room) = (AppName::parse("a").unwrap(), RoomName::parse("r").unwrap());
        match effects.is_empty() {
            true => vec![Effect::Notice(Notice::RoomForgotten { app, room })],
            false => effects,
        }
    });
}

#[test]
fn questions_with_one_number() {
    assert_noticed("I12, questions are settled once", |effects| {
        let renumber = |effect| match effect {
            Effect::Ask { question, .. } => Effect::Ask { ask: AskId(0), question },
            other => other,
        };
        effects.into_iter().map(renumber).collect()
    });
}

#[test]
fn messages_lost() {
    assert_noticed("as predicted", |mut effects| {
        effects.retain(|effect| match effect {
            Effect::Send { frame, .. } => !matches!(frame.message(), ServerMessage::Signal(_)),
            _ => true,
        });
        effects
    });
}
