//! What a client is given, as users' files, tokens and webhooks say it: one form for all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{AppName, FieldName, GroupName, IceServer, Payload, Username};
use easyrtc_state::{Field, FieldMap, Grant, Permission, RoomPattern};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// A JSON object whose values are still text. Of a repeated key the last counts, as in JavaScript.
pub(crate) type Object = BTreeMap<String, Box<RawValue>>;

/// Groups, rooms, fields and ICE servers of one grant.
const MAX_GROUPS: usize = 100;
const MAX_ROOMS: usize = 1_000;
const MAX_FIELDS: usize = 1_000;
const MAX_ICE_SERVERS: usize = 100;

/// A grant that cannot be used. Values are not shown, they may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrant {
    /// A value is not what it has to be, `null` included.
    #[error("{key} is not {expected}")]
    Value {
        /// Where it stands.
        key: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// There is a key that means nothing: a slip of the pen could let people in where they are not
    /// wanted.
    #[error("there is no key {0:?}")]
    Unknown(String),
}

/// Takes the value at `key` out of `object`.
pub(crate) fn take<T: DeserializeOwned>(
    object: &mut Object,
    key: &'static str,
    expected: &'static str,
) -> Result<Option<T>, InvalidGrant> {
    let Some(value) = object.remove(key) else { return Ok(None) };
    // An optional type would take `null` for nothing, and nothing often means no restriction.
    let value = serde_json::from_str(value.get()).ok();
    value.map(Some).ok_or(InvalidGrant::Value { key, expected })
}

/// Takes the applications a user or a token is good for; `None`: all.
pub(crate) fn take_applications(
    object: &mut Object,
) -> Result<Option<BTreeSet<AppName>>, InvalidGrant> {
    take(object, "applications", "an array of names of applications")
}

/// Reads what is left in `object` as a grant.
pub(crate) fn read(mut object: Object) -> Result<Grant, InvalidGrant> {
    let grant = Grant {
        username: take::<Username>(&mut object, "username", "a username")?,
        groups: read_groups(&mut object)?,
        fields: read_fields(&mut object)?,
        ice_servers: read_ice_servers(&mut object)?,
        renew_ice_servers: false,
        rooms: read_rooms(&mut object)?,
        permissions: read_permissions(&mut object)?,
        expires_in: take::<u32>(&mut object, "expiresIn", "a number of whole seconds")?
            .map(|seconds| Duration::from_secs(seconds.into())),
    };
    match object.into_keys().next() {
        None => Ok(grant),
        Some(key) => Err(InvalidGrant::Unknown(key)),
    }
}

fn read_groups(object: &mut Object) -> Result<BTreeSet<GroupName>, InvalidGrant> {
    let (key, expected) = ("groups", "an array of at most 100 names of groups");
    let groups: BTreeSet<_> = take(object, key, expected)?.unwrap_or_default();
    if groups.len() > MAX_GROUPS { Err(InvalidGrant::Value { key, expected }) } else { Ok(groups) }
}

fn read_rooms(object: &mut Object) -> Result<Option<BTreeSet<RoomPattern>>, InvalidGrant> {
    let (key, expected) = ("rooms", "an array of at most 1000 names of rooms or their beginnings");
    read_texts(object, key, expected, |text| RoomPattern::parse(text).ok())
}

fn read_permissions(object: &mut Object) -> Result<Option<BTreeSet<Permission>>, InvalidGrant> {
    let expected = "an array of createRoom, listRooms, sendMessage, seePrivateRooms, enterAnyRoom";
    read_texts(object, "permissions", expected, Permission::from_name)
}

fn read_texts<T: Ord>(
    object: &mut Object,
    key: &'static str,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<BTreeSet<T>>, InvalidGrant> {
    let Some(texts) = take::<Vec<String>>(object, key, expected)? else { return Ok(None) };
    let read: Option<_> = texts.iter().take(MAX_ROOMS + 1).map(|text| read(text)).collect();
    let fits = |read: &BTreeSet<T>| read.len() <= MAX_ROOMS;
    read.filter(fits).map(Some).ok_or(InvalidGrant::Value { key, expected })
}

/// A field in the form the options have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GivenField {
    field_value: Box<RawValue>,
    #[serde(default)]
    field_option: FieldOption,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct FieldOption {
    is_shared: bool,
}

