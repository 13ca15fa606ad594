//! The histories reach what they are meant to reach: each error, each reason to close, each kind of
//! effect. Without this, the other test could come to try nothing without anybody noticing.

use std::collections::BTreeSet;

use easyrtc_proto::{ClientListDelta, ErrorCode, ServerMessage};
use easyrtc_state::{Effect, Notice};
use easyrtc_test_kit::World;
use easyrtc_test_kit::operation::{histories, setups};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const HISTORIES: usize = 250;

/// Codes the core never sends by itself: transports do, or nobody.
const NOT_FROM_THE_CORE: [ErrorCode; 2] = [ErrorCode::LoginBadAppName, ErrorCode::LoginBadUserCfg];

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are called by their own names")]
fn name_of_effect(effect: &Effect) -> String {
    let said = |what: &str, message: &ServerMessage| match message {
        ServerMessage::Error(error) => format!("{what} {}", error.error_code),
        ServerMessage::RoomData(data) => {
            let parts = data.room_data.values().map(|room| {
                let lists = room.client_list.is_some();
                let deltas = room.client_list_delta.is_some();
                let told = |delta: &ClientListDelta| {
                    let (updated, removed) = (&delta.update_client, &delta.remove_client);
                    updated.len() + removed.len() > 1
                };
                let gathered = room.client_list_delta.as_ref().is_some_and(told);
                let several = if gathered { " several" } else { "" };
                let fields = room.field.is_some();
                format!("{:?} {lists} {deltas} {fields}{several}", room.room_status)
            });
            format!("{what} roomData {}", parts.max().unwrap_or_default())
        }
        other => {
            let text = format!("{other:?}");
            format!("{what} {}", text.split(['(', ' ']).next().unwrap_or_default())
        }
    };
    match effect {
        Effect::Send { frame, .. } => said("event", frame.message()),
        Effect::Reply { frame, .. } => said("answer", frame.message()),
        Effect::Close { reason, .. } => format!("close {reason:?}"),
        Effect::Notice(Notice::Rejected { why, .. }) => format!("because {why}"),
        Effect::Notice(Notice::Limited { limit, .. }) => format!("limited {limit:?}"),
        Effect::AdminReply { result: Err(error), .. } => format!("admin {error:?}"),
        Effect::AdminReply { result: Ok(answer), .. } => {
            let text = format!("{answer:?}");
            format!("admin {}", text.split(['(', ' ']).next().unwrap_or_default())
        }
        other => {
            let text = format!("{other:?}");
            text.split([' ', '{']).next().unwrap_or_default().to_owned()
        }
    }
}

#[test]
fn histories_reach_everything() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[8; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut seen = BTreeSet::new();
    for _ in 0..HISTORIES {
        let tree = (setups(), histories(150)).new_tree(&mut runner).expect("a history");
        let (setup, operations) = tree.current();
        let history = World::new(setup).run(&operations).expect("all invariants hold");
        seen.extend(history.effects().iter().map(name_of_effect));
    }
    let codes = ErrorCode::ALL.iter().filter(|code| !NOT_FROM_THE_CORE.contains(code));
    let codes: Vec<String> = codes.map(|code| format!(" {code}")).collect();
    let missing: Vec<&String> =
        codes.iter().filter(|code| !seen.iter().any(|seen| seen.ends_with(*code))).collect();
    assert!(missing.is_empty(), "never sent: {missing:?}");
    let others = seen.into_iter().filter(|seen| !codes.iter().any(|code| seen.ends_with(code)));
    insta::assert_snapshot!(others.collect::<Vec<_>>().join("\n"));
}
