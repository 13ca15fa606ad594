//! The tables of the hooks.

use super::transports::write;
use super::{list, quote};
use crate::options::HIDDEN;
use crate::settings::{BackendUrl, SecretText, Settings, Span};

const EVENTS_HEAD: &str = "
# A backend that is told what happens: see docs/events.md.
[hooks.events]
";

const MESSAGES_HEAD: &str = "
# A backend that answers messages without a target: see docs/events.md.
[hooks.messages]
";

impl Settings {
    pub(super) fn write_hooks(&self, text: &mut String) {
        let time = |time| Some(quote(&Span(time).to_string()));
        let url = |url: &Option<BackendUrl>| url.as_ref().map(|url| quote(&url.0.to_string()));
        let secret = |secret: &Option<SecretText>| secret.as_ref().map(|_| quote(HIDDEN));
        let path = |path: &Option<std::path::PathBuf>| {
            path.as_deref().map(|path| quote(&path.to_string_lossy()))
        };
        let events = &self.hooks.events;
        *text += EVENTS_HEAD;
        write(
            text,
            &[
                ("url", "Where events are posted. Not set: nowhere.", url(&events.url)),
                ("secret", "What they are signed with.", secret(&events.secret)),
                ("secret_file", "A file that holds it.", path(&events.secret_file)),
                (
                    "types",
                    "Which events: connected, authenticated, roomCreated, roomJoined, roomLeft, \
                     roomForgotten, disconnected, message, error.",
                    Some(list(events.types.iter().map(|of| of.to_string()))),
                ),
                (
                    "queue",
                    "Events that may wait to be delivered; of more the newest are dropped.",
                    Some(events.queue.get().to_string()),
                ),
                ("batch", "Events of one request.", Some(events.batch.get().to_string())),
                ("window", "For how long more are waited for.", time(events.window.get())),
                ("timeout", "How long one request may take.", time(events.timeout.get())),
                ("max_age", "The age at which an event is given up.", time(events.max_age.get())),
                (
                    "flush",
                    "How long delivering may take when the server shuts down, within \
                     shutdown_timeout.",
                    time(events.flush.get()),
                ),
            ],
        );
        let messages = &self.hooks.messages;
        *text += MESSAGES_HEAD;
        write(
            text,
            &[
                (
                    "url",
                    "Where messages are posted. Not set: they are refused.",
                    url(&messages.url),
                ),
                ("secret", "What they are signed with.", secret(&messages.secret)),
                ("secret_file", "A file that holds it.", path(&messages.secret_file)),
                ("timeout", "How long an answer may take.", time(messages.timeout.get())),
                (
                    "max_in_flight",
                    "Messages that may wait for an answer; more are refused.",
                    Some(messages.max_in_flight.get().to_string()),
                ),
            ],
        );
    }
}
