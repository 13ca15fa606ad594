//! `docs/spec/sessions.md`

use serde_json::json;

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::line::socket_io::QUERY;
use crate::profile::{ISSUED, SHORT_SESSIONS};
use crate::wire::{Link, http};
use crate::world::World;

pub(super) const CASES: &[Case] = &[
    Case::must("sessions.joined", "a session is joined, and made", play!(session_joined)),
    Case::must("sessions.issued", "only issued ids may be required", play!(session_issued))
        .with(&ISSUED)
        .on(On::Network),
    Case::must("sessions.in-token", "the token names the session", play!(session_joined)),
    Case::must("sessions.lifetime", "a session lives while it is used", play!(session_lifetime))
        .with(&SHORT_SESSIONS),
    Case::must("sessions.bounded", "sessions are bounded", play!(session_bounded))
        .with(&SHORT_SESSIONS),
    cookie("sessions.cookie", "pages come with a cookie, once", play!(cookie_of_page)),
    cookie("sessions.cookie/handshake", "so does a handshake", play!(cookie_of_handshake))
        .on(On::SocketIo),
    cookie("sessions.cookie/websocket", "so does a WebSocket", play!(cookie_of_websocket))
        .on(On::WebSocket),
    cookie("sessions.cookie-attributes", "scripts can read it", play!(cookie_attributes)),
    cookie("sessions.cookie-secure", "pages over TLS get a secure one", play!(cookie_secure)),
    cookie("sessions.cookie-same-host", "other hosts get none", play!(cookie_same_host)),
];

/// A case about the cookie.
const fn cookie(
    id: &'static str,
    what: &'static str,
    scenario: fn(World) -> crate::case::Play,
) -> Case {
    Case::must(id, what, scenario).with(&ISSUED).on(On::Network)
}

async fn session_joined(world: World) -> Outcome {
    for _ in 0..2 {
        let ada = world.login_with(&json!({"easyrtcsid": "s%3Aabc"})).await?;
        let due = json!({"easyrtcsid": "s%3Aabc"});
        ensure!(ada.token["sessionData"] == due, "the token is {}", ada.token);
    }
    let bob = world.login().await?;
    ensure!(bob.token.get("sessionData").is_none(), "the token is {}", bob.token);
    Ok(())
}

async fn session_issued(world: World) -> Outcome {
    let page = http(world.server()?, "GET", "/", &[], b"").await?;
    let cookie = page.header("set-cookie").unwrap_or_default();
    let id = cookie.split(';').next().and_then(|pair| pair.strip_prefix("easyrtcsid="));
    let Some(id) = id else { return fail(format!("the cookie is {cookie:?}")) };
    let ada = world.login_with(&json!({"easyrtcsid": id})).await?;
    ensure!(ada.token["sessionData"]["easyrtcsid"] == id, "the token is {}", ada.token);
    let mut forged = id.to_owned();
    forged.insert(0, 'x');
    world.login_refused(&json!({"easyrtcsid": forged}), "LOGIN_GEN_FAIL").await?;
    world.login_refused(&json!({"easyrtcsid": "mine"}), "LOGIN_GEN_FAIL").await
}

async fn session_lifetime(world: World) -> Outcome {
    let one = world.login_with(&json!({"easyrtcsid": "a"})).await?;
    let other = world.login_with(&json!({"easyrtcsid": "a"})).await?;
    one.leave().await?;
    // There may be one session: as long as it is used there is no place for another.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    world.login_refused(&json!({"easyrtcsid": "b"}), "LOGIN_GEN_FAIL").await?;
    other.leave().await?;
    world
        .until("the unused session is forgotten", async || {
            let mut client = world.connect().await?;
            let answer = client.auth(&world.credentials(&json!({"easyrtcsid": "b"}))).await?;
            Ok(answer.msg_type() == "token")
        })
        .await
}

async fn session_bounded(world: World) -> Outcome {
    let _ada = world.login_with(&json!({"easyrtcsid": "a"})).await?;
    world.login_refused(&json!({"easyrtcsid": "b"}), "LOGIN_GEN_FAIL").await?;
    world.login().await.map(drop)
}

