//! The commands that make what clients log in with.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyrtc_auth::jwt::{Algorithm, NewClaims, SigningKey};
use easyrtc_auth::rooms;
use easyrtc_proto::{AppName, GroupName, Username};
use easyrtc_state::{Permission, RoomPattern};

use crate::cli::{NewInvitation, NewToken};
use crate::settings::read_secret_file;

/// Bytes a password may have.
const MAX_PASSWORD: usize = 4096;

/// The hash of the password that `input` holds, but for a line's end after it.
///
/// # Errors
/// Says what is wrong with it.
pub fn hash_password(input: impl Read) -> Result<String, String> {
    let mut password = Vec::new();
    let limit = u64::try_from(MAX_PASSWORD).unwrap_or(u64::MAX).saturating_add(3);
    let read = input.take(limit).read_to_end(&mut password);
    read.map_err(|error| format!("the password cannot be read: {error}"))?;
    let ends = password.iter().rev().take_while(|byte| b"\r\n".contains(byte)).count();
    password.truncate(password.len() - ends);
    if password.is_empty() {
        return Err("there is no password on standard input".to_owned());
    }
    if password.len() > MAX_PASSWORD {
        return Err(format!("the password has more than {MAX_PASSWORD} bytes"));
    }
    easyrtc_auth::hash_password(&password).map_err(|error| error.to_string())
}

/// A token as the command line asks for it.
///
/// # Errors
/// Says what cannot be: the key, or a name that is none.
pub fn token(asked: &NewToken) -> Result<String, String> {
    let NewToken { username, app, room, group, permission, .. } = asked.clone();
    check("--username", username.as_slice(), |name| Username::parse(name).is_ok())?;
    check("--app", &app, |name| AppName::parse(name).is_ok())?;
    check("--room", &room, |name| RoomPattern::parse(name).is_ok())?;
    check("--group", &group, |name| GroupName::parse(name).is_ok())?;
    check("--permission", &permission, |name| Permission::from_name(name).is_some())?;
    let claims = NewClaims {
        username,
        applications: app,
        rooms: room,
        groups: group,
        permissions: permission,
        issuer: asked.issuer.clone(),
        audience: asked.audience.clone(),
    };
    let claims = claims.to_json(now(), asked.expires.0);
    let key = key(asked.algorithm, &asked.key_file)?;
    key.sign(&claims, asked.key_id.as_deref()).map_err(|error| error.to_string())
}

/// An invitation as the command line asks for it.
///
/// # Errors
/// Says what cannot be: the key, or a name that is none.
pub fn invitation(asked: &NewInvitation) -> Result<String, String> {
    let one = std::slice::from_ref;
    check("--username", asked.username.as_slice(), |name| Username::parse(name).is_ok())?;
    check("--app", one(&asked.app), |name| AppName::parse(name).is_ok())?;
    check("--room", one(&asked.room), |name| RoomPattern::parse(name).is_ok())?;
    let username = asked.username.as_deref();
    let expires = now().saturating_add(asked.expires.0);
    let claims = rooms::invitation_claims(&asked.app, &asked.room, username, expires);
    let key = key(Algorithm::Hs256, &asked.key_file)?;
    key.sign(&claims, None).map_err(|error| error.to_string())
}

fn key(algorithm: Algorithm, file: &Path) -> Result<SigningKey, String> {
    let bytes = read_secret_file(file).map_err(|error| error.to_string())?;
    let key = SigningKey::new(algorithm, bytes.expose());
    key.map_err(|error| format!("{}: {error}", file.display()))
}

fn check(flag: &str, values: &[String], fits: impl Fn(&str) -> bool) -> Result<(), String> {
    match values.iter().find(|value| !fits(value)) {
        None => Ok(()),
        Some(value) => Err(format!("{flag}: {value:?} cannot be")),
    }
}

/// Since the epoch.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use data_encoding::BASE64URL_NOPAD;
    use serde_json::{Value, json};

    use super::*;
    use crate::cli::{Cli, Command};

    /// What a command line makes, with a key of this text.
    fn make(line: &str, key: &str) -> Result<Value, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, key).unwrap();
        let line = format!("easyrtc-server {line} --key-file {}", path.display());
        let token = match Cli::try_parse_from(line.split(' ')).unwrap().command.unwrap() {
            Command::Token(asked) => token(&asked),
            Command::Invitation(asked) => invitation(&asked),
            Command::Schema { .. } | Command::Replay { .. } | Command::HashPassword => panic!(),
        }?;
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3, "{token}");
        let claims = BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
        Ok(serde_json::from_slice(&claims).unwrap())
    }

    const KEY: &str = "a secret of more than thirty-two bytes\n";

    #[test]
    fn what_a_token_says() {
        let line = "token --username ada --app my.app --room Lobby --room class-* --group staff \
                    --permission listRooms --expires 2h --issuer me --audience you";
        let mut claims = make(line, KEY).unwrap();
        let (issued, expires) = (claims["iat"].take(), claims["exp"].take());
        assert_eq!(expires.as_u64().unwrap() - issued.as_u64().unwrap(), 7200);
        assert_eq!(
            claims,
            json!({
                "sub": "ada", "applications": ["my.app"], "rooms": ["Lobby", "class-*"],
                "groups": ["staff"], "permissions": ["listRooms"], "iss": "me", "aud": "you",
                "iat": null, "exp": null,
            })
        );
    }

    #[test]
    fn what_an_invitation_says() {
        let mut claims = make("invitation --app my.app --room Lobby --username ada", KEY).unwrap();
        assert!(claims["exp"].take().as_u64().unwrap() > now().as_secs() + 3500);
        assert_eq!(
            claims,
            json!({
                "aud": "easyrtc-invitation", "app": "my.app", "room": "Lobby", "username": "ada",
                "exp": null,
            })
        );
    }

    #[test]
    fn what_cannot_be() {
        for (line, key, expected) in [
            ("token", "short", "fewer than 32 bytes"),
            ("token", "", "is empty"),
            ("token --algorithm ES256", KEY, "no section PRIVATE KEY"),
            ("token --app my/app", KEY, "--app: \"my/app\" cannot be"),
            ("token --room **", KEY, "--room"),
            ("token --permission everything", KEY, "--permission"),
            ("invitation --app my.app --room a/b", KEY, "--room"),
        ] {
            let error = make(line, key).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        let unknown = ["easyrtc-server", "token", "--key-file", "x", "--algorithm", "none"];
        assert!(Cli::try_parse_from(unknown).is_err());
    }

    #[test]
    fn what_can_be_hashed() {
        for good in ["correct horse\n", "correct horse", "x\r\n"] {
            let hash = hash_password(good.as_bytes()).unwrap();
            assert!(hash.starts_with("$argon2id$"), "{hash}");
        }
        for bad in ["", "\n", &"x".repeat(MAX_PASSWORD + 1)] {
            assert!(hash_password(bad.as_bytes()).is_err());
        }
    }
}
