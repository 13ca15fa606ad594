//! The protocol's options, under the names the Node server gives them (decision D28).
//!
//! They come as JSON, or as a table of the settings file. Each is kept with where it came from, so
//! that an error can say so.

mod applications;
mod fields;
mod ice;
mod known;
mod secret;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

pub use easyrtc_auth::rooms::RoomProof;
use easyrtc_proto::{AppName, DecodeLimits};
use easyrtc_runtime::OutboxLimits;
use easyrtc_state::{Config, Rate, RoomPattern};
use serde_json::value::RawValue;

use crate::settings::{ConfigError, read_text};
pub use known::{Apply, Known, Meaning, known};
pub use secret::without_secrets;
pub(crate) use secret::{HIDDEN, PLACEHOLDER};
pub use value::Value;

/// The effective options.
#[derive(Clone, Default, PartialEq)]
pub struct Options {
    /// What they set.
    pub protocol: Protocol,
    /// What was given, as JSON text; what is not here has its default.
    pub given: BTreeMap<&'static str, Box<str>>,
}

/// Values as they were given may be secret.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given: Vec<_> = self.given.keys().collect();
        f.debug_struct("Options").field("protocol", &self.protocol).field("given", &given).finish()
    }
}

/// What the options set, by who has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protocol {
    /// The core.
    pub core: Config,
    /// Reading messages.
    pub decode: DecodeLimits,
    /// The transports, where their own settings say nothing else.
    pub transport: Transport,
    /// How much may wait to be written on one connection.
    pub outbox: OutboxLimits,
    /// Which session ids there are.
    pub sessions: Sessions,
    /// Whether clients are told what others in their rooms run on (decision D22).
    pub user_agents: bool,
    /// How those who enter guarded rooms prove that they may. Of an application that has such rooms
    /// all that is set for rooms is here, so that [`RoomPattern::find`] finds what the core finds.
    pub room_proofs: RoomProofs,
}

/// How those who enter rooms prove that they may, by application and by what stands in `rooms`.
pub type RoomProofs = BTreeMap<AppName, BTreeMap<RoomPattern, RoomProof>>;

/// Whose session ids are used (decision D16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// Whether there is a cookie at all.
    pub enabled: bool,
    /// Whether pages, client files and handshakes come with a cookie that holds a session id.
    pub cookie: bool,
    /// Whether a client that logs in with a session id which this server did not issue is refused.
    pub require_issued: bool,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { enabled: true, cookie: false, require_issued: false }
    }
}

/// What the options set for all transports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// Between a client's pong and the next ping.
    pub ping_interval: Duration,
    /// How long a client may take to answer a ping.
    pub ping_timeout: Duration,
    /// Bytes of one message, attachments included.
    pub max_message_bytes: usize,
    /// Sessions of one transport at a time, logged in or not; 0 means no limit.
    pub max_sessions: usize,
    /// Packets of one client, whatever they are.
    pub max_packets: Rate,
    /// Whether Socket.IO clients are asked to acknowledge what they are sent (decision D3).
    pub request_acks: bool,
}

impl Default for Transport {
    fn default() -> Self {
        // As the transports have them, which are not all in every build.
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            max_message_bytes: 1_000_000,
            max_sessions: 200_000,
            max_packets: Rate::new(2_000, 20_000),
            request_acks: true,
        }
    }
}

/// An option as one source gives it.
#[derive(Clone)]
pub struct Given {
    /// Its name, known or not.
    pub name: String,
    /// Its value, byte for byte.
    pub value: Box<RawValue>,
    /// The flag, environment variable or file it stands in.
    pub origin: String,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, origin, value: _ } = self;
        let mut given = f.debug_struct("Given");
        given.field("name", name).field("origin", origin).finish_non_exhaustive()
    }
}

/// Something that was understood but has no effect, or not the one it may be given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where it stands.
    pub origin: String,
    /// What about it.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.text)
    }
}

/// Reads what a flag or variable gives: a JSON object, or the path of a file that holds one.
///
/// # Errors
/// If there is no such file, or if it is no JSON object.
pub fn from_argument(argument: &str, origin: &str) -> Result<Vec<Given>, ConfigError> {
    if argument.trim_start().starts_with('{') {
        return from_json(argument, origin);
    }
    let text = read_text(Path::new(argument)).map_err(|problem| {
        let problem = format!("is no JSON object, and as the file {argument:?} {problem}");
        ConfigError::new(origin, problem)
    })?;
    from_json(&text, &format!("{origin} {argument}"))
}

/// Reads the `[options]` table of a settings file.
///
/// # Errors
/// If a value cannot be written as JSON.
pub fn from_table(table: &toml::Table, origin: &str) -> Result<Vec<Given>, ConfigError> {
    let origin = format!("{origin} [options]");
    let entries = table.iter().map(|(name, value)| {
        let value = value::from_toml(value)
            .map_err(|problem| ConfigError::new(&origin, format!("{name}: {problem}")))?;
        Ok(Given { name: name.clone(), value, origin: origin.clone() })
    });
    entries.collect()
}

/// Builds the options from what the sources give, the one with the least say first.
///
/// # Errors
/// The first name that does not exist, or value that cannot be.
pub fn build(given: Vec<Given>) -> Result<(Options, Vec<Warning>), ConfigError> {
    let mut last: BTreeMap<&'static str, Given> = BTreeMap::new();
    for given in given {
        last.insert(find(&given)?.name, given);
    }
    let mut options = Options::default();
    let mut warnings = Vec::new();
    for known in known() {
        let Some(given) = last.remove(known.name) else { continue };
        let name = known.name;
        let mut remarks = Vec::new();
        apply(known, &given.value, &mut options.protocol, &mut remarks)
            .map_err(|problem| ConfigError::new(&given.origin, format!("{name}: {problem}")))?;
        warnings.extend(remarks.into_iter().map(|remark| Warning {
            origin: given.origin.clone(),
            text: format!("{name}: {remark}"),
        }));
        if matches!(known.meaning, Meaning::Effective(_)) {
            options.given.insert(name, value::settled(&given.value).get().into());
        }
    }
    Ok((options, warnings))
}

fn apply(
    known: &Known,
    raw: &RawValue,
    protocol: &mut Protocol,
    remarks: &mut Vec<String>,
) -> Result<(), String> {
    match known.meaning {
        Meaning::Effective(apply) => apply(protocol, Value::new(raw), remarks),
        Meaning::Fixed => known::check_fixed(known, raw),
        Meaning::Elsewhere(instead) => {
            remarks.push(format!("has no effect here; {instead}"));
            Ok(())
        }
    }
}

fn find(given: &Given) -> Result<&'static Known, ConfigError> {
    let name = given.name.as_str();
    if let Some(known) = known().find(|known| known.name == name) {
        return Ok(known);
    }
    let meant = nearest(name, known().map(|known| known.name)).unwrap_or_default();
    let problem = format!("there is no option {name:?}; did you mean {meant}?");
    Err(ConfigError::new(&given.origin, problem))
}

fn from_json(text: &str, origin: &str) -> Result<Vec<Given>, ConfigError> {
    // Of a repeated name the last counts, as in JavaScript.
    let map: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).map_err(|error| {
        ConfigError::new(origin, format!("is no JSON object with options: {error}"))
    })?;
    let origin = origin.to_owned();
    Ok(map.into_iter().map(|(name, value)| Given { name, value, origin: origin.clone() }).collect())
}

/// The one of `known` that is most like `name`, letter case aside.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&name, &candidate.to_ascii_lowercase()), candidate))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;
