//! `[auth.jwt]`: who has a token.

use std::path::PathBuf;
use std::time::Duration;

use easyrtc_auth::jwt::{Algorithm, ClaimPath};
use serde::Deserialize;

use super::secret::{BackendUrl, SecretText};
use crate::settings::ConfigError;
use crate::settings::bounded::Time;

/// How far clocks may be apart.
pub(in crate::settings) type Leeway = Time<0, 3_600_000>;
/// How long keys are kept.
pub(in crate::settings) type KeyTime = Time<1_000, 2_592_000_000>;
/// Fetching keys has to fit into a decision.
pub(in crate::settings) type FetchTime = Time<100, 9_000>;

/// An algorithm by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AlgorithmName(pub Algorithm);

impl TryFrom<String> for AlgorithmName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error| format!("{text:?} {error}"))
    }
}

/// Keys of a JSON object from the outside in: one as text, more as an array. An empty text is
/// nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMore")]
pub struct JsonPath(pub ClaimPath);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a key, or an array of keys from the outside in")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for JsonPath {
    fn from(given: OneOrMore) -> Self {
        Self(ClaimPath(match given {
            OneOrMore::One(key) if key.is_empty() => Vec::new(),
            OneOrMore::One(key) => vec![key],
            OneOrMore::More(keys) => keys,
        }))
    }
}

/// `[auth.jwt]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JwtTable {
    /// A key for HS256.
    pub secret: Option<SecretText>,
    /// The same in a file of its own.
    pub secret_file: Option<PathBuf>,
    /// A public key.
    pub public_key_file: Option<PathBuf>,
    /// Where public keys are published.
    pub jwks_url: Option<BackendUrl>,
    /// The algorithms; `None`: those the key is for.
    pub algorithms: Option<Vec<AlgorithmName>>,
    /// `iss`.
    pub issuer: Option<String>,
    /// One of these has to be in `aud`.
    pub audience: Vec<String>,
    /// How far the clocks may be apart.
    pub leeway: Leeway,
    /// Whether a token without `exp` is refused.
    pub require_expiry: bool,
    /// Where the token is in `credential`.
    pub credential: JsonPath,
    /// When published keys are fetched anew.
    pub jwks_refresh_after: KeyTime,
    /// The least time between two attempts.
    pub jwks_retry_after: KeyTime,
    /// The age up to which they are used while they cannot be fetched.
    pub jwks_keep: KeyTime,
    /// How long fetching them may take.
    pub jwks_timeout: FetchTime,
    /// `[auth.jwt.claims]`.
    pub claims: ClaimsTable,
}

impl Default for JwtTable {
    fn default() -> Self {
        let seconds = |seconds| Time(Duration::from_secs(seconds));
        Self {
            secret: None,
            secret_file: None,
            public_key_file: None,
            jwks_url: None,
            algorithms: None,
            issuer: None,
            audience: Vec::new(),
            leeway: Time(Duration::from_secs(30)),
            require_expiry: true,
            credential: JsonPath(ClaimPath::key("token")),
            jwks_refresh_after: seconds(600),
            jwks_retry_after: seconds(10),
            jwks_keep: seconds(86_400),
            jwks_timeout: Time(Duration::from_secs(5)),
            claims: ClaimsTable::default(),
        }
    }
}

/// `[auth.jwt.claims]`: which claim says what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "what each says is in its name")]
pub struct ClaimsTable {
    pub username: JsonPath,
    pub applications: JsonPath,
    pub rooms: JsonPath,
    pub groups: JsonPath,
    pub fields: JsonPath,
    pub permissions: JsonPath,
}

impl Default for ClaimsTable {
    fn default() -> Self {
        let default = easyrtc_auth::jwt::ClaimNames::default();
        Self {
            username: JsonPath(default.username),
            applications: JsonPath(default.applications),
            rooms: JsonPath(default.rooms),
            groups: JsonPath(default.groups),
            fields: JsonPath(default.fields),
            permissions: JsonPath(default.permissions),
        }
    }
}

impl JwtTable {
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.secret_file, &mut self.public_key_file].into_iter().flatten()
    }

    /// What no key can check by itself.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let given = [
            self.secret.is_some(),
            self.secret_file.is_some(),
            self.public_key_file.is_some(),
            self.jwks_url.is_some(),
        ];
        if given.into_iter().filter(|given| *given).count() != 1 {
            let problem =
                "it takes one of secret, secret_file, public_key_file and jwks_url, and no more";
            return Err(ConfigError::new("auth.jwt", problem));
        }
        if self.algorithms.as_ref().is_some_and(Vec::is_empty) {
            return Err(ConfigError::new("auth.jwt.algorithms", "names none"));
        }
        Ok(())
    }
}
