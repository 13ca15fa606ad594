//! What stands in the file, the flags and the environment.

use super::*;
use crate::settings::tests::{load_file, load_with_file};

const WHOLE: &str = "[hooks.events]\nurl = 'https://a.example/e'\nsecret = 's3cret'\n\
                     [hooks.messages]\nurl = 'http://127.0.0.1:1/m'\nsecret = 's3cret'\n";

#[test]
fn without_errors_unless_they_are_asked_for() {
    let default = EventsTable::default().types;
    assert!(!default.contains(EventType::Error));
    assert_eq!(default.iter().count(), EventType::ALL.len() - 1);
    let file = format!("[hooks.events]\ntypes = ['error', 'roomLeft']\n{}", &WHOLE[15..]);
    let types = load_file(&file).unwrap().settings.hooks.events.types;
    assert_eq!(types.iter().collect::<Vec<_>>(), [EventType::RoomLeft, EventType::Error]);
}

#[test]
fn the_flag_wins_over_the_environment_over_the_file() {
    let variables =
        [("EASYRTC_EVENTS_URL", "http://[::1]/e"), ("EASYRTC_MESSAGES_SECRET_FILE", "/srv/key")];
    let flags = ["--events-url", "http://localhost/e"];
    let hooks = load_with_file(WHOLE, &[], &variables).unwrap().settings.hooks;
    assert_eq!(hooks.events.url.unwrap().0.to_string(), "http://[::1]/e");
    let hooks = load_with_file(WHOLE, &flags, &variables).unwrap().settings.hooks;
    assert_eq!(hooks.events.url.unwrap().0.to_string(), "http://localhost/e");
    assert!(hooks.events.secret.is_some() && hooks.messages.secret.is_none());
    assert_eq!(hooks.messages.secret_file, Some("/srv/key".into()));
}

#[test]
fn a_file_is_beside_the_settings() {
    let file = WHOLE.replace("secret = 's3cret'", "secret_file = 'key'");
    let hooks = load_file(&file).unwrap().settings.hooks;
    for path in [hooks.events.secret_file, hooks.messages.secret_file] {
        let path = path.unwrap();
        assert!(path.is_absolute() && path.ends_with("key"), "{}", path.display());
    }
}

#[test]
fn what_cannot_be() {
    for (file, expected) in [
        ("[hooks.events]\nsecret = 's3cret'", "hooks.events.url: is missing"),
        ("[hooks.messages]\nsecret_file = '/a'", "hooks.messages.url: is missing"),
        ("[hooks.events]\nurl = 'http://a/'", "hooks.events: it takes either secret or"),
        (
            "[hooks.messages]\nurl = 'http://a/'\nsecret = 's3cret'\nsecret_file = 'a'",
            "hooks.messages: it takes either secret or",
        ),
        ("[hooks.events]\nurl = 'a.example'", "is no URL such as"),
        ("[hooks.events]\nurl = 'http://u:s3cret@a/'", "without user and password"),
        ("[hooks.events]\nsecret = ''", "the secret is empty"),
        ("[hooks.events]\ntypes = ['conected']", "\"conected\" is no type of event"),
        ("[hooks.events]\ntypes = []", "no type at all"),
        ("[hooks.events]\nqueue = 0", "0 is not 1 to 1000000"),
        ("[hooks.events]\nbatch = 0", "0 is not 1 to 10000"),
        ("[hooks.events]\nwindow = '2m'", "2m is not 0s to 1m"),
        ("[hooks.events]\ntimeout = '1ms'", "1ms is not 10ms to 5m"),
        ("[hooks.events]\nmax_age = '1ms'", "1ms is not 1s to 7days"),
        ("[hooks.events]\nflush = '1h'", "1h is not 0s to 5m"),
        ("[hooks.messages]\ntimeout = '10s'", "10s is not 10ms to 9s"),
        ("[hooks.messages]\nmax_in_flight = 0", "0 is not 1 to 100000"),
        ("[hooks.message]\nurl = 'http://a/'", "unknown field `message`"),
    ] {
        let error = load_file(file).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("s3cret"), "{file}: {error}");
    }
}

#[test]
fn what_is_told_in_the_clear_is_a_warning() {
    assert_eq!(load_file(WHOLE).unwrap().warnings, []);
    let exposed = WHOLE.replace("127.0.0.1", "192.0.2.7").replace("https", "http");
    let warnings = load_file(&exposed).unwrap().warnings;
    let origins: Vec<&str> = warnings.iter().map(|warning| warning.origin.as_str()).collect();
    assert_eq!(origins, ["hooks.events.url", "hooks.messages.url"]);
    assert!(!format!("{warnings:?}").contains("s3cret"));
}

#[test]
fn it_is_printed_as_it_is_but_for_secrets() {
    let file = "[hooks.events]\nurl = 'https://a.example/e?x=y'\nsecret_file = '/srv/key'\n\
                types = ['connected', 'error']\nqueue = 7\nbatch = 3\nwindow = '0s'\n\
                timeout = '1m'\nmax_age = '1day'\nflush = '0s'\n\
                [hooks.messages]\nurl = 'http://127.0.0.1:1/m'\nsecret_file = '/srv/other'\n\
                timeout = '1s'\nmax_in_flight = 5\n";
    let once = load_file(file).unwrap().settings;
    let printed = once.to_toml();
    assert_eq!(load_file(&printed).unwrap().settings.hooks, once.hooks);

    let printed = load_file(WHOLE).unwrap().settings.to_toml();
    assert!(!printed.contains("s3cret"), "{printed}");
    let error = load_file(&printed).unwrap_err().to_string();
    assert!(error.contains("has the placeholder"), "{error}");
}
