//! The tables of the transports.

use super::{comment, list, quote};
use crate::settings::{Common, Settings, Span};

const HEAD: &str = "
# The transports: how clients connect. With addresses of its own in listen, a transport is served
# there and nowhere else.
";

/// A key, what it means, and its value as TOML unless it is not set.
pub(super) type Key = (&'static str, &'static str, Option<String>);

impl Settings {
    pub(super) fn write_transports(&self, text: &mut String) {
        *text += HEAD;
        let (socketio, ws) = (&self.transports.socketio, &self.transports.ws);
        *text += "[transport.socketio]\n";
        write(text, &common_keys(&socketio.common()));
        write(
            text,
            &[
                (
                    "allow_eio3",
                    "Whether clients of Socket.IO 1 and 2 are served.",
                    Some(socketio.allow_eio3.to_string()),
                ),
                (
                    "request_acks",
                    "Whether clients are asked to acknowledge what they are sent. Not set: the \
                     option emitAckEnable.",
                    socketio.request_acks.map(|flag| flag.to_string()),
                ),
            ],
        );
        *text += "\n[transport.ws]\n";
        write(text, &common_keys(&ws.common()));
        write(
            text,
            &[
                (
                    "keep_time",
                    "How long a session is kept while its line is cut, 100ms to 1day.",
                    Some(quote(&Span(ws.keep_time.get()).to_string())),
                ),
                (
                    "keep_bytes",
                    "Bytes kept for each session that can be resumed, to be sent again.",
                    Some(ws.keep_bytes.get().to_string()),
                ),
            ],
        );
    }
}

fn common_keys(transport: &Common<'_>) -> [Key; 8] {
    let time = |time: Option<_>| time.map(|time| quote(&Span(time).to_string()));
    let whole = |number: Option<usize>| number.map(|number| number.to_string());
    let listen = transport.listen.map(|addresses| list(addresses.iter().map(ToString::to_string)));
    let origins =
        transport.allowed_origins.map(|origins| list(origins.iter().map(ToString::to_string)));
    [
        ("enabled", "Whether it is served.", Some(transport.enabled.to_string())),
        ("path", "Where.", Some(quote(transport.path.as_str()))),
        ("listen", "Addresses of its own, a list. Not set: those of the server.", listen),
        (
            "allowed_origins",
            "Let only pages of these origins connect; an empty list lets any. Not set: the server's.",
            origins,
        ),
        ("ping_interval", "Not set: the option pingInterval.", time(transport.ping_interval)),
        ("ping_timeout", "Not set: the option pingTimeout.", time(transport.ping_timeout)),
        (
            "max_message_bytes",
            "Not set: the option maxMessageBytes.",
            whole(transport.max_message_bytes),
        ),
        (
            "max_sessions",
            "Not set: the option maxTransportSessions.",
            whole(transport.max_sessions),
        ),
    ]
}

pub(super) fn write(text: &mut String, keys: &[Key]) {
    for (name, about, value) in keys {
        *text += "\n";
        comment(text, about);
        match value {
            Some(value) => *text += &format!("{name} = {value}\n"),
            None => *text += &format!("# {name} = \"\"\n"),
        }
    }
}
