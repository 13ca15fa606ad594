//! What a token says.

use std::time::Duration;

use easyrtc_proto::ErrorCode;
use easyrtc_state::LoginQuestion;
use serde_json::{Map, Value, value::to_raw_value};

use crate::authorizer::{Decision, Reason};
use crate::grant::{self, InvalidGrant, Object};

/// Where something is in JSON: the keys from the outside in. None at all is nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimPath(pub Vec<String>);

impl ClaimPath {
    /// One key.
    #[must_use]
    pub fn key(key: &str) -> Self {
        Self(vec![key.to_owned()])
    }

    /// What is there, if anything is.
    pub(super) fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(value.get(first)?, |value, key| value.get(key))
    }
}

/// What has to hold for a token.
#[derive(Clone, Debug)]
pub struct Expected {
    /// `iss`, if it matters.
    pub issuer: Option<String>,
    /// One of these has to be in `aud`. If there are none, a token that has an `aud` is for
    /// somebody else.
    pub audience: Vec<String>,
    /// How far the clocks may be apart.
    pub leeway: Duration,
    /// Whether a token without `exp` is refused.
    pub require_expiry: bool,
}

impl Default for Expected {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: Vec::new(),
            leeway: Duration::from_secs(30),
            require_expiry: true,
        }
    }
}

/// As good as for ever, and no sum of times overflows with it: a hundred years.
const LONG: Duration = Duration::from_secs(100 * 365 * 86_400);

/// A token that cannot be used: why.
type Refused = Reason;

impl Expected {
    /// Checks the claims about the token itself at the time `now` (since the epoch), and says how
    /// long it is still good for: as long as there is leeway.
    pub(crate) fn check(&self, claims: &Value, now: Duration) -> Result<Option<Duration>, Refused> {
        let leeway = self.leeway;
        let [expires, not_before, issued] = ["exp", "nbf", "iat"].map(|name| date(claims, name));
        let expires_in = match expires? {
            Some(expires) => {
                let left = expires.saturating_add(leeway).saturating_sub(now);
                if left.is_zero() {
                    return Err("expired_token");
                }
                Some(left.min(LONG))
            }
            None if self.require_expiry => return Err("token_without_expiry"),
            None => None,
        };
        let later = now.saturating_add(leeway);
        if [not_before?, issued?].into_iter().flatten().any(|time| time > later) {
            return Err("future_token");
        }
        if let Some(issuer) = &self.issuer
            && claims.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err("wrong_issuer");
        }
        let audience = claims.get("aud").map(texts).unwrap_or_default();
        let meant = |text: &&str| self.audience.iter().any(|expected| expected == text);
        let restricted = claims.get("aud").is_some() || !self.audience.is_empty();
        if restricted && !audience.iter().any(meant) {
            return Err("wrong_audience");
        }
        Ok(expires_in)
    }
}

/// A point in time since the epoch, in whole or broken seconds.
fn date(claims: &Value, name: &str) -> Result<Option<Duration>, Refused> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().ok_or("malformed_claims")?;
    // What is before 1970 is long over; what is too far for a duration never comes.
    let seconds = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    Ok(Some(seconds))
}

/// A text, or the texts in an array.
fn texts(value: &Value) -> Vec<&str> {
    let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    values.iter().filter_map(Value::as_str).collect()
}

/// Which claims say what a client is given. What a token does not say is as without a token: its
/// client chooses its own name, and may do what everybody may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// Its name. Default `sub`.
    pub username: ClaimPath,
    /// The applications the token is good for. Default `applications`.
    pub applications: ClaimPath,
    /// The rooms it may enter. Default `rooms`.
    pub rooms: ClaimPath,
    /// Its groups. Default `groups`.
    pub groups: ClaimPath,
    /// Its fields. Default `fields`.
    pub fields: ClaimPath,
    /// What it may do. Default `permissions`.
    pub permissions: ClaimPath,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            username: ClaimPath::key("sub"),
            applications: ClaimPath::key("applications"),
            rooms: ClaimPath::key("rooms"),
            groups: ClaimPath::key("groups"),
            fields: ClaimPath::key("fields"),
            permissions: ClaimPath::key("permissions"),
        }
    }
}

impl ClaimNames {
    /// What a client with these claims gets.
    pub(super) fn decide(
        &self,
        claims: &Value,
        expires_in: Option<Duration>,
        login: &LoginQuestion,
    ) -> Decision {
        match self.read(claims, login) {
            Ok(Decision::Allow(mut grant)) => {
                grant.expires_in = expires_in;
                Decision::Allow(grant)
            }
            Ok(decision) => decision,
            Err(error) => {
                // The token is signed, so its issuer has to be told what is wrong with it.
                tracing::debug!(target: "easyrtc_auth", conn = login.conn.0, %error, "claims");
                Decision::bad_auth("malformed_claims")
            }
        }
    }

    fn read(&self, claims: &Value, login: &LoginQuestion) -> Result<Decision, InvalidGrant> {
        let given = [
            ("username", &self.username, false),
            ("applications", &self.applications, true),
            ("rooms", &self.rooms, true),
            ("groups", &self.groups, true),
            ("fields", &self.fields, false),
            ("permissions", &self.permissions, true),
        ];
        let given = given.into_iter().filter_map(|(key, path, is_list)| {
            let value = path.of(claims)?;
            // Many issuers write a list of one as that one.
            let value = match value.as_str().filter(|_| is_list) {
                Some(text) => Value::Array(vec![text.into()]),
                None => value.clone(),
            };
            // A value that was read can be written.
            Some((key.to_owned(), to_raw_value(&value).ok()?))
        });
        let mut object: Object = given.collect();
        if let Some(applications) = grant::take_applications(&mut object)?
            && !applications.contains(&login.app)
        {
            return Ok(Decision::Deny(ErrorCode::LoginAppAuthFail, "wrong_application"));
        }
        grant::read(object).map(|grant| Decision::Allow(Box::new(grant)))
    }
}

