//! The real binary, started as an operator starts it.

mod bounds;
mod configuration;
mod harness;
mod pages;
mod stopping;
