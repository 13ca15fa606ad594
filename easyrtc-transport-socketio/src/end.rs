//! How a session ends.

use easyrtc_runtime::CloseReason;
use easyrtc_transport_common::CloseCode;

/// The end of a session.
#[derive(Debug)]
pub(crate) struct End {
    /// What the core is told.
    pub(crate) reason: CloseReason,
    /// What becomes of the transport.
    pub(crate) manner: Manner,
}

/// What becomes of the transport when its session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It is dropped as it is: nobody is there, or whoever is does not read.
    Drop,
    /// The client closed it and is told that this was understood.
    Follow,
    /// It is closed; a WebSocket with this code.
    Close(CloseCode),
}

impl End {
    /// The server is going down.
    pub(crate) const fn shutdown() -> Self {
        Self { reason: CloseReason::Shutdown, manner: Manner::Close(CloseCode::Away) }
    }

    /// The server has no room for the client.
    pub(crate) const fn refused() -> Self {
        Self { reason: CloseReason::TooMany, manner: Manner::Close(CloseCode::Again) }
    }
}
