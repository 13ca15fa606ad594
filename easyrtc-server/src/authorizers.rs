//! Who decides about logins, as the settings ask for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use easyrtc_auth::jwt::{
    Algorithm, ClaimNames, Expected, Jwks, JwksOptions, JwtOptions, Keys, VerifyingKey,
};
use easyrtc_auth::rooms::RoomProofs;
use easyrtc_auth::webhook::WebhookOptions;
use easyrtc_auth::{Authorizer, HttpClient, Jwt, Open, Url, Users, Webhook};

use crate::settings::{
    Auth, AuthorizerName, ClaimsTable, ConfigError, JwtTable, Settings, read_secret, read_text,
};

/// The authorizers, and what opens guarded rooms.
#[derive(Clone, Debug)]
pub struct Authorizers {
    /// In the order they are asked.
    pub(crate) chain: Vec<Arc<dyn Authorizer>>,
    /// The file of `static`, if that is in the chain.
    pub(crate) users: Option<UsersFile>,
    pub(crate) rooms: Arc<RoomProofs>,
}

/// Everybody is let in.
impl Default for Authorizers {
    fn default() -> Self {
        Self { chain: vec![Arc::new(Open)], users: None, rooms: Arc::default() }
    }
}

impl Authorizers {
    /// Reads the files they need.
    ///
    /// # Errors
    /// If one cannot be read, or is not what it has to be.
    pub fn open(settings: &Settings) -> Result<Self, ConfigError> {
        let auth = &settings.auth;
        let (mut chain, mut users) = (Vec::<Arc<dyn Authorizer>>::new(), None);
        for name in &auth.chain {
            chain.push(match name {
                AuthorizerName::Open => Arc::new(Open),
                AuthorizerName::Static => users.insert(UsersFile::open(auth)?).users.clone(),
                AuthorizerName::Jwt => Arc::new(jwt(&auth.jwt)?),
                AuthorizerName::Webhook => Arc::new(webhook(auth)?),
            });
        }
        Ok(Self { chain, users, rooms: Arc::new(rooms(settings)?) })
    }
}

/// A file of users, which can be read again.
#[derive(Clone, Debug)]
pub(crate) struct UsersFile {
    path: PathBuf,
    users: Arc<Users>,
}

impl UsersFile {
    fn open(settings: &Auth) -> Result<Self, ConfigError> {
        // That there is a file has been checked.
        let path = settings.users.file.clone().unwrap_or_default();
        let problem = |problem| ConfigError::new(path.display().to_string(), problem);
        let text = read_text(&path).map_err(problem)?;
        let users = Users::parse(&text, settings.users.max_verifications.get())
            .map_err(|error| problem(error.to_string()))?;
        Ok(Self { path, users: Arc::new(users) })
    }

    /// Reads the file again, and says so in the log. If it cannot be used, the users stay who they
    /// are. Blocks.
    pub(crate) fn read_again(&self) {
        let file = self.path.display();
        let read = read_text(&self.path)
            .and_then(|text| self.users.replace(&text).map_err(|error| error.to_string()));
        match read {
            Ok(users) => tracing::info!(%file, users, "the users were read again"),
            Err(problem) => {
                tracing::error!(%file, problem, "the users cannot be read again and stay as they are");
            }
        }
    }
}

fn rooms(settings: &Settings) -> Result<RoomProofs, ConfigError> {
    let proofs = &settings.options.protocol.room_proofs;
    let invitation = &settings.invitation;
    let key = if invitation.is_set() {
        let (text, file) = (invitation.secret.as_ref(), invitation.secret_file.as_deref());
        let secret = read_secret("invitation", text, file)?;
        let key = VerifyingKey::from_secret(secret.expose());
        Some(key.map_err(|error| ConfigError::new("invitation", format!("the secret {error}")))?)
    } else {
        None
    };
    let invited = proofs.values().flat_map(BTreeMap::values).any(|proof| proof.invitation);
    if invited && key.is_none() {
        let problem = "a room opens to invitations, but there is no [invitation] with their key";
        return Err(ConfigError::new("applications", problem));
    }
    RoomProofs::new(proofs.clone(), key)
        .map_err(|error| ConfigError::new("invitation", error.to_string()))
}

fn jwt(table: &JwtTable) -> Result<Jwt, ConfigError> {
    let keys = keys(table)?;
    let algorithms = match &table.algorithms {
        Some(names) => names.iter().map(|name| name.0).collect(),
        None => Algorithm::ALL.to_vec(),
    };
    let usable = match &keys {
        Keys::Fixed(key) => algorithms.contains(&key.algorithm()),
        Keys::Published(_) => algorithms.iter().any(|algorithm| *algorithm != Algorithm::Hs256),
    };
    if !usable {
        let problem = "names none that the key is for: a secret is for HS256, a public key for \
                       RS256, ES256 or EdDSA";
        return Err(ConfigError::new("auth.jwt.algorithms", problem));
    }
    let expected = Expected {
        issuer: table.issuer.clone(),
        audience: table.audience.clone(),
        leeway: table.leeway.get(),
        require_expiry: table.require_expiry,
    };
    let credential = table.credential.0.clone();
    let claims = claims(&table.claims);
    Ok(Jwt::new(JwtOptions { keys, algorithms, expected, credential, claims }))
}

