//! Names: values that cannot be anything but valid (decision D18).
//!
//! The rules are the original's regular expressions as JavaScript reads them: lengths are counted
//! in UTF-16 units, `.` matches no line terminator, `/i` folds ASCII letters only.

mod identifier;
mod text;

pub use identifier::{
    ApiVersion, AppName, EasyrtcId, FieldName, GroupName, InvalidName, RoomName, SessionId,
};
pub use text::{ApiFieldName, MessageType, PresenceStatus, SettingName, Username};
