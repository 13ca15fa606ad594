//! Who is told which servers.

use std::time::{Duration, UNIX_EPOCH};

use easyrtc_state::{ConnId, ConnMeta, TransportKind};
use serde_json::Value;

use super::*;
use crate::Secret;

const NOW: Duration = Duration::from_secs(1_000_000_000);

fn now() -> SystemTime {
    UNIX_EPOCH + NOW
}

fn servers(urls: &[&str]) -> Arc<[IceServer]> {
    urls.iter().map(|url| IceServer::parse(&format!(r#"{{"urls":"{url}"}}"#)).unwrap()).collect()
}

fn app(name: &str) -> AppName {
    AppName::parse(name).unwrap()
}

/// Servers of the application `own` and of all others, and TURN for `applications`.
fn ice(applications: Option<&[&str]>) -> Ice {
    let own = AppConfig { ice_servers: Some(servers(&["stun:own"])), ..AppConfig::default() };
    let config = Config {
        ice_servers: servers(&["stun:a", "stun:b"]),
        applications: [(app("own"), own)].into(),
        ..Config::default()
    };
    let turn = Turn::new(TurnOptions {
        urls: ["turn:t", "turns:t"].map(|url| url.parse().unwrap()).into(),
        secret: Secret::new("north"),
        lifetime: Duration::from_secs(3600),
        applications: applications.map(|names| names.iter().copied().map(app).collect()),
    });
    Ice::new(&config, Some(turn.unwrap()))
}

/// A login to the application `any` on connection 7.
fn login(username: Option<&str>) -> LoginQuestion {
    LoginQuestion {
        conn: ConnId(7),
        app: app("any"),
        username: username.map(|name| Username::parse(name).unwrap()),
        credential: None,
        easyrtcsid: None,
        rooms: BTreeMap::new(),
        is_in: [].into(),
        meta: Arc::new(ConnMeta::new(TransportKind::WebSocket)),
    }
}

/// The first URL of each server, and the username of the last.
fn seen(servers: &[IceServer]) -> (Vec<String>, String) {
    let servers: Value = serde_json::to_value(servers).unwrap();
    let servers = servers.as_array().unwrap();
    let url = |server: &Value| server["url"].as_str().unwrap().to_owned();
    let username = servers.last().unwrap()["username"].as_str().unwrap().to_owned();
    (servers.iter().map(url).collect(), username)
}

#[test]
fn relays_come_after_the_configured_servers() {
    for (name, expected) in
        [("any", &["stun:a", "stun:b", "turn:t"][..]), ("own", &["stun:own", "turn:t"])]
    {
        let servers = ice(None).anew(&app(name), None, "7", now()).unwrap();
        assert_eq!(
            seen(&servers),
            (expected.iter().map(ToString::to_string).collect(), "1000003600:7".to_owned())
        );
    }
}

#[test]
fn an_id_is_the_name_if_it_is_fit() {
    for (username, expected) in [
        (Some("ada"), "1000003600:ada"),
        (Some("ada:x"), "1000003600:other"),
        (Some("ada lovelace"), "1000003600:other"),
        (None, "1000003600:other"),
    ] {
        let username = username.map(|name| Username::parse(name).unwrap());
        let servers = ice(None).anew(&app("any"), username.as_ref(), "other", now()).unwrap();
        assert_eq!(seen(&servers).1, expected);
    }
}

#[test]
fn other_applications_get_the_configured_servers() {
    let ice = ice(Some(&["own"]));
    assert!(ice.anew(&app("any"), None, "7", now()).is_none());
    assert!(ice.anew(&app("own"), None, "7", now()).is_some());
    let mut grant = Grant::default();
    ice.add_to(&mut grant, &login(None), now());
    assert_eq!(grant, Grant::default());
}

#[test]
fn at_login_they_are_added_for_once_unless_the_authorizer_named_some() {
    for (own, granted, expected) in
        [(None, None, "7"), (Some("ada"), None, "ada"), (Some("ada"), Some("ben"), "ben")]
    {
        let username = granted.map(|name| Username::parse(name).unwrap());
        let mut grant = Grant { username, ..Grant::default() };
        ice(None).add_to(&mut grant, &login(own), now());
        assert!(grant.renew_ice_servers);
        let expected = format!("1000003600:{expected}");
        assert_eq!(seen(&grant.ice_servers.unwrap()).1, expected);
    }
    let mut named = Grant { ice_servers: Some(servers(&["stun:named"])), ..Grant::default() };
    let before = named.clone();
    ice(None).add_to(&mut named, &login(None), now());
    assert_eq!(named, before);
}

#[test]
fn without_turn_there_is_nothing_to_add() {
    let ice = Ice::new(&Config::default(), None);
    assert!(ice.anew(&app("any"), None, "7", now()).is_none());
}
