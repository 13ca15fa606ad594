//! What is told to a backend, and asked of it, while the server runs: `[hooks]` of the file.

mod types;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;

use super::ConfigError;
use super::auth::{BackendUrl, SecretText};
use super::bounded::{Time, Whole};
use crate::options::Warning;

pub use types::{EventType, EventTypes};

/// Events that wait.
pub(super) type QueueLength = Whole<1, 1_000_000>;
/// Events of one request.
pub(super) type BatchLength = Whole<1, 10_000>;
/// For how long more are waited for.
pub(super) type Window = Time<0, 60_000>;
/// For one request.
pub(super) type DeliveryTime = Time<10, 300_000>;
/// From a second to a week.
pub(super) type MaxAge = Time<1_000, 604_800_000>;
/// At the end.
pub(super) type FlushTime = Time<0, 300_000>;
/// Below the time within which the core wants an answer.
pub(super) type AnswerTime = Time<10, 9_000>;
/// Messages that wait for an answer.
pub(super) type InFlight = Whole<1, 100_000>;

/// The settings of hooks that flags and the environment have too.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct HookFlags {
    /// Post what happens to this URL: who came, joined, left and went; more is said in the file,
    /// under [hooks.events] [default: nowhere]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "URL", value_parser = parse_url, help_heading = "Hooks")]
    pub events_url: Option<BackendUrl>,

    /// Sign what is posted there with the secret in this file
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "FILE", help_heading = "Hooks")]
    pub events_secret_file: Option<PathBuf>,

    /// Post messages without a target to this URL, whose answer the sender gets; more is said in
    /// the file, under [hooks.messages] [default: nowhere, such messages are refused]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "URL", value_parser = parse_url, help_heading = "Hooks")]
    pub messages_url: Option<BackendUrl>,

    /// Sign what is posted there with the secret in this file
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "FILE", help_heading = "Hooks")]
    pub messages_secret_file: Option<PathBuf>,
}

fn parse_url(text: &str) -> Result<BackendUrl, String> {
    BackendUrl::try_from(text.to_owned()).map_err(|problem| problem.to_string())
}

impl HookFlags {
    /// These, and `lower` where they say nothing.
    pub(super) fn or(self, lower: Self) -> Self {
        Self {
            events_url: self.events_url.or(lower.events_url),
            events_secret_file: self.events_secret_file.or(lower.events_secret_file),
            messages_url: self.messages_url.or(lower.messages_url),
            messages_secret_file: self.messages_secret_file.or(lower.messages_secret_file),
        }
    }
}

/// `[hooks]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hooks {
    /// `[hooks.events]`.
    pub events: EventsTable,
    /// `[hooks.messages]`.
    pub messages: MessagesTable,
}

/// `[hooks.events]`: a backend that is told what happens.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventsTable {
    /// Where events are posted, if anywhere.
    pub url: Option<BackendUrl>,
    /// What they are signed with.
    pub secret: Option<SecretText>,
    /// The same in a file of its own.
    pub secret_file: Option<PathBuf>,
    /// Which of them.
    pub types: EventTypes,
    /// Events that may wait to be delivered.
    pub queue: QueueLength,
    /// Events of one request.
    pub batch: BatchLength,
    /// For how long more events are waited for before a batch is sent.
    pub window: Window,
    /// How long one request may take.
    pub timeout: DeliveryTime,
    /// The age at which an event is given up.
    pub max_age: MaxAge,
    /// How long delivering may take when the server shuts down.
    pub flush: FlushTime,
}

impl Default for EventsTable {
    fn default() -> Self {
        Self {
            url: None,
            secret: None,
            secret_file: None,
            types: EventTypes::default(),
            queue: Whole(10_000),
            batch: Whole(100),
            window: Time(Duration::from_millis(100)),
            timeout: Time(Duration::from_secs(10)),
            max_age: Time(Duration::from_secs(60 * 60)),
            flush: Time(Duration::from_secs(5)),
        }
    }
}

/// `[hooks.messages]`: a backend that answers messages without a target.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessagesTable {
    /// Where messages are posted, if anywhere.
    pub url: Option<BackendUrl>,
    /// What they are signed with.
    pub secret: Option<SecretText>,
    /// The same in a file of its own.
    pub secret_file: Option<PathBuf>,
    /// How long an answer may take.
    pub timeout: AnswerTime,
    /// Messages that may wait for an answer.
    pub max_in_flight: InFlight,
}

impl Default for MessagesTable {
    fn default() -> Self {
        Self {
            url: None,
            secret: None,
            secret_file: None,
            timeout: Time(Duration::from_secs(5)),
            max_in_flight: Whole(1_000),
        }
    }
}

impl Hooks {
    /// Takes over what flags and the environment say. A secret's file replaces whatever secret the
    /// table has.
    pub(super) fn take(&mut self, flags: HookFlags) {
        let HookFlags { events_url, events_secret_file, messages_url, messages_secret_file } =
            flags;
        let Self { events, messages } = self;
        events.url = events_url.or_else(|| events.url.take());
        messages.url = messages_url.or_else(|| messages.url.take());
        if events_secret_file.is_some() {
            (events.secret, events.secret_file) = (None, events_secret_file);
        }
        if messages_secret_file.is_some() {
            (messages.secret, messages.secret_file) = (None, messages_secret_file);
        }
    }

    /// Every path in it, to be made absolute.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.events.secret_file.iter_mut().chain(self.messages.secret_file.iter_mut())
    }

    /// What no key can check by itself.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let Self { events, messages } = self;
        check("hooks.events", events.url.is_some(), &events.secret, &events.secret_file)?;
        check("hooks.messages", messages.url.is_some(), &messages.secret, &messages.secret_file)
    }

    /// What will work and should not be done.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let urls =
            [("hooks.events.url", &self.events.url), ("hooks.messages.url", &self.messages.url)];
        let exposed =
            urls.into_iter().filter(|(_, url)| url.as_ref().is_some_and(|url| url.0.is_exposed()));
        let warning = |key: &str| Warning {
            origin: key.to_owned(),
            text: "is not https, and leaves this machine: whoever is on the way can read it"
                .to_owned(),
        };
        exposed.map(|(key, _)| warning(key)).collect()
    }
}

fn check(
    table: &str,
    has_url: bool,
    secret: &Option<SecretText>,
    file: &Option<PathBuf>,
) -> Result<(), ConfigError> {
    match (has_url, secret.is_some(), file.is_some()) {
        (false, false, false) | (true, true, false) | (true, false, true) => Ok(()),
        (false, _, _) => {
            Err(ConfigError::new(format!("{table}.url"), "is missing: who is to be told?"))
        }
        (true, ..) => {
            let problem = "it takes either secret or secret_file, to sign what is sent";
            Err(ConfigError::new(table, problem))
        }
    }
}

#[cfg(test)]
mod tests;
