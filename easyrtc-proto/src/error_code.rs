//! The error codes of the protocol: one table.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whom an error concerns, which decides what happens to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorScope {
    /// The login: the connection is closed after the answer.
    Login,
    /// One message: the connection goes on.
    Message,
    /// The server or the address: the connection is closed after the message.
    Server,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $scope:ident, $text:literal;)*) => {
        /// Why a message or a login was refused.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[$doc])* #[doc = concat!("\n\n`", $name, "`: ", $text)] $variant,)*
            /// A code this version does not know; only ever decoded, never sent.
            Other(Box<str>),
        }

        impl ErrorCode {
            /// Every known code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it stands in `errorCode`.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            /// The text that goes with it in `errorText`.
            #[must_use]
            pub const fn text(&self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(_) => "Error occurred.",
                }
            }

            /// Whom it concerns.
            #[must_use]
            pub const fn scope(&self) -> ErrorScope {
                match self {
                    $(Self::$variant => ErrorScope::$scope,)*
                    Self::Other(_) => ErrorScope::Message,
                }
            }

            /// The code called `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }
        }
    };
}

//= docs/spec/errors.md#errors.text
error_codes! {
    /// The client's address is on the deny list.
    BannedIpAddr, "BANNED_IP_ADDR", Server, "Client IP address is banned. Socket will be disconnected.";
    /// The application does not exist and may not be created, or one too many.
    LoginAppAuthFail, "LOGIN_APP_AUTH_FAIL", Login, "Authentication for application failed. Socket will be disconnected.";
    /// Never sent: a malformed name is `MSG_REJECT_BAD_STRUCTURE` (decision D24).
    LoginBadAppName, "LOGIN_BAD_APP_NAME", Login, "Provided application name is improper. Socket will be disconnected.";
    /// No message `authenticate`, or the credentials were refused.
    LoginBadAuth, "LOGIN_BAD_AUTH", Login, "Authentication for application failed. Socket will be disconnected.";
    /// A room named at login does not exist and may not be created.
    LoginBadRoom, "LOGIN_BAD_ROOM", Login, "Requested room is invalid or does not exist. Socket will be disconnected.";
    /// The parts of `authenticate` that everything else rests on are missing.
    LoginBadStructure, "LOGIN_BAD_STRUCTURE", Login, "Authentication for application failed. The provided structure is improper. Socket will be disconnected.";
    /// Never sent: a malformed `setUserCfg` is ignored at login (decision D7).
    LoginBadUserCfg, "LOGIN_BAD_USER_CFG", Login, "Provided configuration options improper or invalid. Socket will be disconnected.";
    /// The login failed for another reason, such as a full room; also a kick.
    LoginGenFail, "LOGIN_GEN_FAIL", Login, "Authentication failed. Socket will be disconnected.";
    /// The server has as many connections as it may have.
    LoginNoSockets, "LOGIN_NO_SOCKETS", Login, "No sockets available for account. Socket will be disconnected.";
    /// The connection did not authenticate in time, or the answer about it did not come.
    LoginTimeout, "LOGIN_TIMEOUT", Login, "Login has timed out. Socket will be disconnected.";
    /// `msgData` is missing, has to be missing, or holds binary data where it may not.
    MsgRejectBadData, "MSG_REJECT_BAD_DATA", Message, "Message rejected. The provided msgData is improper.";
    /// The room does not exist, is full, or the connection is not in it.
    MsgRejectBadRoom, "MSG_REJECT_BAD_ROOM", Message, "Message rejected. Requested room is invalid or does not exist.";
    /// A field is malformed.
    MsgRejectBadField, "MSG_REJECT_BAD_FIELD", Message, "Message rejected. Problem with field structure or name.";
    /// A value is too large, or nested too deeply.
    MsgRejectBadSize, "MSG_REJECT_BAD_SIZE", Message, "Message rejected. Packet size is too large.";
    /// The message is not of the form its `msgType` asks for.
    MsgRejectBadStructure, "MSG_REJECT_BAD_STRUCTURE", Message, "Message rejected. The provided structure is improper.";
    /// No such `msgType`, or nobody takes such a message.
    MsgRejectBadType, "MSG_REJECT_BAD_TYPE", Message, "Message rejected. The provided msgType is unsupported.";
    /// The message failed for another reason, such as a receiver that is not there.
    MsgRejectGenFail, "MSG_REJECT_GEN_FAIL", Message, "Message rejected. General failure occurred.";
    /// The connection has not authenticated.
    MsgRejectNoAuth, "MSG_REJECT_NO_AUTH", Message, "Message rejected. Not logged in or client not authorized.";
    /// The application hides its rooms.
    MsgRejectNoRoomList, "MSG_REJECT_NO_ROOM_LIST", Message, "Message rejected. Room list unavailable.";
    /// The presence was refused.
    MsgRejectPresence, "MSG_REJECT_PRESENCE", Message, "Message rejected. Presence could could not be set.";
    /// The receiver is not there, or may not be addressed.
    MsgRejectTargetEasyrtcid, "MSG_REJECT_TARGET_EASYRTCID", Message, "Message rejected. Target easyrtcid is invalid, not using same application, or no longer online.";
    /// The group does not exist, or the receiver is not in it.
    MsgRejectTargetGroup, "MSG_REJECT_TARGET_GROUP", Message, "Message rejected. Target group is invalid or not defined.";
    /// The sender or the receiver is not in the room.
    MsgRejectTargetRoom, "MSG_REJECT_TARGET_ROOM", Message, "Message rejected. Target room is invalid or not created.";
    /// The server is about to close all connections.
    ServerShutdown, "SERVER_SHUTDOWN", Server, "Server is being shutdown. Socket will be disconnected.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_name(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_codes_and_back() {
        assert_eq!(ErrorCode::ALL.len(), 24);
        for code in ErrorCode::ALL {
            assert_eq!(&ErrorCode::from_name(code.name()), code);
        }
        let other = ErrorCode::from_name("SOMETHING_NEW");
        assert_eq!(other.name(), "SOMETHING_NEW");
    }

    #[test]
    fn the_table_is_as_published() {
        let table: Vec<String> = ErrorCode::ALL
            .iter()
            .map(|code| format!("{} [{:?}] {}", code.name(), code.scope(), code.text()))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }
}
