//! The transports that the settings enable, running.

#[cfg(not(any(feature = "socketio", feature = "ws")))]
compile_error!("a server without a transport serves nobody: enable the feature `socketio` or `ws`");

#[cfg(feature = "socketio")]
mod socket_io;
#[cfg(feature = "ws")]
mod web_socket;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use easyrtc_runtime::{Capability, Runtime};
#[cfg(feature = "socketio")]
use easyrtc_transport_socketio::SocketIo;
#[cfg(feature = "ws")]
use easyrtc_transport_ws::RawWebSocket;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Request, Response};

use crate::http::Body;
use crate::settings::{Settings, TransportName};

/// What the transports that are enabled let clients do, for the core to tell them.
#[must_use]
//= docs/spec/capabilities.md#capabilities.listed
pub fn capabilities(settings: &Settings) -> BTreeSet<Capability> {
    let of = |name| match name {
        #[cfg(feature = "socketio")]
        TransportName::SocketIo => easyrtc_transport_socketio::CAPABILITIES.to_vec(),
        #[cfg(feature = "ws")]
        TransportName::WebSocket => easyrtc_transport_ws::CAPABILITIES.to_vec(),
        // Settings cannot enable what is not built in.
        #[cfg(not(all(feature = "socketio", feature = "ws")))]
        _ => Vec::new(),
    };
    settings.transports.enabled().flat_map(|transport| of(transport.name)).collect()
}

/// A running transport.
#[derive(Clone)]
pub enum Transport {
    /// Engine.IO and Socket.IO.
    #[cfg(feature = "socketio")]
    SocketIo(SocketIo),
    /// JSON over a plain WebSocket.
    #[cfg(feature = "ws")]
    WebSocket(RawWebSocket),
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transport({})", self.name())
    }
}

impl Transport {
    /// Starts those that are enabled, in front of `runtime`.
    #[must_use]
    pub fn start(settings: &Settings, runtime: &Runtime) -> Vec<Self> {
        let start = |name| match name {
            #[cfg(feature = "socketio")]
            TransportName::SocketIo => {
                Some(Self::SocketIo(SocketIo::new(socket_io::config(settings), runtime.clone())))
            }
            #[cfg(feature = "ws")]
            TransportName::WebSocket => {
                let config = web_socket::config(settings);
                Some(Self::WebSocket(RawWebSocket::new(config, runtime.clone())))
            }
            // Settings cannot enable what is not built in.
            #[cfg(not(all(feature = "socketio", feature = "ws")))]
            _ => None,
        };
        settings.transports.enabled().filter_map(|transport| start(transport.name)).collect()
    }

    /// Which one it is.
    #[must_use]
    pub const fn name(&self) -> TransportName {
        match self {
            #[cfg(feature = "socketio")]
            Self::SocketIo(_) => TransportName::SocketIo,
            #[cfg(feature = "ws")]
            Self::WebSocket(_) => TransportName::WebSocket,
        }
    }

    /// Whether requests for `path` are for it.
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        match self {
            #[cfg(feature = "socketio")]
            Self::SocketIo(transport) => transport.serves(path),
            #[cfg(feature = "ws")]
            Self::WebSocket(transport) => transport.serves(path),
        }
    }

    /// Answers a request that it serves.
    pub async fn respond(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Body> {
        let response = match self {
            #[cfg(feature = "socketio")]
            Self::SocketIo(transport) => transport.handle(request, Some(peer)).await,
            #[cfg(feature = "ws")]
            Self::WebSocket(transport) => transport.handle(request, Some(peer)).await,
        };
        response.map(|body| body.map_err(Into::into).boxed_unsync())
    }

    /// Takes no new clients from now on; those there are go on.
    pub fn drain(&self) {
        match self {
            // Only who has not connected yet is sent away.
            #[cfg(feature = "socketio")]
            Self::SocketIo(transport) => transport.stop(),
            #[cfg(feature = "ws")]
            Self::WebSocket(transport) => transport.drain(),
        }
    }

    /// Takes no new clients from now on, and is about to lose those there are.
    pub fn stop(&self) {
        match self {
            #[cfg(feature = "socketio")]
            Self::SocketIo(transport) => transport.stop(),
            #[cfg(feature = "ws")]
            Self::WebSocket(transport) => transport.stop(),
        }
    }

    /// Waits until it has no client.
    pub async fn closed(&self) {
        match self {
            #[cfg(feature = "socketio")]
            Self::SocketIo(transport) => transport.closed().await,
            #[cfg(feature = "ws")]
            Self::WebSocket(transport) => transport.closed().await,
        }
    }
}
