//! Who decides about logins: `[auth]` of the file.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;
use super::bounded::{Time, Whole};

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
}

impl AuthorizerName {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Open, Self::Static];

    /// Its name in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => easyrtc_auth::Open::NAME,
            Self::Static => easyrtc_auth::Users::NAME,
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
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            chain: vec![AuthorizerName::Open],
            timeout: Time(Duration::from_secs(8)),
            max_in_flight: Whole(1_000),
            users: UsersTable::default(),
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
        [&mut self.users.file].into_iter().flatten()
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
        if self.chain.contains(&AuthorizerName::Static) && self.users.file.is_none() {
            return Err(ConfigError::new("auth.static.file", "is missing: where are the users?"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::AuthorizerName::{Open, Static};
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
        ] {
            let error = load_file(file).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
