//! Origins, for all ways in (decision D33).

use easyrtc_transport_socketio::{Config, Cors, Origins};
use hyper::{Method, StatusCode};

use crate::support::Server;
use crate::support::http::{Polling, request};
use crate::support::ws::{self, Ws};

const OPEN: &str = "EIO=4&transport=polling";
const HERE: (&str, &str) = ("origin", "https://here.example");
const ELSEWHERE: (&str, &str) = ("origin", "https://elsewhere.example");

fn only_here() -> Config {
    let origins = Origins::Only(vec![HERE.1.to_owned()]);
    Config { cors: Cors { origins, credentials: true }, ..Config::default() }
}

#[tokio::test]
async fn any_origin_by_default() {
    let server = Server::start().await;
    let answer = request(server.address, Method::GET, OPEN, &[ELSEWHERE], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let session = Polling::open(server.address).await;
    let answer = request(server.address, Method::POST, &session.query(), &[ELSEWHERE], "40").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok"));
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let answer = request(server.address, Method::GET, "EIO=4", &[ELSEWHERE], "").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*", "refusals too");
}

#[tokio::test]
async fn clients_of_revision_3_have_credentials() {
    let server = Server::start().await;
    let open = "EIO=3&transport=polling";
    for (method, status) in
        [(Method::GET, StatusCode::OK), (Method::OPTIONS, StatusCode::NO_CONTENT)]
    {
        let answer = request(server.address, method, open, &[ELSEWHERE], "").await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["access-control-allow-origin"], ELSEWHERE.1);
        assert_eq!(answer.headers["access-control-allow-credentials"], "true");
        assert_eq!(answer.headers["vary"], "Origin");
    }
    let without = Config { allow_eio3: false, ..Config::default() };
    let server = Server::with(without).await;
    let answer = request(server.address, Method::GET, open, &[ELSEWHERE], "").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn preflight() {
    let server = Server::start().await;
    let asked = ("access-control-request-headers", "content-type");
    let answer = request(server.address, Method::OPTIONS, OPEN, &[ELSEWHERE, asked], "").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(answer.headers["access-control-allow-methods"], "GET,POST,OPTIONS");
    assert_eq!(answer.headers["access-control-allow-headers"], "content-type");
    assert_eq!(server.metrics().sessions_opened, 0);
}

#[tokio::test]
async fn an_allow_list_holds_for_all_ways_in() {
    let server = Server::with(only_here()).await;
    let session = Polling::open(server.address).await;
    for (method, query) in [
        (Method::GET, OPEN.to_owned()),
        (Method::OPTIONS, OPEN.to_owned()),
        (Method::GET, session.query()),
        (Method::POST, session.query()),
    ] {
        let answer = request(server.address, method.clone(), &query, &[ELSEWHERE], "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {query}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let probe = format!("EIO=4&transport=websocket&sid={}", session.sid);
    for query in ["EIO=4&transport=websocket", &probe] {
        match ws::open(server.address, query, &[ELSEWHERE]).await.map_err(|error| *error) {
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                assert_eq!(response.status().as_u16(), 403, "{query}");
            }
            other => panic!("{query}: {:?}", other.map(drop)),
        }
    }
    assert_eq!(server.metrics().origins_refused, 6);
}

#[tokio::test]
async fn who_is_on_the_list_may() {
    let server = Server::with(only_here()).await;
    let answer = request(server.address, Method::GET, OPEN, &[HERE], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["access-control-allow-origin"], HERE.1);
    assert_eq!(answer.headers["access-control-allow-credentials"], "true");
    assert_eq!(answer.headers["vary"], "Origin");
    let mut ws = ws::open(server.address, "EIO=4&transport=websocket", &[HERE]).await.unwrap();
    assert!(ws.text().await.starts_with('0'));
    Ws::open(server.address).await;
}
