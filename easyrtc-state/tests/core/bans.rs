//! Bans.

use std::time::Duration;

use easyrtc_proto::{AppName, ErrorCode, Username};
use easyrtc_state::{AdminCommand, AskId, BanId, Banned, Grant, Input, Verdict};

use crate::harness::{Table, outcome};

fn address(text: &str) -> Banned {
    Banned::Address(text.parse().unwrap())
}

fn user(name: &str) -> Banned {
    Banned::User(AppName::parse("default").unwrap(), Username::parse(name).unwrap())
}

fn ban(table: &mut Table, who: Banned, seconds: Option<u64>) -> Vec<String> {
    table.admin(AdminCommand::Ban { who, expires_in: seconds.map(Duration::from_secs) })
}

fn unban(table: &mut Table, ban: u64) -> Vec<String> {
    table.admin(AdminCommand::Unban { ban: BanId(ban) })
}

fn login_from(table: &mut Table, conn: u64, peer: &str) -> String {
    table.open_from(conn, peer);
    outcome(&table.auth(conn, ""))
}

#[test]
fn a_banned_network_is_closed_and_kept_out() {
    let mut table = Table::new();
    assert_eq!(login_from(&mut table, 1, "192.0.2.7"), "ok");
    assert_eq!(login_from(&mut table, 2, "198.51.100.1"), "ok");
    table.open_from(3, "::ffff:192.0.2.9");
    insta::assert_snapshot!(ban(&mut table, address("192.0.2.0/24"), None).join("\n"));
    assert_eq!(login_from(&mut table, 4, "192.0.2.200"), "BANNED_IP_ADDR");
    assert_eq!(login_from(&mut table, 5, "192.0.3.1"), "ok");
    assert_eq!(login_from(&mut table, 6, ""), "ok", "where it comes from is not known");
    assert_eq!(unban(&mut table, 1), ["admin Ok(Done)"]);
    assert_eq!(unban(&mut table, 1), ["admin Err(NoBan)"]);
    assert_eq!(login_from(&mut table, 7, "192.0.2.200"), "ok");
}

#[test]
fn a_ban_of_the_address_everybody_comes_from_empties_the_server() {
    let mut table = Table::new();
    let digest = table.core.digest();
    for conn in 1..=5 {
        assert_eq!(login_from(&mut table, conn, "2001:db8::1"), "ok");
    }
    ban(&mut table, address("2001:db8::/64"), Some(60));
    assert_eq!((table.core.stats().connections, table.core.stats().bans), (0, 1));
    assert_eq!(login_from(&mut table, 6, "2001:db8::2"), "BANNED_IP_ADDR");
    table.wait(Duration::from_secs(60));
    table.wait(Duration::from_secs(600));
    assert_eq!((table.core.digest(), table.core.next_deadline()), (digest, None));
}

