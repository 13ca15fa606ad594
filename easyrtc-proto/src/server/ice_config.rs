//! `iceConfig`: the STUN and TURN servers clients are to use.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::attachments::Attachments;
use crate::json::{Kind, Members, ObjectWriter};
use crate::payload::Payload;
use crate::value::Value;

/// `msgData.iceConfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct IceConfig {
    /// The servers in the order clients are to try them.
    pub ice_servers: Arc<[IceServer]>,
}

/// One STUN or TURN server: an object as browsers take it, with `urls` as configured and `url`,
/// its first, so that old and new clients find what they look for (decision D21).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IceServer(Payload);

/// Why a value is no ICE server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidIceServer {
    /// It is not valid JSON, or no object.
    NoObject,
    /// There is neither `urls` (a string, or an array of strings that is not empty) nor `url` (a
    /// string).
    NoUrls,
    /// `username` or `credential` is no string.
    NoString,
    /// It has a `password`; browsers want that called `credential`.
    Password,
}

impl fmt::Display for InvalidIceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoObject => "an ICE server is an object",
            Self::NoUrls => "an ICE server needs urls, a string or an array of strings",
            Self::NoString => "username and credential of an ICE server are strings",
            Self::Password => "an ICE server has no password: it is called credential",
        })
    }
}

impl std::error::Error for InvalidIceServer {}

impl IceServer {
    /// Takes an entry as configured: its other keys stay as they are.
    ///
    /// # Errors
    /// If the entry is malformed.
    pub fn parse(text: &str) -> Result<Self, InvalidIceServer> {
        let text = Payload::parse(text).map_err(|_| InvalidIceServer::NoObject)?;
        if Kind::of(text.as_str()) != Kind::Object {
            return Err(InvalidIceServer::NoObject);
        }
        let plain = Attachments::none();
        let entry = Value::new(text.as_str(), &plain);
        let [urls, url, username, credential, password] =
            entry.get(["urls", "url", "username", "credential", "password"]);
        if password.is_some() {
            return Err(InvalidIceServer::Password);
        }
        if [username, credential].into_iter().flatten().any(|v| v.literal().is_none()) {
            return Err(InvalidIceServer::NoString);
        }
        //= docs/spec/messages/iceConfig.md#ice-config.both-urls
        let (urls, url) = match (urls, url) {
            (Some(urls), _) => (urls.text().to_owned(), first_url(urls)?),
            (None, Some(url)) => {
                let url = url.literal().ok_or(InvalidIceServer::NoUrls)?;
                (format!("[{url}]"), url)
            }
            (None, None) => return Err(InvalidIceServer::NoUrls),
        };
        let server = ObjectWriter::new().member("urls", &urls).member("url", url);
        let others = Members::of(text.as_str()).filter(|member| {
            !matches!(crate::json::plain(&member.key).as_deref(), Some("urls" | "url"))
        });
        let server = others.fold(server, |server, m| server.literal(&m.key, m.value)).finish();
        Ok(Self(Payload::from_valid(&server, Vec::new())))
    }
}

fn first_url(urls: Value<'_>) -> Result<&str, InvalidIceServer> {
    if let Some(url) = urls.literal() {
        return Ok(url);
    }
    if Kind::of(urls.text()) != Kind::Array {
        return Err(InvalidIceServer::NoUrls);
    }
    let elements: Option<Vec<&str>> = urls.members().map(|(_, url)| url.literal()).collect();
    elements.and_then(|urls| urls.first().copied()).ok_or(InvalidIceServer::NoUrls)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, InvalidIceServer> {
        IceServer::parse(text).map(|server| server.0.as_str().to_owned())
    }

    #[test]
    fn both_generations_of_clients_find_their_key() {
        for (configured, sent) in [
            (r#"{"urls":["stun:a","stun:b"]}"#, r#"{"urls":["stun:a","stun:b"],"url":"stun:a"}"#),
            (
                r#"{"urls":"turn:a","username":"u","credential":"c"}"#,
                r#"{"urls":"turn:a","url":"turn:a","username":"u","credential":"c"}"#,
            ),
            (r#"{"url":"stun:a"}"#, r#"{"urls":["stun:a"],"url":"stun:a"}"#),
        ] {
            assert_eq!(parse(configured).unwrap(), sent);
        }
    }

    #[test]
    fn malformed_entries_are_refused() {
        for (configured, why) in [
            ("7", InvalidIceServer::NoObject),
            ("{", InvalidIceServer::NoObject),
            ("{}", InvalidIceServer::NoUrls),
            (r#"{"urls":[]}"#, InvalidIceServer::NoUrls),
            (r#"{"urls":[1]}"#, InvalidIceServer::NoUrls),
            (r#"{"url":1}"#, InvalidIceServer::NoUrls),
            (r#"{"url":"turn:a","username":1}"#, InvalidIceServer::NoString),
            (r#"{"url":"turn:a","password":"p"}"#, InvalidIceServer::Password),
        ] {
            assert_eq!(parse(configured), Err(why), "{configured}");
        }
    }
}
