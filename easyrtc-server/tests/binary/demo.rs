//! The demo at `/`, as it is served. What it does is tested in a browser.

use crate::harness::{Server, Variables};

const SCRIPT: &str = "text/javascript; charset=utf-8";

#[test]
fn the_demo_is_at_the_root_with_all_its_files() {
    let server = Server::start(&[]);
    for (path, kind, words) in [
        ("/", "text/html; charset=utf-8", "content=\"/ws\""),
        ("/demo/main.mjs", SCRIPT, "import "),
        ("/demo/easyrtc-socket.mjs", SCRIPT, "export class EasyrtcSocket"),
        ("/demo/base.css", "text/css; charset=utf-8", "prefers-color-scheme"),
        ("/demo/icon.svg", "image/svg+xml", "<svg"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
        assert!(answer.body.contains(words), "{words} in {path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let head = server.request("HEAD", path, "");
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        assert_eq!(head.header("content-length"), answer.body.len().to_string(), "{path}");
    }
    for path in ["/demo", "/demo/", "/demo/nothing.mjs", "/demo/../demo.rs", "/demo/index.html"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert_eq!(server.request("POST", "/demo/main.mjs", "Content-Length: 0\r\n").status, 405);
}

#[test]
fn the_demo_may_do_what_it_needs_and_nothing_else() {
    let server = Server::start(&[]);
    for path in ["/", "/demo/main.mjs"] {
        let answer = server.get(path);
        let policy: Vec<&str> = answer.header("content-security-policy").split("; ").collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(&directive), "{directive} in {policy:?}");
        }
        assert!(!policy.iter().any(|directive| directive.contains("unsafe")), "{policy:?}");
        assert!(answer.header("permissions-policy").contains("camera=(self), microphone=(self)"));
    }
}

#[test]
fn the_start_page_is_one_link_away() {
    let server = Server::start(&[]);
    assert!(server.get("/").body.contains("href=\"/demo/about\""));
    let about = server.get("/demo/about");
    assert_eq!((about.status, about.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(about.body.contains("An EasyRTC signalling server runs here"));
    // Its style is in the page itself.
    assert_eq!(about.header("content-security-policy"), "");
}

#[test]
fn the_demo_can_be_switched_off() {
    let variables = ("EASYRTC_LISTEN", "127.0.0.1:0");
    let cases: [(&[&str], Variables<'_>); 3] = [
        (&["--no-demo"], &[variables]),
        (&["--demo=false"], &[variables]),
        (&[], &[variables, ("EASYRTC_DEMO", "false")]),
    ];
    for (flags, variables) in cases {
        let server = Server::start_anywhere(flags, variables);
        assert!(server.get("/").body.contains("An EasyRTC signalling server runs here"));
        for path in ["/demo/main.mjs", "/demo/about", "/demo/easyrtc-socket.mjs"] {
            assert_eq!(server.get(path).status, 404, "{flags:?} {path}");
        }
    }
    let switched_on = &[variables, ("EASYRTC_DEMO", "false")];
    let server = Server::start_anywhere(&["--demo"], switched_on);
    assert_eq!(server.get("/demo/main.mjs").status, 200);
}

#[test]
fn own_pages_take_the_demos_place() {
    let pages = tempfile::tempdir().unwrap();
    std::fs::write(pages.path().join("index.html"), "mine").unwrap();
    let server = Server::start(&["--static", pages.path().to_str().unwrap()]);
    let answer = server.get("/");
    assert_eq!((answer.status, answer.body.as_str()), (200, "mine"));
    assert_eq!(answer.header("content-security-policy"), "");
    assert_eq!(server.get("/demo/main.mjs").status, 404);
}
