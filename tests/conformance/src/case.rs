//! What a case is, and what can come of it.

use std::fmt;
use std::pin::Pin;

use crate::client::shortened;
use crate::profile::{DEFAULT, Profile};
use crate::world::World;

/// How much a rule binds (RFC 2119).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not kept: a failure.
    Must,
    /// Not kept: worth knowing, no failure.
    Should,
    /// What the server does is told, whatever it is.
    May,
}

impl Level {
    /// As RFC 2119 writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        }
    }
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule is kept.
    Pass,
    /// A rule that is only a SHOULD is not kept, or kept in a way the specification merely allows.
    NonStrict(String),
    /// Nothing to judge: what the server does.
    Informational(String),
    /// The rule is broken: what was expected and what came.
    Fail(String),
    /// Not played, and why.
    Skipped(String),
}

impl Verdict {
    /// The name in reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::NonStrict(_) => "non-strict",
            Self::Informational(_) => "informational",
            Self::Fail(_) => "fail",
            Self::Skipped(_) => "skipped",
        }
    }

    /// What there is to say beyond the name; empty for a pass.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Pass => "",
            Self::NonStrict(text)
            | Self::Informational(text)
            | Self::Fail(text)
            | Self::Skipped(text) => text,
        }
    }
}

/// Why a scenario ended before its end. With `?` a case reads as if all went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The rule is broken.
    Fail(String),
    /// It cannot be played against this target.
    Skip(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fail(text) | Self::Skip(text) => f.write_str(text),
        }
    }
}

/// What a scenario returns: `Ok` if the rule is kept.
pub(crate) type Outcome<T = ()> = Result<T, Stop>;

/// A failure with this text.
pub(crate) fn fail<T>(text: impl Into<String>) -> Outcome<T> {
    Err(Stop::Fail(text.into()))
}

/// A reason why the case cannot be played here.
pub(crate) fn skip<T>(reason: impl Into<String>) -> Outcome<T> {
    Err(Stop::Skip(reason.into()))
}

/// Where a case makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// Everywhere.
    All,
    /// Where bytes travel: over Socket.IO and the raw WebSocket.
    Network,
    /// Over Socket.IO.
    SocketIo,
    /// Over the raw WebSocket.
    WebSocket,
    /// Against the core in this process, whose authorizer, operator and configuration a case may
    /// be.
    InProcess,
}

/// A scenario, boxed.
pub(crate) type Play = Pin<Box<dyn Future<Output = Outcome>>>;

/// One rule of the specification, and how to see whether a server keeps it.
#[derive(Clone, Copy)]
pub struct Case {
    /// The anchor of the rule; behind a `/`, which part or side of it.
    pub id: &'static str,
    /// What is seen to hold, in one sentence.
    pub what: &'static str,
    /// How much the rule binds.
    pub level: Level,
    /// Other rules this also looks at.
    pub also: &'static [&'static str],
    /// How the server has to be configured.
    pub profile: &'static Profile,
    pub(crate) on: On,
    /// What is played; none for a case that looks at what the others heard.
    pub(crate) scenario: Option<fn(World) -> Play>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Case {
    /// A case of a MUST that can be played everywhere, with the default options.
    pub(crate) const fn must(
        id: &'static str,
        what: &'static str,
        scenario: fn(World) -> Play,
    ) -> Self {
        Self { scenario: Some(scenario), ..Self::schema(id, what) }
    }

    /// A case that looks at the messages of one type that all others heard.
    pub(crate) const fn schema(id: &'static str, what: &'static str) -> Self {
        let (level, profile) = (Level::Must, &DEFAULT);
        Self { id, what, level, also: &[], profile, on: On::All, scenario: None }
    }

    /// The same against a server that is configured so.
    pub(crate) const fn with(self, profile: &'static Profile) -> Self {
        Self { profile, ..self }
    }

    /// The same where it makes sense only.
    pub(crate) const fn on(self, on: On) -> Self {
        Self { on, ..self }
    }

    /// The same, which looks at these rules too.
    pub(crate) const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// The rules of the specification this looks at, the first foremost; none for a case that
    /// looks at schemas.
    pub fn anchors(&self) -> impl Iterator<Item = &'static str> {
        let own = self.scenario.and_then(|_| self.id.split('/').next());
        own.into_iter().chain(self.also.iter().copied())
    }

    /// What a scenario's end means for this case.
    pub(crate) fn verdict(&self, outcome: Outcome) -> Verdict {
        match outcome {
            Ok(()) => Verdict::Pass,
            Err(Stop::Skip(reason)) => Verdict::Skipped(reason),
            Err(Stop::Fail(text)) => match (self.level, shortened(&text)) {
                (Level::Must, text) => Verdict::Fail(text),
                (Level::Should, text) => Verdict::NonStrict(text),
                (Level::May, text) => Verdict::Informational(text),
            },
        }
    }
}

/// The scenario of a case from an `async fn(World) -> Outcome`.
macro_rules! play {
    ($scenario:path) => {
        |world| Box::pin($scenario(world))
    };
}
pub(crate) use play;

/// Ends the scenario with a failure, in the words that follow, unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return $crate::case::fail(format!($($text)+));
        }
    };
}
pub(crate) use ensure;
