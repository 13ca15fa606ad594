//! Every phase, briefly, against the server of this project; and against one whose messages get
//! lost and come twice on the way.

#![allow(clippy::unwrap_used, reason = "also the helpers of these tests fail by panicking")]

mod careless;
mod command;
mod phases;
mod real;
