//! Users of a file, each with a password.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock};

use easyrtc_proto::{AppName, ErrorCode, Username};
use easyrtc_state::{Grant, LoginQuestion};
use serde_json::value::RawValue;
use tokio::sync::Semaphore;

use crate::authorizer::{Authorizer, Deciding, Decision};
use crate::grant::{self, InvalidGrant, Object};
use crate::password;

/// Users who are not what the file may say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUsers {
    /// It is no TOML. The number is that of the line.
    #[error("line {0} is no TOML, or says the same twice")]
    Toml(usize),
    /// It names no user, or has other tables.
    #[error(
        "it has to have the table [users] with at least one user, such as [users.ada], and nothing else"
    )]
    NoUsers,
    /// There is something wrong with one user.
    #[error("user {0:?}: {1}")]
    User(String, InvalidUser),
}

/// What is wrong with a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUser {
    /// The name breaks the rule for usernames.
    #[error("is no username: it has to match {}", Username::PATTERN)]
    Name,
    /// There is no table.
    #[error("is no table")]
    NoTable,
    /// The password's hash is missing or malformed.
    #[error("password {0}")]
    Password(&'static str),
    /// What the user is given is malformed.
    #[error(transparent)]
    Grant(#[from] InvalidGrant),
}

/// The users of a file. A login proves with a password that it is one of them:
/// `credential` is `{"username", "password"}`, or `{"password"}` beside the `username` of the
/// login.
///
/// A login without a password is left to the next authorizer, unless it takes a name of the file.
pub struct Users {
    /// Replaced as a whole.
    users: RwLock<Arc<Directory>>,
    /// Which user's hash is tried for a name that is none.
    unknown: RandomState,
    /// Passwords that may be verified at the same time.
    verifying: Arc<Semaphore>,
}

type Directory = BTreeMap<Username, Arc<User>>;

struct User {
    hash: Box<str>,
    applications: Option<BTreeSet<AppName>>,
    grant: Grant,
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users").field("users", &self.directory().len()).finish_non_exhaustive()
    }
}

impl Users {
    /// Its name.
    pub const NAME: &'static str = "static";

    /// Reads `text`, a TOML file with a table for each user. Of the passwords, `at_once` are
    /// verified at the same time, each on a thread of its own and with the memory its hash asks
    /// for.
    ///
    /// # Errors
    /// If the text is malformed, or has no users.
    pub fn parse(text: &str, at_once: usize) -> Result<Self, InvalidUsers> {
        Ok(Self {
            users: RwLock::new(Arc::new(read(text)?)),
            unknown: RandomState::new(),
            verifying: Arc::new(Semaphore::new(at_once.max(1))),
        })
    }

    /// Knows the users of `text` instead, and says how many they are. Who is logged in stays so.
    ///
    /// # Errors
    /// If the text is malformed, or has no users; then those it knows stay.
    pub fn replace(&self, text: &str) -> Result<usize, InvalidUsers> {
        let users = Arc::new(read(text)?);
        let count = users.len();
        *self.users.write().unwrap_or_else(PoisonError::into_inner) = users;
        Ok(count)
    }

    fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The user of this name, or for any other name always the same one, and whether it is the one
    /// of this name. Whose hash is tried for a name that is none depends on the name, so that with
    /// hashes of different cost time tells no more than with equal ones.
    fn find(&self, name: &Username) -> Option<(Arc<User>, bool)> {
        let users = self.directory();
        if let Some(user) = users.get(name) {
            return Some((Arc::clone(user), true));
        }
        let hash = usize::try_from(self.unknown.hash_one(name) >> 32).unwrap_or_default();
        let index = hash.checked_rem(users.len())?;
        users.values().nth(index).map(|user| (Arc::clone(user), false))
    }
}

fn read(text: &str) -> Result<Directory, InvalidUsers> {
    let mut file: toml::Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        InvalidUsers::Toml(before.matches('\n').count() + 1)
    })?;
    let Some(toml::Value::Table(tables)) = file.remove("users") else {
        return Err(InvalidUsers::NoUsers);
    };
    if tables.is_empty() || !file.is_empty() {
        return Err(InvalidUsers::NoUsers);
    }
    let users = tables.into_iter().map(|(name, table)| {
        read_user(&name, &table).map_err(|problem| InvalidUsers::User(name, problem))
    });
    users.collect()
}

fn read_user(name: &str, table: &toml::Value) -> Result<(Username, Arc<User>), InvalidUser> {
    let username = Username::parse(name).map_err(|_| InvalidUser::Name)?;
    // As JSON, so that users, tokens and webhooks are read alike.
    let json = serde_json::to_string(table).map_err(|_| InvalidUser::NoTable)?;
    let mut object: Object = serde_json::from_str(&json).map_err(|_| InvalidUser::NoTable)?;
    let hash: Option<Box<str>> = grant::take(&mut object, "password", "text")?;
    let hash = hash.ok_or(InvalidUser::Password("is missing"))?;
    password::check_hash(&hash).map_err(InvalidUser::Password)?;
    let applications = grant::take_applications(&mut object)?;
    let mut grant = grant::read(object)?;
    grant.username.get_or_insert_with(|| username.clone());
    Ok((username, Arc::new(User { hash, applications, grant })))
}

impl Authorizer for Users {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding {
        let proof =
            login.credential.as_ref().and_then(|credential| Proof::read(credential.as_str()));
        let Some(proof) = proof else {
            // Otherwise an authorizer that asks for no proof would let somebody in as this user.
            let reserved =
                login.username.as_ref().is_some_and(|name| self.directory().contains_key(name));
            let decision =
                if reserved { Decision::bad_auth("no_credential") } else { Decision::Pass };
            return Deciding::Now(decision);
        };
        let found = proof.username.as_ref().or(login.username.as_ref());
        let Some((user, known)) = found.and_then(|name| self.find(name)) else {
            return Deciding::Now(Decision::bad_auth("no_username"));
        };
        let app = login.app.clone();
        let verifying = Arc::clone(&self.verifying);
        Deciding::later(async move {
            // Never closed, so this never fails.
            let Ok(turn) = verifying.acquire_owned().await else {
                return Decision::Fail("verification_failed");
            };
            let tried = Arc::clone(&user);
            // The turn ends with the work, not with the login that asked for it.
            let work = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                password::verify(proof.password.as_bytes(), &tried.hash)
            });
            match work.await {
                Ok(right) if right & known => user.allow(&app),
                Ok(_) => Decision::bad_auth("wrong_credential"),
                Err(_) => Decision::Fail("verification_failed"),
            }
        })
    }
}

impl User {
    fn allow(&self, app: &AppName) -> Decision {
        match &self.applications {
            Some(applications) if !applications.contains(app) => {
                Decision::Deny(ErrorCode::LoginAppAuthFail, "wrong_application")
            }
            _ => Decision::Allow(Box::new(self.grant.clone())),
        }
    }
}

/// What a client offers.
struct Proof {
    username: Option<Username>,
    password: String,
}

impl Proof {
    /// `None` if there is no password.
    fn read(credential: &str) -> Option<Self> {
        let mut object: BTreeMap<String, Box<RawValue>> = serde_json::from_str(credential).ok()?;
        let password = serde_json::from_str(object.remove("password")?.get()).ok()?;
        // A name that is none is not that of a user either: an empty one is never found.
        let username = match object.remove("username") {
            Some(name) => Some(serde_json::from_str(name.get()).ok()?),
            None => None,
        };
        Some(Self { username, password })
    }
}

#[cfg(test)]
mod tests;
