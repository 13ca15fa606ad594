//! Origins: from which pages browsers may use the transport (decision D33).

use hyper::HeaderMap;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderValue, ORIGIN, VARY,
};

/// How long, in seconds, a browser may remember the answer to a preflight.
const PREFLIGHT_MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// Which origins are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// All of them.
    #[default]
    Any,
    /// Only these, each written as browsers do: `https://example.org`, with the port unless it
    /// is the scheme's own. Case and a trailing slash do not matter. Requests that name no origin
    /// do not come from other pages and are allowed.
    Only(Vec<String>),
}

impl Origins {
    /// Whether a request with these headers may be served.
    #[must_use]
    //= docs/spec/socketio.md#socketio.origin
    //= docs/spec/websocket.md#websocket.origin
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let (Self::Only(list), Some(origin)) = (self, headers.get(ORIGIN)) else {
            return true;
        };
        origin.to_str().is_ok_and(|origin| list.iter().any(|allowed| same(allowed, origin)))
    }
}

/// What browsers are told about use from other origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Which origins are allowed. Others are refused with status 403, polls and WebSockets alike.
    pub origins: Origins,
    /// Whether pages of other origins may send cookies along.
    pub credentials: bool,
}

impl Cors {
    /// Whether a request with these headers may be served.
    #[must_use]
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        self.origins.allow(headers)
    }

    /// The same, and pages of the allowed origins may send cookies along.
    #[must_use]
    pub fn with_credentials(self) -> Self {
        Self { credentials: true, ..self }
    }

    /// The headers for the response to a request that is allowed. `preflight` says that it was an
    /// `OPTIONS` request.
    //= docs/spec/socketio.md#socketio.cors
    pub fn apply(&self, request: &HeaderMap, preflight: bool, response: &mut HeaderMap) {
        let Some(origin) = request.get(ORIGIN) else { return };
        let any = self.origins == Origins::Any && !self.credentials;
        let allowed = if any { HeaderValue::from_static("*") } else { origin.clone() };
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if !any {
            response.append(VARY, HeaderValue::from_static("Origin"));
        }
        if self.credentials {
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        if preflight {
            let methods = HeaderValue::from_static("GET,POST,OPTIONS");
            response.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            response.insert(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE);
            if let Some(headers) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
                response.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
                let vary = HeaderValue::from_static("Access-Control-Request-Headers");
                response.append(VARY, vary);
            }
        }
    }
}

fn same(allowed: &str, origin: &str) -> bool {
    allowed.strip_suffix('/').unwrap_or(allowed).eq_ignore_ascii_case(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(origin: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))])
    }

    fn only(list: &[&str]) -> Cors {
        let list = list.iter().map(|&origin| origin.to_owned()).collect();
        Cors { origins: Origins::Only(list), credentials: true }
    }

    fn response(cors: &Cors, request: &HeaderMap, preflight: bool) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        cors.apply(request, preflight, &mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
    }

    #[test]
    fn who_is_allowed() {
        assert!(Cors::default().allows(&from("https://anywhere.example")));
        let cors = only(&["https://Example.org/", "http://localhost:8080"]);
        for origin in ["https://example.org", "https://EXAMPLE.org", "http://localhost:8080"] {
            assert!(cors.allows(&from(origin)), "{origin}");
        }
        for origin in ["https://example.org.evil", "http://example.org", "http://localhost", "null"]
        {
            assert!(!cors.allows(&from(origin)), "{origin}");
        }
        assert!(cors.allows(&HeaderMap::new()), "no page of another origin");
    }

    #[test]
    fn what_browsers_are_told() {
        let request = from("https://a.example");
        let star = ("access-control-allow-origin".to_owned(), "*".to_owned());
        assert_eq!(response(&Cors::default(), &request, false), [star]);
        assert_eq!(response(&Cors::default(), &HeaderMap::new(), false), []);
        let named = response(&only(&["https://a.example"]), &request, false);
        assert_eq!(
            named,
            [
                ("access-control-allow-origin", "https://a.example"),
                ("vary", "Origin"),
                ("access-control-allow-credentials", "true"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn preflight() {
        let mut request = from("https://a.example");
        let asked = HeaderValue::from_static("x-mine,content-type");
        request.insert(ACCESS_CONTROL_REQUEST_HEADERS, asked);
        let told = response(&Cors::default(), &request, true);
        for expected in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET,POST,OPTIONS"),
            ("access-control-allow-headers", "x-mine,content-type"),
            ("access-control-max-age", "7200"),
        ] {
            let expected = (expected.0.to_owned(), expected.1.to_owned());
            assert!(told.contains(&expected), "{expected:?} in {told:?}");
        }
    }
}
