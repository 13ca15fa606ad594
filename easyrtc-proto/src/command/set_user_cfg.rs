//! `setUserCfg`: what the client's library tells about itself, and the fields it shows everywhere.

use std::collections::BTreeMap;

use super::object_data;
use crate::decode::{DecodeErrorKind, Reject, kept, object};
use crate::fields::decode_entry;
use crate::json::{ObjectWriter, stringified_units};
use crate::limits::DecodeLimits;
use crate::name::{ApiFieldName, SettingName};
use crate::payload::Payload;
use crate::value::Value;

/// What to change of a connection's configuration; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SetUserCfg {
    /// The peer connections with their statistics; replaces what was there.
    pub p2p_list: Option<Payload>,
    /// Settings to set, or to remove where there is no value.
    pub user_settings: BTreeMap<SettingName, Option<Payload>>,
    /// Fields to set in all rooms, or to remove where there is no value.
    pub api_field: BTreeMap<ApiFieldName, Option<Payload>>,
}

const PATH: &str = "msgData.setUserCfg";
const P2P_LIST: &str = "msgData.setUserCfg.p2pList";
const USER_SETTINGS: &str = "msgData.setUserCfg.userSettings";
const API_FIELD: &str = "msgData.setUserCfg.apiField";

impl SetUserCfg {
    pub(super) fn decode(
        msg_data: Option<Value<'_>>,
        limits: &DecodeLimits,
    ) -> Result<Self, Reject> {
        let [cfg] = object_data(msg_data)?.get(["setUserCfg"]);
        let [p2p_list, user_settings, api_field] =
            object(cfg, PATH)?.get(["p2pList", "userSettings", "apiField"]);
        for (part, path) in
            [(p2p_list, P2P_LIST), (user_settings, USER_SETTINGS), (api_field, API_FIELD)]
        {
            //= docs/spec/messages/setUserCfg.md#set-user-cfg.structure
            part.map(|part| object(Some(part), path)).transpose()?;
        }
        Ok(Self {
            //= docs/spec/limits.md#limits.p2p-list
            p2p_list: p2p_list.map(|list| kept(list, limits.p2p_list, P2P_LIST)).transpose()?,
            user_settings: decode_settings(user_settings, limits)?,
            api_field: decode_api_field(api_field, limits)?,
        })
    }

    /// At login each part that is malformed or too large is left out (decision D7).
    //= docs/spec/login.md#login.user-cfg
    pub(crate) fn decode_login(cfg: Option<Value<'_>>, limits: &DecodeLimits) -> Self {
        let Ok(cfg) = object(cfg, PATH) else { return Self::default() };
        let parts = cfg.get(["p2pList", "userSettings", "apiField"]);
        let [p2p_list, user_settings, api_field] = parts.map(|p| p.filter(|p| p.is_object()));
        Self {
            p2p_list: p2p_list.and_then(|list| kept(list, limits.p2p_list, P2P_LIST).ok()),
            user_settings: decode_settings(user_settings, limits).unwrap_or_default(),
            api_field: decode_api_field(api_field, limits).unwrap_or_default(),
        }
    }

    pub(super) fn encode(&self) -> String {
        ObjectWriter::new().member("setUserCfg", &self.encode_cfg()).finish()
    }

    pub(crate) fn encode_cfg(&self) -> String {
        let value = |value: &Option<Payload>| {
            value.as_ref().map_or_else(|| "null".to_owned(), |v| v.as_str().to_owned())
        };
        let settings = self
            .user_settings
            .iter()
            .fold(ObjectWriter::new(), |map, (name, v)| map.literal(name.as_json(), &value(v)));
        let fields = self.api_field.iter().fold(ObjectWriter::new(), |map, (name, v)| {
            let field = ObjectWriter::new()
                .member("fieldName", name.as_json())
                .member("fieldValue", &value(v));
            map.literal(name.as_json(), &field.finish())
        });
        ObjectWriter::new()
            .optional("p2pList", self.p2p_list.as_ref().map(Payload::as_str))
            .member("userSettings", &settings.finish())
            .member("apiField", &fields.finish())
            .finish()
    }
}

fn decode_settings(
    settings: Option<Value<'_>>,
    limits: &DecodeLimits,
) -> Result<BTreeMap<SettingName, Option<Payload>>, Reject> {
    let Some(settings) = settings else { return Ok(BTreeMap::new()) };
    kept(settings, limits.user_settings, USER_SETTINGS)?;
    let named = settings.members().filter_map(|(key, value)| {
        let value = (!value.is_null()).then(|| value.payload());
        SettingName::from_literal(&key).map(|name| (name, value))
    });
    Ok(named.collect())
}

fn decode_api_field(
    fields: Option<Value<'_>>,
    limits: &DecodeLimits,
) -> Result<BTreeMap<ApiFieldName, Option<Payload>>, Reject> {
    let Some(fields) = fields else { return Ok(BTreeMap::new()) };
    if fields.holds_binary() {
        return Err(Reject::at(API_FIELD, DecodeErrorKind::Binary));
    }
    let limit = limits.user_api_field_units;
    //= docs/spec/limits.md#limits.connection-api-field
    if limit != 0 && stringified_units(fields.text()) >= limit {
        return Err(Reject::at(API_FIELD, DecodeErrorKind::TooLarge));
    }
    let mut decoded = BTreeMap::new();
    for (key, entry) in fields.members() {
        let (name, value) = decode_entry(&key, entry, API_FIELD)?;
        let value = value.filter(|value| !value.is_null());
        decoded.insert(name, value.map(Value::payload));
    }
    Ok(decoded)
}
