//! What is served at which address: everything on one port, or a transport on a port of its own.

use std::net::SocketAddr;

use crate::settings::{Common, Settings, TransportName};

/// What is served at an address. `/healthz` is served at each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Pages and files.
    pub pages: bool,
    /// Transports.
    pub transports: Vec<TransportName>,
    /// Numbers for Prometheus, at `/metrics`.
    pub metrics: bool,
    /// The admin API, and then nothing else.
    pub admin: bool,
}

impl Offer {
    /// Whether clients have no business there, nor at the admin API.
    #[must_use]
    pub const fn is_for_operators(&self) -> bool {
        !self.pages && self.transports.is_empty()
    }
}

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The address.
    pub address: SocketAddr,
    /// What is served there.
    pub offer: Offer,
}

/// Where to listen for what: first the server's own addresses, then those of transports that have
/// their own, last those of the metrics and of the admin API. Where several name the same port, it
/// serves them all, but for the admin API, which never shares one.
#[must_use]
pub fn places(settings: &Settings) -> Vec<Place> {
    let transports = || settings.transports.enabled();
    let shared = transports().filter(|transport| transport.listen.is_none());
    let transports_shared = shared.map(|transport| transport.name).collect();
    let offer = Offer { pages: true, transports: transports_shared, ..Offer::default() };
    let main = settings.listen.iter();
    let mut places: Vec<Place> =
        main.map(|&address| Place { address, offer: offer.clone() }).collect();
    for transport in transports() {
        for &address in transport.listen.unwrap_or_default() {
            offer_at(&mut places, address).transports.push(transport.name);
        }
    }
    if let Some(address) = settings.metrics_listen {
        offer_at(&mut places, address).metrics = true;
    }
    if let Some(address) = settings.admin.listen {
        places.push(Place { address, offer: Offer { admin: true, ..Offer::default() } });
    }
    places
}

/// What is served at `address`, so far nothing if it is another than those there are.
fn offer_at(places: &mut Vec<Place>, address: SocketAddr) -> &mut Offer {
    // Port 0 is a free one, another each time.
    let same = places.iter().position(|at| at.address == address && address.port() != 0);
    let index = same.unwrap_or_else(|| {
        places.push(Place { address, offer: Offer::default() });
        places.len() - 1
    });
    &mut places[index].offer
}

/// A line for people on each transport that is served: its path, seen from the pages.
#[must_use]
pub fn paths(settings: &Settings, places: &[Place]) -> Vec<String> {
    let line = |transport: Common<'_>| {
        let (title, path) = (transport.name.title(), transport.path);
        let own =
            places.iter().filter(|place| transport.listen.is_some() && offers(place, &transport));
        let ports: Vec<_> = own.map(|place| format!("on port {}", place.address.port())).collect();
        format!("{title} at {path} {}", ports.join(", ")).trim_end().to_owned()
    };
    settings.transports.enabled().map(line).collect()
}

fn offers(place: &Place, transport: &Common<'_>) -> bool {
    place.offer.transports.contains(&transport.name)
}

/// A line for people on each transport that is served, on the metrics and on the admin API: its
/// URLs.
#[must_use]
pub fn urls(settings: &Settings, places: &[Place]) -> Vec<String> {
    let line = |transport: Common<'_>| {
        let (scheme, slash) = match transport.name {
            TransportName::SocketIo => ("http", "/"),
            TransportName::WebSocket => ("ws", ""),
        };
        let path = transport.path;
        let urls = places
            .iter()
            .filter(|place| offers(place, &transport))
            .map(|place| format!("{scheme}://{}{path}{slash}", place.address));
        format!("{}: {}", transport.name.title(), urls.collect::<Vec<_>>().join(" "))
    };
    let metrics = places.iter().filter(|place| place.offer.metrics);
    let metrics = metrics.map(|place| format!("Metrics: http://{}/metrics", place.address));
    let scheme = if settings.admin.tls_cert_file.is_some() { "https" } else { "http" };
    let admin = places.iter().filter(|place| place.offer.admin);
    let admin = admin.map(|place| format!("Admin API: {scheme}://{}/v1/", place.address));
    settings.transports.enabled().map(line).chain(metrics).chain(admin).collect()
}

