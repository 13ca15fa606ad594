//! What callgrind runs: `easyrtc-instructions` lists the benchmarks, with the name of one it runs
//! that one and says how often.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

use std::env;
use std::hint::black_box;
use std::process::ExitCode;

use easyrtc_instructions::{Benchmark, COUNTED, Operation, WARM_UP};

fn main() -> ExitCode {
    let Some(name) = env::args().nth(1) else {
        for benchmark in Benchmark::all() {
            println!("{}", benchmark.name);
        }
        return ExitCode::SUCCESS;
    };
    let Some(benchmark) = Benchmark::all().find(|benchmark| benchmark.name == name) else {
        eprintln!("no such benchmark: {name}");
        return ExitCode::FAILURE;
    };
    let mut operation = (benchmark.set_up)();
    for _ in 0..WARM_UP {
        operation.prepare();
        operation.run();
    }
    for _ in 0..COUNTED {
        operation.prepare();
        counted_by_callgrind(&mut *operation);
    }
    println!("{COUNTED}");
    ExitCode::SUCCESS
}

/// Callgrind counts from where this function is entered to where it is left, by its name.
#[inline(never)]
fn counted_by_callgrind(operation: &mut dyn Operation) {
    black_box(operation.run());
}
