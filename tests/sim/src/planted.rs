//! The test of the test: bugs are planted, and have to be found.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use easyrtc_sim::{Failure, run};
use easyrtc_state::Planted;

use crate::arguments::Arguments;
use crate::lock;

/// Plants each bug, and runs seeds until one fails, which then has to fail again in the same way.
/// Returns whether all were found.
pub(crate) fn find_all(arguments: &Arguments) -> bool {
    // A core that panics is found out too, and need not be heard.
    std::panic::set_hook(Box::new(|_| {}));
    let next = AtomicUsize::new(0);
    let missed = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads {
            scope.spawn(|| {
                while let Some(bug) = Planted::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    bug.plant();
                    let found = find(arguments);
                    Planted::uproot();
                    if let Err(what) = report(*bug, found) {
                        println!("{bug:?}: {what}");
                        *lock(&missed) += 1;
                    }
                }
            });
        }
    });
    let missed = *lock(&missed);
    println!("{} bugs planted, {missed} not found", Planted::ALL.len());
    missed == 0
}

fn find(arguments: &Arguments) -> Option<(Failure, Failure)> {
    let seeds = arguments.first..arguments.first.saturating_add(arguments.seeds);
    let failure = seeds.into_iter().find_map(|seed| run(seed, arguments.steps).err())?;
    let again = run(failure.seed, failure.steps).err()?;
    Some((*failure, *again))
}

fn report(bug: Planted, found: Option<(Failure, Failure)>) -> Result<(), String> {
    let (failure, again) = found.ok_or("not found")?;
    if failure.to_string() != again.to_string() {
        return Err(format!("not the same again: {failure}\n{again}"));
    }
    let Failure { seed, steps, violation } = failure;
    println!("{bug:?}: found by {}, seed {seed}, step {steps}", violation.invariant);
    Ok(())
}
