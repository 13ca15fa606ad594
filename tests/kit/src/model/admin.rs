//! What the operator does.

mod audience;
mod room;

use std::collections::BTreeMap;

use easyrtc_proto::{
    EasyrtcId, ErrorCode, FieldName, GroupName, RoomName, RoomStatus, RoomUpdate, ServerMessage,
    SessionData, SetPresence,
};
use easyrtc_state::{
    AdminAnswer, AdminCommand, AdminError, CloseReason, ConnId, Field, FieldMap, FieldOwner,
};

use super::command::room_data;
use super::{Heard, Model, reached};

impl Model {
    pub(super) fn admin(&mut self, command: AdminCommand) -> Result<AdminAnswer, AdminError> {
        match command {
            AdminCommand::SetField { of, name, field } => self.set_field(&of, name, field)?,
            AdminCommand::SetGroup { easyrtcid, group, member } => {
                self.set_group(easyrtcid, group, member)?;
            }
            AdminCommand::SetPresence { easyrtcid, presence } => {
                self.set_presence_of(easyrtcid, &presence)?;
            }
            AdminCommand::Kick { easyrtcid } => {
                let conn = self.named(easyrtcid)?;
                self.dismiss(conn, ErrorCode::LoginGenFail, CloseReason::Kicked);
            }
            AdminCommand::SendToken { easyrtcid } => {
                let conn = self.named(easyrtcid)?;
                let token = self.token(conn).ok_or(AdminError::NoClient)?;
                self.catch_up_all(conn);
                self.event(conn, token);
            }
            AdminCommand::Send { to, message_type, data } => {
                return self.send_custom(&to, message_type, data);
            }
            AdminCommand::SendError { to, code } => return self.send_error(&to, code),
            AdminCommand::ForwardToUrl { to, forward } => {
                return self.send(&to, &ServerMessage::ForwardToUrl(forward));
            }
            AdminCommand::PushIceConfig { to, ice_servers } => {
                return self.push_ice_config(&to, ice_servers.as_ref());
            }
            AdminCommand::CreateRoom { app, room } => self.create_room(&app, room)?,
            AdminCommand::CloseRoom { app, room } => self.close_room(&app, &room)?,
            AdminCommand::JoinRoom { easyrtcid, room } => self.put_into_room(easyrtcid, room)?,
            AdminCommand::LeaveRoom { easyrtcid, room } => self.take_out(easyrtcid, room)?,
            AdminCommand::Ban { who, expires_in } => return self.ban(who, expires_in),
            AdminCommand::Unban { ban } => return self.unban(ban),
            AdminCommand::Shutdown => self.shut_down(),
        }
        Ok(AdminAnswer::Done)
    }

    /// The others are told; no policy is asked.
    fn set_presence_of(
        &mut self,
        easyrtcid: EasyrtcId,
        presence: &SetPresence,
    ) -> Result<(), AdminError> {
        let conn = self.named(easyrtcid)?;
        let client = self.client_mut(conn).ok_or(AdminError::NoClient)?;
        client.presence = presence.applied_to(&client.presence);
        let rooms: Vec<RoomName> = client.rooms.keys().cloned().collect();
        self.tell_changed(conn, rooms);
        Ok(())
    }

    fn named(&self, easyrtcid: EasyrtcId) -> Result<ConnId, AdminError> {
        let found = self.clients().find(|(_, client)| client.easyrtcid == easyrtcid);
        found.map(|(conn, _)| conn).ok_or(AdminError::NoClient)
    }

    fn set_field(
        &mut self,
        of: &FieldOwner,
        name: FieldName,
        field: Option<Field>,
    ) -> Result<(), AdminError> {
        let limit = self.config.limits.fields;
        let fields = self.fields_of(of)?;
        let is_new = field.is_some() && !fields.0.contains_key(&name);
        if is_new && reached(fields.0.len(), limit) {
            return Err(AdminError::TooMany);
        }
        let before = fields.shared();
        fields.0.remove(&name);
        fields.0.extend(field.map(|field| (name, field)));
        let shared = fields.shared();
        if shared == before {
            return Ok(());
        }
        match of {
            FieldOwner::Room(app, room) => {
                let update = RoomUpdate::new(room.clone(), RoomStatus::Update);
                let update = RoomUpdate { field: Some(shared), ..update };
                let message = room_data(BTreeMap::from([(room.clone(), update)]));
                for member in self.members(app, room) {
                    self.event(member, message.clone());
                }
            }
            FieldOwner::Session(app, sid) => {
                let data = SessionData { easyrtcsid: sid.clone(), field: Some(shared) };
                for conn in self.in_session(app, sid) {
                    self.event(conn, ServerMessage::SessionData(data.clone()));
                }
            }
            FieldOwner::Application(_) | FieldOwner::Connection(_) => {}
        }
        Ok(())
    }

    fn fields_of(&mut self, of: &FieldOwner) -> Result<&mut FieldMap, AdminError> {
        if let FieldOwner::Connection(easyrtcid) = of {
            let conn = self.named(*easyrtcid)?;
            return Ok(&mut self.client_mut(conn).ok_or(AdminError::NoClient)?.fields);
        }
        let app = match of {
            FieldOwner::Application(app)
            | FieldOwner::Room(app, _)
            | FieldOwner::Session(app, _) => app,
            FieldOwner::Connection(_) => return Err(AdminError::NoClient),
        };
        let app = self.apps.get_mut(app).ok_or(AdminError::NoApplication)?;
        match of {
            FieldOwner::Room(_, room) => {
                Ok(&mut app.rooms.get_mut(room).ok_or(AdminError::NoRoom)?.fields)
            }
            FieldOwner::Session(_, sid) => {
                Ok(&mut app.sessions.get_mut(sid).ok_or(AdminError::NoSession)?.fields)
            }
            FieldOwner::Application(_) | FieldOwner::Connection(_) => Ok(&mut app.fields),
        }
    }

    fn set_group(
        &mut self,
        easyrtcid: EasyrtcId,
        group: GroupName,
        member: bool,
    ) -> Result<(), AdminError> {
        let conn = self.named(easyrtcid)?;
        let limit = self.config.limits.groups_per_connection;
        let groups = &mut self.client_mut(conn).ok_or(AdminError::NoClient)?.rights.groups;
        if !member {
            groups.remove(&group);
        } else if !groups.contains(&group) && reached(groups.len(), limit) {
            return Err(AdminError::TooMany);
        } else {
            groups.insert(group);
        }
        Ok(())
    }

    /// Nobody is told who else goes: all do.
    fn shut_down(&mut self) {
        for conn in self.conns.keys().copied().collect::<Vec<_>>() {
            self.event(conn, ServerMessage::error(ErrorCode::ServerShutdown));
            self.hear(conn, Heard::Closed(CloseReason::Shutdown));
        }
        *self = Self { out: std::mem::take(&mut self.out), ..Self::new(self.config.clone()) };
        self.draining = true;
    }
}
