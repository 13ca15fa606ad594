//! Answers the core's questions: who may log in, and as what.
//!
//! An [`Authorizer`] decides about logins, or leaves them to the next one: [`Open`] lets everybody
//! in, [`Users`] knows the users of a file, [`Jwt`] whoever has a token, and [`Webhook`] asks a
//! backend. [`Answers`] asks a chain of them, within a time and not too many at once, and is what
//! a runtime asks.
//!
//! What decides is logged, once for each login, under the target `easyrtc_auth`, and counted in
//! [`Metrics`]. Neither names a user, and nothing here shows a secret: not the log, not an error,
//! not `Debug`.

#![forbid(unsafe_code)]

mod answers;
mod authorizer;
mod grant;
mod http;
mod ice;
pub mod jwt;
mod metrics;
mod open;
mod password;
pub mod rooms;
mod secret;
mod signed;
mod users;
pub mod webhook;

pub use answers::{Answers, Door, Options};
pub use authorizer::{Authorizer, Deciding, Decision, Reason};
pub use grant::InvalidGrant;
pub use http::{HttpClient, HttpError, InvalidUrl, NoCertificates, Url};
pub use ice::{Ice, InvalidTurn, InvalidTurnUrl, Turn, TurnOptions, TurnUrl};
pub use jwt::Jwt;
pub use metrics::{Metrics, Outcomes};
pub use open::Open;
pub use password::{HashError, hash_password};
pub use secret::Secret;
pub use signed::{NoRandomness, SignedClient, SignedMessage};
pub use users::{InvalidUser, InvalidUsers, Users};
pub use webhook::Webhook;
