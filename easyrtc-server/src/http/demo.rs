//! The demo at `/`: a page for video calls over the raw WebSocket, embedded in the binary.

use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::{Body, content};

/// Where the page's files are, and [`ABOUT`].
const PREFIX: &str = "/demo/";

/// Where the start page is while the demo is at `/`, below [`PREFIX`].
const ABOUT: &str = "about";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// What stands in the page for the path of the WebSocket.
const WEBSOCKET: &str = "{{websocket}}";

/// Everything is from here, nothing is inline, and no text ever becomes a script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The page may ask for a camera and a microphone, and for nothing else.
const PERMISSIONS: &str = "camera=(self), microphone=(self), clipboard-write=(self), \
    autoplay=(self), geolocation=(), display-capture=(), payment=(), usb=()";

const PAGE: &str = include_str!("demo/index.html");

macro_rules! file {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!("demo/", $name)))
    };
    (client $name:literal) => {
        ($name, SCRIPT, include_str!(concat!("../../../clients/js/", $name)))
    };
}

/// Name, type and text of each file.
const FILES: &[(&str, &str, &str)] = &[
    file!("base.css", STYLE),
    file!("calls.mjs", SCRIPT),
    file!("chat.mjs", SCRIPT),
    file!("content.css", STYLE),
    file!("controls.css", STYLE),
    file!("dom.mjs", SCRIPT),
    file!("icon.svg", "image/svg+xml"),
    file!("invite.mjs", SCRIPT),
    file!("layout.css", STYLE),
    file!("lobby.css", STYLE),
    file!("log.mjs", SCRIPT),
    file!("main.mjs", SCRIPT),
    file!("media.mjs", SCRIPT),
    file!("peer.mjs", SCRIPT),
    file!("people.mjs", SCRIPT),
    file!("picture.mjs", SCRIPT),
    file!("room.mjs", SCRIPT),
    file!("roster.mjs", SCRIPT),
    file!("session.mjs", SCRIPT),
    file!("stage.mjs", SCRIPT),
    file!("theme.mjs", SCRIPT),
    file!("traffic.mjs", SCRIPT),
    file!(client "easyrtc-frames.mjs"),
    file!(client "easyrtc-socket.mjs"),
];

/// The demo, set up for this server.
#[derive(Clone, Debug)]
pub struct Demo {
    page: Bytes,
    about: Bytes,
}

impl Demo {
    /// A demo whose page connects to `websocket`, a path on this server. `about` is the start page
    /// that it stands in for, to which it links.
    #[must_use]
    pub fn new(websocket: &str, about: Bytes) -> Self {
        let path = websocket.replace('&', "&amp;").replace('"', "&quot;");
        Self { page: PAGE.replace(WEBSOCKET, &path).into(), about }
    }

    /// The answer for `path`, if it is the demo's.
    #[must_use]
    pub fn serve(&self, path: &str) -> Option<Response<Body>> {
        if path == "/" {
            return Some(guarded(HTML, self.page.clone()));
        }
        let name = path.strip_prefix(PREFIX)?;
        if name == ABOUT {
            return Some(content(StatusCode::OK, HTML, self.about.clone()));
        }
        let (_, kind, text) = FILES.iter().find(|(known, _, _)| *known == name)?;
        Some(guarded(kind, Bytes::from_static(text.as_bytes())))
    }
}

fn guarded(kind: &'static str, text: Bytes) -> Response<Body> {
    let mut response = content(StatusCode::OK, kind, text);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let permissions = HeaderName::from_static("permissions-policy");
    headers.insert(permissions, HeaderValue::from_static(PERMISSIONS));
    // After an update nobody is left with half of the old page.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_file_asks_for_is_served() {
        let demo = Demo::new("/ws", Bytes::new());
        let mut named = 0;
        for (name, _, text) in FILES.iter().chain(&[("index.html", HTML, PAGE)]) {
            for quote in ['"', '\''] {
                for found in text.split(quote) {
                    let is_file = !found.contains(char::is_whitespace)
                        && [".mjs", ".css", ".svg"].iter().any(|end| found.ends_with(end));
                    if !is_file {
                        continue;
                    }
                    named += 1;
                    let path = match found.strip_prefix("./") {
                        Some(file) => format!("{PREFIX}{file}"),
                        None => found.to_owned(),
                    };
                    assert!(demo.serve(&path).is_some(), "{name} asks for {found}");
                }
            }
        }
        assert!(named > FILES.len(), "only {named} found");
    }

    #[test]
    fn the_page_names_the_websocket_and_nothing_is_inline() {
        let demo = Demo::new("/a&\"b", Bytes::new());
        let page = std::str::from_utf8(&demo.page).unwrap();
        assert!(page.contains("content=\"/a&amp;&quot;b\""));
        assert!(!page.contains("{{"));
        for inline in ["<style", " style=", " onclick=", "javascript:", "<script>"] {
            assert!(!page.contains(inline), "{inline}");
        }
    }

    #[test]
    fn other_paths_are_not_the_demos() {
        let demo = Demo::new("/ws", Bytes::new());
        for path in ["/demo", "/demo/", "/demo/x.mjs", "/demos/", "/demo/../demo.rs", ""] {
            assert!(demo.serve(path).is_none(), "{path}");
        }
    }
}
