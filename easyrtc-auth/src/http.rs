//! Requests to servers of the operator.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::Instant;

/// Connections to one server that are kept for the next request, and for how long.
const MAX_IDLE: usize = 16;
const IDLE_TIME: Duration = Duration::from_secs(30);
/// Bytes of the head of a response.
const MAX_HEAD: usize = 16 * 1024;
/// Bytes of a response that does not matter.
const MAX_IGNORED: usize = 64 * 1024;

/// The address of a server of the operator.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(Uri);

/// A text that is no address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no URL such as https://backend.example/path, without user and password")]
pub struct InvalidUrl;

impl Url {
    /// Reads `text`.
    ///
    /// # Errors
    /// If it is no absolute `http` or `https` URL, or has a user or a password in it.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let uri: Uri = text.parse().map_err(|_| InvalidUrl)?;
        let authority = uri.authority().ok_or(InvalidUrl)?;
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        if !scheme || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(InvalidUrl);
        }
        Ok(Self(uri))
    }

    /// Whether what is sent there crosses a network that may be listened to.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        let host = self.0.host().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        self.0.scheme_str() != Some("https") && !loopback
    }

    pub(crate) const fn uri(&self) -> &Uri {
        &self.0
    }
}

/// The whole URL.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Without the query, in which there may be a key.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, path) = (self.0.authority().map_or("", |host| host.as_str()), self.0.path());
        write!(f, "Url({}://{host}{path})", self.0.scheme_str().unwrap_or_default())
    }
}

/// Why there is no response. Says nothing of what was sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The server cannot be reached: no such host, nobody there, no TLS, a bad certificate.
    #[error("the server cannot be reached")]
    Unreachable,
    /// It answered too late.
    #[error("the server did not answer in time")]
    Timeout,
    /// The response ends early, or is none.
    #[error("the response is broken")]
    Broken,
    /// The response is too long.
    #[error("the response is too long")]
    TooLong,
    /// What is to be sent makes no request.
    #[error("the request cannot be written")]
    NotSent,
}

impl HttpError {
    /// For the log.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Broken => "broken_response",
            Self::TooLong => "response_too_long",
            Self::NotSent => "unwritable_request",
        }
    }

    /// Whether the same request may have a response another time.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        match self {
            Self::Unreachable | Self::Timeout | Self::Broken => true,
            Self::TooLong | Self::NotSent => false,
        }
    }
}

/// No certificates to trust: TLS cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the system's certificates cannot be read: {0}")]
pub struct NoCertificates(io::Error);

/// Sends requests over HTTP/1, with TLS where the URL says so; follows no redirect. Clones share
/// their connections.
#[derive(Clone)]
pub struct HttpClient(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpClient(..)")
    }
}

impl HttpClient {
    /// A client for `url`. If that is `https`, it trusts the certificates the operating system
    /// trusts, or those that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    /// If there are none and they are needed.
    pub fn new(url: &Url) -> Result<Self, NoCertificates> {
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new();
        let connector = if url.0.scheme_str() == Some("https") {
            connector.with_provider_and_native_roots(provider).map_err(NoCertificates)?
        } else {
            let config = ClientConfig::builder_with_provider(Arc::new(provider))
                .with_safe_default_protocol_versions()
                .map_err(|error| NoCertificates(io::Error::other(error)))?
                .with_root_certificates(RootCertStore::empty());
            connector.with_tls_config(config.with_no_client_auth())
        };
        let connector = connector.https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(MAX_IDLE)
            .http1_max_buf_size(MAX_HEAD)
            .build(connector);
        Ok(Self(client))
    }

    /// Sends `request` and takes in the response, of at most `limit` bytes and within `time` for
    /// everything: looking up the host, connecting, the handshake, writing and reading.
    ///
    /// # Errors
    /// If there is no whole response in time.
    pub async fn send(
        &self,
        request: Request<Full<Bytes>>,
        limit: usize,
        time: Duration,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        let exchange = async {
            let (head, body) = self.response(request).await?.into_parts();
            let body = Limited::new(body, limit).collect().await.map_err(|error| {
                let too_long = error.is::<LengthLimitError>();
                if too_long { HttpError::TooLong } else { HttpError::Broken }
            })?;
            Ok((head.status, body.to_bytes()))
        };
        tokio::time::timeout(time, exchange).await.unwrap_or(Err(HttpError::Timeout))
    }

    /// Sends `request`, and takes the status of the response within `time`. What comes with it is
    /// read as far as [`MAX_IGNORED`], so that the connection can be used again, and dropped.
    ///
    /// # Errors
    /// If there is no response in time.
    pub(crate) async fn send_for_status(
        &self,
        request: Request<Full<Bytes>>,
        time: Duration,
    ) -> Result<StatusCode, HttpError> {
        let deadline = Instant::now() + time;
        let response = tokio::time::timeout_at(deadline, self.response(request)).await;
        let (head, body) = response.map_err(|_| HttpError::Timeout)??.into_parts();
        let rest = Limited::new(body, MAX_IGNORED).collect();
        drop(tokio::time::timeout_at(deadline, rest).await);
        Ok(head.status)
    }

    async fn response(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, HttpError> {
        self.0.request(request).await.map_err(|error| {
            if error.is_connect() { HttpError::Unreachable } else { HttpError::Broken }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_url() {
        for (text, exposed) in [
            ("https://backend.example/path?key=s3cret", false),
            ("http://backend.example", true),
            ("http://127.0.0.1:8080/", false),
            ("http://[::1]:8080/", false),
            ("http://localhost/x", false),
            ("http://localhost.example/x", true),
            ("http://[2001:db8::1]/", true),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(url.is_exposed(), exposed, "{text}");
            assert!(!format!("{url:?}").contains("s3cret"), "{url:?}");
            assert_eq!(Url::parse(&url.to_string()), Ok(url));
        }
        for text in
            ["", "/path", "backend.example", "ftp://a/", "https://", "https://u:p@a.example/"]
        {
            assert_eq!(Url::parse(text), Err(InvalidUrl), "{text}");
        }
    }
}
