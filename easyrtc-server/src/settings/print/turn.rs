//! The table of TURN servers.

use super::transports::write;
use super::{list, quote};
use crate::options::HIDDEN;
use crate::settings::{Settings, Span};

const HEAD: &str = "
# TURN servers that share a secret with this one, so that each client gets credentials of its own,
# which expire: see docs/ice.md.
[turn]
";

impl Settings {
    pub(super) fn write_turn(&self, text: &mut String) {
        let turn = &self.turn;
        let file = turn.secret_file.as_deref();
        let applications = turn.applications.as_ref();
        *text += HEAD;
        write(
            text,
            &[
                (
                    "urls",
                    "Where they are: turn: or turns:, a host, maybe a port, maybe ?transport=udp \
                     or ?transport=tcp.",
                    Some(list(turn.urls.iter().map(ToString::to_string))),
                ),
                ("secret", "The secret.", turn.secret.as_ref().map(|_| quote(HIDDEN))),
                (
                    "secret_file",
                    "A file that holds it instead.",
                    file.map(|path| quote(&path.to_string_lossy())),
                ),
                (
                    "lifetime",
                    "How long credentials can be used, 1m to 30days.",
                    Some(quote(&Span(turn.lifetime.get()).to_string())),
                ),
                (
                    "applications",
                    "The applications whose clients get credentials. Not set: all.",
                    applications.map(|names| list(names.iter().map(ToString::to_string))),
                ),
            ],
        );
    }
}
