//! Settings from the environment: `EASYRTC_` and the setting's name in capitals.

use std::ffi::OsString;

use clap::{Args, Command, FromArgMatches};

use super::{ConfigError, Layer, every_interface};

/// The config file's path.
pub(super) const CONFIG: &str = "EASYRTC_CONFIG";
/// The protocol's options, as JSON text or the path of a JSON file.
pub(super) const OPTIONS: &str = "EASYRTC_OPTIONS";
/// The port as hosting platforms give it.
const PORT: &str = "PORT";
/// The log filter as many Rust programs read it.
const RUST_LOG: &str = "RUST_LOG";

/// Wrong, missing or swapped letters up to which a variable looks like a misspelt one of ours.
const SLIPS: usize = 2;

/// The variables of the process, or of a test. An empty one counts as not set.
#[derive(Clone, Debug, Default)]
pub struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    /// The variables of this process.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of `name`, if it is set and not empty.
    ///
    /// # Errors
    /// If the value is no Unicode text.
    pub fn get(&self, name: &str) -> Result<Option<&str>, ConfigError> {
        let found = self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value);
        found
            .map(|value| value.to_str().ok_or_else(|| ConfigError::new(name, "is no UTF-8 text")))
            .transpose()
            .map(|value| value.filter(|text| !text.is_empty()))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(name, _)| name.to_str())
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    fn from_iter<T: IntoIterator<Item = (OsString, OsString)>>(variables: T) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// Reads every setting's variable with the parser its flag has.
pub(super) fn read(environment: &Environment) -> Result<Layer, ConfigError> {
    let mut layer = Layer::default();
    for (variable, flag) in variables() {
        if let Some(value) = environment.get(&variable)? {
            layer = layer.or(read_one(&variable, &flag, value)?);
        }
    }
    if layer.listen.is_none()
        && let Some(value) = environment.get(PORT)?
    {
        let port = value.trim().parse().map_err(|_| {
            ConfigError::new(PORT, format!("{value:?} is not a port number, 0 to 65535"))
        })?;
        layer.listen = Some(vec![every_interface(port)]);
    }
    if layer.log_level.is_none()
        && let Some(value) = environment.get(RUST_LOG)?
    {
        layer.log_level = Some(value.parse().map_err(|allowed| {
            ConfigError::new(RUST_LOG, format!("{value:?} is not {allowed}"))
        })?);
    }
    Ok(layer)
}

/// Variables that look like a misspelt one of ours, each with the one probably meant. Others that
/// begin with `EASYRTC_` are left alone: container platforms set some for a service of that name.
pub(super) fn misspelt(environment: &Environment) -> Vec<(String, String)> {
    let mut known: Vec<String> = variables().map(|(variable, _)| variable).collect();
    known.extend([CONFIG.to_owned(), OPTIONS.to_owned()]);
    let unknown = environment
        .names()
        .filter(|name| name.starts_with("EASYRTC_") && !known.iter().any(|other| other == name));
    unknown
        .filter_map(|name| {
            let meant = known.iter().find(|other| strsim::osa_distance(name, other) <= SLIPS)?;
            Some((name.to_owned(), meant.clone()))
        })
        .collect()
}

/// Each setting's variable and flag.
fn variables() -> impl Iterator<Item = (String, String)> {
    let command = Layer::augment_args(Command::new("easyrtc-server"));
    let pairs: Vec<_> = command
        .get_arguments()
        .filter_map(|argument| {
            let variable = format!("EASYRTC_{}", argument.get_id().as_str().to_ascii_uppercase());
            Some((variable, argument.get_long()?.to_owned()))
        })
        .collect();
    pairs.into_iter()
}

fn read_one(variable: &str, flag: &str, value: &str) -> Result<Layer, ConfigError> {
    let command = Layer::augment_args(Command::new("easyrtc-server").no_binary_name(true));
    command
        .try_get_matches_from([format!("--{flag}={value}")])
        .and_then(|matches| Layer::from_arg_matches(&matches))
        .map_err(|error| ConfigError::new(variable, why(&error, flag)))
}

/// The first line of what clap says, without its mention of a flag that nobody gave.
fn why(error: &clap::Error, flag: &str) -> String {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    match line.split_once(&format!(" for '--{flag}")) {
        Some((given, rest)) => match rest.split_once("': ") {
            Some((_, allowed)) => format!("{given}: {allowed}"),
            None => given.to_owned(),
        },
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn every_setting_has_a_variable() {
        let names: Vec<_> = variables().map(|(variable, _)| variable).collect();
        for name in ["EASYRTC_LISTEN", "EASYRTC_STATIC", "EASYRTC_ALLOWED_ORIGINS"] {
            assert!(names.iter().any(|known| known == name), "{name} of {names:?}");
        }
    }

    #[test]
    fn lists_are_separated_by_commas_and_empty_means_not_set() {
        let layer = read(&environment(&[
            ("EASYRTC_LISTEN", "127.0.0.1:1,[::1]:2"),
            ("EASYRTC_STATIC", ""),
            ("PORT", "9000"),
        ]))
        .unwrap();
        assert_eq!(layer.listen.unwrap().len(), 2);
        assert_eq!(layer.static_files, None);
    }

    #[test]
    fn port_and_rust_log_stand_in_for_our_own() {
        let layer = read(&environment(&[("PORT", "9000"), ("RUST_LOG", "debug")])).unwrap();
        assert_eq!(layer.listen, Some(vec![every_interface(9000)]));
        assert_eq!(layer.log_level, Some("debug".parse().unwrap()));
    }

    #[test]
    fn an_error_names_the_variable_and_what_is_allowed() {
        for (variable, value, expected) in [
            ("EASYRTC_LISTEN", "8080", "an IP address and a port"),
            ("EASYRTC_SHUTDOWN_TIMEOUT", "10", "a time with its unit"),
            ("EASYRTC_LOG_FORMAT", "xml", "invalid value 'xml'"),
            ("EASYRTC_MAX_SOCKETS", "-1", "invalid value '-1'"),
            ("EASYRTC_ALLOWED_ORIGINS", "*", "https://example.org"),
            ("PORT", "http", "is not a port number"),
        ] {
            let error = read(&environment(&[(variable, value)])).unwrap_err();
            assert_eq!(error.origin, variable);
            let text = error.to_string();
            assert!(text.contains(expected) && !text.contains('\n'), "{text}");
        }
    }

    #[test]
    fn a_misspelt_variable_is_found_and_what_a_platform_sets_is_not() {
        let found = misspelt(&environment(&[
            ("EASYRTC_LISTN", "x"),
            ("EASYRTC_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("EASYRTC_OPTIONS", "{}"),
        ]));
        assert_eq!(found, [("EASYRTC_LISTN".to_owned(), "EASYRTC_LISTEN".to_owned())]);
    }
}
