//! What is served at which URL.

use std::path::Path;

use crate::harness::Server;

/// A directory with these files.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const NPM: &[(&str, &str)] = &[
    ("node_modules/open-easyrtc/package.json", "{}"),
    ("node_modules/open-easyrtc/api/easyrtc.js", "api"),
    ("node_modules/open-easyrtc/api/easyrtc.css", "style"),
    ("node_modules/open-easyrtc/api/labs/easyrtc_rates.js", "labs"),
    ("node_modules/open-easyrtc/demos/index.html", "demos"),
    ("node_modules/open-easyrtc/demos/js/demo.js", "demo"),
    ("node_modules/socket.io-client/package.json", "{}"),
    ("node_modules/socket.io-client/dist/socket.io.js", "client"),
    ("node_modules/socket.io-client/dist/socket.io.js.map", "{}"),
];

#[test]
fn health_is_for_machines() {
    let server = Server::start(&[]);
    let answer = server.get("/healthz");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let report: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(report["status"], "ok");
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["connections"], 0);
    assert_eq!(report["sockets"], 1);
}

#[test]
fn the_start_page_says_what_runs_here() {
    let server = Server::start(&["--no-demo"]);
    let answer = server.get("/");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("server"), "");
    for words in ["EasyRTC signalling server", env!("CARGO_PKG_VERSION"), "--client-files"] {
        assert!(answer.body.contains(words), "{words} in {}", answer.body);
    }

    let head = server.request("HEAD", "/", "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), answer.body.len().to_string());
}

#[test]
fn what_is_not_there_is_404_and_what_is_no_reading_405() {
    let server = Server::start(&[]);
    for path in ["/nothing", "/easyrtc", "/demos/", "/socket.io", "//", "/healthz/", "/%2e%2e/"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    for path in ["/socket.io/socket.io.js", "/easyrtc/easyrtc.js"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("--client-files"), "{}", answer.body);
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let answer = server.request(method, "/", "Content-Length: 0\r\n");
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD"), "{method}");
    }
}

#[test]
fn own_pages() {
    let pages = tree(&[
        ("index.html", "<p>mine</p>"),
        ("app/index.html", "app"),
        ("app/main.js", "0123456789"),
        ("data.bin", "\u{1}"),
        (".env", "secret"),
        (".well-known/x.txt", "known"),
        ("../outside.txt", "outside"),
    ]);
    let inner = pages.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let server = Server::start(&["--static", text(pages.path())]);
    for (path, kind, body) in [
        ("/", "text/html; charset=utf-8", "<p>mine</p>"),
        ("/index.html?v=1", "text/html; charset=utf-8", "<p>mine</p>"),
        ("/app/", "text/html; charset=utf-8", "app"),
        ("/app/main.js", "text/javascript; charset=utf-8", "0123456789"),
        ("/data.bin", "application/octet-stream", "\u{1}"),
        ("/.well-known/x.txt", "text/plain; charset=utf-8", "known"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
        assert_eq!(answer.header("content-type"), kind, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let head = server.request("HEAD", path, "");
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    for path in [
        "/.env",
        "/%2eenv",
        "/../outside.txt",
        "/app/../../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/%2e%2e%2foutside.txt",
        "/..%5coutside.txt",
        "/app/%00",
        "/inner/",
        "//index.html",
        &format!("/{}", "x".repeat(5000)),
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    let redirected = server.get("/app");
    assert_eq!((redirected.status, redirected.header("location")), (307, "/app/"));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn ranges_and_conditions() {
    let pages = tree(&[("clip.js", "0123456789")]);
    let server = Server::start(&["--static", text(pages.path())]);
    let part = server.request("GET", "/clip.js", "Range: bytes=2-4\r\n");
    assert_eq!((part.status, part.body.as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    let beyond = server.request("GET", "/clip.js", "Range: bytes=20-\r\n");
    assert_eq!(beyond.status, 416);
    let whole = server.get("/clip.js");
    let unless = format!("If-None-Match: {}\r\n", whole.header("etag"));
    assert_eq!(server.request("GET", "/clip.js", &unless).status, 304);
}

#[test]
fn client_files_are_where_pages_look_for_them() {
    let npm = tree(NPM);
    for directory in [npm.path().to_owned(), npm.path().join("node_modules")] {
        let server = Server::start(&["--client-files", text(&directory)]);
        let javascript = "text/javascript; charset=utf-8";
        for (path, kind, body) in [
            ("/easyrtc/easyrtc.js", javascript, "api"),
            ("/easyrtc/easyrtc.css", "text/css; charset=utf-8", "style"),
            ("/easyrtc/labs/easyrtc_rates.js", javascript, "labs"),
            ("/demos/", "text/html; charset=utf-8", "demos"),
            ("/demos/js/demo.js", javascript, "demo"),
            ("/socket.io/socket.io.js", javascript, "client"),
            ("/socket.io/socket.io.js.map", "application/json", "{}"),
        ] {
            let answer = server.get(path);
            assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
            assert_eq!(answer.header("content-type"), kind, "{path}");
        }
        for path in
            ["/easyrtc/package.json", "/easyrtc/../package.json", "/socket.io/socket.io.css"]
        {
            assert_ne!(server.get(path).status, 200, "{path}");
        }
        assert_eq!(server.get("/demos").header("location"), "/demos/");
        assert_eq!(server.get("/demos/js").header("location"), "/demos/js/");
        // The demo, which is at / otherwise, needs the raw WebSocket.
        let start_page = if cfg!(feature = "ws") { "/demo/about" } else { "/" };
        assert!(server.get(start_page).body.contains("href=\"/demos/\""));
    }
}

#[test]
fn own_files_come_before_client_files() {
    let npm = tree(NPM);
    let pages = tree(&[("index.html", "mine"), ("easyrtc/easyrtc.css", "my style")]);
    let (npm, pages) = (text(npm.path()), text(pages.path()));
    let server = Server::start(&["--client-files", npm, "--static", pages]);
    for (path, body) in
        [("/", "mine"), ("/easyrtc/easyrtc.css", "my style"), ("/easyrtc/easyrtc.js", "api")]
    {
        assert_eq!(server.get(path).body, body, "{path}");
    }
}

#[test]
fn a_socket_io_client_inside_the_package_is_found() {
    let npm = tree(&[
        ("open-easyrtc/api/easyrtc.js", "api"),
        ("open-easyrtc/demos/index.html", "demos"),
        ("open-easyrtc/node_modules/socket.io-client/dist/socket.io.js", "inner"),
    ]);
    let server = Server::start(&["--client-files", text(npm.path())]);
    assert_eq!(server.get("/socket.io/socket.io.js").body, "inner");
}
