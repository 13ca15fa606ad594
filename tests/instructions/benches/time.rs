//! The times of all benchmarks. Each has the reading of a clock in it, about 25 ns.

#![allow(missing_docs, reason = "what the macros of Criterion make has no documentation")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use easyrtc_instructions::Benchmark;

fn all(criterion: &mut Criterion) {
    for benchmark in Benchmark::all() {
        criterion.bench_function(benchmark.name, |bencher| {
            let mut operation = (benchmark.set_up)();
            bencher.iter_custom(|times| {
                let mut time = Duration::ZERO;
                for _ in 0..times {
                    operation.prepare();
                    let start = Instant::now();
                    black_box(operation.run());
                    time += start.elapsed();
                }
                time
            });
        });
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
