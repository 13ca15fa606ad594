//! Structured logs on standard error. What may be logged is decided where events are written: never
//! payloads, never credentials.

use std::fmt;
use std::io::IsTerminal;
use std::str::FromStr;

use serde::Deserialize;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::LogFormat;

/// Which events are logged: a level, or levels per module (`info,easyrtc_runtime=debug`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct LogLevel {
    text: String,
    targets: Targets,
}

impl Default for LogLevel {
    fn default() -> Self {
        Self { text: "info".to_owned(), targets: Targets::new().with_default(tracing::Level::INFO) }
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = "a log level (error, warn, info, debug, trace or off), alone or per module, \
                       such as info,easyrtc_runtime=debug";
        let targets: Targets = text.trim().parse().map_err(|_| allowed.to_owned())?;
        // A word that is no level would be read as the name of a module to log in full.
        let is_level =
            |word: &str| !word.is_empty() && word.parse::<tracing::metadata::LevelFilter>().is_ok();
        if text.split(',').any(|part| !part.contains('=') && !is_level(part.trim())) {
            return Err(allowed.to_owned());
        }
        Ok(Self { text: text.trim().to_owned(), targets })
    }
}

impl TryFrom<String> for LogLevel {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|allowed| format!("{text:?} is not {allowed}"))
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Starts logging for the whole process. Has no effect if logging runs already, as in a test.
pub fn start(level: &LogLevel, format: LogFormat) {
    let registry = tracing_subscriber::registry().with(level.targets.clone());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => {
            registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init()
        }
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    drop(started);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_levels_alone_and_per_module() {
        for good in ["info", "OFF", "warn,easyrtc_runtime=debug", "easyrtc_server=trace"] {
            assert!(good.parse::<LogLevel>().is_ok(), "{good}");
        }
        for bad in ["", "loud", "info,loud", "easyrtc_runtime=loud"] {
            assert!(bad.parse::<LogLevel>().is_err(), "{bad}");
        }
    }
}