#[cfg(test)]
#[cfg(all(feature = "socketio", feature = "ws"))]
mod tests {
    use super::*;
    use crate::settings::tests::load_file;

    /// Address and what is served there, in short.
    fn found(file: &str) -> Vec<(String, String)> {
        let in_short = |offer: &Offer| {
            let transports = offer.transports.iter().map(ToString::to_string);
            let pages = offer.pages.then(|| "pages".to_owned());
            let metrics = offer.metrics.then(|| "metrics".to_owned());
            let admin = offer.admin.then(|| "admin".to_owned());
            let all = pages.into_iter().chain(transports).chain(metrics).chain(admin);
            all.collect::<Vec<_>>().join(" ")
        };
        let places = places(&load_file(file).unwrap().settings);
        places.iter().map(|place| (place.address.to_string(), in_short(&place.offer))).collect()
    }

    #[test]
    fn where_what_is_served() {
        let cases: [(&str, &[(&str, &str)]); 9] = [
            ("", &[("127.0.0.1:1", "pages socketio ws")]),
            (
                "[transport.ws]\nlisten = ['127.0.0.1:2', '127.0.0.1:3']",
                &[("127.0.0.1:1", "pages socketio"), ("127.0.0.1:2", "ws"), ("127.0.0.1:3", "ws")],
            ),
            (
                "transport.ws.listen = ['127.0.0.1:2']\ntransport.socketio.enabled = false",
                &[("127.0.0.1:1", "pages"), ("127.0.0.1:2", "ws")],
            ),
            (
                "transport.ws.listen = ['127.0.0.1:2']\ntransport.ws.enabled = false",
                &[("127.0.0.1:1", "pages socketio")],
            ),
            (
                "transport.ws.listen = ['127.0.0.1:2']\ntransport.socketio.listen = ['127.0.0.1:2']",
                &[("127.0.0.1:1", "pages"), ("127.0.0.1:2", "socketio ws")],
            ),
            (
                "transport.ws.listen = ['127.0.0.1:0']\ntransport.socketio.listen = ['127.0.0.1:0']",
                &[("127.0.0.1:1", "pages"), ("127.0.0.1:0", "socketio"), ("127.0.0.1:0", "ws")],
            ),
            (
                "metrics_listen = '127.0.0.1:2'",
                &[("127.0.0.1:1", "pages socketio ws"), ("127.0.0.1:2", "metrics")],
            ),
            ("metrics_listen = '127.0.0.1:1'", &[("127.0.0.1:1", "pages socketio ws metrics")]),
            (
                "metrics_listen = '127.0.0.1:2'\n\
                 admin = { listen = '127.0.0.1:3', token = 'more-than-16-bytes' }",
                &[
                    ("127.0.0.1:1", "pages socketio ws"),
                    ("127.0.0.1:2", "metrics"),
                    ("127.0.0.1:3", "admin"),
                ],
            ),
        ];
        for (file, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|&(at, what)| (at.to_owned(), what.to_owned())).collect();
            assert_eq!(found(&format!("listen = ['127.0.0.1:1']\n{file}")), expected, "{file}");
        }
    }

    #[test]
    fn the_urls_of_each_transport() {
        let file = "listen = ['127.0.0.1:1', '[::1]:1']\ntransport.ws.listen = ['127.0.0.1:2']\n\
                    metrics_listen = '127.0.0.1:3'\n\
                    admin = { listen = '127.0.0.1:4', token = 'more-than-16-bytes' }";
        let settings = load_file(file).unwrap().settings;
        let expected = [
            "Socket.IO: http://127.0.0.1:1/socket.io/ http://[::1]:1/socket.io/",
            "Raw WebSocket: ws://127.0.0.1:2/ws",
            "Metrics: http://127.0.0.1:3/metrics",
            "Admin API: http://127.0.0.1:4/v1/",
        ];
        assert_eq!(urls(&settings, &places(&settings)), expected);
        let expected = ["Socket.IO at /socket.io", "Raw WebSocket at /ws on port 2"];
        assert_eq!(paths(&settings, &places(&settings)), expected);
    }
}
