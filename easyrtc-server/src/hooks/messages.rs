//! Asks a backend of the operator for the answer to a message without a target (decision D13).

mod answer;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use easyrtc_auth::{SignedClient, SignedMessage};
use easyrtc_proto::{
    AppName, CustomMessage, EasyrtcId, ErrorCode, GroupName, MessageType, Payload, Username,
};
use easyrtc_runtime::{Answer, Verdict};
use hyper::StatusCode;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::outage::Outage;

/// Bytes of an answer; a longer one is none.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Bytes of all messages that wait for their answers together, as clients wrote them; one above
/// is refused.
pub const MAX_BYTES_IN_FLIGHT: usize = 64 * 1024 * 1024;

/// Asks a backend. Clones are the same.
#[derive(Clone)]
pub struct Messages(Arc<Inner>);

struct Inner {
    client: SignedClient,
    timeout: Duration,
    max_in_flight: usize,
    slots: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    outage: Outage,
    answered: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Messages").field(&self.0.client).finish()
    }
}

/// What there is to count, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageMetrics {
    /// Messages that wait for an answer.
    pub in_flight: usize,
    /// Messages the backend answered, be it with nothing.
    pub answered: u64,
    /// Messages the backend refused, and those with binary data, which it cannot be told.
    pub refused: u64,
    /// Messages without a usable answer, and those that had to wait for too many others.
    pub failed: u64,
}

/// Who sent a message.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) easyrtcid: EasyrtcId,
    pub(super) app: AppName,
    pub(super) username: Option<Username>,
    pub(super) groups: BTreeSet<GroupName>,
}

/// What is asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    application: &'a AppName,
    easyrtcid: &'a EasyrtcId,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a Username>,
    groups: &'a BTreeSet<GroupName>,
    msg_type: &'a MessageType,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_data: Option<&'a Payload>,
}

/// Why there is no answer: a category in words and underscores.
type Failure = &'static str;

impl Messages {
    /// Asks `client`, for at most `timeout` and at most `max_in_flight` messages at a time.
    #[must_use]
    pub fn new(client: SignedClient, timeout: Duration, max_in_flight: usize) -> Self {
        let max_in_flight = max_in_flight.min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner {
            client,
            timeout,
            max_in_flight,
            slots: Arc::new(Semaphore::new(max_in_flight)),
            bytes: Arc::new(Semaphore::new(MAX_BYTES_IN_FLIGHT)),
            outage: Outage::of("messages"),
            answered: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }))
    }

    /// What was asked so far, and what is going on.
    #[must_use]
    pub fn metrics(&self) -> MessageMetrics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        MessageMetrics {
            in_flight: self.0.max_in_flight - self.0.slots.available_permits(),
            answered: read(&self.0.answered),
            refused: read(&self.0.refused),
            failed: read(&self.0.failed),
        }
    }

    /// The answer to `message`. Nothing is written or sent before somebody waits for it.
    pub(super) fn ask(&self, sender: Sender, message: CustomMessage) -> Answer {
        let inner = Arc::clone(&self.0);
        let attachments = message.msg_data.as_ref().map_or(0, |data| data.attachments().len());
        if attachments > 0 {
            inner.refused.fetch_add(1, Ordering::Relaxed);
            return Answer::Now(Verdict::Deny(ErrorCode::MsgRejectBadData));
        }
        let Some(place) = inner.place(&message) else {
            return Answer::Now(inner.fail("too_many_in_flight"));
        };
        Answer::Later(Box::pin(async move {
            let answer = inner.answer(&sender, &message).await;
            drop(place);
            answer
        }))
    }
}

impl Inner {
    /// The leave to wait for an answer, if there is room.
    fn place(&self, message: &CustomMessage) -> Option<[OwnedSemaphorePermit; 2]> {
        let data = message.msg_data.as_ref().map_or(0, Payload::len);
        let bytes = u32::try_from(data + message.msg_type.as_json().len()).ok()?;
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        let bytes = Arc::clone(&self.bytes).try_acquire_many_owned(bytes).ok()?;
        Some([slot, bytes])
    }

