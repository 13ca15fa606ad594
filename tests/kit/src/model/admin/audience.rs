//! What the operator sends to one client or many.

use std::sync::Arc;

use easyrtc_proto::{
    ErrorCode, IceConfig, IceServer, MessageType, Payload, RelayedCustom, ServerMessage, Target,
};
use easyrtc_state::{AdminAnswer, AdminError, Audience, ConnId};

use super::Model;

type Sent = Result<AdminAnswer, AdminError>;

impl Model {
    pub(super) fn send_custom(
        &mut self,
        to: &Audience,
        msg_type: MessageType,
        msg_data: Option<Payload>,
    ) -> Sent {
        let mut target = Target::default();
        if let Audience::Room(_, room) = to {
            target.room = Some(room.clone());
        }
        if let Audience::Group(_, group) = to {
            target.group = Some(group.clone());
        }
        let custom = RelayedCustom { msg_type, msg_data, sender_easyrtcid: None, target };
        self.send(to, &ServerMessage::Custom(custom))
    }

    /// What begins with `MSG_REJECT_`, and what nobody knows, leaves connections open.
    pub(super) fn send_error(&mut self, to: &Audience, code: ErrorCode) -> Sent {
        let known = ErrorCode::ALL.contains(&code);
        if known && !code.name().starts_with("MSG_REJECT_") {
            return Err(AdminError::EndsConnections);
        }
        self.send(to, &ServerMessage::error(code))
    }

    pub(super) fn push_ice_config(
        &mut self,
        to: &Audience,
        ice_servers: Option<&Arc<[IceServer]>>,
    ) -> Sent {
        let receivers = self.audience(to)?;
        for &conn in &receivers {
            let Some(client) = self.client_mut(conn) else { continue };
            client.ice_servers = ice_servers.cloned();
            client.renew_ice_servers = false;
            let app = client.app.clone();
            let ice_servers = ice_servers.cloned().unwrap_or_else(|| self.ice_servers(&app));
            self.event(conn, ServerMessage::IceConfig(IceConfig { ice_servers }));
        }
        Ok(AdminAnswer::Sent { to: receivers.len() })
    }

    pub(super) fn send(&mut self, to: &Audience, message: &ServerMessage) -> Sent {
        let receivers = self.audience(to)?;
        for &conn in &receivers {
            self.event(conn, message.clone());
        }
        Ok(AdminAnswer::Sent { to: receivers.len() })
    }

    fn audience(&self, to: &Audience) -> Result<Vec<ConnId>, AdminError> {
        let app = match to {
            Audience::Connection(_) | Audience::Everybody => None,
            Audience::Room(app, _) | Audience::Group(app, _) | Audience::Application(app) => {
                Some(app)
            }
        };
        let founded = app.map(|app| self.apps.get(app).ok_or(AdminError::NoApplication));
        let founded = founded.transpose()?;
        if let (Audience::Room(_, room), Some(founded)) = (to, founded)
            && !founded.rooms.contains_key(room)
        {
            return Err(AdminError::NoRoom);
        }
        let meant = self.clients().filter(|(_, client)| {
            app.is_none_or(|app| client.app == *app)
                && match to {
                    Audience::Connection(easyrtcid) => client.easyrtcid == *easyrtcid,
                    Audience::Room(_, room) => client.rooms.contains_key(room),
                    Audience::Group(_, group) => client.is_in_group(group),
                    Audience::Application(_) | Audience::Everybody => true,
                }
        });
        let meant: Vec<ConnId> = meant.map(|(conn, _)| conn).collect();
        match to {
            Audience::Connection(_) if meant.is_empty() => Err(AdminError::NoClient),
            _ => Ok(meant),
        }
    }
}