fn read_fields(object: &mut Object) -> Result<FieldMap, InvalidGrant> {
    let key = "fields";
    let expected = r#"an object such as {"name": {"fieldValue": 1, "fieldOption": {"isShared": true}}} with at most 1000 fields"#;
    let invalid = || InvalidGrant::Value { key, expected };
    let given: BTreeMap<String, GivenField> = take(object, key, expected)?.unwrap_or_default();
    if given.len() > MAX_FIELDS {
        return Err(invalid());
    }
    let fields = given.into_iter().map(|(name, field)| {
        let name = FieldName::parse(&name).map_err(|_| invalid())?;
        let value = Payload::parse(field.field_value.get()).map_err(|_| invalid())?;
        Ok((name, Field { value, shared: field.field_option.is_shared }))
    });
    fields.collect::<Result<_, _>>().map(FieldMap)
}

fn read_ice_servers(object: &mut Object) -> Result<Option<Arc<[IceServer]>>, InvalidGrant> {
    let (key, expected) = ("iceServers", "an array of at most 100 ICE servers");
    let Some(servers) = take::<Vec<Box<RawValue>>>(object, key, expected)? else {
        return Ok(None);
    };
    let invalid = InvalidGrant::Value { key, expected };
    if servers.len() > MAX_ICE_SERVERS {
        return Err(invalid);
    }
    let servers = servers.iter().map(|server| IceServer::parse(server.get()));
    servers.collect::<Result<_, _>>().map(Some).map_err(|_| invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(text: &str) -> Result<Grant, InvalidGrant> {
        read(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_whole_one() {
        let grant = grant(
            r#"{"username": "ada", "groups": ["staff", "staff"],
                "fields": {"role": {"fieldValue": 1.0, "fieldOption": {"isShared": true}},
                           "id": {"fieldValue": null}},
                "rooms": ["Lobby", "class-*"], "permissions": ["listRooms", "enterAnyRoom"],
                "expiresIn": 60, "iceServers": [{"urls": "stun:a"}]}"#,
        )
        .unwrap();
        assert_eq!(grant.username.unwrap().to_text(), "ada");
        assert_eq!(grant.groups.len(), 1);
        let role = &grant.fields.0[&FieldName::parse("role").unwrap()];
        assert_eq!((role.value.as_str(), role.shared), ("1.0", true));
        let id = &grant.fields.0[&FieldName::parse("id").unwrap()];
        assert_eq!((id.value.as_str(), id.shared), ("null", false));
        assert_eq!(grant.ice_servers.unwrap().len(), 1);
        let rooms = ["Lobby", "class-*"].map(|text| RoomPattern::parse(text).unwrap());
        assert_eq!(grant.rooms.unwrap(), rooms.into());
        let permissions = [Permission::ListRooms, Permission::EnterAnyRoom];
        assert_eq!(grant.permissions.unwrap(), permissions.into());
        assert_eq!(grant.expires_in, Some(Duration::from_secs(60)));
    }

    #[test]
    fn nothing_is_half_used() {
        assert_eq!(grant("{}"), Ok(Grant::default()));
        for (text, key) in [
            (r#"{"username": ""}"#, "username"),
            (r#"{"username": null}"#, "username"),
            (r#"{"username": 7}"#, "username"),
            (r#"{"groups": "staff"}"#, "groups"),
            (r#"{"groups": ["no/group"]}"#, "groups"),
            (r#"{"groups": null}"#, "groups"),
            (r#"{"fields": {"role": "host"}}"#, "fields"),
            (r#"{"fields": {"role": {"fieldValue": 1, "shared": true}}}"#, "fields"),
            (
                r#"{"fields": {"a name that is much too long for one": {"fieldValue": 1}}}"#,
                "fields",
            ),
            (r#"{"iceServers": {}}"#, "iceServers"),
            (r#"{"iceServers": [{"urls": "turn:a", "password": "s3cret"}]}"#, "iceServers"),
            (r#"{"rooms": ["a/b"]}"#, "rooms"),
            (r#"{"rooms": null}"#, "rooms"),
            (r#"{"permissions": ["everything"]}"#, "permissions"),
            (r#"{"permissions": "listRooms"}"#, "permissions"),
            (r#"{"expiresIn": -1}"#, "expiresIn"),
            (r#"{"expiresIn": "60"}"#, "expiresIn"),
            (r#"{"expiresIn": 4294967296}"#, "expiresIn"),
            (r#"{"usernam": "ada"}"#, "usernam"),
        ] {
            let error = grant(text).unwrap_err().to_string();
            assert!(error.contains(key) && !error.contains("s3cret"), "{text}: {error}");
        }
        let groups: Vec<String> = (0..=MAX_GROUPS).map(|n| n.to_string()).collect();
        assert!(grant(&serde_json::json!({ "groups": groups }).to_string()).is_err());
    }
}
