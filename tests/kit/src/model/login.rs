//! Logging in, and entering rooms.

use std::collections::BTreeMap;
use std::time::Duration;

use easyrtc_proto::{
    ApiFields, AppName, Application, Authenticate, ErrorCode, Group, IceConfig, Payload, Presence,
    Protocol, RoomName, ServerMessage, SessionData, Token,
};
use easyrtc_state::{
    AckId, CloseReason, ConnId, Grant, LoginQuestion, Permission, Policy, Question, Verdict,
};

use super::{About, Client, Heard, Model, News, Rights, command::merged, reached};
use crate::setup::Embedder;

/// Who wants to join rooms.
pub(super) struct Entrant<'a> {
    pub(super) conn: ConnId,
    pub(super) app: &'a AppName,
    pub(super) rights: &'a Rights,
    pub(super) logs_in: bool,
    pub(super) taken_out: &'a [RoomName],
}

impl Model {
    pub(super) fn ask_login(&mut self, conn: ConnId, ack: AckId, request: Box<Authenticate>) {
        let Some(connection) = self.conns.get(&conn) else { return };
        if connection.beyond_limit {
            return self.refuse_login(conn, ack, ErrorCode::LoginNoSockets);
        }
        if !self.may_fail_now(conn) {
            return self.refuse_login(conn, ack, ErrorCode::LoginGenFail);
        }
        if self.comes_from_banned(conn) {
            return self.refuse_login(conn, ack, ErrorCode::BannedIpAddr);
        }
        let (app, rooms) = (self.app_named(&request), self.rooms_of(&request));
        let is_in = |room: &&RoomName| self.members(&app, room).contains(&conn);
        let question = Question::Login(LoginQuestion {
            conn,
            username: request.username.clone(),
            credential: request.credential.clone(),
            easyrtcsid: request.easyrtcsid.clone(),
            is_in: rooms.keys().filter(is_in).cloned().collect(),
            rooms,
            app,
            meta: connection.meta.clone(),
        });
        self.put_out(conn, ack, About::Login(request), question);
    }

    fn rooms_of(&self, request: &Authenticate) -> BTreeMap<RoomName, Option<Payload>> {
        match &request.room_join {
            Some(join) => join.rooms.clone(),
            None => self.config.room_default.iter().map(|room| (room.clone(), None)).collect(),
        }
    }

    fn app_named(&self, request: &Authenticate) -> AppName {
        let named = request.application_name.clone();
        named.unwrap_or_else(|| self.config.app_default_name.clone())
    }

    pub(super) fn refuse_login(&mut self, conn: ConnId, ack: AckId, code: ErrorCode) {
        self.answer(conn, ack, ServerMessage::error(code));
        self.close(conn, CloseReason::Refused);
    }

    pub(super) fn login_answered(
        &mut self,
        conn: ConnId,
        ack: AckId,
        (request, taken_out): (Authenticate, &[RoomName]),
        verdict: Verdict,
    ) {
        let app = self.app_named(&request);
        let mut rooms = self.rooms_of(&request);
        let allowed = match verdict {
            Verdict::Allow(grant) => {
                let rights = Rights::of(&grant);
                let entrant =
                    Entrant { conn, app: &app, rights: &rights, logs_in: true, taken_out };
                if request.room_join.is_none() {
                    rooms.retain(|room, _| rights.may_enter(room, &self.rules(&app, room)));
                }
                let username = grant.username.as_ref().or(request.username.as_ref());
                match grant.expires_in {
                    _ if self.comes_from_banned(conn) => Err(ErrorCode::BannedIpAddr),
                    _ if self.is_banned_name(&app, username) => Err(ErrorCode::LoginBadAuth),
                    Some(Duration::ZERO) => Err(ErrorCode::LoginBadAuth),
                    _ => {
                        let created = self.may_log_in(&entrant, &request, &rooms);
                        created.map(|created| (grant, created))
                    }
                }
            }
            Verdict::Deny(code) => {
                self.denied(conn, &code);
                Err(code)
            }
            Verdict::RoomJoin | Verdict::IceServers(_) | Verdict::Application(_) => {
                Err(ErrorCode::LoginGenFail)
            }
        };
        match allowed {
            Ok((grant, created)) => {
                self.joined_now(conn, rooms.len(), created);
                self.log_in(conn, ack, &app, request, grant, rooms.into_keys().collect());
            }
            Err(code) => self.refuse_login(conn, ack, code),
        }
    }

