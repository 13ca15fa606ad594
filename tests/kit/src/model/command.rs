//! Commands of clients that have logged in.

use std::collections::BTreeMap;

use easyrtc_proto::{
    ApiFields, ClientListDelta, Command, CustomMessage, ErrorCode, Payload, RelayedCustom,
    RelayedSignal, RemovedClient, RoomData, RoomJoin, RoomLeave, RoomList, RoomListEntry, RoomName,
    RoomStatus, RoomUpdate, ServerMessage, SetPresence, SetRoomApiField, SetUserCfg, SettingName,
    Signal,
};
use easyrtc_state::{AckId, ConnId, Permission, Policy, Question, RoomJoinQuestion};

use super::{About, Kept, Model, News, login::Entrant};
use crate::setup::Embedder;

type Answer = Result<ServerMessage, ErrorCode>;

impl Model {
    pub(super) fn command(&mut self, conn: ConnId, command: Command) -> Answer {
        match command {
            Command::Signal(signal) => self.signal(conn, signal),
            Command::GetRoomList => self.room_list(conn),
            Command::RoomJoin(_) => Err(ErrorCode::MsgRejectGenFail),
            Command::RoomLeave(request) => Ok(self.room_leave(conn, &request)),
            Command::SetRoomApiField(request) => self.set_room_api_field(conn, request),
            Command::SetPresence(request) => self.set_presence(conn, &request),
            Command::SetUserCfg(request) => self.set_user_cfg(conn, &request),
            Command::StillAlive => Ok(ServerMessage::Ack),
            Command::GetIceConfig | Command::Unknown { .. } => Err(ErrorCode::MsgRejectBadType),
        }
    }

