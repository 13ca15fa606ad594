//! Which transports are served, and where.

use crate::harness::{Server, run};

#[cfg(all(feature = "socketio", feature = "ws"))]
mod together {
    use std::net::SocketAddr;

    use super::*;
    use crate::{signalling, web_socket};

    const POLL: &str = "/socket.io/?EIO=4&transport=polling";

    /// A server with this settings file.
    fn start(file: &str, flags: &[&str]) -> Server {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("easyrtc.toml");
        std::fs::write(&path, file).unwrap();
        Server::start(&[&["--config", path.to_str().unwrap()], flags].concat())
    }

    /// Where the server says that a transport is, the first of its addresses.
    fn address_of(server: &Server, title: &str, path: &str) -> SocketAddr {
        let prefix = format!("{title}: ");
        let line = server.announced.iter().find_map(|line| line.strip_prefix(&prefix));
        let url =
            line.unwrap_or_else(|| panic!("{:?}", server.announced)).split(' ').next().unwrap();
        let (_, rest) = url.split_once("://").unwrap();
        rest.strip_suffix(path).unwrap().parse().unwrap()
    }

    fn status(address: SocketAddr, path: &str) -> u16 {
        Server::request_at(address, "GET", path, "").status
    }

    fn raw_websocket(address: SocketAddr) -> Result<(), u16> {
        let mut client = web_socket::Client::connect(address, "/ws", &[])?;
        assert_eq!(client.login()["msgType"], "token");
        Ok(())
    }

    #[test]
    fn both_on_one_port_meet_each_other() {
        let server = start("", &[]);
        let address = server.address();
        let announced = [
            format!("listening on http://{address}"),
            format!("Socket.IO: http://{address}/socket.io/"),
            format!("Raw WebSocket: ws://{address}/ws"),
        ];
        assert_eq!(server.announced[..3], announced);
        let mut raw = web_socket::Client::connect(address, "/ws", &[]).unwrap();
        let mut first = raw.login();
        let protocol = first["msgData"]["protocol"].take();
        let first = first["msgData"]["easyrtcid"].as_str().unwrap();
        let token = signalling::Client::connect(&server, "").login("");
        let room = &token["msgData"]["roomData"]["default"];
        assert!(room["clientList"][first].is_object(), "{token}");
        assert_eq!(token["msgData"]["protocol"], protocol);
        let told = ["binary", "connectionApiField", "resume", "stillAlive", "targetGroup"];
        assert_eq!(protocol["capabilities"], serde_json::json!(told));
        let report: serde_json::Value = serde_json::from_str(&server.get("/healthz").body).unwrap();
        assert_eq!(report["connections"], 2);
    }

    #[test]
    fn one_on_a_port_of_its_own_is_there_and_nowhere_else() {
        let server = start("transport.ws.listen = ['127.0.0.1:0']", &[]);
        let (main, own) = (server.address(), address_of(&server, "Raw WebSocket", "/ws"));
        assert_ne!(main, own);
        assert_eq!(server.announced[1], format!("listening on http://{own}"));
        assert_eq!(raw_websocket(own), Ok(()));
        assert_eq!(raw_websocket(main), Err(404));
        for (path, on_main, on_own) in [(POLL, 200, 404), ("/", 200, 404), ("/healthz", 200, 200)] {
            assert_eq!((status(main, path), status(own, path)), (on_main, on_own), "{path}");
        }
        let page = server.get("/").body;
        let expected = format!("Raw WebSocket at /ws on port {}", own.port());
        assert!(page.contains("Socket.IO at /socket.io") && page.contains(&expected), "{page}");
    }

    #[test]
    fn both_on_ports_of_their_own_and_pages_on_another() {
        let file =
            "transport.ws.listen = ['127.0.0.1:0']\ntransport.socketio.listen = ['127.0.0.1:0']";
        let server = start(file, &[]);
        let main = server.address();
        let socket_io = address_of(&server, "Socket.IO", "/socket.io/");
        let own = address_of(&server, "Raw WebSocket", "/ws");
        assert_eq!(raw_websocket(own), Ok(()));
        assert_eq!([raw_websocket(main), raw_websocket(socket_io)], [Err(404), Err(404)]);
        assert_eq!([main, socket_io, own].map(|address| status(address, POLL)), [404, 200, 404]);
        assert_eq!([main, socket_io, own].map(|address| status(address, "/")), [200, 404, 404]);
    }