    fn may_log_in(
        &self,
        entrant: &Entrant<'_>,
        request: &Authenticate,
        rooms: &BTreeMap<RoomName, Option<Payload>>,
    ) -> Result<usize, ErrorCode> {
        let (limits, founded) = (&self.config.limits, self.apps.get(entrant.app));
        let may_found = self.config.app_auto_create;
        if founded.is_none() && (!may_found || reached(self.apps.len(), limits.applications)) {
            return Err(ErrorCode::LoginAppAuthFail);
        }
        let sessions = self.apps.values().map(|app| app.sessions.len()).sum();
        let known = |sid| founded.is_some_and(|app| app.sessions.contains_key(sid));
        let starts_session = request.easyrtcsid.as_ref().is_some_and(|sid| !known(sid));
        if starts_session && reached(sessions, limits.sessions) {
            return Err(ErrorCode::LoginGenFail);
        }
        self.may_join(entrant, rooms, rooms.len())
    }

    /// All or nothing (decision D11); a member needs no new place (decision D23). `total` is in
    /// how many rooms it would be. Returns how many rooms it would create.
    pub(super) fn may_join(
        &self,
        entrant: &Entrant<'_>,
        rooms: &BTreeMap<RoomName, Option<Payload>>,
        total: usize,
    ) -> Result<usize, ErrorCode> {
        let Entrant { conn, app, rights, logs_in, taken_out } = *entrant;
        let (missing, full) = match logs_in {
            true => (ErrorCode::LoginBadRoom, ErrorCode::LoginGenFail),
            false => (ErrorCode::MsgRejectBadRoom, ErrorCode::MsgRejectBadRoom),
        };
        let limits = &self.config.limits;
        if limits.rooms_per_connection != 0 && total > limits.rooms_per_connection {
            return Err(full);
        }
        let founded = self.apps.get(app).map(|app| app.rooms.keys().cloned().collect());
        let there: Vec<RoomName> =
            founded.unwrap_or_else(|| self.new_app(app).rooms.into_keys().collect());
        let mut count = there.len();
        for (room, parameter) in rooms {
            let (members, rules) = (self.members(app, room), self.rules(app, room));
            let is_in = members.contains(&conn);
            if (logs_in || !is_in) && !rights.may_enter(room, &rules) {
                return Err(missing);
            }
            if is_in {
                continue;
            }
            if taken_out.contains(room) && !rights.may(Permission::EnterAnyRoom) {
                return Err(missing);
            }
            if !there.contains(room) {
                if !self.creates_rooms(app) || !rights.may_create(&rules) {
                    return Err(missing);
                }
                Embedder.create_room(app, room)?;
                count += 1;
            } else if reached(members.len(), self.capacity(app, room)) {
                return Err(full);
            }
            Embedder.join_room(app, room, parameter.as_ref())?;
        }
        let limit = limits.rooms_per_application;
        let created = count - there.len();
        let too_many = limit != 0 && count > limit && created > 0;
        if too_many || !self.may_join_now(conn, rooms.len(), created) {
            return Err(full);
        }
        Ok(created)
    }

    /// Puts a client into rooms, since now unless it is in already.
    pub(super) fn enter(&mut self, conn: ConnId, rooms: &[RoomName]) {
        let unix_ms = self.now.unix_ms;
        for name in rooms {
            let Some(app) = self.client(conn).map(|client| client.app.clone()) else { return };
            let room = self.new_room(&app, name);
            let Some(client) = self.client_mut(conn) else { return };
            client.rooms.entry(name.clone()).or_insert_with(|| (unix_ms, <_>::default()));
            if let Some(app) = self.apps.get_mut(&app) {
                app.rooms.entry(name.clone()).or_insert(room);
            }
        }
    }