/// Claims for [`SigningKey::sign`](super::SigningKey::sign), under the default names.
#[derive(Clone, Debug, Default)]
pub struct NewClaims {
    /// The client's name.
    pub username: Option<String>,
    /// The applications; none: all.
    pub applications: Vec<String>,
    /// The rooms; none: all.
    pub rooms: Vec<String>,
    /// The groups.
    pub groups: Vec<String>,
    /// What the client may do; none: what everybody may.
    pub permissions: Vec<String>,
    /// `iss`.
    pub issuer: Option<String>,
    /// `aud`.
    pub audience: Option<String>,
}

impl NewClaims {
    /// The claims of a token made at `now` (since the epoch) that is good for `lifetime`.
    #[must_use]
    pub fn to_json(&self, now: Duration, lifetime: Duration) -> Value {
        let texts = [("sub", &self.username), ("iss", &self.issuer), ("aud", &self.audience)];
        let lists = [
            ("applications", &self.applications),
            ("rooms", &self.rooms),
            ("groups", &self.groups),
            ("permissions", &self.permissions),
        ];
        let mut claims = Map::new();
        claims.insert("iat".to_owned(), now.as_secs().into());
        claims.insert("exp".to_owned(), now.saturating_add(lifetime).as_secs().into());
        for (name, value) in texts {
            if let Some(value) = value {
                claims.insert(name.to_owned(), value.as_str().into());
            }
        }
        for (name, values) in lists.into_iter().filter(|(_, values)| !values.is_empty()) {
            claims.insert(name.to_owned(), values.as_slice().into());
        }
        claims.into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    #[test]
    fn when_a_token_is_good_and_for_how_long() {
        let expected = Expected::default();
        let left = |seconds| Ok(Some(Duration::from_secs(seconds)));
        for (claims, outcome) in [
            (json!({ "exp": 1_000_010 }), left(40)),
            (json!({ "exp": 999_971 }), left(1)),
            (json!({ "exp": 999_970 }), Err("expired_token")),
            (json!({ "exp": -5 }), Err("expired_token")),
            (json!({}), Err("token_without_expiry")),
            (json!({ "exp": null }), Err("malformed_claims")),
            (json!({ "exp": "1000010" }), Err("malformed_claims")),
            (json!({ "exp": 1_000_010, "nbf": 1_000_030, "iat": 1_000_030 }), left(40)),
            (json!({ "exp": 1_000_010, "nbf": 1_000_031 }), Err("future_token")),
            (json!({ "exp": 1_000_010, "nbf": "1000031" }), Err("malformed_claims")),
            (json!({ "exp": 1_000_010, "iat": 1_000_031.5 }), Err("future_token")),
            (json!({ "exp": 1_000_010, "nbf": 1e300 }), Err("future_token")),
            (json!([]), Err("token_without_expiry")),
        ] {
            assert_eq!(expected.check(&claims, NOW), outcome, "{claims}");
        }
        let lax = Expected { require_expiry: false, ..expected };
        assert_eq!(lax.check(&json!({}), NOW), Ok(None));
        assert_eq!(lax.check(&json!({ "exp": 1e300 }), NOW), Ok(Some(LONG)));
    }

    #[test]
    fn who_a_token_is_from_and_for() {
        let open = Expected { require_expiry: false, ..Expected::default() };
        let strict = Expected {
            issuer: Some("https://id.example".to_owned()),
            audience: vec!["easyrtc".to_owned(), "calls".to_owned()],
            ..open
        };
        for (claims, strictly, openly) in [
            (json!({ "iss": "https://id.example", "aud": "calls" }), None, Some("wrong_audience")),
            (
                json!({ "iss": "https://id.example", "aud": ["x", "easyrtc"] }),
                None,
                Some("wrong_audience"),
            ),
            (json!({ "iss": "https://id.example" }), Some("wrong_audience"), None),
            (
                json!({ "iss": "https://id.example", "aud": [7] }),
                Some("wrong_audience"),
                Some("wrong_audience"),
            ),
            (
                json!({ "iss": "https://id.example/", "aud": "calls" }),
                Some("wrong_issuer"),
                Some("wrong_audience"),
            ),
            (json!({ "aud": "calls" }), Some("wrong_issuer"), Some("wrong_audience")),
            (json!({}), Some("wrong_issuer"), None),
        ] {
            assert_eq!(strict.check(&claims, NOW).err(), strictly, "{claims}");
            assert_eq!(open.check(&claims, NOW).err(), openly, "{claims}");
        }
    }

    #[test]
    fn paths_lead_through_objects() {
        let value = json!({ "a": { "b.c": "x" }, "a.b.c": "y" });
        let path = |keys: &[&str]| ClaimPath(keys.iter().map(ToString::to_string).collect());
        assert_eq!(path(&["a", "b.c"]).of(&value), Some(&json!("x")));
        assert_eq!(path(&["a.b.c"]).of(&value), Some(&json!("y")));
        assert_eq!(path(&["a", "b"]).of(&value), None);
        assert_eq!(path(&[]).of(&value), None, "nowhere");
    }
}
