//! What comes in a request's body: JSON of a certain form, and not too much of it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use easyrtc_proto::json::Reader;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use hyper::header::{self, HeaderMap};
use serde::de::DeserializeOwned;

use super::Api;
use super::problem::{Code, Problem};

/// Bytes a body may have.
pub(super) const MAX_BODY: usize = 1_000_000;

/// A body, read.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Api>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let too_large = || {
            let detail = format!("The body has more than {MAX_BODY} bytes.");
            Problem::new(Code::BodyTooLarge, detail)
        };
        // What is announced as too much is not waited for.
        if request.body().size_hint().lower() > MAX_BODY as u64 {
            return Err(too_large());
        }
        let time = if api.body_time.is_zero() { Duration::MAX } else { api.body_time };
        let collected = Limited::new(request.into_body(), MAX_BODY).collect();
        let body = match tokio::time::timeout(time, collected).await {
            Ok(Ok(collected)) => collected.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                return Err(too_large());
            }
            Ok(Err(_)) => return Err(Problem::new(Code::BadBody, "The body breaks off.")),
            Err(_) => return Err(Code::BodyTimeout.into()),
        };
        read(&body, api.max_depth).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Depth is looked at first: what is passed on to clients must not be deeper than what they may
/// send each other.
fn read<T: DeserializeOwned>(body: &Bytes, max_depth: usize) -> Result<T, Problem> {
    let bad = |detail: String| Problem::new(Code::BadBody, detail);
    let text = std::str::from_utf8(body).map_err(|_| bad("The body is no UTF-8.".to_owned()))?;
    let value = Reader::new(text).value().map_err(|_| bad("The body is no JSON.".to_owned()))?;
    if max_depth != 0 && value.depth > max_depth {
        return Err(bad(format!("The body is nested deeper than {max_depth}.")));
    }
    serde_json::from_str(text).map_err(|error| bad(format!("The body cannot be used: {error}.")))
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::Payload;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        value: Payload,
    }

    #[test]
    fn what_is_said_to_be_json() {
        for (kind, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json;x", true),
            ("application/jsonp", false),
            ("text/plain", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            assert_eq!(is_json(&headers), expected, "{kind}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn what_can_be_read() {
        let deep = |depth| format!(r#"{{"value":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        let read = |text: &str| read::<Form>(&Bytes::copy_from_slice(text.as_bytes()), 1024);
        assert_eq!(read(r#"{"value":"\ud83d"}"#).unwrap().value.as_str(), r#""\ud83d""#);
        assert!(read(&deep(1023)).is_ok());
        for (bad, expected) in [
            (deep(1024).as_str(), "nested deeper than 1024"),
            (&deep(100_000), "nested deeper than 1024"),
            ("", "no JSON"),
            ("{\"value\":1", "no JSON"),
            ("{\"value\":1}{}", "cannot be used"),
            ("{\"value\":1,\"more\":1}", "unknown field `more`"),
            ("{\"value\":1,\"value\":1}", "duplicate field"),
            ("{}", "missing field `value`"),
            ("[]", "cannot be used"),
        ] {
            let problem = read(bad).unwrap_err();
            let text = serde_json::to_string(&problem).unwrap();
            assert!(text.contains(expected) && text.contains("badBody"), "{text}");
        }
        let invalid = Bytes::from_static(b"{\"value\":\"\xff\"}");
        assert!(super::read::<Form>(&invalid, 0).is_err());
    }
}
