//! What the server says.

mod error;
mod forward_to_url;
mod ice_config;
mod room_data;
mod room_list;
mod session_data;
mod token;

pub use error::ErrorMessage;
pub use forward_to_url::ForwardToUrl;
pub use ice_config::{IceConfig, IceServer, InvalidIceServer};
pub use room_data::{
    ClientEntry, ClientListDelta, RemovedClient, RoomData, RoomStatus, RoomUpdate,
};
pub use room_list::{RoomList, RoomListEntry};
pub use session_data::SessionData;
pub use token::{Application, Group, Protocol, Token};

use crate::command::SignalKind;
use crate::custom::Target;
use crate::error_code::ErrorCode;
use crate::name::{EasyrtcId, MessageType};
use crate::payload::Payload;

/// A message of the server: the answer to a client's message, or emitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerMessage {
    /// `ack`: done; there is nothing to say.
    Ack,
    /// `error`
    Error(ErrorMessage),
    /// `token`: the login succeeded; who and where one is.
    Token(Box<Token>),
    /// `roomData`: what changed in one's rooms.
    RoomData(RoomData),
    /// `roomList`: the rooms of the application.
    RoomList(RoomList),
    /// `iceConfig`: the STUN and TURN servers to use.
    IceConfig(IceConfig),
    /// `sessionData`: the session's fields changed.
    SessionData(SessionData),
    /// `forwardToUrl`: open another page.
    ForwardToUrl(ForwardToUrl),
    /// A signal of another client.
    Signal(RelayedSignal),
    /// An `easyrtcMsg` of another client or of the server-side application.
    Custom(RelayedCustom),
}

impl ServerMessage {
    /// The message that `code` is sent as.
    #[must_use]
    pub fn error(code: ErrorCode) -> Self {
        Self::Error(ErrorMessage::new(code))
    }
}

/// A signal as its receiver gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayedSignal {
    /// Which signal.
    pub kind: SignalKind,
    /// Who sent it.
    pub sender_easyrtcid: EasyrtcId,
    /// What the sender sent, byte for byte.
    pub msg_data: Option<Payload>,
}

/// An `easyrtcMsg` as its receivers get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayedCustom {
    /// The kind of message.
    pub msg_type: MessageType,
    /// What the sender sent, byte for byte; absent if it was.
    pub msg_data: Option<Payload>,
    /// Who sent it; absent if the server-side application did.
    pub sender_easyrtcid: Option<EasyrtcId>,
    /// The receivers the sender asked for.
    pub target: Target,
}
