//! The requests.

use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{
    AppName, EasyrtcId, ErrorCode, FieldName, ForwardToUrl, GroupName, IceServer, MessageType,
    Payload, RoomName, SessionId, SetPresence,
};

use crate::ban::{BanId, Banned};
use crate::config::Field;

/// A request of the operator or the server-side application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AdminCommand {
    /// Sets a field, or removes it. Those concerned are told of changed shared fields of rooms
    /// (`roomData`) and sessions (`sessionData`) at once, of those of applications and
    /// connections at the next login (decision D20).
    SetField {
        /// Whose field.
        of: FieldOwner,
        /// Which.
        name: FieldName,
        /// What it is to be; `None` removes it.
        field: Option<Field>,
    },
    /// Puts a client into a group, or takes it out.
    SetGroup {
        /// The client.
        easyrtcid: EasyrtcId,
        /// The group; it comes into being with its first member and ends with its last.
        group: GroupName,
        /// Whether it is to be in it.
        member: bool,
    },
    /// Sets a client's presence, as if the client had; the others in its rooms are told.
    SetPresence {
        /// The client.
        easyrtcid: EasyrtcId,
        /// What to change.
        presence: SetPresence,
    },
    /// Ends a connection: `error` `LOGIN_GEN_FAIL`, then a close (decision D24).
    Kick {
        /// The client.
        easyrtcid: EasyrtcId,
    },
    /// Emits `token` again. The stock client takes that for an error.
    SendToken {
        /// The client.
        easyrtcid: EasyrtcId,
    },
    /// Emits an `easyrtcMsg` that names no sender.
    Send {
        /// Who receives it.
        to: Audience,
        /// The kind of message.
        message_type: MessageType,
        /// The content, if there is any.
        #[cfg_attr(feature = "serde", serde(with = "optional_payload"))]
        data: Option<Payload>,
    },
    /// Emits an `error`, and does nothing else. A code that ends connections is refused.
    SendError {
        /// Who receives it.
        to: Audience,
        /// What it says.
        code: ErrorCode,
    },
    /// Emits `forwardToUrl`.
    ForwardToUrl {
        /// Who receives it.
        to: Audience,
        /// Where to.
        forward: ForwardToUrl,
    },
    /// Emits `iceConfig`.
    PushIceConfig {
        /// Who receives it.
        to: Audience,
        /// The servers these clients are to use from now on; `None`: the configured ones.
        ice_servers: Option<Arc<[IceServer]>>,
    },
    /// Makes a room, as if a client had. Unless somebody joins it, it is forgotten as empty rooms
    /// are.
    CreateRoom {
        /// The application.
        app: AppName,
        /// The room.
        room: RoomName,
    },
    /// Takes everybody out of a room and forgets it. One that the configuration names is there
    /// again at once, as new.
    CloseRoom {
        /// The application.
        app: AppName,
        /// The room.
        room: RoomName,
    },
    /// Puts a client into a room of its application, whatever it may enter by itself, unless the
    /// room is full. Does nothing if it is in already.
    JoinRoom {
        /// The client.
        easyrtcid: EasyrtcId,
        /// The room, which has to be there.
        room: RoomName,
    },
    /// Takes a client out of a room.
    LeaveRoom {
        /// The client.
        easyrtcid: EasyrtcId,
        /// The room.
        room: RoomName,
    },
    /// Closes the connections of somebody and refuses further logins, until the ban ends or the
    /// server does. Who is banned already stays so, for the time given now.
    Ban {
        /// Whom.
        who: Banned,
        /// For how long; `None` or zero: for as long as the server runs.
        expires_in: Option<Duration>,
    },
    /// Ends a ban.
    Unban {
        /// Which.
        ban: BanId,
    },
    /// Tells everybody `SERVER_SHUTDOWN`, closes all connections and lets nobody in any more.
    Shutdown,
}

/// Who receives what the operator sends: everybody among them who has logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Audience {
    /// One client.
    Connection(EasyrtcId),
    /// The members of a room.
    Room(AppName, RoomName),
    /// The members of a group; there may be none.
    Group(AppName, GroupName),
    /// All clients of an application.
    Application(AppName),
    /// All clients.
    Everybody,
}

/// What has fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FieldOwner {
    /// An application.
    Application(AppName),
    /// A room.
    Room(AppName, RoomName),
    /// A session.
    Session(AppName, SessionId),
    /// A connection.
    Connection(EasyrtcId),
}

/// A payload that is `null` is not the same as none, so it stands in a list of at most one.
#[cfg(feature = "serde")]
mod optional_payload {
    use easyrtc_proto::Payload;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        payload: &Option<Payload>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        payload.as_slice().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Payload>, D::Error> {
        Ok(Vec::<Payload>::deserialize(deserializer)?.into_iter().next())
    }
}