    /// As if it had left everything and logged in anew, but for its name and, in the rooms named
    /// again, since when it is in them (decision D12).
    fn log_in(
        &mut self,
        conn: ConnId,
        ack: AckId,
        app: &AppName,
        request: Authenticate,
        grant: Grant,
        rooms: Vec<RoomName>,
    ) {
        let former = self.conns.get_mut(&conn).and_then(|connection| {
            connection.login_due = None;
            connection.client.take()
        });
        let drawn = || self.hints.easyrtcids.front().copied();
        let Some(easyrtcid) = former.as_ref().map(|client| client.easyrtcid).or_else(drawn) else {
            return;
        };
        let mut client = self.new_client(app, easyrtcid, &request, grant);
        client.device = self.conns.get(&conn).and_then(|connection| connection.meta.device.clone());
        let founded = self.new_app(app);
        let sessions = &mut self.apps.entry(app.clone()).or_insert(founded).sessions;
        if let Some(sid) = request.easyrtcsid {
            sessions.entry(sid).or_default();
        }
        if let Some(connection) = self.conns.get_mut(&conn) {
            connection.client = Some(client);
        }
        if former.is_none() {
            self.hints.easyrtcids.pop_front();
        }
        let (mut changes, mut elsewhere) = (BTreeMap::new(), None);
        let remove = |(room, _): (&RoomName, _)| (room.clone(), News::Left);
        if let Some(former) = &former {
            let left = former.rooms.iter().map(remove).collect::<BTreeMap<_, _>>();
            if former.app == *app {
                let kept = former.rooms.iter().filter(|(room, _)| rooms.contains(room));
                let kept = kept.map(|(name, (since, _))| (name.clone(), (*since, <_>::default())));
                let kept: BTreeMap<_, _> = kept.collect();
                if let Some(client) = self.client_mut(conn) {
                    client.rooms = kept;
                }
                changes = left;
            } else {
                elsewhere = Some((former.app.clone(), left));
            }
        }
        let kept = self.client(conn).map(|client| client.rooms.clone()).unwrap_or_default();
        self.enter(conn, &rooms);
        let entered = rooms.into_iter().map(|room| match kept.contains_key(&room) {
            true => (room, News::Changed),
            false => (room, News::Came),
        });
        changes.extend(entered);
        if let Some(token) = self.token(conn) {
            self.hear(conn, Heard::Answer(ack, token));
        }
        if let Some((old, left)) = elsewhere {
            self.tell(conn, &old, easyrtcid, left);
        }
        self.tell(conn, app, easyrtcid, changes);
    }

    fn new_client(
        &self,
        app: &AppName,
        easyrtcid: easyrtc_proto::EasyrtcId,
        request: &Authenticate,
        grant: Grant,
    ) -> Client {
        let (rights, now) = (Rights::of(&grant), self.now.mono);
        let mut fields = self.config.connection_default_fields.clone();
        fields.0.extend(grant.fields.0);
        let presence = request.set_presence.clone().unwrap_or_default();
        let mut client = Client {
            easyrtcid,
            app: app.clone(),
            username: grant.username.or_else(|| request.username.clone()),
            presence: presence.applied_to(&Presence::default()),
            session: request.easyrtcsid.clone(),
            device: None,
            rights,
            expires_at: grant.expires_in.map(|time| now.saturating_add(time)),
            fields,
            ice_servers: grant.ice_servers,
            renew_ice_servers: grant.renew_ice_servers,
            api_field: ApiFields::default(),
            user_settings: BTreeMap::new(),
            rooms: BTreeMap::new(),
            news: BTreeMap::new(),
        };
        let cfg = &request.set_user_cfg;
        let api_field = ApiFields(merged(&BTreeMap::new(), &cfg.api_field));
        let settings = merged(&BTreeMap::new(), &cfg.user_settings);
        if self.fits(&api_field, &settings) {
            (client.api_field, client.user_settings) = (api_field, settings);
        }
        client
    }

    /// The token of a client, as things stand.
    pub(super) fn token(&self, conn: ConnId) -> Option<ServerMessage> {
        let client = self.client(conn)?;
        let app = self.apps.get(&client.app)?;
        let session = client.session.as_ref().and_then(|sid| {
            let field = app.sessions.get(sid)?.fields.shared_if_any();
            Some(SessionData { easyrtcsid: sid.clone(), field })
        });
        let configured = self.config.applications.get(&client.app);
        let rooms = client.rooms.keys().map(|r| (r.clone(), self.joined(&client.app, r)));
        let groups = client.rights.groups.iter();
        let ice_servers = client.ice_servers.clone();
        Some(ServerMessage::Token(Box::new(Token {
            easyrtcid: client.easyrtcid,
            field: client.fields.shared_if_any(),
            ice_config: IceConfig {
                ice_servers: ice_servers.unwrap_or_else(|| self.ice_servers(&client.app)),
            },
            group_list: groups.map(|g| (g.clone(), Group { group_name: g.clone() })).collect(),
            room_data: rooms.collect(),
            session_data: session,
            application: Application {
                application_name: client.app.clone(),
                field: app.fields.shared_if_any(),
                option: configured.map(|app| app.public_options.clone()).unwrap_or_default(),
            },
            still_alive_interval: self.config.still_alive_interval.as_secs() * 1000,
            server_time: self.now.unix_ms,
            protocol: Protocol::with(self.config.capabilities.clone()),
        })))
    }
}
