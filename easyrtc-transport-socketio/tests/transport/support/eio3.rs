//! Clients of Engine.IO 3.

use std::net::SocketAddr;

use hyper::{Method, StatusCode};
use serde_json::Value;

use super::http::request;
use super::ws::Ws;
use super::{Server, event, login, parse_ack};

/// A session of revision 3 that polls.
#[derive(Clone, Debug)]
pub(crate) struct Polling {
    address: SocketAddr,
    /// Everything but the parameter for the transport.
    pub(crate) query: String,
}

/// The packets of a text payload.
pub(crate) fn packets(payload: &str) -> Vec<String> {
    let mut packets = Vec::new();
    let mut rest: Vec<u16> = payload.encode_utf16().collect();
    while !rest.is_empty() {
        let colon = rest.iter().position(|&unit| unit == u16::from(b':')).unwrap();
        let length: usize = String::from_utf16(&rest[..colon]).unwrap().parse().unwrap();
        let end = colon + 1 + length;
        packets.push(String::from_utf16(&rest[colon + 1..end]).unwrap());
        rest.drain(..end);
    }
    packets
}

/// A text payload with one packet.
pub(crate) fn payload(packet: &str) -> String {
    format!("{}:{packet}", packet.encode_utf16().count())
}

impl Polling {
    /// Opens a session, which is connected at once; `more` is added to all queries.
    pub(crate) async fn open(server: &Server, more: &str) -> Self {
        let query = format!("EIO=3{more}");
        let opening = format!("{query}&transport=polling");
        let answer = request(server.address, Method::GET, &opening, &[], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.headers["content-type"], "text/plain; charset=UTF-8");
        let first = packets(&answer.body);
        let open: Value = serde_json::from_str(first[0].strip_prefix('0').unwrap()).unwrap();
        let this = Self {
            address: server.address,
            query: format!("{query}&sid={}", open["sid"].as_str().unwrap()),
        };
        if first.len() == 1 {
            assert_eq!(this.packets().await, ["40"]);
        } else {
            assert_eq!(first[1..], ["40"]);
        }
        this
    }

    pub(crate) async fn log_in(server: &Server, more: &str) -> (Self, String) {
        let this = Self::open(server, more).await;
        assert_eq!(this.post(&event(0, "easyrtcAuth", &login())).await, "ok");
        let packets = this.packets().await;
        let token = parse_ack(&packets[0], 0).unwrap();
        let id = token["msgData"]["easyrtcid"].as_str().unwrap().to_owned();
        (this, id)
    }

    /// The query of its polls and POSTs.
    pub(crate) fn polling(&self) -> String {
        format!("{}&transport=polling", self.query)
    }

    /// Posts one packet.
    pub(crate) async fn post(&self, packet: &str) -> String {
        self.post_payload(&payload(packet)).await
    }

    pub(crate) async fn post_payload(&self, payload: &str) -> String {
        let payload = payload.to_owned();
        request(self.address, Method::POST, &self.polling(), &[], payload).await.body
    }

    /// The packets of the next poll, which must be text.
    pub(crate) async fn packets(&self) -> Vec<String> {
        let answer = request(self.address, Method::GET, &self.polling(), &[], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        packets(&answer.body)
    }

    pub(crate) async fn assert_over(&self) {
        let answer = request(self.address, Method::GET, &self.polling(), &[], "").await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, Some(1)));
    }

    pub(crate) async fn probe(&self) -> Ws {
        Ws::with_query(self.address, &format!("{}&transport=websocket", self.query)).await
    }
}

pub(crate) async fn open_websocket(server: &Server, more: &str) -> Ws {
    let mut ws = Ws::with_query(server.address, &format!("EIO=3&transport=websocket{more}")).await;
    assert!(ws.text().await.starts_with("0{\"sid\":\""));
    assert_eq!(ws.text().await, "40");
    ws
}

pub(crate) async fn log_in_websocket(server: &Server, more: &str) -> (Ws, String) {
    let mut ws = open_websocket(server, more).await;
    ws.send(&event(0, "easyrtcAuth", &login())).await;
    let token = ws.ack(0).await;
    let id = token["msgData"]["easyrtcid"].as_str().unwrap().to_owned();
    (ws, id)
}