    #[test]
    fn one_alone() {
        let server = start("", &["--transport", "ws"]);
        assert_eq!(status(server.address(), POLL), 404);
        assert_eq!(raw_websocket(server.address()), Ok(()));
        assert!(!server.announced.iter().any(|line| line.starts_with("Socket.IO")));

        let server = start("transport.ws.enabled = false", &[]);
        assert_eq!(status(server.address(), POLL), 200);
        assert_eq!(raw_websocket(server.address()), Err(404));
        assert!(!server.announced.iter().any(|line| line.starts_with("Raw WebSocket")));
        let token = signalling::Client::connect(&server, "").login("");
        let told = ["binary", "connectionApiField", "stillAlive", "targetGroup"];
        let protocol = &token["msgData"]["protocol"];
        assert_eq!(protocol["capabilities"], serde_json::json!(told), "no line to resume on");
    }

    #[test]
    fn origins_for_each() {
        let file = "allowed_origins = ['https://a.example']\n\
                    [transport.ws]\nallowed_origins = ['https://b.example']\n";
        let server = start(file, &[]);
        for (origin, over_socket_io, over_websocket) in [
            ("https://a.example", 200, Some(403)),
            ("https://b.example", 403, None),
            ("https://c.example", 403, Some(403)),
        ] {
            let header = format!("Origin: {origin}\r\n");
            assert_eq!(server.request("GET", POLL, &header).status, over_socket_io, "{origin}");
            let headers = [("origin", origin)];
            let refused = web_socket::Client::connect(server.address(), "/ws", &headers).err();
            assert_eq!(refused, over_websocket, "{origin}");
        }
        assert!(!server.announced.iter().any(|line| line.contains("any origin")));
        let open = start(&format!("{file}[transport.socketio]\nallowed_origins = []\n"), &[]);
        assert!(open.announced.iter().any(|line| line.contains("any origin")));
    }

    #[test]
    fn what_cannot_be_is_one_line_and_exit_code_2() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("easyrtc.toml");
        let path = path.to_str().unwrap();
        let neither = "transport.ws.enabled = false\ntransport.socketio.enabled = false\n";
        for (file, expected) in [
            (neither, "transport: none is enabled"),
            ("transport.ws.path = '/socket.io/x'", "transport.ws.path: /socket.io/x is taken"),
            ("\ntransport.ws.path = '/demos'", "easyrtc.toml:2: \"/demos\" is taken"),
            ("[transport.udp]", "easyrtc.toml:1: unknown field `udp`"),
        ] {
            std::fs::write(path, file).unwrap();
            for check in [&[][..], &["--check-config"]] {
                let flags = [&["--config", path, "--listen", "127.0.0.1:0"], check].concat();
                let (code, _, error) = run(&flags, &[]);
                assert_eq!(code, Some(2), "{error}");
                assert!(error.contains(expected) && error.lines().count() == 1, "{error}");
            }
        }
    }
}

#[test]
fn a_transport_that_is_left_out_of_the_binary_cannot_be_asked_for() {
    for (name, is_built) in [("socketio", cfg!(feature = "socketio")), ("ws", cfg!(feature = "ws"))]
    {
        let (code, _, error) = run(&["--transport", name, "--check-config"], &[]);
        let (from_environment, _, why) = run(&["--check-config"], &[("EASYRTC_TRANSPORT", name)]);
        if is_built {
            assert_eq!((code, from_environment), (Some(0), Some(0)), "{error}{why}");
        } else {
            assert_eq!((code, from_environment), (Some(2), Some(2)));
            for text in [error, why] {
                assert!(text.contains("this server was built without that transport"), "{text}");
            }
        }
    }
    let (code, _, error) = run(&["--transport", "udp"], &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("socketio or ws"), "{error}");
    // What is in the binary is served.
    let server = Server::start(&[]);
    for (title, is_built) in
        [("Socket.IO: ", cfg!(feature = "socketio")), ("Raw WebSocket: ", cfg!(feature = "ws"))]
    {
        let announced = server.announced.iter().any(|line| line.starts_with(title));
        assert_eq!(announced, is_built, "{title}");
    }
}
