//! Names, described by the patterns that are enforced.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::name::{
    ApiFieldName, ApiVersion, AppName, EasyrtcId, FieldName, GroupName, MessageType,
    PresenceStatus, RoomName, SessionId, SettingName, Username,
};

macro_rules! identifiers {
    ($($name:ident, $description:literal;)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": $description,
                    "type": "string",
                    "pattern": Self::PATTERN,
                })
            }
        }
    )*};
}

identifiers! {
    ApiVersion, "The version of the client's API; any is accepted.";
    AppName, "The name of an application. Nothing passes between applications.";
    EasyrtcId, "Names a connection: the server gives each its own at login.";
    RoomName, "The name of a room within its application.";
    GroupName, "The name of a group within its application.";
    FieldName, "The name of a field of an application, room, session or connection.";
    SessionId, "Names a session: what the cookie `easyrtcsid` holds.";
}

/// Lengths count UTF-16 units, which JSON Schema has no word for: the `maxLength` of a text with
/// characters beyond U+FFFF is smaller by one for each of them.
macro_rules! texts {
    ($($name:ident, $min:literal, $max:literal, $description:literal;)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": $description,
                    "type": "string",
                    // `.` means this in JavaScript, and something else elsewhere.
                    "pattern": concat!("^[^\\n\\r\\u2028\\u2029]{", $min, ",", $max, "}$"),
                    "minLength": $min,
                    "maxLength": $max,
                })
            }
        }
    )*};
}

texts! {
    Username, 1, 64, "The name a client shows to others; need not be unique. Its length is counted in UTF-16 units.";
    PresenceStatus, 0, 255, "Free text about a client. Its length is counted in UTF-16 units.";
    ApiFieldName, 1, 128, "The name of an apiField. Its length is counted in UTF-16 units.";
}

macro_rules! strings {
    ($($name:ident, $description:literal;)*) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "description": $description, "type": "string" })
            }
        }
    )*};
}

strings! {
    SettingName, "The name of a setting: any string.";
    MessageType, "The kind of message: any string, for the application to choose.";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths stand here and in the predicates: the longest name passes both, one more none.
    #[test]
    fn the_lengths_are_those_enforced() {
        let text = |length: usize| "é".repeat(length);
        assert!(Username::parse(&text(64)).is_ok() && Username::parse(&text(65)).is_err());
        assert!(PresenceStatus::parse(&text(255)).is_ok());
        assert!(PresenceStatus::parse(&text(256)).is_err());
        assert!(
            ApiFieldName::parse(&text(128)).is_ok() && ApiFieldName::parse(&text(129)).is_err()
        );
        for (pattern, schema) in [
            (Username::PATTERN, "^[^\\n\\r\\u2028\\u2029]{1,64}$"),
            (PresenceStatus::PATTERN, "^[^\\n\\r\\u2028\\u2029]{0,255}$"),
            (ApiFieldName::PATTERN, "^[^\\n\\r\\u2028\\u2029]{1,128}$"),
        ] {
            assert_eq!(pattern.replace('.', "[^\\n\\r\\u2028\\u2029]"), schema);
        }
    }
}
