//! The benchmarks do what they say, again and again.

use easyrtc_instructions::Benchmark;

#[test]
fn each_run_yields_what_it_should() {
    for benchmark in Benchmark::all() {
        let mut operation = (benchmark.set_up)();
        for run in 1..=5 {
            operation.prepare();
            assert_eq!(operation.run(), benchmark.yields, "{}, run {run}", benchmark.name);
        }
    }
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = Benchmark::all().map(|benchmark| benchmark.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Benchmark::all().count());
}
