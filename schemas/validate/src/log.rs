//! Checks logs of messages, as `easyrtc-server --message-log` writes them.

use std::collections::BTreeMap;

use easyrtc_proto::{ClientEvent, ErrorCode};
use serde_json::Value;

use crate::agreement::{Difference, agreement};
use crate::{Schemas, Subject};

/// What was found in logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Messages that are what their schema says.
    pub valid: usize,
    /// Messages of clients that server and schema both refuse.
    pub refused: usize,
    /// Messages that a listed difference explains, by the difference.
    pub explained: BTreeMap<Difference, usize>,
    /// Messages that a validator cannot read: with lone surrogates, numbers out of range, or
    /// deeper than 127 levels.
    pub unreadable: usize,
    /// How often each kind of message came: direction, event or `answer`, and `msgType`.
    pub kinds: BTreeMap<(String, String, String), usize>,
    /// Each message that is not what its schema says, and why.
    pub faults: Vec<String>,
}

/// The server's `msgType`s and those of the commands; what else clients name is up to them.
const OTHER: &str = "*";

impl Report {
    /// Adds the lines of one log. A line that is none is a fault.
    pub fn add(&mut self, schemas: &Schemas, log: &str) {
        for line in log.lines().filter(|line| !line.is_empty()) {
            if let Err(fault) = self.add_line(schemas, line) {
                self.faults.push(format!("{fault}\n  {}", line.get(..2000).unwrap_or(line)));
            }
        }
    }

    fn add_line(&mut self, schemas: &Schemas, line: &str) -> Result<(), String> {
        let line: Value = match serde_json::from_str(line) {
            Ok(line) => line,
            // What the server logged is valid JSON; the rest is beyond what a tree can hold.
            Err(error) if error.is_data() || unreadable(&error) => {
                self.unreadable += 1;
                return Ok(());
            }
            Err(error) => return Err(format!("no line of a log: {error}")),
        };
        let text = |key: &str| line.get(key).and_then(Value::as_str);
        let message = line.get("message").ok_or("no line of a log: no message")?;
        match text("direction") {
            Some("client") => {
                let event =
                    text("event").and_then(ClientEvent::from_name).ok_or("no such event")?;
                let outcome = match text("refused") {
                    Some(code) => Err(ErrorCode::from_name(code)),
                    None => known(schemas, event, message),
                };
                let attachments = line.get("attachments").and_then(Value::as_u64).unwrap_or(0);
                self.client(schemas, event, message, attachments, outcome)
            }
            Some("server") => self.server(schemas, text("event"), message),
            _ => Err("no line of a log: no direction".to_owned()),
        }
    }

    fn client(
        &mut self,
        schemas: &Schemas,
        event: ClientEvent,
        message: &Value,
        attachments: u64,
        outcome: Result<(), ErrorCode>,
    ) -> Result<(), String> {
        let refused = outcome.is_err();
        let attachments = usize::try_from(attachments).unwrap_or(usize::MAX);
        let differences = agreement(schemas, event, message, attachments, outcome)
            .map_err(|disagreement| disagreement.to_string())?;
        if refused {
            self.refused += 1;
        } else {
            self.valid += 1;
            self.count("client", event.name(), message);
        }
        for difference in differences {
            *self.explained.entry(difference).or_default() += 1;
        }
        Ok(())
    }

    fn server(
        &mut self,
        schemas: &Schemas,
        event: Option<&str>,
        message: &Value,
    ) -> Result<(), String> {
        let subject = event.map_or(Subject::Reply, Subject::ServerEvent);
        schemas.check(subject, message).map_err(|mismatch| mismatch.to_string())?;
        self.valid += 1;
        self.count("server", event.unwrap_or("answer"), message);
        Ok(())
    }

    fn count(&mut self, direction: &str, event: &str, message: &Value) {
        let msg_type = message.get("msgType").and_then(Value::as_str).unwrap_or_default();
        let msg_type = if event == "easyrtcMsg" { OTHER } else { msg_type };
        let kind = (direction.to_owned(), event.to_owned(), msg_type.to_owned());
        *self.kinds.entry(kind).or_default() += 1;
    }
}

/// What has a schema and is no command.
const NO_COMMANDS: [&str; 4] = ["authenticate", "easyrtcAuth", "easyrtcCmd", "easyrtcMsg"];

/// The server decodes commands that it does not know, and refuses them later.
fn known(schemas: &Schemas, event: ClientEvent, message: &Value) -> Result<(), ErrorCode> {
    let msg_type = message.get("msgType").and_then(Value::as_str).unwrap_or_default();
    let known = schemas.has(&format!("client/{msg_type}.json")) && !NO_COMMANDS.contains(&msg_type);
    if event == ClientEvent::Cmd && !known {
        return Err(ErrorCode::MsgRejectBadType);
    }
    Ok(())
}

fn unreadable(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    ["surrogate", "out of range", "recursion limit", "hex escape"]
        .iter()
        .any(|why| text.contains(why))
}

#[cfg(test)]
mod tests;
