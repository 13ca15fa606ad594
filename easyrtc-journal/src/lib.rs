//! Journals of a core: everything that happened to it and what it made of it, to be played again.
//!
//! A journal starts with a configuration and an empty core. After that each line is one
//! [`Step`]: the input, the time, the easyrtcids that were drawn, and the effects. Secrets are
//! replaced by stand-ins of the same length ([`StandIns`]), in inputs and effects alike, before
//! anything is written. [`replay`](fn@replay) feeds the inputs to a new core and says where its
//! effects differ. The format is in `docs/journal.md`.

#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

mod effect;
mod input;
mod line;
mod recorder;
mod replay;
mod secrets;
mod stand_in;

pub use line::VERSION;
pub use recorder::{Limits, Recorder, Step};
pub use replay::{Difference, End, Outcome, ReplayError, Replayed, replay};
pub use stand_in::StandIns;
