//! The core as a table: given these inputs, exactly these effects.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "core/access.rs"]
mod access;
#[path = "core/admin.rs"]
mod admin;
#[path = "core/bans.rs"]
mod bans;
#[path = "core/expiry.rs"]
mod expiry;
#[path = "core/fields.rs"]
mod fields;
#[path = "core/gathering.rs"]
mod gathering;
#[path = "core/guarded.rs"]
mod guarded;
#[path = "core/harness.rs"]
mod harness;
#[path = "core/inspection.rs"]
mod inspection;
#[path = "core/life.rs"]
mod life;
#[path = "core/limits.rs"]
mod limits;
#[path = "core/login.rs"]
mod login;
#[path = "core/messages.rs"]
mod messages;
#[path = "core/notices.rs"]
mod notices;
#[path = "core/operator.rs"]
mod operator;
#[path = "core/questions.rs"]
mod questions;
#[path = "core/rates.rs"]
mod rates;
#[path = "core/rooms.rs"]
mod rooms;
