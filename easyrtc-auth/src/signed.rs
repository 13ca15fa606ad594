//! Messages to a backend of the operator, signed as Standard Webhooks has it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use http_body_util::Full;
use hyper::header::{ACCEPT, CONTENT_TYPE};
use hyper::{Request, StatusCode};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::http::{HttpClient, HttpError, Url};
use crate::secret::Secret;

/// Posts JSON to one URL, and signs it with one key. Clones share their connections, which are
/// kept for the next message.
#[derive(Clone)]
pub struct SignedClient(Arc<Inner>);

struct Inner {
    url: Url,
    key: hmac::Key,
    http: HttpClient,
}

impl fmt::Debug for SignedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignedClient").field(&self.0.url).finish()
    }
}

/// One message, which may be sent more than once.
#[derive(Clone)]
pub struct SignedMessage {
    /// Its `webhook-id`: letters, digits and `-`. The same each time it is sent, and that of no
    /// other.
    pub id: String,
    /// A JSON text.
    pub body: Bytes,
}

impl fmt::Debug for SignedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedMessage({}, {} bytes)", self.id, self.body.len())
    }
}

/// The operating system gives no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoRandomness;

impl SignedMessage {
    /// A message with an id of its own.
    ///
    /// # Errors
    /// If there is no randomness for it.
    pub fn new(body: impl Into<Bytes>) -> Result<Self, NoRandomness> {
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).map_err(|_| NoRandomness)?;
        Ok(Self { id: HEXLOWER.encode(&id), body: body.into() })
    }
}

impl SignedClient {
    /// Posts to `url`, signed with `secret`.
    #[must_use]
    pub fn new(url: Url, secret: &Secret, http: HttpClient) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose());
        Self(Arc::new(Inner { url, key, http }))
    }

    /// Sends `message` and takes in the response, of at most `limit` bytes and within `time` for
    /// everything.
    ///
    /// # Errors
    /// If there is no whole response in time.
    pub async fn ask(
        &self,
        message: &SignedMessage,
        limit: usize,
        time: Duration,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        let request = self.0.request(message).ok_or(HttpError::NotSent)?;
        self.0.http.send(request, limit, time).await
    }

    /// Sends `message`; only the status of the response counts, whatever comes with it.
    ///
    /// # Errors
    /// If there is no response in time.
    pub async fn tell(
        &self,
        message: &SignedMessage,
        time: Duration,
    ) -> Result<StatusCode, HttpError> {
        let request = self.0.request(message).ok_or(HttpError::NotSent)?;
        self.0.http.send_for_status(request, time).await
    }
}

impl Inner {
    /// The request as it is sent now. The signature is of the id, the time and the body, with a
    /// dot between them.
    fn request(&self, message: &SignedMessage) -> Option<Request<Full<Bytes>>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut signing = hmac::Context::with_key(&self.key);
        signing.update(format!("{}.{now}.", message.id).as_bytes());
        signing.update(&message.body);
        let signature = BASE64.encode(signing.sign().as_ref());
        Request::post(self.url.uri())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", format!("v1,{signature}"))
            .body(Full::new(message.body.clone()))
            .ok()
    }
}
