//! Rules an embedder adds to the protocol's own: pure, and asked inside the core.

use easyrtc_proto::{AppName, EasyrtcId, ErrorCode, Payload, Presence, RoomName};

/// Narrower rules. Every method allows by default; a refusal names the code the client is told.
/// What needs to look elsewhere is no policy but a question (see [`Question`](crate::Question)).
#[expect(clippy::missing_errors_doc, reason = "every error is a refusal")]
pub trait Policy {
    /// May a client create this room? (Whether any may is `Config::room_auto_create`.)
    fn create_room(&self, app: &AppName, room: &RoomName) -> Result<(), ErrorCode> {
        let _ = (app, room);
        Ok(())
    }

    /// May a client enter this room, with this `roomParameter`?
    fn join_room(
        &self,
        app: &AppName,
        room: &RoomName,
        parameter: Option<&Payload>,
    ) -> Result<(), ErrorCode> {
        let _ = (app, room, parameter);
        Ok(())
    }

    /// May this client have this presence? A refusal is usually `MSG_REJECT_PRESENCE`.
    fn set_presence(&self, client: &EasyrtcId, presence: &Presence) -> Result<(), ErrorCode> {
        let _ = (client, presence);
        Ok(())
    }
}

impl<P: Policy + ?Sized> Policy for Box<P> {
    fn create_room(&self, app: &AppName, room: &RoomName) -> Result<(), ErrorCode> {
        (**self).create_room(app, room)
    }

    fn join_room(
        &self,
        app: &AppName,
        room: &RoomName,
        parameter: Option<&Payload>,
    ) -> Result<(), ErrorCode> {
        (**self).join_room(app, room, parameter)
    }

    fn set_presence(&self, client: &EasyrtcId, presence: &Presence) -> Result<(), ErrorCode> {
        (**self).set_presence(client, presence)
    }
}

/// Allows everything, as the original does.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Policy for AllowAll {}
