//! The session as tables: at this time, this input, exactly these outputs.

use proptest::prelude::*;

use super::*;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const TIMING: Timing = Timing {
    ping_interval: ms(25_000),
    ping_timeout: ms(20_000),
    upgrade_timeout: ms(10_000),
    connect_timeout: ms(45_000),
    flush_timeout: ms(20_000),
    close_grace: ms(1_000),
};

const PING: Input<'_> = Input::Packet(Packet { kind: PacketKind::Ping, data: "" });
const PONG: Input<'_> = Input::Packet(Packet { kind: PacketKind::Pong, data: "" });
const MESSAGE: Input<'_> = Input::Packet(Packet { kind: PacketKind::Message, data: "x" });
const CLOSE: Input<'_> = Input::Packet(Packet { kind: PacketKind::Close, data: "" });
const PROBE: Input<'_> = Input::ProbePacket(Packet { kind: PacketKind::Ping, data: "probe" });
const UPGRADE: Input<'_> = Input::ProbePacket(Packet { kind: PacketKind::Upgrade, data: "" });
const ENDING: Input<'_> = Input::Ending { grace: true };

/// Plays `(milliseconds, input, outputs)` rows.
fn play(mut session: Session, rows: &[(u64, Input<'_>, &[Output])]) -> Session {
    for (row, &(at, input, expected)) in rows.iter().enumerate() {
        let mut out = Vec::new();
        session.handle(ms(at), input, &mut out);
        assert_eq!(out, expected, "row {row}: {input:?} at {at} ms");
    }
    session
}

fn polling() -> Session {
    Session::polling(ms(0), TIMING, Revision::V4)
}

fn websocket() -> Session {
    Session::websocket(ms(0), TIMING, Revision::V4)
}

/// A session whose client pings.
fn revision_3() -> Session {
    Session::websocket(ms(0), TIMING, Revision::V3)
}

#[test]
fn heartbeat() {
    play(
        websocket(),
        &[
            (10, Input::Joined, &[]),
            (24_999, Input::Tick, &[]),
            (25_000, Input::Tick, &[Output::Ping]),
            (25_000, Input::Tick, &[]),
            (26_000, PONG, &[Output::Alive]),
            (50_999, Input::Tick, &[]),
            (51_000, Input::Tick, &[Output::Ping]),
            (60_000, MESSAGE, &[Output::Deliver]),
            (79_999, Input::Tick, &[]),
            (80_000, Input::Tick, &[Output::Close(Ending::PingTimeout)]),
        ],
    );
}

#[test]
fn heartbeat_of_a_client_that_pings() {
    let session = play(
        revision_3(),
        &[
            (10, Input::Joined, &[]),
            (25_000, Input::Tick, &[]),
            (44_999, Input::Tick, &[]),
            (44_999, PING, &[Output::Alive, Output::Pong]),
            (50_000, PING, &[Output::Alive, Output::Pong]),
            (60_000, MESSAGE, &[Output::Deliver]),
            (104_999, Input::Tick, &[]),
        ],
    );
    assert_eq!(session.deadline(), ms(105_000));
    let end = &[Output::Close(Ending::PingTimeout)];
    play(session.clone(), &[(105_000, Input::Tick, end)]);
    play(session, &[(104_999, Input::Resumed, &[]), (149_999, Input::Tick, end)]);
    play(revision_3(), &[(1, Input::Joined, &[]), (45_000, Input::Tick, end)]);
}

#[test]
fn only_one_side_pings() {
    let violation = &[Output::Close(Ending::Violation)];
    play(revision_3(), &[(1, PONG, violation)]);
    play(websocket(), &[(1, PING, violation)]);
}

#[test]
fn a_client_that_pings_is_answered_until_the_end() {
    play(
        revision_3(),
        &[
            (1, Input::Joined, &[]),
            (2, ENDING, &[]),
            (3, PING, &[Output::Alive, Output::Pong]),
            (4, MESSAGE, &[]),
        ],
    );
}

#[test]
fn not_being_read_is_no_silence() {
    play(
        websocket(),
        &[
            (10, Input::Joined, &[]),
            (25_000, Input::Tick, &[Output::Ping]),
            (44_000, Input::Resumed, &[]),
            (45_000, Input::Tick, &[]),
            (64_000, Input::Tick, &[Output::Close(Ending::PingTimeout)]),
        ],
    );
}

#[test]
fn packets_of_a_client() {
    let open = Input::Packet(Packet { kind: PacketKind::Open, data: "{}" });
    let noop = Input::Packet(Packet { kind: PacketKind::Noop, data: "" });
    play(
        websocket(),
        &[
            (1, MESSAGE, &[Output::Deliver]),
            (1, Input::Binary, &[Output::Deliver]),
            (2, open, &[]),
            (3, noop, &[]),
            (4, CLOSE, &[Output::Close(Ending::ClientClosed)]),
        ],
    );
}

#[test]
fn a_client_must_connect_to_a_namespace() {
    play(
        websocket(),
        &[
            (25_000, Input::Tick, &[Output::Ping]),
            (25_001, PONG, &[Output::Alive]),
            (44_999, Input::Tick, &[]),
            (45_000, Input::Tick, &[Output::Close(Ending::NoNamespace)]),
        ],
    );
    play(
        websocket(),
        &[
            (1, Input::Joined, &[]),
            (25_000, Input::Tick, &[Output::Ping]),
            (25_001, PONG, &[Output::Alive]),
            (45_000, Input::Tick, &[]),
            (46_000, Input::Left, &[]),
            (50_001, Input::Tick, &[Output::Ping]),
            (50_002, PONG, &[Output::Alive]),
            (75_002, Input::Tick, &[Output::Ping]),
            (75_003, PONG, &[Output::Alive]),
            (91_000, Input::Tick, &[Output::Close(Ending::NoNamespace)]),
        ],
    );
}

#[test]
fn polls_and_posts_do_not_overlap() {
    let session = play(
        polling(),
        &[
            (1, Input::PollOpened, &[Output::Alive]),
            (2, Input::PollAnswered, &[]),
            (3, Input::PollOpened, &[Output::Alive]),
            (4, Input::PostOpened, &[]),
            (5, Input::PostDone, &[]),
            (6, Input::PostOpened, &[]),
        ],
    );
    play(session.clone(), &[(7, Input::PollOpened, &[Output::Close(Ending::Overlap)])]);
    play(session, &[(7, Input::PostOpened, &[Output::Close(Ending::Overlap)])]);
}

#[test]
fn upgrade_with_a_poll_waiting() {
    let session = play(
        polling(),
        &[
            (1, Input::PollOpened, &[Output::Alive]),
            (2, Input::ProbeOpened, &[]),
            (3, Input::ProbeOpened, &[Output::RefuseProbe]),
            (4, PROBE, &[Output::AnswerProbe, Output::ReleasePoll]),
            (5, UPGRADE, &[Output::Switch]),
            (6, Input::ProbeOpened, &[Output::RefuseProbe]),
            (7, MESSAGE, &[Output::Deliver]),
        ],
    );
    assert_eq!(session.deadline(), ms(25_000));
}

#[test]
fn polls_during_a_probe_come_back_soon_but_not_at_once() {
    let session = play(
        polling(),
        &[
            (1, Input::ProbeOpened, &[]),
            (2, PROBE, &[Output::AnswerProbe]),
            (3, Input::PollOpened, &[Output::Alive, Output::ReleasePoll]),
            (4, Input::PollOpened, &[Output::Alive]),
            (102, Input::Tick, &[]),
        ],
    );
    assert_eq!(session.deadline(), ms(103));
    play(session, &[(103, Input::Tick, &[Output::ReleasePoll])]);
}

#[test]
fn upgrade_without_waiting_for_the_poll() {
    play(
        polling(),
        &[
            (1, Input::ProbeOpened, &[]),
            (2, Input::PollOpened, &[Output::Alive]),
            (3, UPGRADE, &[Output::ReleasePoll, Output::Switch]),
        ],
    );
}

#[test]
fn a_probe_that_fails_leaves_the_polls_alone() {
    let other = Input::ProbePacket(Packet { kind: PacketKind::Message, data: "x" });
    play(
        polling(),
        &[
            (1, Input::ProbeOpened, &[]),
            (2, PROBE, &[Output::AnswerProbe]),
            (3, other, &[Output::DropProbe]),
            (4, Input::PollOpened, &[Output::Alive]),
            (5, Input::ProbeOpened, &[]),
            (6, Input::ProbeLost, &[Output::DropProbe]),
            (7, Input::ProbeOpened, &[]),
            (10_006, Input::Tick, &[]),
            (10_007, Input::Tick, &[Output::DropProbe]),
            (10_008, Input::ProbeOpened, &[]),
        ],
    );
}

#[test]
fn the_server_ends_it_after_the_last_packets_and_a_grace() {
    let session = play(
        websocket(),
        &[
            (1, Input::Joined, &[]),
            (2, Input::Flushed, &[]),
            (3, ENDING, &[]),
            (4, MESSAGE, &[]),
            (5, Input::Binary, &[]),
            (10, Input::Flushed, &[]),
            (11, Input::Flushed, &[]),
            (12, MESSAGE, &[]),
        ],
    );
    assert_eq!(session.deadline(), ms(1_010));
    assert!(session.is_ending());
    play(session.clone(), &[(1_010, Input::Tick, &[Output::Close(Ending::ServerClosed)])]);
    play(session, &[(500, CLOSE, &[Output::Close(Ending::ClientClosed)])]);
}

#[test]
fn a_client_that_would_not_close_by_itself_gets_no_grace() {
    play(
        websocket(),
        &[
            (1, Input::Joined, &[]),
            (2, Input::Ending { grace: false }, &[]),
            (3, Input::Tick, &[]),
            (4, Input::Flushed, &[]),
            (4, Input::Tick, &[Output::Close(Ending::ServerClosed)]),
        ],
    );
}

#[test]
fn the_server_does_not_wait_for_ever_for_the_last_packets() {
    play(
        websocket(),
        &[
            (1, Input::Joined, &[]),
            (2, ENDING, &[]),
            (1_000, ENDING, &[]),
            (20_001, Input::Tick, &[]),
            (20_002, Input::Tick, &[Output::Close(Ending::ServerClosed)]),
        ],
    );
}

fn revision() -> impl Strategy<Value = Revision> {
    prop_oneof![Just(Revision::V3), Just(Revision::V4)]
}

fn input() -> impl Strategy<Value = Input<'static>> {
    let kinds = prop_oneof![
        Just(PacketKind::Open),
        Just(PacketKind::Ping),
        Just(PacketKind::Pong),
        Just(PacketKind::Message),
        Just(PacketKind::Upgrade),
        Just(PacketKind::Noop),
    ];
    prop_oneof![
        kinds.prop_map(|kind| Input::Packet(Packet { kind, data: "" })),
        Just(Input::PollOpened),
        Just(Input::PollAnswered),
        Just(Input::ProbeOpened),
        Just(PROBE),
        Just(UPGRADE),
        Just(Input::ProbeLost),
        Just(Input::Joined),
        Just(Input::Left),
        Just(ENDING),
        Just(Input::Flushed),
        Just(Input::Tick),
    ]
}

proptest! {
    /// A tick at the deadline does something or moves it: nobody sleeps in vain for ever.
    #[test]
    fn ticks_make_progress(
        revision in revision(),
        inputs in proptest::collection::vec((0_u64..9_000, input()), 0..60),
    ) {
        let mut session = Session::polling(ms(0), TIMING, revision);
        let mut now = 0;
        for (wait, input) in inputs {
            now += wait;
            let mut out = Vec::new();
            session.handle(ms(now), input, &mut out);
            let deadline = session.deadline().max(ms(now));
            session.handle(deadline, Input::Tick, &mut out);
            now = u64::try_from(deadline.as_millis()).unwrap();
            if out.iter().any(|output| matches!(output, Output::Close(_))) {
                break;
            }
            prop_assert!(session.deadline() > deadline, "after {:?}", input);
            let mut again = Vec::new();
            session.handle(deadline, Input::Tick, &mut again);
            prop_assert_eq!(again, []);
        }
    }

    /// Every session whose client says nothing ends.
    #[test]
    fn silence_ends(
        revision in revision(),
        inputs in proptest::collection::vec((0_u64..9_000, input()), 0..20),
    ) {
        let mut session = Session::polling(ms(0), TIMING, revision);
        let mut now = ms(0);
        let mut out = Vec::new();
        for (wait, input) in inputs {
            now += ms(wait);
            session.handle(now, input, &mut out);
        }
        for _ in 0..10 {
            now = session.deadline().max(now);
            session.handle(now, Input::Tick, &mut out);
        }
        let closed = out.iter().any(|output| matches!(output, Output::Close(_)));
        prop_assert!(closed);
    }
}
