//! What clients run on, made out of their `User-Agent`, for the others in their rooms (decision
//! D22).
//!
//! The matching is that of the user agent parser project, by its own crate, and so are the names of
//! families. The rules are ours, and few: browsers and systems that people make calls with. The
//! project's own set has over a thousand, most of them models of phones, which is more than others
//! in a room need to know, and takes its time and memory.
//!
//! What there was to choose from (release build, four usual texts, and 512 bytes made to be slow):
//!
//! | Crate | Last release | Start | Memory | Each | Slow one |
//! |---|---|---|---|---|---|
//! | `ua-parser`, these rules | 2026 | 3 ms | 2.4 MB | 5 µs | 11 µs |
//! | `ua-parser`, all rules of its project | 2026 | 193 ms | 19 MB | 12 µs | 35 µs |
//! | `uaparser`, the same | 2024 | 260 ms | 62 MB | 838 µs | 2.9 ms |
//! | `woothee` | 2021 | none | 2 MB | 3 µs | 3 µs |
//!
//! `woothee` has had no release for five years, and knows no devices. `uaparser` also needs a
//! parser for YAML that is given up. Neither crate of the project has the rules inside: they are a
//! file (Apache-2.0) that would have to be kept up to date here.

mod rules;

use std::borrow::Cow;
use std::sync::Arc;

use easyrtc_runtime::{AgentPart, UserAgent};
use easyrtc_transport_common::UserAgentReader;
use ua_parser::{Error, device, os, user_agent};

use rules::{BROWSERS, DEVICES, SYSTEMS};

/// Bytes of a `User-Agent` that are looked at; of a longer one nothing is made out. Those of
/// browsers have about 150.
const MAX_BYTES: usize = 512;

/// Makes out what a client runs on.
struct Reader {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
    devices: device::Extractor<'static>,
}

/// What transports ask.
///
/// # Errors
/// If one of the rules is malformed, which is not so.
pub(crate) fn reader() -> Result<UserAgentReader, Error> {
    let reader = Reader::new()?;
    Ok(UserAgentReader::new(move |text| reader.read(text).map(Arc::new)))
}

impl Reader {
    fn new() -> Result<Self, Error> {
        let browsers = BROWSERS.iter().map(|&(regex, family)| user_agent::Parser {
            regex: regex.into(),
            family_replacement: given(family),
            ..user_agent::Parser::default()
        });
        let systems = SYSTEMS.iter().map(|&(regex, family)| os::Parser {
            regex: regex.into(),
            os_replacement: given(family),
            ..os::Parser::default()
        });
        let devices = DEVICES.iter().map(|&(regex, family)| device::Parser {
            regex: regex.into(),
            device_replacement: given(family),
            ..device::Parser::default()
        });
        Ok(Self {
            browsers: user_agent::Builder::new().push_all(browsers)?.build()?,
            systems: os::Builder::new().push_all(systems)?.build()?,
            devices: device::Builder::new().push_all(devices)?.build()?,
        })
    }

    /// What a client with this `User-Agent` runs on, as far as the rules know it.
    //= docs/spec/rooms.md#rooms.user-agent-told
    fn read(&self, text: &str) -> Option<UserAgent> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let browser = self.browsers.extract(text);
        let user_agent = UserAgent {
            browser_family: browser.as_ref().and_then(|browser| AgentPart::parse(&browser.family)),
            browser_major: browser.and_then(|browser| AgentPart::parse(browser.major?)),
            os_family: self.systems.extract(text).and_then(|system| AgentPart::parse(&system.os)),
            device_family: self
                .devices
                .extract(text)
                .and_then(|device| AgentPart::parse(&device.device)),
        };
        (!user_agent.is_empty()).then_some(user_agent)
    }
}

/// The name of a family, unless it stands in the text itself.
fn given(family: &'static str) -> Option<Cow<'static, str>> {
    (!family.is_empty()).then_some(Cow::Borrowed(family))
}

#[cfg(test)]
mod tests;
