//! `easyrtcAuth`, `authenticate`: the first message of every client.

use crate::command::{RoomJoin, SetPresence, SetUserCfg};
use crate::decode::{DecodeErrorKind, Reject, kept};
use crate::envelope::Envelope;
use crate::json::ObjectWriter;
use crate::limits::DecodeLimits;
use crate::name::{ApiVersion, AppName, SessionId, Username};
use crate::payload::Payload;
use crate::value::Value;

/// A login, first or repeated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authenticate {
    /// The version of the client's API.
    pub api_version: ApiVersion,
    /// The application; the server's default one if absent.
    pub application_name: Option<AppName>,
    /// The session the connection belongs to.
    pub easyrtcsid: Option<SessionId>,
    /// The name shown to others.
    pub username: Option<Username>,
    /// For whoever decides about the login.
    pub credential: Option<Payload>,
    /// The rooms to join; the default room if absent. Never an empty map.
    pub room_join: Option<RoomJoin>,
    /// The initial presence.
    pub set_presence: Option<SetPresence>,
    /// The initial configuration; whatever of it was malformed is left out (decision D7).
    pub set_user_cfg: SetUserCfg,
}

impl Authenticate {
    /// The checks are in the order of the original, whose codes clients see.
    pub(crate) fn decode(message: &Envelope<'_>, limits: &DecodeLimits) -> Result<Self, Reject> {
        //= docs/spec/login.md#login.bad-auth
        if message.msg_type.and_then(Value::string).as_deref() != Some("authenticate") {
            return Err(Reject::at("msgType", DecodeErrorKind::MsgType));
        }
        //= docs/spec/login.md#login.bad-structure
        let login = |path| Reject::at(path, DecodeErrorKind::Login);
        let data = message.msg_data.filter(|data| data.is_object());
        let data = data.ok_or_else(|| login("msgData"))?;
        let [api_version, app, sid, username, credential, room_join, presence, user_cfg] = data
            .get([
                "apiVersion",
                "applicationName",
                "easyrtcsid",
                "username",
                "credential",
                "roomJoin",
                "setPresence",
                "setUserCfg",
            ]);
        let api_version = api_version
            .filter(|v| v.literal().is_some())
            .ok_or_else(|| login("msgData.apiVersion"))?;
        if room_join.is_some_and(|rooms| !rooms.is_object()) {
            return Err(login("msgData.roomJoin"));
        }
        //= docs/spec/login.md#login.bad-value
        Ok(Self {
            //= docs/spec/messages/authenticate.md#authenticate.api-version
            api_version: name(Some(api_version), ApiVersion::parse, "msgData.apiVersion")?
                .ok_or_else(|| login("msgData.apiVersion"))?,
            application_name: name(app, AppName::parse, "msgData.applicationName")?,
            easyrtcsid: name(sid, SessionId::parse, "msgData.easyrtcsid")?,
            username: decode_username(username)?,
            credential: decode_credential(credential, limits)?,
            room_join: RoomJoin::decode_login(room_join, limits)?,
            set_presence: SetPresence::decode_login(presence, limits)?,
            set_user_cfg: SetUserCfg::decode_login(user_cfg, limits),
        })
    }

    pub(crate) fn encode(&self) -> String {
        let room_join = self.room_join.as_ref().map(RoomJoin::encode_rooms);
        let presence = self.set_presence.as_ref().map(SetPresence::encode_presence);
        let no_cfg = self.set_user_cfg == SetUserCfg::default();
        let user_cfg = (!no_cfg).then(|| self.set_user_cfg.encode_cfg());
        let quoted = |name: &str| format!("\"{name}\"");
        let app = self.application_name.as_ref().map(|app| quoted(app.as_str()));
        let sid = self.easyrtcsid.as_ref().map(|sid| quoted(sid.as_str()));
        let data = ObjectWriter::new()
            .name("apiVersion", self.api_version.as_str())
            .optional("applicationName", app.as_deref())
            .optional("easyrtcsid", sid.as_deref())
            .optional("username", self.username.as_ref().map(Username::as_json))
            .optional("credential", self.credential.as_ref().map(Payload::as_str))
            .optional("roomJoin", room_join.as_deref())
            .optional("setPresence", presence.as_deref())
            .optional("setUserCfg", user_cfg.as_deref());
        let message = ObjectWriter::new().name("msgType", "authenticate");
        message.member("msgData", &data.finish()).finish()
    }
}

/// A member that has to be a valid name if it is there at all.
fn name<T, E>(
    value: Option<Value<'_>>,
    parse: impl Fn(&str) -> Result<T, E>,
    path: &'static str,
) -> Result<Option<T>, Reject> {
    let Some(value) = value else { return Ok(None) };
    let name = value.string().and_then(|text| parse(&text).ok());
    name.map(Some).ok_or_else(|| Reject::structure(path))
}

fn decode_username(value: Option<Value<'_>>) -> Result<Option<Username>, Reject> {
    let Some(value) = value else { return Ok(None) };
    let username = value.literal().and_then(Username::from_literal);
    username.map(Some).ok_or(Reject::structure("msgData.username"))
}

fn decode_credential(
    value: Option<Value<'_>>,
    limits: &DecodeLimits,
) -> Result<Option<Payload>, Reject> {
    const PATH: &str = "msgData.credential";
    let Some(value) = value else { return Ok(None) };
    if !value.is_object() || value.has_no_members() {
        return Err(Reject::structure(PATH));
    }
    //= docs/spec/limits.md#limits.credential
    //= docs/spec/login.md#login.credential-size
    kept(value, limits.credential, PATH).map(Some)
}