fn keys(table: &JwtTable) -> Result<Keys, ConfigError> {
    if let Some(url) = &table.jwks_url {
        let options = JwksOptions {
            url: url.0.clone(),
            refresh_after: table.jwks_refresh_after.get(),
            retry_after: table.jwks_retry_after.get(),
            keep: table.jwks_keep.get(),
            timeout: table.jwks_timeout.get(),
        };
        return Ok(Keys::Published(Jwks::new(options, http("auth.jwt.jwks_url", &url.0)?)));
    }
    let (origin, key) = match &table.public_key_file {
        Some(path) => {
            let origin = path.display().to_string();
            let pem = read_text(path).map_err(|problem| ConfigError::new(&origin, problem))?;
            (origin, VerifyingKey::from_pem(pem.as_bytes()))
        }
        None => {
            let file = table.secret_file.as_deref();
            let secret = read_secret("auth.jwt", table.secret.as_ref(), file)?;
            let origin = file.map(|path| path.display().to_string());
            let origin = origin.unwrap_or_else(|| "auth.jwt.secret".to_owned());
            (origin, VerifyingKey::from_secret(secret.expose()))
        }
    };
    let key = key.map_err(|error| ConfigError::new(origin, error.to_string()))?;
    Ok(Keys::Fixed(Arc::new(key)))
}

fn claims(table: &ClaimsTable) -> ClaimNames {
    ClaimNames {
        username: table.username.0.clone(),
        applications: table.applications.0.clone(),
        rooms: table.rooms.0.clone(),
        groups: table.groups.0.clone(),
        fields: table.fields.0.clone(),
        permissions: table.permissions.0.clone(),
    }
}

fn webhook(settings: &Auth) -> Result<Webhook, ConfigError> {
    let table = &settings.webhook;
    let Some(url) = &table.url else {
        return Err(ConfigError::new("auth.webhook.url", "is missing"));
    };
    let secret = read_secret("auth.webhook", table.secret.as_ref(), table.secret_file.as_deref())?;
    let options = WebhookOptions {
        url: url.0.clone(),
        secret,
        attempts: u32::try_from(table.attempts.get()).unwrap_or(1),
        attempt_timeout: table.attempt_timeout.get(),
        backoff: table.backoff.get(),
        // So that a failure is one of the webhook, and not that all took too long.
        timeout: settings.timeout.get().mul_f32(0.9),
        on_failure: table.on_failure.into(),
        breaker_failures: u32::try_from(table.breaker_failures.get()).unwrap_or(u32::MAX),
        breaker_time: table.breaker_time.get(),
    };
    Ok(Webhook::new(options, http("auth.webhook.url", &url.0)?))
}

fn http(origin: &str, url: &Url) -> Result<HttpClient, ConfigError> {
    HttpClient::new(url).map_err(|error| ConfigError::new(origin, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::load_file;

    /// The authorizers of this file, beside which there are others; or what is wrong.
    fn open(file: &str, others: &[(&str, &str)]) -> Result<String, String> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in others {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let file = file.replace("./", &format!("{}/", directory.path().display()));
        let settings = load_file(&file).map_err(|error| error.to_string())?.settings;
        Authorizers::open(&settings)
            .map(|authorizers| format!("{authorizers:?}"))
            .map_err(|error| error.to_string())
    }

    const SECRET: &str = "s3cret of more than thirty-two bytes\n";
    const PEM: &str = include_str!("../../easyrtc-auth/tests/auth/keys/p256.pub.pem");

    #[test]
    fn what_can_be_opened() {
        let others = [("key", SECRET), ("key.pem", PEM)];
        for (file, expected) in [
            ("auth.chain = ['open', 'jwt']\nauth.jwt.secret_file = './key'", "HS256"),
            ("auth.chain = ['jwt']\nauth.jwt.public_key_file = './key.pem'", "ES256"),
            ("auth.chain = ['jwt']\nauth.jwt.jwks_url = 'https://a.example/k?x=s3cret'", "Jwks("),
            (
                "auth.chain = ['webhook']\nauth.webhook.url = 'http://a.example/'\n\
                 auth.webhook.secret = 's3cret'",
                "Webhook(",
            ),
            (
                "invitation.secret_file = './key'\n[options.applications.'my.app'.rooms]\n\
                 'class-*' = { invitation = true }\nclub = { passphrase = 's3cret' }",
                "RoomProofs { rooms: 2",
            ),
        ] {
            let shown = open(file, &others).unwrap();
            assert!(shown.contains(expected) && !shown.contains("s3cret"), "{shown}");
        }
    }

    #[test]
    fn what_cannot() {
        let others = [("key", "s3cret"), ("key.pem", PEM), ("empty", "\n"), ("users", "[users]")];
        for (file, expected) in [
            ("auth.chain = ['static']\nauth.static.file = './nobody'", "cannot be read"),
            ("auth.chain = ['static']\nauth.static.file = './users'", "at least one user"),
            ("auth.chain = ['jwt']\nauth.jwt.secret_file = './nokey'", "cannot be read"),
            ("auth.chain = ['jwt']\nauth.jwt.secret_file = './empty'", "is empty"),
            ("auth.chain = ['jwt']\nauth.jwt.secret_file = './key'", "fewer than 32 bytes"),
            ("auth.chain = ['jwt']\nauth.jwt.secret = 's3cret'", "fewer than 32 bytes"),
            ("auth.chain = ['jwt']\nauth.jwt.public_key_file = './key'", "no section PUBLIC KEY"),
            (
                "auth.chain = ['jwt']\nauth.jwt.public_key_file = './key.pem'\n\
                 auth.jwt.algorithms = ['HS256', 'RS256']",
                "auth.jwt.algorithms: names none",
            ),
            ("invitation.secret = 's3cret'", "invitation: the secret has fewer"),
            (
                "[options.applications.'my.app'.rooms]\nclub = { invitation = true }",
                "no [invitation] with their key",
            ),
        ] {
            let error = open(file, &others).unwrap_err();
            assert!(error.contains(expected) && !error.contains("s3cret"), "{error}");
        }
    }
}
