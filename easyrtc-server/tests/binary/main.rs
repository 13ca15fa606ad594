//! The real binary, started as an operator starts it.

#![allow(clippy::unwrap_used, reason = "also the helpers of these tests fail by panicking")]

mod bounds;
mod configuration;
mod demo;
mod harness;
mod pages;
mod signalling;
mod stopping;
