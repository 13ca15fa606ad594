//! TURN servers that share a secret with this one: `[turn]` of the file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use easyrtc_auth::{Secret, Turn, TurnOptions, TurnUrl};
use easyrtc_proto::AppName;
use serde::{Deserialize, Deserializer};

use super::ConfigError;
use super::auth::{SecretText, read_secret};
use super::bounded::Time;

/// From a minute to 30 days.
pub(super) type Lifetime = Time<60_000, 2_592_000_000>;

/// `[turn]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TurnTable {
    /// Where the servers are; none means that there are none.
    #[serde(deserialize_with = "urls")]
    pub urls: Vec<TurnUrl>,
    /// The secret, if it stands in the settings.
    pub secret: Option<SecretText>,
    /// The file that holds it, if it does not.
    pub secret_file: Option<PathBuf>,
    /// The secret, once it has been read.
    #[serde(skip)]
    read: Option<Secret>,
    /// How long credentials can be used.
    pub lifetime: Lifetime,
    /// Applications whose clients get credentials; `None`: all.
    pub applications: Option<BTreeSet<AppName>>,
}

impl Default for TurnTable {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            secret: None,
            secret_file: None,
            read: None,
            lifetime: Time(Duration::from_secs(12 * 60 * 60)),
            applications: None,
        }
    }
}

impl TurnTable {
    /// Every path in it, to be made absolute.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.secret_file.iter_mut()
    }

    /// Reads the secret's file, if there is one, and checks the rest.
    pub(super) fn complete(&mut self) -> Result<(), ConfigError> {
        let (text, file) = (self.secret.as_ref(), self.secret_file.as_deref());
        if !self.urls.is_empty() || text.is_some() || file.is_some() {
            self.read = Some(read_secret("turn", text, file)?);
        }
        self.turn().map(drop)
    }

    /// The servers, if there are any.
    ///
    /// # Errors
    /// If something is missing; not after the settings have been loaded.
    pub fn turn(&self) -> Result<Option<Turn>, ConfigError> {
        let Some(secret) = self.read.clone() else { return Ok(None) };
        let options = TurnOptions {
            urls: self.urls.clone(),
            secret,
            lifetime: self.lifetime.get(),
            applications: self.applications.clone(),
        };
        let turn = Turn::new(options);
        turn.map(Some).map_err(|problem| ConfigError::new("turn", problem.to_string()))
    }
}

fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TurnUrl>, D::Error> {
    let urls = Vec::<String>::deserialize(deserializer)?.into_iter().map(|text| {
        let problem = |problem| format!("{text:?} is no URL of a TURN server: {problem}");
        text.parse().map_err(problem)
    });
    urls.collect::<Result<_, String>>().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::load_file;

    const WHOLE: &str = "[turn]\nurls = ['turn:turn.example.org']\nsecret = 's3cret'\n";

    #[test]
    fn the_secret_stands_there_or_in_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        std::fs::write(&path, "s3cret\n").unwrap();
        let file =
            format!("[turn]\nurls = ['turn:turn.example.org']\nsecret_file = '{}'", path.display());
        let of_file = load_file(&file).unwrap().settings.turn;
        let inline = load_file(WHOLE).unwrap().settings.turn;
        assert_eq!(of_file.read, inline.read);
        assert!(inline.turn().unwrap().is_some());
        assert_eq!(TurnTable::default().turn().unwrap().map(drop), None);
    }

    #[test]
    fn it_is_not_printed_and_its_place_has_to_be_filled() {
        let printed = load_file(WHOLE).unwrap().settings.to_toml();
        assert!(!printed.contains("s3cret") && printed.contains("turn:turn.example.org"));
        let error = load_file(&printed).unwrap_err().to_string();
        assert!(error.contains("has the placeholder"), "{error}");

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        std::fs::write(&path, "s3cret").unwrap();
        let file = format!(
            "[turn]\nurls = ['turn:a', 'turns:[::1]:7?transport=tcp']\nlifetime = '1h 5m'\n\
             applications = ['b', 'a']\nsecret_file = '{}'\n",
            path.display()
        );
        let once = load_file(&file).unwrap().settings;
        let printed = once.to_toml();
        assert!(!printed.contains("s3cret"));
        assert_eq!(load_file(&printed).unwrap().settings.turn, once.turn);
    }

    #[test]
    fn what_cannot_be() {
        for (file, expected) in [
            ("[turn]\nurls = ['turn:a']", "turn: it takes either secret or secret_file"),
            ("[turn]\nurls = ['turn:a']\nsecret = ''", ":3: the secret is empty"),
            ("[turn]\nurls = ['turn:a']\nsecret = 53", ":3: a secret is a text"),
            ("[turn]\nsecret = 's3cret'", "turn: urls names no TURN server"),
            ("[turn]\nurls = ['stun:a']", ":2: \"stun:a\" is no URL of a TURN server: it does not"),
            ("[turn]\nlifetime = '1s'", "1s is not 1m to 30days"),
            ("[turn]\nsecret_file = '/nowhere/secret'", "/nowhere/secret: cannot be read"),
            ("[turn]\napplications = ['a b']", ":2: "),
            ("[turn]\nsecrets = 's3cret'", "unknown field `secrets`"),
            (&format!("{WHOLE}secret_file = '/nowhere'"), "turn: it takes either secret or"),
            ("[turn]\nsecret = '<hidden by --print-config>'", "has the placeholder"),
        ] {
            let error = load_file(file).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("s3cret"), "{file}: {error}");
        }
    }
}
