//! Runs seeds of the simulation: see `--help`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

mod arguments;
#[cfg(feature = "planted")]
mod planted;

use std::env;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use arguments::{Arguments, HELP};
use easyrtc_sim::{Failure, Outcome, run};

fn main() -> ExitCode {
    let arguments = match arguments::parse(env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(what) => {
            eprintln!("easyrtc-sim: {what}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    if arguments.planted {
        return find_planted(&arguments);
    }
    let start = Instant::now();
    let result = run_all(&arguments);
    match result {
        Ok(Outcome { digest, inputs, delivered }) => {
            let Arguments { first, seeds, steps, .. } = arguments;
            let seconds = start.elapsed().as_secs_f64();
            println!("{seeds} seeds from {first} of {steps} steps, {seconds:.1} s");
            println!("{inputs} inputs, {delivered} messages delivered, digest {digest:016x}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(feature = "planted")]
fn find_planted(arguments: &Arguments) -> ExitCode {
    if planted::find_all(arguments) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(not(feature = "planted"))]
fn find_planted(_: &Arguments) -> ExitCode {
    eprintln!("easyrtc-sim: there are no bugs to plant without the feature `planted`");
    ExitCode::from(2)
}

/// Runs all seeds, or all up to the first that fails.
fn run_all(arguments: &Arguments) -> Result<Outcome, Box<Failure>> {
    let next = AtomicU64::new(arguments.first);
    let end = AtomicU64::new(arguments.first.saturating_add(arguments.seeds));
    let failed: Mutex<Option<Box<Failure>>> = Mutex::new(None);
    let sum = Mutex::new(Outcome { digest: 0, inputs: 0, delivered: 0 });
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end.load(Ordering::Relaxed) {
                        return;
                    }
                    match run(seed, arguments.steps) {
                        Ok(outcome) => {
                            let mut sum = lock(&sum);
                            // Seeds end in any order: the sum must not depend on it.
                            sum.digest = sum.digest.wrapping_add(outcome.digest);
                            sum.inputs += outcome.inputs;
                            sum.delivered += outcome.delivered;
                        }
                        Err(failure) => {
                            end.fetch_min(seed, Ordering::Relaxed);
                            let mut failed = lock(&failed);
                            if failed.as_ref().is_none_or(|other| failure.seed < other.seed) {
                                *failed = Some(failure);
                            }
                        }
                    }
                }
            });
        }
    });
    let failed = lock(&failed).take();
    failed.map_or_else(|| Ok(*lock(&sum)), Err)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