    async fn answer(&self, sender: &Sender, message: &CustomMessage) -> Verdict {
        match self.exchange(sender, message).await {
            Ok(verdict) => {
                self.outage.over();
                let refused = matches!(verdict, Verdict::Deny(_));
                let counter = if refused { &self.refused } else { &self.answered };
                counter.fetch_add(1, Ordering::Relaxed);
                verdict
            }
            Err(reason) => self.fail(reason),
        }
    }

    async fn exchange(&self, sender: &Sender, message: &CustomMessage) -> Result<Verdict, Failure> {
        let body = Body {
            application: &sender.app,
            easyrtcid: &sender.easyrtcid,
            username: sender.username.as_ref(),
            groups: &sender.groups,
            msg_type: &message.msg_type,
            msg_data: message.msg_data.as_ref(),
        };
        let body = serde_json::to_vec(&body).map_err(|_| "unwritable_message")?;
        let question = SignedMessage::new(body).map_err(|_| "no_randomness")?;
        let response = self.client.ask(&question, MAX_ANSWER_BYTES, self.timeout).await;
        let (status, body) = response.map_err(|error| error.reason())?;
        match status {
            StatusCode::NO_CONTENT => Ok(Verdict::Application(None)),
            StatusCode::OK => answer::read(&body).ok_or("malformed_answer"),
            _ => Err("wrong_status"),
        }
    }

    fn fail(&self, reason: Failure) -> Verdict {
        self.outage.failed(reason);
        self.failed.fetch_add(1, Ordering::Relaxed);
        Verdict::Deny(ErrorCode::MsgRejectGenFail)
    }
}

#[cfg(test)]
mod tests {
    use easyrtc_auth::{HttpClient, Secret, Url};

    use super::*;

    /// Asks nobody, as long as nobody waits for an answer.
    fn messages(max_in_flight: usize) -> Messages {
        let url = Url::parse("http://127.0.0.1:9/").unwrap();
        let http = HttpClient::new(&url).unwrap();
        let client = SignedClient::new(url, &Secret::new("s3cret"), http);
        Messages::new(client, Duration::from_secs(5), max_in_flight)
    }

    fn ask(messages: &Messages, data: Payload) -> Answer {
        let sender = Sender {
            easyrtcid: EasyrtcId::parse("somebody").unwrap(),
            app: AppName::parse("my.app").unwrap(),
            username: None,
            groups: BTreeSet::new(),
        };
        let message = CustomMessage {
            msg_type: MessageType::parse("").unwrap(),
            msg_data: Some(data),
            target: easyrtc_proto::Target::default(),
        };
        messages.ask(sender, message)
    }

    /// How many of them wait at the same time before one is refused.
    fn room_for(messages: &Messages, bytes: usize) -> usize {
        let data = Payload::parse(&format!("\"{}\"", "x".repeat(bytes))).unwrap();
        let mut waiting = Vec::new();
        loop {
            match ask(messages, data.clone()) {
                later @ Answer::Later(_) => waiting.push(later),
                Answer::Now(verdict) => {
                    assert_eq!(verdict, Verdict::Deny(ErrorCode::MsgRejectGenFail));
                    assert_eq!(messages.metrics().in_flight, waiting.len());
                    return waiting.len();
                }
            }
        }
    }

    #[test]
    fn those_that_wait_are_bounded_in_number_and_in_bytes() {
        let few = messages(3);
        assert_eq!(room_for(&few, 10), 3);
        let many = messages(100_000);
        assert_eq!(room_for(&many, 1_000_000), 67);
        // Those have been given up, and their places are free again.
        assert_eq!((many.metrics().in_flight, many.metrics().failed), (0, 1));
        assert_eq!(room_for(&many, 1_000_000), 67);
        assert_eq!(room_for(&many, MAX_BYTES_IN_FLIGHT), 0);
        assert!(!format!("{many:?}").contains("s3cret"));
    }
}
