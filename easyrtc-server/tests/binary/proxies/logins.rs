//! As whom clients are taken that log in over either transport.

use serde_json::Value;

use super::{BEHIND_PROXY, version_2, version_2_from};
use crate::harness::Server;
use crate::{signalling, web_socket};

/// The error's code, or the type of the answer.
fn came_to(answer: &Value) -> String {
    let code = answer["msgData"]["errorCode"].as_str();
    code.or_else(|| answer["msgType"].as_str()).unwrap().to_owned()
}

/// What a login comes to, over Socket.IO and over a plain WebSocket.
fn logins(server: &Server, forwarded: &'static str) -> [String; 2] {
    let line = if forwarded.is_empty() {
        ""
    } else {
        Box::leak(format!("X-Forwarded-For: {forwarded}\r\n").into_boxed_str())
    };
    let polled = signalling::Client::connect(server, line).login("");
    let headers: &[_] = if forwarded.is_empty() { &[] } else { &[("x-forwarded-for", forwarded)] };
    let mut client = web_socket::Client::over(server.connect(), "/ws", headers).unwrap();
    [came_to(&polled), came_to(&client.login())]
}

#[test]
fn the_proxy_protocol_says_whose_connection_it_is() {
    let mut server = Server::start(&BEHIND_PROXY);
    let v6 = |last| [&[0x20, 1, 0x0d, 0xb8][..], &[0; 11], &[last], &[0; 20]].concat();
    for (preface, expected) in [
        (b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n".to_vec(), "BANNED_IP_ADDR"),
        (b"PROXY TCP4 192.0.2.8 10.0.0.1 4711 80\r\n".to_vec(), "token"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r\n".to_vec(), "BANNED_IP_ADDR"),
        (b"PROXY TCP6 ::ffff:192.0.2.7 ::1 4711 80\r\n".to_vec(), "BANNED_IP_ADDR"),
        (b"PROXY UNKNOWN\r\n".to_vec(), "token"),
        (b"PROXY UNKNOWN 192.0.2.7 10.0.0.1 4711 80\r\n".to_vec(), "token"),
        (version_2_from([192, 0, 2, 7]), "BANNED_IP_ADDR"),
        (version_2_from([192, 0, 2, 8]), "token"),
        (version_2(0x21, 0x21, &v6(7)), "BANNED_IP_ADDR"),
        (version_2(0x21, 0x21, &v6(8)), "token"),
        (version_2(0x20, 0x00, &[]), "token"),
        (version_2(0x21, 0x00, &[0; 4096]), "token"),
    ] {
        server.preface.clone_from(&preface);
        let text = String::from_utf8_lossy(&preface).into_owned();
        assert_eq!(logins(&server, ""), [expected; 2], "{text:?}");
    }
}

#[test]
fn both_together_are_read_from_the_nearest_proxy_outwards() {
    let mut server = Server::start(&BEHIND_PROXY);
    // The balancer passes on what a proxy of ours says about its client.
    server.preface = b"PROXY TCP4 10.0.0.9 10.0.0.1 4711 80\r\n".to_vec();
    assert_eq!(logins(&server, "192.0.2.8, 192.0.2.7"), ["BANNED_IP_ADDR"; 2]);
    assert_eq!(logins(&server, "192.0.2.7, 192.0.2.8"), ["token"; 2]);
    // And what a client says about itself.
    server.preface = b"PROXY TCP4 192.0.2.8 10.0.0.1 4711 80\r\n".to_vec();
    assert_eq!(logins(&server, "192.0.2.7"), ["token"; 2]);
}

#[test]
fn who_is_no_trusted_proxy_speaks_for_itself() {
    let flags = ["--deny-address", "192.0.2.7", "--trusted-proxy", "192.0.2.1"];
    let server = Server::start(&flags);
    assert_eq!(logins(&server, "192.0.2.7"), ["token"; 2]);
}

#[test]
fn limits_of_an_address_count_that_of_the_client() {
    let limit = ["--easyrtc-options", r#"{"maxUnauthenticatedPerAddress":1}"#];
    let mut server = Server::start(&[&BEHIND_PROXY[..], &limit].concat());
    server.preface = b"PROXY TCP4 192.0.2.8 10.0.0.1 1 2\r\n".to_vec();
    let connect = |server: &Server, forwarded: Option<&str>| {
        let headers = forwarded.map(|address| ("x-forwarded-for", address));
        web_socket::Client::over(server.connect(), "/ws", headers.as_slice()).unwrap()
    };
    let mut first = connect(&server, None);
    let refusal = connect(&server, None).frame();
    assert_eq!(refusal["message"]["msgData"]["errorCode"], "LOGIN_NO_SOCKETS");
    // From another address, and from the same one by another way.
    server.preface = b"PROXY TCP4 10.0.0.9 10.0.0.1 1 2\r\n".to_vec();
    let mut other = connect(&server, Some("192.0.2.9"));
    let refusal = connect(&server, Some("192.0.2.8")).frame();
    assert_eq!(refusal["message"]["msgData"]["errorCode"], "LOGIN_NO_SOCKETS");
    assert_eq!([came_to(&first.login()), came_to(&other.login())], ["token"; 2]);
}
