//! Authorizers against real servers, and what must never be seen.

#![allow(clippy::unwrap_used, reason = "also the helpers of these tests fail by panicking")]

mod jwks;
mod jwt;
mod secrets;
mod support;
mod webhook;
