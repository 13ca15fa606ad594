//! Engine.IO 4 and Socket.IO 5 for the EasyRTC server.
#![allow(dead_code, reason = "the sans-IO part comes first")]

mod engine;
mod socket;
