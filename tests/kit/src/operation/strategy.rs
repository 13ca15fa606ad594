//! Histories to try.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{Administer, Answered, Login, Message, Operation};
use crate::setup::{Gathering, Setup};

/// Configurations.
pub fn setups() -> impl Strategy<Value = Setup> {
    // Mostly as by default, or little would ever happen.
    let mostly = || prop::bool::weighted(0.85);
    let rated = prop::bool::weighted(0.2);
    let settings = (any::<bool>(), mostly(), mostly(), mostly(), any::<bool>(), any::<bool>());
    let gathering = prop::sample::select(&Gathering::ALL[..]);
    let more = (rated, gathering, any::<bool>(), any::<u64>());
    (settings, more).prop_map(|(settings, (rated, gathering, policies, seed))| {
        let (limited, app_auto_create, room_auto_create, room_default, still_alive, fields) =
            settings;
        Setup {
            limited,
            rated,
            app_auto_create,
            room_auto_create,
            room_default,
            still_alive,
            default_fields: fields,
            policies,
            gathering,
            seed,
        }
    })
}

/// Histories of at most `length` operations.
pub fn histories(length: usize) -> impl Strategy<Value = Vec<Operation>> {
    vec(operation(), 1..=length)
}

fn operation() -> impl Strategy<Value = Operation> {
    let n = any::<u8>;
    // A few do most, or nobody would get far.
    let who = || prop_oneof![0..4_u8, any::<u8>()];
    let acked = || prop::bool::weighted(0.95);
    prop_oneof![
        2 => (any::<bool>(), n()).prop_map(|(websocket, address)| {
            Operation::Open { websocket, address }
        }),
        8 => (n(), login(), answered()).prop_map(|(address, login, answered)| {
            Operation::Arrive { address, login, answered }
        }),
        40 => (who(), acked(), prop::bool::weighted(0.3), message(), answered()).prop_map(
            |(who, acked, impatient, message, answered)| {
                Operation::Say { who, acked, impatient, message, answered }
            },
        ),
        3 => (who(), prop::bool::weighted(0.2), login(), vec(message(), 1..6)).prop_map(
            |(who, impatient, login, messages)| {
                Operation::Burst { who, impatient, login, messages }
            },
        ),
        4 => (n(), acked(), n()).prop_map(|(who, acked, which)| {
            Operation::SayMalformed { who, acked, which }
        }),
        2 => n().prop_map(|who| Operation::Alive { who }),
        4 => (n(), n()).prop_map(|(who, reason)| Operation::End { who, reason }),
        3 => n().prop_map(|which| Operation::CloseComes { which }),
        5 => (n(), n()).prop_map(|(which, verdict)| Operation::Answer { which, verdict }),
        1 => (n(), n()).prop_map(|(which, verdict)| Operation::AnswerAgain { which, verdict }),
        9 => administer().prop_map(Operation::Administer),
        3 => (0..6000_u16, any::<bool>()).prop_map(|(ms, tick)| Operation::Wait { ms, tick }),
        3 => Just(Operation::Deadline),
        1 => Just(Operation::Tick),
        1 => n().prop_map(|seconds| Operation::SetClock { seconds }),
    ]
}

fn login() -> impl Strategy<Value = Login> {
    let n = any::<u8>;
    // Most in one application, or they would never meet.
    let app = option::weighted(0.3, n());
    let rooms = option::weighted(0.7, vec(n(), 0..4));
    let few = || option::weighted(0.3, n());
    (app, rooms, few(), few(), few(), few()).prop_map(
        |(app, rooms, session, username, presence, user_cfg)| Login {
            app,
            rooms,
            session,
            username,
            presence,
            user_cfg,
        },
    )
}

fn message() -> impl Strategy<Value = Message> {
    let n = any::<u8>;
    let maybe = || option::weighted(0.4, n());
    prop_oneof![
        4 => login().prop_map(Message::Authenticate),
        9 => vec(n(), 1..4).prop_map(Message::RoomJoin),
        6 => vec(n(), 0..3).prop_map(Message::RoomLeave),
        7 => (n(), n()).prop_map(|(room, fields)| Message::SetRoomApiField { room, fields }),
        4 => n().prop_map(Message::SetPresence),
        6 => n().prop_map(Message::SetUserCfg),
        4 => (n(), n()).prop_map(|(kind, to)| Message::Signal { kind, to }),
        7 => (maybe(), maybe(), maybe(), n()).prop_map(|(to, room, group, data)| {
            Message::Custom { to, room, group, data }
        }),
        3 => Just(Message::GetIceConfig),
        2 => Just(Message::GetRoomList),
        1 => Just(Message::StillAlive),
        1 => Just(Message::Unknown),
    ]
}

fn answered() -> impl Strategy<Value = Answered> {
    prop_oneof![
        3 => any::<u8>().prop_map(|verdict| Answered::Now { verdict }),
        1 => Just(Answered::Later),
    ]
}

fn administer() -> impl Strategy<Value = Administer> {
    let n = any::<u8>;
    let field = (n(), n(), n(), n());
    prop_oneof![
        80 => field.prop_map(|(of, which, name, value)| {
            Administer::SetField { of, which, name, value }
        }),
        60 => (n(), n(), prop::bool::weighted(0.7)).prop_map(|(who, group, member)| {
            Administer::SetGroup { who, group, member }
        }),
        10 => n().prop_map(|who| Administer::Kick { who }),
        10 => (n(), n()).prop_map(|(who, presence)| Administer::SetPresence { who, presence }),
        30 => (n(), n(), n()).prop_map(|(to, which, what)| Administer::Emit { to, which, what }),
        15 => (n(), prop::bool::weighted(0.4)).prop_map(|(which, make)| {
            Administer::Room { which, make }
        }),
        40 => (n(), n(), prop::bool::weighted(0.6)).prop_map(|(who, room, member)| {
            Administer::Move { who, room, member }
        }),
        10 => (n(), n()).prop_map(|(whom, time)| Administer::Ban { whom, time }),
        5 => n().prop_map(|which| Administer::Unban { which }),
        10 => n().prop_map(|who| Administer::SendToken { who }),
        1 => Just(Administer::Shutdown),
    ]
}
