//! Who decides about logins: `[auth]` of the file.

mod invitation;
mod jwt;
mod secret;
mod webhook;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;
use super::bounded::{Time, Whole};
use crate::options::Warning;

pub use invitation::Invitation;
pub use jwt::{AlgorithmName, ClaimsTable, JsonPath, JwtTable};
pub use secret::{BackendUrl, SecretText};
pub(crate) use secret::{read_secret, read_secret_file};
pub use webhook::{Fallback, WebhookTable};

/// Below the time within which the core wants an answer.
pub(super) type DecisionTime = Time<100, 9_000>;
/// Logins that wait for a decision.
pub(super) type InFlight = Whole<1, 1_000_000>;
/// Passwords that are verified at the same time, each with some 20 MB of memory.
pub(super) type Verifications = Whole<1, 1_000>;

/// An authorizer by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum AuthorizerName {
    /// Lets everybody in.
    Open,
    /// Users of a file.
    Static,
    /// Whoever has a token.
    Jwt,
    /// Whomever a backend lets in.
    Webhook,
}

impl AuthorizerName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Static, Self::Jwt, Self::Webhook];

    /// Its name in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => easyrtc_auth::Open::NAME,
            Self::Static => easyrtc_auth::Users::NAME,
            Self::Jwt => easyrtc_auth::Jwt::NAME,
            Self::Webhook => easyrtc_auth::Webhook::NAME,
        }
    }
}

impl fmt::Display for AuthorizerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AuthorizerName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|name| name.as_str() == text.trim());
        known.ok_or_else(|| Self::ALL.map(Self::as_str).join(" or "))
    }
}

impl TryFrom<String> for AuthorizerName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|allowed| format!("{text:?} is not {allowed}"))
    }
}

/// `[auth]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Who is asked, in this order; never empty.
    pub chain: Vec<AuthorizerName>,
    /// How long all of them together may take.
    pub timeout: DecisionTime,
    /// Logins that may wait for a decision.
    pub max_in_flight: InFlight,
    /// `[auth.static]`.
    #[serde(rename = "static")]
    pub users: UsersTable,
    /// `[auth.jwt]`.
    pub jwt: JwtTable,
    /// `[auth.webhook]`.
    pub webhook: WebhookTable,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            chain: vec![AuthorizerName::Open],
            timeout: Time(Duration::from_secs(8)),
            max_in_flight: Whole(1_000),
            users: UsersTable::default(),
            jwt: JwtTable::default(),
            webhook: WebhookTable::default(),
        }
    }
}

/// `[auth.static]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UsersTable {
    /// The file with the users.
    pub file: Option<PathBuf>,
    /// Passwords that are verified at the same time.
    pub max_verifications: Verifications,
}

impl Default for UsersTable {
    fn default() -> Self {
        Self { file: None, max_verifications: Whole(4) }
    }
}

