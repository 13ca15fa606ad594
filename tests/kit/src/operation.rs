//! What can happen in a history: abstract, so that each means something whatever came before.
//!
//! Numbers select from what is there when the operation's turn comes, modulo how many there are.

mod administer;
mod answer;
mod malformed;
mod message;
#[cfg(feature = "histories")]
mod strategy;

pub use administer::undo;
pub use answer::{NARROW, verdict};
pub use malformed::{MALFORMED, Malformed};
pub use message::{Login, Message, decode, text};
#[cfg(feature = "histories")]
pub use strategy::{histories, setups};

/// One thing that happens in a history.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A connection opens.
    Open {
        /// Whether it is a raw WebSocket.
        websocket: bool,
        /// From which address, if that is known.
        address: u8,
    },
    /// A connection opens, and logs in.
    Arrive {
        /// From which address.
        address: u8,
        /// As whom.
        login: Login,
        /// When the question about it is answered.
        answered: Answered,
    },
    /// A client says something.
    Say {
        /// Which connection.
        who: u8,
        /// Whether it wants an answer.
        acked: bool,
        /// Whether it goes on although the core said to pause it.
        impatient: bool,
        /// What.
        message: Message,
        /// When the question that this leads to, if any, is answered.
        answered: Answered,
    },
    /// A client logs in, again perhaps, and goes on at once; the questions are answered later.
    Burst {
        /// Which connection.
        who: u8,
        /// Whether it goes on although the core said to pause it.
        impatient: bool,
        /// As whom.
        login: Login,
        /// What it goes on to say.
        messages: Vec<Message>,
    },
    /// A client says something malformed: one of a list.
    SayMalformed {
        /// Which connection.
        who: u8,
        /// Whether it wants an answer.
        acked: bool,
        /// What.
        which: u8,
    },
    /// Bytes come that are no message.
    Alive {
        /// From which connection.
        who: u8,
    },
    /// A connection ends: the client left, the line was cut, it was too slow, …
    End {
        /// Which.
        who: u8,
        /// Why.
        reason: u8,
    },
    /// A connection that the core closed some time ago is reported closed.
    CloseComes {
        /// Which of them.
        which: u8,
    },
    /// A question that is out is answered.
    Answer {
        /// Which.
        which: u8,
        /// What.
        verdict: u8,
    },
    /// A question that is settled is answered once more.
    AnswerAgain {
        /// Which.
        which: u8,
        /// What.
        verdict: u8,
    },
    /// The operator does something.
    Administer(Administer),
    /// Time passes.
    Wait {
        /// How much, in ms.
        ms: u16,
        /// Whether the core is told.
        tick: bool,
    },
    /// The next deadline passes, exactly.
    Deadline,
    /// The core is told of the time, though none has passed.
    Tick,
    /// The wall clock is set.
    SetClock {
        /// To what: seconds from the start.
        seconds: u8,
    },
}

/// When a question is answered.
#[derive(Clone, Copy, Debug)]
pub enum Answered {
    /// At once.
    Now {
        /// What; most are a yes.
        verdict: u8,
    },
    /// By an operation of its own, or never.
    Later,
}

/// What the operator does.
#[derive(Clone, Debug)]
pub enum Administer {
    /// Sets a field.
    SetField {
        /// Of what: an application, room, session or connection.
        of: u8,
        /// Which one.
        which: u8,
        /// Which field.
        name: u8,
        /// What to: nothing, or a value, shared or not.
        value: u8,
    },
    /// Puts a client into a group or takes it out.
    SetGroup {
        /// The client.
        who: u8,
        /// The group.
        group: u8,
        /// Into.
        member: bool,
    },
    /// Sets a presence.
    SetPresence {
        /// Whose.
        who: u8,
        /// To what.
        presence: u8,
    },
    /// Ends a connection.
    Kick {
        /// Whose.
        who: u8,
    },
    /// Emits something.
    Emit {
        /// To one client, a room, a group, an application or everybody.
        to: u8,
        /// Which one.
        which: u8,
        /// What.
        what: u8,
    },
    /// Makes a room, or closes one.
    Room {
        /// Which.
        which: u8,
        /// Whether it is made.
        make: bool,
    },
    /// Puts a client into a room, or takes it out.
    Move {
        /// The client.
        who: u8,
        /// The room.
        room: u8,
        /// Into.
        member: bool,
    },
    /// Bans an address, a network or a user.
    Ban {
        /// Whom.
        whom: u8,
        /// For how long.
        time: u8,
    },
    /// Ends a ban.
    Unban {
        /// Which.
        which: u8,
    },
    /// Emits `token`.
    SendToken {
        /// To whom.
        who: u8,
    },
    /// Ends everything.
    Shutdown,
}
