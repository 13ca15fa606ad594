//! What comes in a request's path: names.

use axum::extract::{FromRequestParts, Path};
use easyrtc_proto::{AppName, EasyrtcId, FieldName, GroupName, RoomName, SessionId};
use hyper::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::{Code, Problem};

/// The names in a path, read. An escaped slash is part of a name, and no name has one.
pub(super) struct At<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(names)) => Ok(Self(names)),
            Err(rejection) => Err(Problem::new(Code::BadName, rejection.body_text())),
        }
    }
}

macro_rules! paths {
    ($($(#[$about:meta])* $name:ident { $($key:ident: $kind:ty = $pattern:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Debug, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
        #[cfg_attr(feature = "openapi", into_params(parameter_in = Path))]
        pub(super) struct $name {
            $(
                #[cfg_attr(feature = "openapi", param(value_type = String, pattern = $pattern))]
                pub(super) $key: $kind,
            )*
        }

        #[cfg(test)]
        impl $name {
            /// The patterns as they are documented, and as they hold.
            const PATTERNS: &'static [(&'static str, &'static str)] =
                &[$(($pattern, <$kind>::PATTERN)),*];
        }
    )*};
}

paths! {
    /// The path of an application.
    OfApplication { app: AppName = "^[A-Za-z0-9_.-]{1,32}$", }
    /// The path of a field of an application.
    OfApplicationField {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        name: FieldName = "^[A-Za-z0-9_. -]{1,32}$",
    }
    /// The path of a room.
    OfRoom {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        room: RoomName = "^[A-Za-z0-9_.-]{1,32}$",
    }
    /// The path of a field of a room.
    OfRoomField {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        room: RoomName = "^[A-Za-z0-9_.-]{1,32}$",
        name: FieldName = "^[A-Za-z0-9_. -]{1,32}$",
    }
    /// The path of a member of a room.
    OfRoomMember {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        room: RoomName = "^[A-Za-z0-9_.-]{1,32}$",
        easyrtcid: EasyrtcId = "^[A-Za-z0-9_.-]{1,32}$",
    }
    /// The path of a group.
    OfGroup {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        group: GroupName = "^[A-Za-z0-9_.-]{1,32}$",
    }
    /// The path of a member of a group.
    OfGroupMember {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        group: GroupName = "^[A-Za-z0-9_.-]{1,32}$",
        easyrtcid: EasyrtcId = "^[A-Za-z0-9_.-]{1,32}$",
    }
    /// The path of a session.
    OfSession {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        easyrtcsid: SessionId = "^[A-Za-z0-9_.%-]{1,100}$",
    }
    /// The path of a field of a session.
    OfSessionField {
        app: AppName = "^[A-Za-z0-9_.-]{1,32}$",
        easyrtcsid: SessionId = "^[A-Za-z0-9_.%-]{1,100}$",
        name: FieldName = "^[A-Za-z0-9_. -]{1,32}$",
    }
    /// The path of a connection.
    OfConnection { easyrtcid: EasyrtcId = "^[A-Za-z0-9_.-]{1,32}$", }
    /// The path of a field of a connection.
    OfConnectionField {
        easyrtcid: EasyrtcId = "^[A-Za-z0-9_.-]{1,32}$",
        name: FieldName = "^[A-Za-z0-9_. -]{1,32}$",
    }
}

/// The path of a ban.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Path))]
pub(super) struct OfBan {
    /// Its number.
    pub(super) id: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_are_those_that_hold() {
        let all = [
            OfApplication::PATTERNS,
            OfApplicationField::PATTERNS,
            OfRoom::PATTERNS,
            OfRoomField::PATTERNS,
            OfRoomMember::PATTERNS,
            OfGroup::PATTERNS,
            OfGroupMember::PATTERNS,
            OfSession::PATTERNS,
            OfSessionField::PATTERNS,
            OfConnection::PATTERNS,
            OfConnectionField::PATTERNS,
        ];
        for (documented, holds) in all.into_iter().flatten() {
            assert_eq!(documented, holds);
        }
    }
}
