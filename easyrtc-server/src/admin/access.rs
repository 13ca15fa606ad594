//! Who may use the API: whoever knows the token, or has a certificate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::response::{IntoResponse, Response};
use hyper::HeaderMap;
use hyper::header::{self, HeaderValue};
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use x509_cert::der::Decode;

use super::problem::{Code, Problem};
use crate::settings::AdminTable;

/// Between two lines of the log about refused requests.
const LOG_PAUSE: Duration = Duration::from_secs(10);

/// The certificate of a client, which an authority of `client_ca_file` vouches for.
#[derive(Clone, Debug)]
pub struct Certificate {
    name: Arc<str>,
}

impl Certificate {
    /// Its subject is what it is called; if that is empty, its fingerprint, as
    /// `openssl x509 -fingerprint -sha256` has it but for the colons.
    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Self {
        let read = x509_cert::Certificate::from_der(certificate);
        let subject = read.map(|read| read.tbs_certificate().subject().to_string());
        let name = subject.ok().filter(|subject| !subject.is_empty());
        let fingerprint = || data_encoding::HEXUPPER.encode(&Sha256::digest(certificate));
        Self { name: name.unwrap_or_else(fingerprint).into() }
    }
}

/// Who makes a request.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Somebody who knows the token.
    Token,
    /// Somebody who has this certificate.
    Certificate(Certificate),
}

impl Caller {
    /// For the log.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Token => "token",
            Self::Certificate(certificate) => &certificate.name,
        }
    }
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no token.
    Missing,
    /// There is another one, or something else in its place.
    Wrong,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (asked, detail) = match self {
            Self::Missing => ("Bearer", "The request shows no token: Authorization: Bearer TOKEN."),
            Self::Wrong => ("Bearer error=\"invalid_token\"", "The token is not the right one."),
        };
        let mut response = Problem::new(Code::Unauthorized, detail).into_response();
        let asked = HeaderValue::from_static(asked);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, asked);
        response
    }
}

/// Decides who may.
#[derive(Debug)]
pub(crate) struct Access {
    /// Of the token, so that how alike two are takes the same time to find out as that they differ.
    token: Option<[u8; 32]>,
    refused: Mutex<Refused>,
}

/// What was refused since the last line about it.
#[derive(Debug, Default)]
struct Refused {
    logged: Option<Instant>,
    since: u64,
}

impl Access {
    pub(crate) fn new(settings: &AdminTable) -> Self {
        let token = settings.secret().map(|token| Sha256::digest(token.expose()).into());
        Self { token, refused: Mutex::default() }
    }

    /// Who makes a request with these headers, on a connection with this certificate. Where there
    /// is a token to know, one that is shown has to be it, certificate or not.
    pub(crate) fn caller(
        &self,
        headers: &HeaderMap,
        certificate: Option<&Certificate>,
    ) -> Result<Caller, Refusal> {
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let decided = match (&self.token, shown.next(), shown.next()) {
            (Some(token), Some(value), None) if is_token(value, token) => Ok(Caller::Token),
            (Some(_), Some(_), _) => Err(Refusal::Wrong),
            (None, _, _) | (Some(_), None, _) => {
                certificate.cloned().map(Caller::Certificate).ok_or(Refusal::Missing)
            }
        };
        decided.inspect_err(|refusal| self.log(*refusal))
    }

    /// Strangers bring this about as often as they like, so not every time.
    fn log(&self, refusal: Refusal) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.since += 1;
        if refused.logged.is_some_and(|logged| logged.elapsed() < LOG_PAUSE) {
            return;
        }
        let number = std::mem::take(&mut refused.since);
        refused.logged = Some(Instant::now());
        drop(refused);
        let reason = match refusal {
            Refusal::Missing => "no token",
            Refusal::Wrong => "wrong token",
        };
        tracing::warn!(target: super::audit::TARGET, reason, number, "requests refused");
    }
}

fn is_token(value: &HeaderValue, token: &[u8; 32]) -> bool {
    let Some((scheme, shown)) = value.as_bytes().split_at_checked(7) else { return false };
    let same = Sha256::digest(shown).ct_eq(token);
    scheme.eq_ignore_ascii_case(b"Bearer ") && same.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a-token-of-the-tests";

    fn access(token: bool) -> Access {
        let token = token.then(|| Sha256::digest(TOKEN).into());
        Access { token, refused: Mutex::default() }
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn who_may() {
        let right = format!("Bearer {TOKEN}");
        let lower = format!("bearer {TOKEN}");
        let longer = format!("Bearer {TOKEN}x");
        let spaced = format!("Bearer  {TOKEN}");
        let basic = format!("Basic {TOKEN}");
        let certificate = Certificate::of(&CertificateDer::from_slice(b"x"));
        let cases: [(&[&str], bool, Result<&str, Refusal>); 11] = [
            (&[&right], false, Ok("token")),
            (&[&lower], false, Ok("token")),
            (&[&right], true, Ok("token")),
            (&[], true, Ok(certificate.name.as_ref())),
            (&[], false, Err(Refusal::Missing)),
            (&[&longer], true, Err(Refusal::Wrong)),
            (&[&spaced], false, Err(Refusal::Wrong)),
            (&[&basic], false, Err(Refusal::Wrong)),
            (&["Bearer "], false, Err(Refusal::Wrong)),
            (&[""], true, Err(Refusal::Wrong)),
            (&[&right, &right], false, Err(Refusal::Wrong)),
        ];
        for (values, certified, expected) in cases {
            let certificate = certified.then_some(&certificate);
            let found = access(true).caller(&headers(values), certificate);
            let found = found.as_ref().map(Caller::name).map_err(|refusal| *refusal);
            assert_eq!(found, expected, "{values:?} {certified}");
        }
    }

    #[test]
    fn without_a_token_only_the_certificate_counts() {
        let certificate = Certificate::of(&CertificateDer::from_slice(b"x"));
        for shown in [&[][..], &["Bearer "], &["Bearer x"]] {
            let found = access(false).caller(&headers(shown), Some(&certificate));
            assert_eq!(found.unwrap().name(), certificate.name.as_ref());
            assert!(access(false).caller(&headers(shown), None).is_err());
        }
    }
}