/// The cookie that comes with the first page, in answer to these headers.
async fn page_cookie(world: &World, headers: &[(&str, &str)]) -> Outcome<Option<String>> {
    let page = http(world.server()?, "GET", "/", headers, b"").await?;
    Ok(page.header("set-cookie").map(ToOwned::to_owned))
}

async fn cookie_of_page(world: World) -> Outcome {
    let Some(cookie) = page_cookie(&world, &[]).await? else { return fail("there is none") };
    ensure!(cookie.starts_with("easyrtcsid="), "the cookie is {cookie}");
    let pair = cookie.split(';').next().unwrap_or_default();
    let again = page_cookie(&world, &[("Cookie", pair)]).await?;
    ensure!(again.is_none(), "who has one gets {again:?}");
    let foreign = page_cookie(&world, &[("Cookie", "easyrtcsid=foreign")]).await?;
    ensure!(foreign.is_some(), "who has a foreign one gets none");
    Ok(())
}

async fn cookie_of_handshake(world: World) -> Outcome {
    let server = world.server()?;
    let path = format!("{}?EIO=4&transport=polling", server.path);
    let opened = http(server, "GET", &path, &[], b"").await?;
    ensure!(opened.header("set-cookie").is_some(), "a poll that opens comes without");
    let refused = http(server, "GET", &format!("{path}&sid=nobody"), &[], b"").await?;
    ensure!(refused.header("set-cookie").is_none(), "a refusal comes with one");
    websocket_gives_cookie(&world, QUERY).await
}

async fn cookie_of_websocket(world: World) -> Outcome {
    websocket_gives_cookie(&world, "").await
}

/// Whoever opens a WebSocket with this query gets a cookie, once, that is good to log in with.
async fn websocket_gives_cookie(world: &World, query: &str) -> Outcome {
    let server = world.server()?;
    let path = format!("{}{query}", server.path);
    let Some(cookie) = Link::open(server, &path, &[]).await?.cookie else {
        return fail("a WebSocket comes without");
    };
    let pair = cookie.split(';').next().unwrap_or_default();
    let again = Link::open(server, &path, &[("cookie", pair)]).await?.cookie;
    ensure!(again.is_none(), "who has one gets {again:?}");
    let id = pair.strip_prefix("easyrtcsid=").unwrap_or_default();
    let ada = world.login_with(&json!({"easyrtcsid": id})).await?;
    ensure!(ada.token["sessionData"]["easyrtcsid"] == id, "the token is {}", ada.token);
    Ok(())
}

async fn cookie_attributes(world: World) -> Outcome {
    let Some(cookie) = page_cookie(&world, &[]).await? else { return fail("there is none") };
    let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
    let right = attributes == ["Path=/", "Max-Age=2592000", "SameSite=Lax"];
    ensure!(right, "the cookie is {cookie}");
    Ok(())
}

async fn cookie_secure(world: World) -> Outcome {
    let host = world.server()?.authority.clone();
    for (scheme, secure) in [("https", true), ("http", false)] {
        let origin = format!("{scheme}://{host}");
        let Some(cookie) = page_cookie(&world, &[("Origin", &origin)]).await? else {
            return fail(format!("{origin} gets none"));
        };
        ensure!(cookie.ends_with("; Secure") == secure, "{origin} gets {cookie}");
    }
    // Nobody is trusted here to pass connections on.
    let cookie = page_cookie(&world, &[("X-Forwarded-Proto", "https")]).await?;
    let cookie = cookie.unwrap_or_default();
    ensure!(!cookie.contains("Secure"), "who is not trusted is believed: {cookie}");
    Ok(())
}

async fn cookie_same_host(world: World) -> Outcome {
    let host = world.server()?.authority.clone();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let other_port = format!("http://{name}:1");
    for (headers, expected) in [
        ([("Origin", "http://elsewhere.example"), ("X-None", "")], false),
        ([("Origin", "null"), ("X-None", "")], false),
        ([("Origin", &other_port), ("X-None", "")], true),
        ([("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "script")], false),
        ([("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "document")], true),
        ([("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Dest", "script")], true),
    ] {
        let cookie = page_cookie(&world, &headers).await?;
        ensure!(cookie.is_some() == expected, "{headers:?} gets {cookie:?}");
    }
    Ok(())
}
