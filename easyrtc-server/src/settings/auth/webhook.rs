//! `[auth.webhook]`: a backend of the operator.

use std::path::PathBuf;
use std::time::Duration;

use easyrtc_auth::webhook::OnFailure;
use serde::{Deserialize, Serialize};

use super::secret::{BackendUrl, SecretText};
use crate::settings::ConfigError;
use crate::settings::bounded::{Time, Whole};

/// Attempts to ask one question.
pub(in crate::settings) type Attempts = Whole<1, 10>;
/// Each has to fit into a decision.
pub(in crate::settings) type AttemptTime = Time<10, 9_000>;
/// Failures in a row; 0: never.
pub(in crate::settings) type Failures = Whole<0, 1_000_000>;
/// How long a backend is left alone.
pub(in crate::settings) type BreakerTime = Time<100, 3_600_000>;

/// What happens when the backend does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    /// The login is refused.
    #[default]
    Deny,
    /// It is let in.
    Allow,
}

impl From<Fallback> for OnFailure {
    fn from(fallback: Fallback) -> Self {
        match fallback {
            Fallback::Deny => Self::Deny,
            Fallback::Allow => Self::Allow,
        }
    }
}

/// `[auth.webhook]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookTable {
    /// Where questions are posted.
    pub url: Option<BackendUrl>,
    /// What they are signed with.
    pub secret: Option<SecretText>,
    /// The same in a file of its own.
    pub secret_file: Option<PathBuf>,
    /// How often one question is asked at most.
    pub attempts: Attempts,
    /// How long one attempt may take.
    pub attempt_timeout: AttemptTime,
    /// Between the first attempt and the second.
    pub backoff: AttemptTime,
    /// What happens when nothing usable is answered.
    pub on_failure: Fallback,
    /// Failed attempts in a row after which nobody is asked for a while.
    pub breaker_failures: Failures,
    /// For how long then.
    pub breaker_time: BreakerTime,
}

impl Default for WebhookTable {
    fn default() -> Self {
        Self {
            url: None,
            secret: None,
            secret_file: None,
            attempts: Whole(3),
            attempt_timeout: Time(Duration::from_secs(2)),
            backoff: Time(Duration::from_millis(100)),
            on_failure: Fallback::Deny,
            breaker_failures: Whole(10),
            breaker_time: Time(Duration::from_secs(10)),
        }
    }
}

impl WebhookTable {
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.secret_file.iter_mut()
    }

    /// What no key can check by itself.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.url.is_none() {
            return Err(ConfigError::new("auth.webhook.url", "is missing: who is to be asked?"));
        }
        if self.secret.is_some() == self.secret_file.is_some() {
            let problem = "it takes either secret or secret_file, to sign what is sent";
            return Err(ConfigError::new("auth.webhook", problem));
        }
        Ok(())
    }
}
