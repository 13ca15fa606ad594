//! Hooks: what a backend of the operator is told, and asked, while the server runs. See
//! docs/events.md.

pub mod events;
pub mod messages;
mod outage;

use easyrtc_auth::{Answers, HttpClient, SignedClient};
use easyrtc_runtime::{Answer, Question, Responder};

use crate::settings::{BackendUrl, ConfigError, SecretText, Settings, read_secret};
use events::{EventOptions, Events, Instance};
use messages::{Messages, Sender};

/// The hooks that the settings ask for; nothing of them runs yet.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// Told what happens.
    pub(crate) events: Option<EventsHook>,
    /// Answers messages without a target.
    pub(crate) messages: Option<Messages>,
}

/// Who is told what happens, and how.
#[derive(Clone, Debug)]
pub(crate) struct EventsHook {
    instance: Instance,
    options: EventOptions,
    client: SignedClient,
}

impl EventsHook {
    /// Starts it, within a tokio runtime.
    pub(crate) fn start(self) -> Events {
        Events::start(self.instance, self.options, self.client)
    }
}

impl Hooks {
    /// Reads the files they need.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn open(settings: &Settings) -> Result<Self, ConfigError> {
        let (events, messages) = (&settings.hooks.events, &settings.hooks.messages);
        let to_events =
            client("hooks.events", &events.url, events.secret.as_ref(), &events.secret_file)?;
        let of_messages = client(
            "hooks.messages",
            &messages.url,
            messages.secret.as_ref(),
            &messages.secret_file,
        )?;
        let events = to_events.map(|client| -> Result<_, ConfigError> {
            let instance = Instance::random()
                .map_err(|error| ConfigError::new("hooks.events", error.to_string()))?;
            Ok(EventsHook { instance, options: events.into(), client })
        });
        let (timeout, max_in_flight) = (messages.timeout.get(), messages.max_in_flight.get());
        let messages = of_messages.map(|client| Messages::new(client, timeout, max_in_flight));
        Ok(Self { events: events.transpose()?, messages })
    }
}

/// Who signs what is posted to `url`, if anything is.
fn client(
    table: &str,
    url: &Option<BackendUrl>,
    secret: Option<&SecretText>,
    file: &Option<std::path::PathBuf>,
) -> Result<Option<SignedClient>, ConfigError> {
    let Some(BackendUrl(url)) = url else { return Ok(None) };
    let secret = read_secret(table, secret, file.as_deref())?;
    let http = HttpClient::new(url)
        .map_err(|error| ConfigError::new(format!("{table}.url"), error.to_string()))?;
    Ok(Some(SignedClient::new(url.clone(), &secret, http)))
}

/// Answers the core's questions: messages without a target by the hook, if there is one, and all
/// others as [`Answers`] do.
#[derive(Debug)]
pub(crate) struct Responding {
    pub(crate) answers: Answers,
    pub(crate) messages: Option<Messages>,
}

impl Responder for Responding {
    fn respond(&self, question: Question) -> Answer {
        match (question, &self.messages) {
            //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.no-target
            (
                Question::Application { easyrtcid, app, username, groups, message },
                Some(messages),
            ) => {
                let sender = Sender { easyrtcid, app, username, groups };
                messages.ask(sender, message)
            }
            (question, _) => self.answers.respond(question),
        }
    }
}
