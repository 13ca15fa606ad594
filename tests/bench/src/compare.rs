//! Two servers, measured in turns.

use crate::bench::{Bench, Settings};
use crate::measurement::Measurement;
use crate::phase::Phase;
use crate::problem::Problem;
use crate::server::Candidate;

/// Runs all phases against each server in turn, `rounds` times, each time on a new process: what
/// else the machine does then falls on both. `found` gets each measurement as it is made.
///
/// # Errors
/// If a server can't be started or measured.
pub fn compare(
    candidates: &[Candidate],
    phases: &[Phase],
    rounds: u32,
    settings: &Settings,
    mut found: impl FnMut(&Measurement) -> Result<(), Problem>,
) -> Result<Vec<Measurement>, Problem> {
    let mut all = Vec::new();
    for round in 1..=rounds {
        for candidate in candidates {
            for phase in phases {
                // A process of its own, so that memory is that of this phase alone.
                let server = candidate.start()?;
                let (place, watch) = (server.place.clone(), server.watch.clone());
                let mut bench =
                    Bench::new(place, candidate.name.clone(), Some(watch), settings.clone());
                bench.round = round;
                for measured in bench.run(*phase)? {
                    found(&measured)?;
                    all.push(measured);
                }
            }
        }
    }
    Ok(all)
}
