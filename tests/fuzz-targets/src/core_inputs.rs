//! Histories: whatever many clients do at once, all invariants hold and the model agrees.
//!
//! Each byte is a choice, so that a small change of the bytes is a small change of the history. At
//! the end of the bytes every choice is 0.

use easyrtc_test_kit::operation::{Administer, Answered, Login, Message};
use easyrtc_test_kit::setup::Gathering;
use easyrtc_test_kit::{Operation, Setup, World};

/// A history has no more operations: time goes with their square.
const MOST: usize = 120;

/// Checks one history.
///
/// # Panics
/// If an invariant does not hold.
pub fn check(bytes: &[u8]) {
    let mut choices = Choices(bytes.iter());
    let setup = choices.setup();
    let mut operations = Vec::new();
    while operations.len() < MOST && !choices.0.as_slice().is_empty() {
        operations.push(choices.operation());
    }
    if let Err(violation) = World::new(setup).run(&operations) {
        panic!("{violation}\nin {setup:?}\n{operations:#?}");
    }
}

struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn next(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn bool(&mut self) -> bool {
        self.next() & 1 == 1
    }

    /// True for one byte in eight.
    fn rarely(&mut self) -> bool {
        self.next() % 8 == 7
    }

    fn maybe(&mut self) -> Option<u8> {
        let byte = self.next();
        (byte & 1 == 1).then_some(byte >> 1)
    }

    fn several(&mut self) -> Vec<u8> {
        let count = self.next() % 4;
        (0..count).map(|_| self.next()).collect()
    }

    /// Mostly as by default, or little would ever happen.
    fn setup(&mut self) -> Setup {
        let bits = self.next();
        let set = |bit: u8| bits >> bit & 1 == 1;
        let seed = self.next();
        Setup {
            limited: set(0),
            rated: seed > 127,
            app_auto_create: !set(1),
            room_auto_create: !set(2),
            room_default: !set(3),
            still_alive: set(4),
            default_fields: set(5),
            policies: seed >> 7 == 1,
            gathering: Gathering::ALL[usize::from(bits >> 6)],
            seed: u64::from(seed) * 0x0101,
        }
    }

    fn operation(&mut self) -> Operation {
        match self.next() % 64 {
            0..2 => Operation::Open { websocket: self.bool(), address: self.next() },
            2..8 => Operation::Arrive {
                address: self.next(),
                login: self.login(),
                answered: self.answered(),
            },
            8..36 => Operation::Say {
                who: self.next(),
                acked: !self.rarely(),
                impatient: self.rarely(),
                message: self.message(),
                answered: self.answered(),
            },
            36..38 => Operation::Burst {
                who: self.next(),
                impatient: self.rarely(),
                login: self.login(),
                messages: (0..=self.next() % 4).map(|_| self.message()).collect(),
            },
            38..41 => Operation::SayMalformed {
                who: self.next(),
                acked: !self.rarely(),
                which: self.next(),
            },
            41 => Operation::Alive { who: self.next() },
            42..45 => Operation::End { who: self.next(), reason: self.next() },
            45..47 => Operation::CloseComes { which: self.next() },
            47..51 => Operation::Answer { which: self.next(), verdict: self.next() },
            51 => Operation::AnswerAgain { which: self.next(), verdict: self.next() },
            52..58 => Operation::Administer(self.administer()),
            58..60 => {
                let ms = u16::from(self.next()) * 24;
                Operation::Wait { ms, tick: self.bool() }
            }
            60..62 => Operation::Deadline,
            62 => Operation::Tick,
            _ => Operation::SetClock { seconds: self.next() },
        }
    }

    fn login(&mut self) -> Login {
        let rooms = self.bool().then(|| self.several());
        Login {
            app: self.maybe(),
            rooms,
            session: self.maybe(),
            username: self.maybe(),
            presence: self.maybe(),
            user_cfg: self.maybe(),
        }
    }

    fn message(&mut self) -> Message {
        match self.next() % 32 {
            0..2 => Message::Authenticate(self.login()),
            2..8 => Message::RoomJoin(self.several()),
            8..12 => Message::RoomLeave(self.several()),
            12..16 => Message::SetRoomApiField { room: self.next(), fields: self.next() },
            16..18 => Message::SetPresence(self.next()),
            18..22 => Message::SetUserCfg(self.next()),
            22..24 => Message::Signal { kind: self.next(), to: self.next() },
            24..28 => Message::Custom {
                to: self.maybe(),
                room: self.maybe(),
                group: self.maybe(),
                data: self.next(),
            },
            28 => Message::GetIceConfig,
            29 => Message::GetRoomList,
            30 => Message::StillAlive,
            _ => Message::Unknown,
        }
    }

    fn answered(&mut self) -> Answered {
        let byte = self.next();
        if byte % 4 == 3 { Answered::Later } else { Answered::Now { verdict: byte / 4 } }
    }

    fn administer(&mut self) -> Administer {
        match self.next() % 32 {
            0..8 => Administer::SetField {
                of: self.next(),
                which: self.next(),
                name: self.next(),
                value: self.next(),
            },
            8..14 => Administer::SetGroup {
                who: self.next(),
                group: self.next(),
                member: !self.rarely(),
            },
            14..16 => Administer::SetPresence { who: self.next(), presence: self.next() },
            16..20 => Administer::Emit { to: self.next(), which: self.next(), what: self.next() },
            20..22 => Administer::Room { which: self.next(), make: self.bool() },
            22..26 => {
                Administer::Move { who: self.next(), room: self.next(), member: !self.rarely() }
            }
            26..28 => Administer::Ban { whom: self.next(), time: self.next() },
            28 => Administer::Unban { which: self.next() },
            29 => Administer::Kick { who: self.next() },
            30 => Administer::SendToken { who: self.next() },
            _ => Administer::Shutdown,
        }
    }
}
