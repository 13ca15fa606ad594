//! What the operator does.

use std::collections::BTreeMap;

use easyrtc_proto::{
    EasyrtcId, ErrorCode, FieldName, GroupName, IceConfig, RoomStatus, RoomUpdate, ServerMessage,
    SessionData,
};
use easyrtc_state::{AdminCommand, AdminError, CloseReason, ConnId, Field, FieldMap, FieldOwner};

use super::command::room_data;
use super::{Heard, Model, reached};

impl Model {
    pub(super) fn admin(&mut self, command: AdminCommand) -> Result<(), AdminError> {
        match command {
            AdminCommand::SetField { of, name, field } => self.set_field(&of, name, field),
            AdminCommand::SetGroup { easyrtcid, group, member } => {
                self.set_group(easyrtcid, group, member)
            }
            AdminCommand::Kick { easyrtcid } => {
                let conn = self.named(easyrtcid)?;
                self.dismiss(conn, ErrorCode::LoginGenFail, CloseReason::Kicked);
                Ok(())
            }
            AdminCommand::ForwardToUrl { easyrtcid, forward } => {
                self.event(self.named(easyrtcid)?, ServerMessage::ForwardToUrl(forward));
                Ok(())
            }
            AdminCommand::PushIceConfig { easyrtcid, ice_servers } => {
                let conn = self.named(easyrtcid)?;
                if let Some(client) = self.client_mut(conn) {
                    client.ice_servers.clone_from(&ice_servers);
                    client.renew_ice_servers = false;
                }
                let client = self.client(conn).ok_or(AdminError::NoClient)?;
                let ice_servers = ice_servers.unwrap_or_else(|| self.ice_servers(&client.app));
                self.event(conn, ServerMessage::IceConfig(IceConfig { ice_servers }));
                Ok(())
            }
            AdminCommand::SendToken { easyrtcid } => {
                let conn = self.named(easyrtcid)?;
                let token = self.token(conn).ok_or(AdminError::NoClient)?;
                self.catch_up_all(conn);
                self.event(conn, token);
                Ok(())
            }
            AdminCommand::Shutdown => {
                self.shut_down();
                Ok(())
            }
        }
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