    fn signal(&mut self, conn: ConnId, signal: Signal) -> Answer {
        let Some(sender) = self.client(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let target = self.peer(&sender.app, signal.target_easyrtcid);
        let target = target.ok_or(ErrorCode::MsgRejectTargetEasyrtcid)?;
        let (kind, sender_easyrtcid, msg_data) = (signal.kind, sender.easyrtcid, signal.msg_data);
        let relayed = RelayedSignal { kind, sender_easyrtcid, msg_data };
        self.before_hearing_from(sender_easyrtcid, target);
        self.event(target, ServerMessage::Signal(relayed));
        Ok(ServerMessage::Ack)
    }

    /// Every restriction named must hold for a receiver; the sender must be in the room named, not
    /// in the group (decision D14).
    pub(super) fn relay_custom(&mut self, conn: ConnId, message: CustomMessage) -> Answer {
        let Some(sender) = self.client(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let target = &message.target;
        let app = &sender.app;
        let mut receivers: Vec<ConnId> =
            self.clients().filter(|(_, c)| c.app == *app).map(|(conn, _)| conn).collect();
        if let Some(easyrtcid) = target.easyrtcid {
            if easyrtcid == sender.easyrtcid {
                return Err(ErrorCode::MsgRejectTargetEasyrtcid);
            }
            let peer = self.peer(app, easyrtcid).ok_or(ErrorCode::MsgRejectGenFail)?;
            receivers.retain(|&receiver| receiver == peer);
        }
        if let Some(room) = &target.room {
            let members = self.members(app, room);
            receivers.retain(|receiver| members.contains(receiver));
            if !members.contains(&conn) || (target.easyrtcid.is_some() && receivers.is_empty()) {
                return Err(ErrorCode::MsgRejectTargetRoom);
            }
        }
        if let Some(group) = &target.group {
            let members = self.clients().filter(|(_, c)| c.app == *app && c.is_in_group(group));
            let members: Vec<ConnId> = members.map(|(conn, _)| conn).collect();
            receivers.retain(|receiver| members.contains(receiver));
            if members.is_empty() || (target.easyrtcid.is_some() && receivers.is_empty()) {
                return Err(ErrorCode::MsgRejectTargetGroup);
            }
        }
        receivers.retain(|&receiver| receiver != conn);
        let sender_easyrtcid = sender.easyrtcid;
        let relayed = ServerMessage::Custom(RelayedCustom {
            sender_easyrtcid: Some(sender_easyrtcid),
            msg_type: message.msg_type,
            msg_data: message.msg_data,
            target: message.target,
        });
        for receiver in receivers {
            self.before_hearing_from(sender_easyrtcid, receiver);
            self.event(receiver, relayed.clone());
        }
        Ok(ServerMessage::Ack)
    }

    fn room_list(&self, conn: ConnId) -> Answer {
        let Some(client) = self.client(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let hidden = self.config.applications.get(&client.app).is_some_and(|a| a.hide_room_list);
        if hidden || !client.rights.may(Permission::ListRooms) {
            return Err(ErrorCode::MsgRejectNoRoomList);
        }
        let all = client.rights.may(Permission::SeePrivateRooms);
        let rooms = self.apps.get(&client.app).into_iter().flat_map(|app| &app.rooms);
        let seen = |(name, room): &(&RoomName, &Kept)| {
            !room.private || all || client.rooms.contains_key(*name)
        };
        let rooms = rooms.filter(seen).map(|(name, _)| name);
        let entry = |room: &RoomName| {
            let number_clients = self.members(&client.app, room).len();
            (room.clone(), RoomListEntry { room_name: room.clone(), number_clients })
        };
        Ok(ServerMessage::RoomList(RoomList { room_list: rooms.map(entry).collect() }))
    }

    /// Asks about the guarded rooms, if the others may be entered.
    pub(super) fn ask_room_join(&mut self, conn: ConnId, ack: AckId, request: RoomJoin) {
        let guarded = match self.may_join_rooms(conn, &request, &[]) {
            Ok(_) => self.guarded(conn, &request),
            Err(code) => return self.answer(conn, ack, ServerMessage::error(code)),
        };
        if guarded.is_empty() {
            let joined = self.room_join(conn, &request, &[]);
            return self.answer(conn, ack, joined.unwrap_or_else(ServerMessage::error));
        }
        if !self.may_fail_now(conn) {
            return self.answer(conn, ack, ServerMessage::error(ErrorCode::MsgRejectGenFail));
        }
        let Some(client) = self.client(conn) else { return };
        let (username, groups) = (client.username.clone(), client.rights.groups.clone());
        self.ask(conn, ack, About::RoomJoin(request), |easyrtcid, app| {
            let rooms = guarded;
            let question = RoomJoinQuestion { conn, easyrtcid, app, username, groups, rooms };
            Question::RoomJoin(question)
        });
    }

    /// The rooms among these that a client needs leave for.
    fn guarded(&self, conn: ConnId, request: &RoomJoin) -> BTreeMap<RoomName, Option<Payload>> {
        let mut rooms = request.rooms.clone();
        if let Some(client) = self.client(conn) {
            let free = client.rights.may(Permission::EnterAnyRoom);
            rooms.retain(|room, _| {
                !free && !client.rooms.contains_key(room) && self.rules(&client.app, room).guarded
            });
        }
        rooms
    }

    /// Returns how many rooms would be created.
    fn may_join_rooms(
        &self,
        conn: ConnId,
        request: &RoomJoin,
        taken_out: &[RoomName],
    ) -> Result<usize, ErrorCode> {
        let Some(client) = self.client(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let new = request.rooms.keys().filter(|room| !client.rooms.contains_key(*room));
        let (app, rights) = (&client.app, &client.rights);
        let entrant = Entrant { conn, app, rights, logs_in: false, taken_out };
        self.may_join(&entrant, &request.rooms, client.rooms.len() + new.count())
    }

    pub(super) fn room_join(
        &mut self,
        conn: ConnId,
        request: &RoomJoin,
        taken_out: &[RoomName],
    ) -> Answer {
        let created = self.may_join_rooms(conn, request, taken_out)?;
        let Some(client) = self.client(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let app = client.app.clone();
        let rooms: Vec<RoomName> = request.rooms.keys().cloned().collect();
        let news = |room: &RoomName| match client.rooms.contains_key(room) {
            true => (room.clone(), News::Changed),
            false => (room.clone(), News::Came),
        };
        let news = rooms.iter().map(news).collect();
        self.joined_now(conn, rooms.len(), created);
        self.catch_up_all(conn);
        self.enter(conn, &rooms);
        self.tell_of_rooms(conn, news);
        let joined = |room| (RoomName::clone(room), self.joined(&app, room));
        Ok(room_data(rooms.iter().map(joined).collect()))
    }

    fn room_leave(&mut self, conn: ConnId, request: &RoomLeave) -> ServerMessage {
        let Some(client) = self.client_mut(conn) else { return ServerMessage::Ack };
        let (app, about) = (client.app.clone(), client.easyrtcid);
        let left = request.rooms.iter().filter(|room| client.rooms.remove(*room).is_some());
        let changes: BTreeMap<_, _> = left.map(|room| (room.clone(), News::Left)).collect();
        client.news.retain(|room, _| !changes.contains_key(room));
        self.tell(conn, &app, about, changes);
        let left = |r: &RoomName| (r.clone(), RoomUpdate::new(r.clone(), RoomStatus::Leave));
        room_data(request.rooms.iter().map(left).collect())
    }

    fn set_room_api_field(&mut self, conn: ConnId, request: SetRoomApiField) -> Answer {
        let Some(client) = self.client_mut(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let room = client.rooms.get_mut(&request.room_name);
        room.ok_or(ErrorCode::MsgRejectBadRoom)?.1 = request.field;
        self.tell_changed(conn, vec![request.room_name.clone()]);
        Ok(self.update_of(conn, &[request.room_name]))
    }

    fn set_presence(&mut self, conn: ConnId, request: &SetPresence) -> Answer {
        let Some(client) = self.client_mut(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let presence = request.applied_to(&client.presence);
        Embedder.set_presence(&client.easyrtcid, &presence)?;
        client.presence = presence;
        let rooms: Vec<RoomName> = client.rooms.keys().cloned().collect();
        self.tell_changed(conn, rooms.clone());
        Ok(self.update_of(conn, &rooms))
    }

    /// An unchanged `apiField` is told to nobody (decision D7).
    fn set_user_cfg(&mut self, conn: ConnId, request: &SetUserCfg) -> Answer {
        let Some(client) = self.client(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let api_field = ApiFields(merged(&client.api_field.0, &request.api_field));
        let user_settings = merged(&client.user_settings, &request.user_settings);
        if !self.fits(&api_field, &user_settings) {
            return Err(ErrorCode::MsgRejectBadSize);
        }
        let Some(client) = self.client_mut(conn) else { return Err(ErrorCode::MsgRejectNoAuth) };
        let changed = client.api_field != api_field;
        (client.api_field, client.user_settings) = (api_field, user_settings);
        let rooms = client.rooms.keys().cloned().collect();
        if changed {
            self.tell_changed(conn, rooms);
        }
        Ok(ServerMessage::Ack)
    }

    /// Whether what a client configured is within the limits.
    pub(super) fn fits(
        &self,
        api_field: &ApiFields,
        settings: &BTreeMap<SettingName, Payload>,
    ) -> bool {
        let limits = &self.config.limits;
        let (units, most) = (limits.user_api_field_units, limits.user_settings);
        let size: usize = settings.iter().map(|(k, v)| k.as_json().len() + v.len()).sum();
        (units == 0 || api_field.stringified_units() < units) && (most == 0 || size <= most)
    }

    /// `roomData` that shows a client itself in its rooms.
    fn update_of(&self, conn: ConnId, rooms: &[RoomName]) -> ServerMessage {
        let Some(client) = self.client(conn) else { return ServerMessage::Ack };
        let update = |room: &RoomName| {
            let entry = client.entry(room)?;
            let delta = ClientListDelta {
                update_client: BTreeMap::from([(client.easyrtcid, entry.into())]),
                remove_client: BTreeMap::<_, RemovedClient>::new(),
            };
            let update = RoomUpdate::new(room.clone(), RoomStatus::Update);
            Some((room.clone(), RoomUpdate { client_list_delta: Some(delta), ..update }))
        };
        room_data(rooms.iter().filter_map(update).collect())
    }
}

pub(super) fn room_data(room_data: BTreeMap<RoomName, RoomUpdate>) -> ServerMessage {
    ServerMessage::RoomData(RoomData { room_data })
}

/// `old` with these changes; what has no value is removed.
pub(super) fn merged<K: Clone + Ord>(
    old: &BTreeMap<K, Payload>,
    changes: &BTreeMap<K, Option<Payload>>,
) -> BTreeMap<K, Payload> {
    let kept = old.iter().filter(|(key, _)| !changes.contains_key(*key));
    let kept = kept.map(|(key, value)| (key.clone(), value.clone()));
    let set = changes.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?)));
    kept.chain(set).collect()
}
