//! Every message a client hears is held against its JSON Schema.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use easyrtc_schema_validator::{Schemas, Subject};
use serde_json::Value;

use crate::case::{Outcome, Verdict, fail};
use crate::client::shortened;
use crate::message::Message;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::published);

/// Looks at a frame of the raw WebSocket: the welcome and acknowledgements have schemas too.
pub(crate) fn look_at_frame(frame: &Value) -> Outcome {
    match SCHEMAS.check(Subject::ServerFrame, frame) {
        Ok(()) => Ok(()),
        Err(mismatch) => fail(format!("{mismatch}: {frame}")),
    }
}

/// What the messages of a run were like, by their types. Messages of applications, whose types are
/// their own, count as `easyrtcMsg`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(Arc<Mutex<BTreeMap<String, Kind>>>);

/// The messages of one type.
#[derive(Clone, Debug, Default)]
struct Kind {
    count: usize,
    /// The first that did not fit, and why.
    fault: Option<String>,
}

impl Seen {
    /// Looks at a message of the server.
    pub(crate) fn look(&self, message: &Message) {
        if message.value.is_null() && message.text != "null" {
            // Nested deeper than this can read, because a case wants it so.
            return;
        }
        let subject = message.event.as_deref().map_or(Subject::Reply, Subject::ServerEvent);
        let kind = match message.event.as_deref() {
            Some("easyrtcMsg") => "easyrtcMsg",
            _ => message.msg_type(),
        };
        let mismatch = SCHEMAS.check(subject, &message.value).err();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = seen.entry(kind.to_owned()).or_default();
        kind.count += 1;
        if let Some(mismatch) = mismatch
            && kind.fault.is_none()
        {
            kind.fault = Some(format!("{mismatch}: {}", shortened(&message.text)));
        }
    }

    /// Whether the messages of this type were as they should be.
    pub(crate) fn verdict(&self, msg_type: &str) -> Verdict {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(msg_type) {
            None => Verdict::Skipped("no such message came".to_owned()),
            Some(Kind { fault: Some(fault), .. }) => Verdict::Fail(fault.clone()),
            Some(Kind { fault: None, .. }) => Verdict::Pass,
        }
    }
}
