//! The PROXY protocol, versions 1 and 2: a load balancer that passes on bytes says before them
//! whose they are.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

pub use easyrtc_transport_common::proxy_header::Malformed;
use easyrtc_transport_common::proxy_header::{self as header, MAX_LINE, Version2};
use tokio::io::AsyncReadExt;

use crate::gate::Socket;
use crate::settings::{Network, Settings, is_in};

/// Bytes that may follow the fixed part of version 2: addresses, and whatever the balancer adds
/// about TLS and such, which is not read.
const MAX_REST: usize = 4096;

/// Why a connection is closed before anything of it is served.
#[derive(Debug, thiserror::Error)]
pub enum ProxyHeaderError {
    /// It comes from nobody who may say whose it is.
    #[error("it comes from no trusted proxy")]
    Untrusted,
    /// The header did not come in time.
    #[error("the header did not come in time")]
    Timeout,
    /// The connection ended or failed before the header was complete.
    #[error("the header did not come: {0}")]
    Ended(#[from] io::Error),
    /// There is no header, or not one that means anything.
    #[error("{0}")]
    Malformed(#[from] Malformed),
}

impl ProxyHeaderError {
    /// The kinds there are, as metrics call them.
    pub const KINDS: [&'static str; 4] = ["untrusted", "timeout", "ended", "malformed"];

    /// Its place in [`Self::KINDS`].
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Untrusted => 0,
            Self::Timeout => 1,
            Self::Ended(_) => 2,
            Self::Malformed(_) => 3,
        }
    }
}

/// Reads the header that every connection has to begin with.
#[derive(Clone, Debug)]
pub struct ProxyProtocol {
    trusted: Vec<Network>,
    timeout: Duration,
}

impl ProxyProtocol {
    /// What the settings say, if they want headers at all.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        let (trusted, timeout) = (settings.trusted_proxies.clone(), settings.header_timeout);
        settings.proxy_protocol.then_some(Self { trusted, timeout })
    }

    /// Whose connection it is that `peer` opened. A balancer that speaks for itself, to see whether
    /// the server lives, is the client.
    ///
    /// # Errors
    /// If the connection does not come from a trusted proxy, or does not begin as it has to.
    pub async fn client(
        &self,
        socket: &mut Socket,
        peer: IpAddr,
    ) -> Result<IpAddr, ProxyHeaderError> {
        if !is_in(&self.trusted, peer) {
            return Err(ProxyHeaderError::Untrusted);
        }
        let source = if self.timeout.is_zero() {
            source(socket).await?
        } else {
            let header = tokio::time::timeout(self.timeout, source(socket));
            header.await.map_err(|_| ProxyHeaderError::Timeout)??
        };
        Ok(source.unwrap_or(peer))
    }
}

/// Reads the header and nothing behind it.
async fn source(socket: &mut Socket) -> Result<Option<IpAddr>, ProxyHeaderError> {
    // As many bytes as the shortest header of either version has.
    let mut start = [0; header::SIGNATURE.len()];
    socket.read_exact(&mut start).await?;
    if start == header::SIGNATURE {
        let mut fixed = [0; 4];
        socket.read_exact(&mut fixed).await?;
        let version_2 = Version2::parse(fixed)?;
        if version_2.length > MAX_REST {
            return Err(Malformed::TooLong.into());
        }
        let mut rest = vec![0; version_2.length];
        socket.read_exact(&mut rest).await?;
        return Ok(version_2.source(&rest)?);
    }
    let line = line(socket, &start).await?;
    Ok(header::version_1(&line)?)
}

/// The line that begins with `start`, without its end.
async fn line(socket: &mut Socket, start: &[u8]) -> Result<Vec<u8>, ProxyHeaderError> {
    let mut line = Vec::with_capacity(MAX_LINE);
    line.extend_from_slice(start);
    header::check_start(&line)?;
    let mut seen = [0; MAX_LINE];
    while line.len() < MAX_LINE {
        // What is behind the line is not ours to take.
        let room = &mut seen[..MAX_LINE - line.len()];
        let length = socket.peek(room).await?;
        if length == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let end = seen[..length].iter().position(|&byte| byte == b'\n').map(|at| at + 1);
        let part = &mut seen[..end.unwrap_or(length)];
        socket.read_exact(part).await?;
        line.extend_from_slice(part);
        if end.is_some() {
            return Ok(line);
        }
    }
    Err(Malformed::TooLong.into())
}