impl Auth {
    /// Every path in it, to be made absolute.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.users.file.iter_mut().chain(self.jwt.paths()).chain(self.webhook.paths())
    }

    /// What no key can check by itself.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.chain.is_empty() {
            return Err(ConfigError::new(
                "auth.chain",
                "names nobody, so that nobody could log in",
            ));
        }
        for (index, name) in self.chain.iter().enumerate() {
            if self.chain.iter().take(index).any(|before| before == name) {
                return Err(ConfigError::new("auth.chain", format!("names {name} twice")));
            }
        }
        for name in &self.chain {
            match name {
                AuthorizerName::Open => {}
                AuthorizerName::Static if self.users.file.is_some() => {}
                AuthorizerName::Static => {
                    let problem = "is missing: where are the users?";
                    return Err(ConfigError::new("auth.static.file", problem));
                }
                AuthorizerName::Jwt => self.jwt.check()?,
                AuthorizerName::Webhook => self.webhook.check()?,
            }
        }
        Ok(())
    }

    /// What will work and should not be done.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let urls = [
            (AuthorizerName::Jwt, "auth.jwt.jwks_url", &self.jwt.jwks_url),
            (AuthorizerName::Webhook, "auth.webhook.url", &self.webhook.url),
        ];
        let exposed = urls.into_iter().filter(|(name, _, url)| {
            self.chain.contains(name) && url.as_ref().is_some_and(|url| url.0.is_exposed())
        });
        let warning = |key: &str| Warning {
            origin: key.to_owned(),
            text: "is not https, and leaves this machine: whoever is on the way can read it and \
                   let in anybody"
                .to_owned(),
        };
        exposed.map(|(_, key, _)| warning(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::AuthorizerName::{Jwt, Open, Static};
    use crate::settings::tests::{load, load_file, load_with_file};

    #[test]
    fn the_flag_wins_over_the_environment_over_the_file() {
        let file = "[auth]\nchain = ['static', 'open']\n[auth.static]\nfile = 'users.toml'";
        assert_eq!(load(&[], &[]).unwrap().settings.auth.chain, [Open]);
        assert_eq!(load_file(file).unwrap().settings.auth.chain, [Static, Open]);
        let variables = [("EASYRTC_AUTH", "open,static")];
        let settings = load_with_file(file, &[], &variables).unwrap().settings;
        assert_eq!(settings.auth.chain, [Open, Static]);
        let settings = load_with_file(file, &["--auth", "static"], &variables).unwrap().settings;
        assert_eq!(settings.auth.chain, [Static]);
        let path = settings.auth.users.file.unwrap();
        assert!(path.is_absolute() && path.ends_with("users.toml"), "{}", path.display());
    }

    #[test]
    fn what_cannot_be() {
        for (file, expected) in [
            ("auth.chain = []", "auth.chain: names nobody"),
            ("auth.chain = ['open', 'open']", "auth.chain: names open twice"),
            ("auth.chain = ['opne']", "\"opne\" is not open or"),
            ("auth.chain = ['static']", "auth.static.file: is missing"),
            ("auth.timeout = '10s'", "10s is not 100ms to 9s"),
            ("auth.max_in_flight = 0", "0 is not 1 to"),
            ("auth.static.flie = 'x'", "unknown field `flie`"),
            ("auth.chain = ['jwt']", "auth.jwt: it takes one of"),
            ("auth.chain = ['jwt']\n[auth.jwt]\nsecret = 'x'\nsecret_file = 'y'", "no more"),
            ("auth.jwt.secret = ''", "the secret is empty"),
            ("auth.jwt.secret = 53535353", "a secret is a text"),
            ("auth.jwt.algorithms = ['none']", "\"none\" is not HS256, RS256, ES256 or EdDSA"),
            ("auth.jwt.jwks_url = 'keys'", "is no URL such as"),
            ("auth.jwt.jwks_url = 'https://u:s3cret@a.example/'", "without user and password"),
            ("auth.jwt.credential = 7", "a key, or an array of keys"),
            ("auth.jwt.claims.role = 'x'", "unknown field `role`"),
            ("auth.chain = ['webhook']", "auth.webhook.url: is missing"),
            ("auth.chain = ['webhook']\nauth.webhook.url = 'http://a/'", "either secret or"),
            ("auth.webhook.on_failure = 'open'", "unknown variant `open`"),
        ] {
            let error = load_file(file).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("s3cret") && !error.contains("53535353"), "{error}");
        }
    }

    #[test]
    fn a_backend_in_the_clear_is_a_warning() {
        let file = |url: &str| {
            format!(
                "auth.chain = ['jwt']\nauth.jwt.jwks_url = '{url}'\n[auth.jwt.claims]\nrooms = ''"
            )
        };
        let loaded = load_file(&file("http://keys.example/")).unwrap();
        assert_eq!(loaded.settings.auth.chain, [Jwt]);
        let warning = loaded.warnings[0].to_string();
        assert!(warning.contains("auth.jwt.jwks_url: is not https"), "{warning}");
        for url in ["https://keys.example/", "http://127.0.0.1:1/"] {
            assert_eq!(load_file(&file(url)).unwrap().warnings, []);
        }
    }
}
