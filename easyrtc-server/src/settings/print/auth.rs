//! The tables of the authorizers.

use super::transports::write;
use super::{list, quote};
use crate::settings::{Settings, Span};

const HEAD: &str = "
# Who decides about logins. Each authorizer of the chain has a table of its own.
[auth]
";

impl Settings {
    pub(super) fn write_auth(&self, text: &mut String) {
        let auth = &self.auth;
        *text += HEAD;
        write(
            text,
            &[
                (
                    "chain",
                    "Who is asked, in this order: open, static. The first that knows what to do \
                     with a login decides.",
                    Some(list(auth.chain.iter().map(ToString::to_string))),
                ),
                (
                    "timeout",
                    "How long all of them together may take, 100ms to 9s.",
                    Some(quote(&Span(auth.timeout.get()).to_string())),
                ),
                (
                    "max_in_flight",
                    "Logins that may wait for a decision; more are refused.",
                    Some(auth.max_in_flight.get().to_string()),
                ),
            ],
        );
        *text += "\n# Users of a file, with passwords: see docs/auth.md.\n[auth.static]\n";
        let users = &auth.users;
        write(
            text,
            &[
                (
                    "file",
                    "The file.",
                    users.file.as_deref().map(|path| quote(&path.to_string_lossy())),
                ),
                (
                    "max_verifications",
                    "Passwords that are verified at the same time, each on a thread of its own.",
                    Some(users.max_verifications.get().to_string()),
                ),
            ],
        );
    }
}
