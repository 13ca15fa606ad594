//! Runs seeds of the simulation: see `--help`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

use std::env;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use easyrtc_sim::{Failure, Outcome, run};

const HELP: &str = "\
easyrtc-sim: a deterministic simulation of the core, its clients and the lines between them

  --seeds N     run N seeds (default 1000)
  --first N     the first of them (default 0)
  --seed N      run this seed only
  --steps N     how many steps each has in which anything goes (default 2000)
  --threads N   how many run at once (default: as many as there are cores)
";

struct Arguments {
    first: u64,
    seeds: u64,
    steps: u64,
    threads: usize,
}

fn main() -> ExitCode {
    let arguments = match parse(env::args().skip(1)) {
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
    let start = Instant::now();
    let result = run_all(&arguments);
    match result {
        Ok(Outcome { digest, inputs, delivered }) => {
            let Arguments { first, seeds, steps, .. } = arguments;
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "{seeds} seeds from {first} of {steps} steps: {inputs} inputs, {delivered} messages \
                 delivered, digest {digest:016x}, {seconds:.1} s"
            );
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// `None` if help is wanted.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut parsed = Arguments { first: 0, seeds: 1000, steps: 2000, threads: cores };
    while let Some(name) = arguments.next() {
        if name == "--help" {
            return Ok(None);
        }
        let value = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
        let number: u64 = value.parse().map_err(|_| format!("{value} is no number"))?;
        match name.as_str() {
            "--seeds" => parsed.seeds = number,
            "--first" => parsed.first = number,
            "--seed" => (parsed.first, parsed.seeds) = (number, 1),
            "--steps" => parsed.steps = number,
            "--threads" => parsed.threads = usize::try_from(number).unwrap_or(1).max(1),
            unknown => return Err(format!("unknown: {unknown}")),
        }
    }
    Ok(Some(parsed))
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
