//! Which source wins, and what errors say.

use std::time::Duration;

use clap::Parser;

use super::*;
use crate::cli::Cli;

type Variables<'a> = &'a [(&'a str, &'a str)];

/// Settings from flags and variables.
pub(crate) fn load(flags: &[&str], variables: Variables<'_>) -> Result<Loaded, ConfigError> {
    let cli = Cli::try_parse_from(std::iter::once(&"easyrtc-server").chain(flags)).unwrap();
    let environment =
        variables.iter().map(|(name, value)| (name.into(), value.into())).collect::<Environment>();
    Settings::load(cli, &environment)
}

/// Settings from a file with this text.
pub(crate) fn load_file(text: &str) -> Result<Loaded, ConfigError> {
    load_with_file(text, &[], &[])
}

pub(crate) fn load_with_file(
    text: &str,
    flags: &[&str],
    variables: Variables<'_>,
) -> Result<Loaded, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("easyrtc.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    load(&[&["--config", path], flags].concat(), variables)
}

#[test]
fn nothing_given_is_the_default() {
    let loaded = load(&[], &[]).unwrap();
    assert_eq!(loaded.settings, Settings::default());
    assert_eq!(loaded.warnings, []);
}

#[test]
fn the_text_of_a_file_is_enough() {
    let text =
        "listen = ['127.0.0.1:0']\nmax_sockets = 7\n[options]\nmaxSessions = 2\nlogLevel = 'x'\n";
    let loaded = Settings::from_toml(text).unwrap();
    let from_file = load_file(text).unwrap();
    assert_eq!(loaded.settings, from_file.settings);
    assert_eq!(loaded.warnings.len(), 1);
    let error = Settings::from_toml("\nmax_socket = 7\n").unwrap_err().to_string();
    assert!(error.starts_with("settings:2: "), "{error}");
    let error = Settings::from_toml("options.maxSession = 7").unwrap_err().to_string();
    assert!(error.contains("did you mean maxSessions"), "{error}");
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let file = "max_sockets = 1\njournal_max_bytes = 1\nshutdown_timeout = '1s'\n";
    let variables = [("EASYRTC_MAX_SOCKETS", "2"), ("EASYRTC_JOURNAL_MAX_BYTES", "2")];
    let settings = load_with_file(file, &["--max-sockets", "3"], &variables).unwrap().settings;
    assert_eq!(settings.max_sockets, 3);
    assert_eq!(settings.journal_max_bytes, 2);
    assert_eq!(settings.shutdown_timeout, Duration::from_secs(1));
    assert_eq!(settings.header_timeout, Settings::default().header_timeout);
}

#[test]
fn where_to_listen() {
    let file = "listen = ['127.0.0.1:1']";
    let port = ("PORT", "2");
    let listen = ("EASYRTC_LISTEN", "127.0.0.1:3");
    let cases: [(&[&str], Variables<'_>, &str); 6] = [
        (&[], &[], "127.0.0.1:1"),
        (&[], &[port], "0.0.0.0:2"),
        (&[], &[port, listen], "127.0.0.1:3"),
        (&["--port", "4"], &[port, listen], "0.0.0.0:4"),
        (&["--listen", "127.0.0.1:5"], &[port, listen], "127.0.0.1:5"),
        (&[], &[("PORT", "")], "127.0.0.1:1"),
    ];
    for (flags, variables, expected) in cases {
        let settings = load_with_file(file, flags, variables).unwrap().settings;
        assert_eq!(settings.listen, [expected.parse().unwrap()], "{flags:?} {variables:?}");
    }
}

#[test]
fn options_are_merged_one_by_one() {
    let file = "[options]\nroomMaxConnection = 1\nmaxSessions = 1\nmaxApplications = 1\n";
    let variables = [("EASYRTC_OPTIONS", r#"{"roomMaxConnection":2,"maxSessions":2}"#)];
    let flags = ["--easyrtc-options", r#"{"roomMaxConnection":3}"#];
    let limits =
        load_with_file(file, &flags, &variables).unwrap().settings.options.protocol.core.limits;
    assert_eq!((limits.room_max_connection, limits.sessions, limits.applications), (3, 2, 1));
}

#[test]
fn the_config_file_can_be_named_by_the_environment() {
    let error = load(&[], &[("EASYRTC_CONFIG", "/nowhere/easyrtc.toml")]).unwrap_err();
    assert_eq!(error.origin, "/nowhere/easyrtc.toml");
    assert!(error.problem.starts_with("cannot be read: "), "{error}");
}

#[test]
fn an_error_says_where_it_comes_from() {
    let cases: [(&str, Variables<'_>, &str); 6] = [
        ("[options]\nroomMaxConnection = -1", &[], "easyrtc.toml [options]: roomMaxConnection: -1"),
        ("max_header_bytes = 10", &[], "max_header_bytes: 10 is not 8192 to 1048576"),
        ("listen = []", &[], "listen: names no address"),
        ("proxy_protocol = true", &[], "proxy_protocol: lets nobody in without trusted_proxies"),
        ("", &[("EASYRTC_OPTIONS", r#"{"roomMax":1}"#)], "EASYRTC_OPTIONS: there is no option"),
        ("", &[("EASYRTC_OPTIONS", "none.json")], "EASYRTC_OPTIONS: is no JSON object, and as"),
    ];
    for (file, variables, expected) in cases {
        let error = load_with_file(file, &[], variables).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_misspelt_variable_is_a_warning() {
    let loaded = load(&[], &[("EASYRTC_LISTN", "127.0.0.1:1")]).unwrap();
    assert_eq!(loaded.settings, Settings::default());
    let warning = loaded.warnings[0].to_string();
    assert!(warning.contains("EASYRTC_LISTN") && warning.contains("EASYRTC_LISTEN"), "{warning}");
}