#[test]
fn the_name_that_is_granted_decides() {
    let mut table = Table::new();
    table.open(1);
    table.auth(1, r#","username":"eve""#);
    table.open(2);
    table.auth(2, r#","username":"eve","applicationName":"other""#);
    let lines = ban(&mut table, user("eve"), None);
    assert_eq!(outcome(&lines), "LOGIN_BAD_AUTH");
    assert_eq!(lines[1..], ["close 1 Kicked", "admin Ok(Banned(BanId(1)))"], "only there");
    table.open_to_everyone = false;
    let login = |table: &mut Table, conn: u64, claimed: &str, granted: Option<&str>| {
        table.open(conn);
        table.auth(conn, &format!(r#","username":"{claimed}""#));
        let username = granted.map(|name| Username::parse(name).unwrap());
        let verdict = Verdict::Allow(Grant { username, ..Grant::default() });
        outcome(&table.input(Input::Answered { ask: AskId(conn - 1), verdict }))
    };
    assert_eq!(login(&mut table, 3, "\\u0065ve", None), "LOGIN_BAD_AUTH");
    assert_eq!(login(&mut table, 4, "eve", Some("ada")), "ok");
    assert_eq!(login(&mut table, 5, "ada", Some("eve")), "LOGIN_BAD_AUTH");
    assert_eq!(login(&mut table, 6, "Eve", None), "ok");
}

#[test]
fn bans_end_when_their_time_is_over() {
    let mut table = Table::new();
    assert_eq!(ban(&mut table, address("192.0.2.7"), Some(10)), ["admin Ok(Banned(BanId(1)))"]);
    table.wait(Duration::from_millis(9999));
    assert_eq!(login_from(&mut table, 1, "192.0.2.7"), "BANNED_IP_ADDR");
    table.wait(Duration::from_millis(1));
    assert_eq!(login_from(&mut table, 2, "192.0.2.7"), "ok");
    assert_eq!(unban(&mut table, 1), ["admin Err(NoBan)"]);
}

#[test]
fn who_is_banned_again_stays_so_for_the_time_given_then() {
    let mut table = Table::new();
    let who = || address("192.0.2.7");
    ban(&mut table, who(), Some(10));
    table.wait(Duration::from_secs(5));
    assert_eq!(ban(&mut table, who(), Some(10)), ["admin Ok(Banned(BanId(1)))"]);
    table.wait(Duration::from_secs(9));
    assert_eq!(table.core.stats().bans, 1);
    ban(&mut table, who(), None);
    table.wait(Duration::from_secs(100));
    assert_eq!(table.core.stats().bans, 1);
    ban(&mut table, who(), Some(1));
    table.wait(Duration::from_secs(1));
    assert_eq!(table.core.stats().bans, 0);
    assert_eq!(ban(&mut table, who(), Some(0)), ["admin Ok(Banned(BanId(2)))"]);
    assert_eq!(table.core.next_deadline(), None, "no time is for ever");
}

#[test]
fn bans_are_bounded() {
    let mut table = Table::with(|config| config.limits.bans = 2);
    table.open_from(1, "192.0.2.3");
    table.auth(1, "");
    ban(&mut table, address("192.0.2.1"), None);
    ban(&mut table, user("eve"), None);
    assert_eq!(ban(&mut table, address("192.0.2.3"), None), ["admin Err(TooMany)"]);
    assert_eq!(table.core.stats().clients, 1, "nobody is closed");
    assert_eq!(ban(&mut table, user("eve"), Some(1)), ["admin Ok(Banned(BanId(2)))"]);
    table.wait(Duration::from_secs(1));
    assert_eq!(outcome(&ban(&mut table, address("192.0.2.3"), None)), "BANNED_IP_ADDR");
}

#[test]
fn a_ban_in_the_middle_of_a_login_ends_it() {
    let mut table = Table::new();
    table.open_to_everyone = false;
    table.open_from(1, "192.0.2.7");
    assert_eq!(table.auth(1, ""), ["ask 0 Login"]);
    let lines = ban(&mut table, address("192.0.2.7"), None);
    assert_eq!(outcome(&lines), "BANNED_IP_ADDR");
    assert_eq!(table.core.stats().questions, 0);
    let (ask, verdict) = (AskId(0), Verdict::Allow(Grant::default()));
    assert!(table.input(Input::Answered { ask, verdict }).is_empty());
    // Nobody is asked about who is banned.
    table.open_from(2, "192.0.2.7");
    let lines = table.auth(2, "");
    assert_eq!(lines[1..], ["close 2 Refused"]);
    assert_eq!(outcome(&lines), "BANNED_IP_ADDR");
}

#[test]
fn a_user_that_is_banned_in_the_middle_of_a_login_is_refused() {
    let mut table = Table::new();
    table.open_to_everyone = false;
    table.open(1);
    table.auth(1, r#","username":"eve""#);
    assert_eq!(ban(&mut table, user("eve"), None), ["admin Ok(Banned(BanId(1)))"]);
    let allow = Verdict::Allow(Grant::default());
    let lines = table.input(Input::Answered { ask: AskId(0), verdict: allow });
    assert_eq!(outcome(&lines), "LOGIN_BAD_AUTH");
    // What the authorizer says comes first.
    table.open(2);
    table.auth(2, r#","username":"eve""#);
    let deny = Verdict::Deny(ErrorCode::LoginAppAuthFail);
    let lines = table.input(Input::Answered { ask: AskId(1), verdict: deny });
    assert_eq!(outcome(&lines), "LOGIN_APP_AUTH_FAIL");
}
