//! `token`: what a client is told when it has logged in, or again when the operator says so.

use easyrtc_proto::{
    Application, Group, IceConfig, Protocol, ServerMessage, SessionData, SessionId, Token,
};

use crate::app::{App, Session};
use crate::input::ConnId;
use crate::state::{Ctx, State};

/// The token of a client, as things stand.
pub(crate) fn of(state: &State, conn: ConnId, ctx: &Ctx<'_>) -> Option<ServerMessage> {
    let client = state.client(conn)?;
    let app = state.apps.get(&client.app)?;
    let rooms = client.rooms.keys();
    let rooms = rooms.filter_map(|name| Some((name.clone(), app.rooms.get(name)?.joined(name))));
    let granted = client.granted.get();
    let groups = granted.into_iter().flat_map(|granted| &granted.groups);
    let groups = groups.map(|name| (name.clone(), Group { group_name: name.clone() }));
    let ice_servers = granted.and_then(|granted| granted.ice_servers.as_ref());
    let ice_servers = ice_servers.unwrap_or_else(|| ctx.config.ice_servers_of(&client.app)).clone();
    let interval = ctx.config.still_alive_interval.as_millis();
    Some(ServerMessage::Token(Box::new(Token {
        easyrtcid: client.easyrtcid,
        field: granted.and_then(|granted| granted.fields.shared_if_any()),
        ice_config: IceConfig { ice_servers },
        //= docs/spec/groups.md#groups.in-token
        group_list: groups.collect(),
        room_data: rooms.collect(),
        //= docs/spec/sessions.md#sessions.in-token
        session_data: client.session.as_ref().and_then(|sid| session_data(app, sid)),
        application: application(app, &client.app, ctx),
        //= docs/spec/messages/token.md#token.still-alive-interval
        still_alive_interval: u64::try_from(interval).unwrap_or(u64::MAX),
        //= docs/spec/messages/token.md#token.server-time
        server_time: ctx.now.unix_ms,
        //= docs/spec/messages/token.md#token.protocol
        //= docs/spec/capabilities.md#capabilities.everywhere
        protocol: Protocol::with(ctx.config.capabilities.clone()),
    })))
}

fn application(app: &App, name: &easyrtc_proto::AppName, ctx: &Ctx<'_>) -> Application {
    let configured = ctx.config.applications.get(name);
    Application {
        application_name: name.clone(),
        field: app.fields.shared_if_any(),
        option: configured.map(|app| app.public_options.clone()).unwrap_or_default(),
    }
}

fn session_data(app: &App, sid: &SessionId) -> Option<SessionData> {
    let session: &Session = app.sessions.get(sid)?;
    Some(SessionData { easyrtcsid: sid.clone(), field: session.fields.shared_if_any() })
}
