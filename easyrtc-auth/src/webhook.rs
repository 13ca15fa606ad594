//! A backend of the operator that is asked over HTTP.

mod answer;
mod breaker;
mod request;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use easyrtc_state::LoginQuestion;
use hyper::StatusCode;
use tokio::time::Instant;

use crate::authorizer::{Authorizer, Deciding, Decision, Reason};
use crate::http::{HttpClient, Url};
use crate::secret::Secret;
use crate::signed::{SignedClient, SignedMessage};
use breaker::Breaker;

pub use breaker::BreakerState;

/// Bytes of an answer.
const MAX_ANSWER: usize = 64 * 1024;

/// What happens to a login that the backend does not decide about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// It is refused.
    #[default]
    Deny,
    /// It is let in as if nobody had been asked, and logged as a warning.
    Allow,
}

/// Whom to ask, and how patiently.
#[derive(Clone, Debug)]
pub struct WebhookOptions {
    /// Where questions are posted.
    pub url: Url,
    /// What they are signed with; not empty.
    pub secret: Secret,
    /// How often one question is asked at most.
    pub attempts: u32,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// Between the first attempt and the second; then twice as long each time.
    pub backoff: Duration,
    /// How long all attempts together may take.
    pub timeout: Duration,
    /// What happens when nothing usable is answered.
    pub on_failure: OnFailure,
    /// Failed attempts in a row after which nobody is asked for a while; 0: never.
    pub breaker_failures: u32,
    /// For how long then.
    pub breaker_time: Duration,
}

/// Asks a backend of the operator about every login. Clones share their state.
#[derive(Clone)]
pub struct Webhook(Arc<Inner>);

struct Inner {
    options: WebhookOptions,
    client: SignedClient,
    breaker: Breaker,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Webhook").field(&self.0.options).finish()
    }
}

/// Why an attempt came to nothing.
struct Failure {
    reason: Reason,
    /// Whether another attempt may come to something.
    passing: bool,
}

impl Webhook {
    /// Its name.
    pub const NAME: &'static str = "webhook";

    /// Asks as `options` say.
    #[must_use]
    pub fn new(options: WebhookOptions, http: HttpClient) -> Self {
        let client = SignedClient::new(options.url.clone(), &options.secret, http);
        let breaker = Breaker::new(options.breaker_failures, options.breaker_time);
        Self(Arc::new(Inner { options, client, breaker }))
    }
}

impl Authorizer for Webhook {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn breaker(&self) -> Option<BreakerState> {
        Some(self.0.breaker.state())
    }

    fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding {
        let (inner, login) = (Arc::clone(&self.0), Arc::clone(login));
        Deciding::later(async move {
            match inner.ask(&login).await {
                Ok(decision) => decision,
                Err(reason) => inner.failed(reason, &login),
            }
        })
    }
}

impl Inner {
    /// What the backend says, or why it says nothing usable.
    async fn ask(&self, login: &LoginQuestion) -> Result<Decision, Reason> {
        let deadline = Instant::now() + self.options.timeout;
        let question = request::question(login)?;
        let mut pause = self.options.backoff;
        for attempt in 1.. {
            let permit = self.breaker.permit().ok_or("breaker_open")?;
            let left = deadline.saturating_duration_since(Instant::now());
            let failure =
                match self.attempt(&question, left.min(self.options.attempt_timeout)).await {
                    Ok(decision) => {
                        permit.succeeded();
                        return Ok(decision);
                    }
                    Err(failure) => failure,
                };
            // Counts as failed.
            drop(permit);
            let (conn, reason) = (login.conn.0, failure.reason);
            tracing::debug!(target: "easyrtc_auth", conn, attempt, reason, "no answer");
            let again = Instant::now() + pause;
            if !failure.passing || attempt >= self.options.attempts || again >= deadline {
                return Err(failure.reason);
            }
            tokio::time::sleep_until(again).await;
            pause = pause.saturating_mul(2);
        }
        // Not reached: the loop has no end of its own.
        Err("no_attempt")
    }

    async fn attempt(&self, question: &SignedMessage, time: Duration) -> Result<Decision, Failure> {
        let response = self.client.ask(question, MAX_ANSWER, time).await;
        let (status, body) = response
            .map_err(|error| Failure { reason: error.reason(), passing: error.is_passing() })?;
        decision(status, &body)
    }

    fn failed(&self, reason: Reason, login: &LoginQuestion) -> Decision {
        match self.options.on_failure {
            OnFailure::Deny => Decision::Fail(reason),
            OnFailure::Allow => {
                let conn = login.conn.0;
                tracing::warn!(target: "easyrtc_auth", conn, reason, "let in without an answer");
                Decision::Allow(Box::default())
            }
        }
    }
}

fn decision(status: StatusCode, body: &Bytes) -> Result<Decision, Failure> {
    match status {
        StatusCode::OK => {
            answer::read(body).ok_or(Failure { reason: "malformed_answer", passing: false })
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(Decision::bad_auth("refused")),
        _ => {
            let passing = status.is_server_error()
                || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
            Err(Failure { reason: "wrong_status", passing })
        }
    }
}
