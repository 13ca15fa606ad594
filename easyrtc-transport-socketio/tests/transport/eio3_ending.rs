//! How polling ends in Engine.IO 3: by an overlap, by the client, by an upgrade.

use hyper::{Method, StatusCode};

use crate::support::eio3::Polling;
use crate::support::http::{Answer, request};
use crate::support::{Server, soon, until};

/// A poll that may be answered in any way.
async fn poll(server: &Server, polling: &Polling) -> Answer {
    request(server.address, Method::GET, &polling.polling(), &[], "").await
}

/// The same, beside what the test does.
fn poll_meanwhile(server: &Server, polling: &Polling) -> tokio::task::JoinHandle<Answer> {
    let (address, query) = (server.address, polling.polling());
    tokio::spawn(async move { request(address, Method::GET, &query, &[], "").await })
}

#[tokio::test]
async fn a_second_poll_ends_the_session() {
    let server = Server::start().await;
    let polling = Polling::open(&server, "&b64=1").await;
    let first = poll_meanwhile(&server, &polling);
    // Whichever comes first waits; the other is refused, and both know soon.
    let second = poll(&server, &polling).await;
    let first = soon(first).await.unwrap();
    let (waited, refused) =
        if first.status == StatusCode::OK { (first, second) } else { (second, first) };
    assert_eq!((waited.status, waited.body.as_str()), (StatusCode::OK, "1:1"));
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    polling.assert_over().await;
    server.sessions(0).await;
}

#[tokio::test]
async fn a_client_that_closes_while_its_poll_waits() {
    let server = Server::start().await;
    // The close may overtake the poll, which then finds no session. Not a hundred times.
    for _ in 0..100 {
        let polling = Polling::open(&server, "&b64=1").await;
        let waiting = poll_meanwhile(&server, &polling);
        tokio::task::yield_now().await;
        assert_eq!(polling.post("1").await, "ok");
        let waited = soon(waiting).await.unwrap();
        polling.assert_over().await;
        if waited.status == StatusCode::OK {
            assert_eq!(waited.body, "1:6");
            server.sessions(0).await;
            return;
        }
        assert_eq!((waited.status, waited.code()), (StatusCode::BAD_REQUEST, Some(1)));
    }
    panic!("no poll ever came before the close");
}

#[tokio::test]
async fn what_comes_after_the_upgrade() {
    let server = Server::start().await;
    let polling = Polling::open(&server, "").await;
    let mut ws = polling.probe().await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    ws.send("5").await;
    until(|| server.metrics().upgrades == 1).await;
    let answer = poll(&server, &polling).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, Some(3)));
    assert_ne!(polling.post("2").await, "ok");
    polling.probe().await.assert_closed().await;
    ws.send("2").await;
    assert_eq!(ws.text().await, "3", "the session does not mind");
    assert_eq!(server.metrics().sessions, 1);
}
