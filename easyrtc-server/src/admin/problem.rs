//! What is wrong with a request, as RFC 9457 has it.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use easyrtc_state::AdminError;
use hyper::StatusCode;
use hyper::header::{self, HeaderValue};
use serde::Serialize;

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Code {
    /// A name in the path is malformed.
    BadName,
    /// The query is not understood.
    BadQuery,
    /// The body is no JSON, or not the JSON that is due.
    BadBody,
    /// Neither a token nor a certificate says who asks.
    Unauthorized,
    /// There is nothing at this path.
    NoRoute,
    /// There is no such application.
    NoApplication,
    /// There is no such room.
    NoRoom,
    /// There is no such session.
    NoSession,
    /// There is no such client.
    NoClient,
    /// There is no such field.
    NoField,
    /// There is no such ban.
    NoBan,
    /// The client is not in the room.
    NotInRoom,
    /// The client is not in the group.
    NotInGroup,
    /// The path knows no such method.
    MethodNotAllowed,
    /// The body took too long.
    BodyTimeout,
    /// The room is there already.
    Exists,
    /// The room is full.
    RoomFull,
    /// A limit is reached.
    LimitReached,
    /// The body is too long.
    BodyTooLarge,
    /// The body is not said to be JSON.
    UnsupportedMediaType,
}

impl Code {
    /// The status it comes with.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::BadName | Self::BadQuery | Self::BadBody => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NoRoute
            | Self::NoApplication
            | Self::NoRoom
            | Self::NoSession
            | Self::NoClient
            | Self::NoField
            | Self::NoBan
            | Self::NotInRoom
            | Self::NotInGroup => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Exists | Self::RoomFull | Self::LimitReached => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::BadName => "A name is malformed.",
            Self::BadQuery => "The query is not understood.",
            Self::BadBody => "The body is not the JSON that is due.",
            Self::Unauthorized => "The request shows no token.",
            Self::NoRoute => "There is nothing at this path.",
            Self::NoApplication => "There is no such application.",
            Self::NoRoom => "There is no such room.",
            Self::NoSession => "There is no such session.",
            Self::NoClient => "There is no such client.",
            Self::NoField => "There is no such field.",
            Self::NoBan => "There is no such ban.",
            Self::NotInRoom => "The client is not in the room.",
            Self::NotInGroup => "The client is not in the group.",
            Self::MethodNotAllowed => "This path knows no such method.",
            Self::BodyTimeout => "The body took too long.",
            Self::Exists => "The room is there already.",
            Self::RoomFull => "The room is full.",
            Self::LimitReached => "A limit is reached.",
            Self::BodyTooLarge => "The body is too long.",
            Self::UnsupportedMediaType => "The body has to be application/json.",
        }
    }
}

/// The answer to a request that cannot be carried out; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Problem {
    /// Always `about:blank`: `code` says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// What is wrong, for people.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    detail: Cow<'static, str>,
    /// What is wrong, for programs.
    code: Code,
}

impl Problem {
    /// A problem of this kind, explained.
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        let status = code.status();
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code, code.detail())
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let code = match error {
            AdminError::NoApplication => Code::NoApplication,
            AdminError::NoRoom => Code::NoRoom,
            AdminError::NoSession => Code::NoSession,
            AdminError::NoClient => Code::NoClient,
            AdminError::NotInRoom => Code::NotInRoom,
            AdminError::NoBan => Code::NoBan,
            AdminError::Exists => Code::Exists,
            AdminError::RoomFull => Code::RoomFull,
            AdminError::EndsConnections => {
                return Self::new(
                    Code::BadBody,
                    "An error of this code ends connections, which is what DELETE \
                     /v1/connections/EASYRTCID is for.",
                );
            }
            AdminError::TooMany => Code::LimitReached,
        };
        code.into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
