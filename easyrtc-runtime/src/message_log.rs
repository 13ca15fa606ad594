//! Messages as lines of JSON.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use easyrtc_proto::{DecodeError, ErrorCode};
use easyrtc_state::ConnId;

use crate::observe::{MessageObserver, ReceivedMessage, SentAs, SentMessage};

/// Writes every message as one line of JSON, for authors of clients and for tests. The lines hold
/// whatever people say, and what they log in with.
///
/// The keys of a line, in this order:
///
/// | Key | Value |
/// |---|---|
/// | `time` | ms since the epoch |
/// | `connection` | the number of the connection |
/// | `direction` | `client`: from the client; `server`: to it |
/// | `event` | the name of the event; absent for an answer |
/// | `ack` | what the client calls the message it wants answered, or the one this answers |
/// | `refused` | the error code, if a message of a client could not be decoded |
/// | `attachments` | how many went beside the text, if any |
/// | `message` | the text, but for line breaks between its tokens, which become spaces |
pub struct MessageLog {
    /// `None` once writing failed.
    lines: Mutex<Option<Box<dyn Write + Send>>>,
}

impl fmt::Debug for MessageLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageLog(..)")
    }
}

impl MessageLog {
    /// A log that makes one call of `write_all` for each line, within the task that serves the
    /// connection: what may take long has to do it elsewhere. The first failure ends the log.
    #[must_use]
    pub fn new(lines: impl Write + Send + 'static) -> Self {
        Self { lines: Mutex::new(Some(Box::new(lines))) }
    }

    fn write(&self, line: &Line<'_>) {
        let text = line.to_json();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = lines.as_mut().map(|lines| lines.write_all(text.as_bytes())) {
            tracing::error!(%error, "the log of messages cannot be written and ends here");
            *lines = None;
        }
    }
}

impl MessageObserver for MessageLog {
    fn received(&self, message: &ReceivedMessage<'_>) {
        self.write(&Line {
            conn: message.conn,
            direction: "client",
            event: Some(message.event.name()),
            ack: message.ack.map(|ack| ack.0),
            refused: message.outcome.err().map(DecodeError::code),
            attachments: message.attachments.as_slice().len(),
            text: message.text,
        });
    }

    fn sent(&self, message: &SentMessage<'_>) {
        let (event, ack) = match message.kind {
            SentAs::Event(event) => (Some(event.name()), None),
            SentAs::Answer(ack) => (None, Some(ack.0)),
        };
        self.write(&Line {
            conn: message.conn,
            direction: "server",
            event,
            ack,
            refused: None,
            attachments: message.frame.attachments().len(),
            text: message.text,
        });
    }
}

struct Line<'a> {
    conn: ConnId,
    direction: &'static str,
    event: Option<&'static str>,
    ack: Option<u64>,
    refused: Option<ErrorCode>,
    attachments: usize,
    text: &'a str,
}

impl Line<'_> {
    /// The names and codes are ours: letters, digits and underscores only.
    fn to_json(&self) -> String {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (time, ConnId(conn), direction) = (unix.as_millis(), self.conn, self.direction);
        let mut line = String::with_capacity(self.text.len() + 160);
        line += &format!(r#"{{"time":{time},"connection":{conn},"direction":"{direction}""#);
        if let Some(event) = self.event {
            line += &format!(r#","event":"{event}""#);
        }
        if let Some(ack) = self.ack {
            line += &format!(r#","ack":{ack}"#);
        }
        if let Some(code) = &self.refused {
            line += &format!(r#","refused":"{code}""#);
        }
        if self.attachments > 0 {
            line += &format!(r#","attachments":{}"#, self.attachments);
        }
        line += r#","message":"#;
        // Within a string of JSON a line break is an escape: these stand between tokens.
        line.extend(self.text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
        line += "}\n";
        line
    }
}
