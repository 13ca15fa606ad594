//! A world of many clients around one core, without a network, and the invariants that must hold
//! in it after every step.
//!
//! A history is a list of [`Operation`]s. They are abstract ("the third client says …") and always
//! mean something, whatever came before, so that a history can be shortened at will.
//! [`World::run`](world::World::run) turns each into inputs of the core, carries out the effects,
//! and has every [`check::Invariant`] look at what happened. What ought to happen is said by the
//! [`model`], which knows the rules but none of the core's data structures.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each invariant looks at a few kinds of effects, whatever others there will be"
)]

pub mod check;
pub mod client;
pub mod model;
pub mod names;
pub mod operation;
pub mod setup;
pub mod watched;
pub mod world;

pub use operation::Operation;
pub use setup::Setup;
pub use watched::{Violation, Watched};
pub use world::World;
