//! `cargo xtask instructions`: how many instructions single operations take, counted by callgrind,
//! and whether that is what it was. See `docs/performance.md`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Failure, Project, output, run};

mod baseline;

use baseline::{Counts, Outcome};

/// The package with the benchmarks, and its binary.
const PACKAGE: &str = "easyrtc-instructions";

/// What the counts were when they were last accepted.
const BASELINE: &str = "tests/instructions/baseline.txt";

/// The function of the binary in which instructions count, as a pattern.
const COUNTED: &str = "*counted_by_callgrind*";

/// The environment of what is counted, the same everywhere: how long it is decides where the stack
/// begins, and that how memory is copied.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Writes the baseline anew.
///
/// # Errors
///
/// If there are arguments, something can't be built or counted, or the file can't be written.
pub(crate) fn write(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("usage: cargo xtask instructions"));
    }
    let now = count(project)?;
    // Before the first baseline there is nothing to hold against.
    if let Ok(before) = read(project) {
        print!("{}", now.compared_with(&before).table);
    }
    fs::write(project.path(BASELINE), now.to_string())
        .map_err(|error| Failure::new(format!("{BASELINE}: {error}")))
}

/// Holds the counts against the baseline.
///
/// # Errors
///
/// If something can't be built or counted, or a count is not what it was.
pub(crate) fn check(project: &Project) -> Result<(), Failure> {
    let before = read(project)?;
    let Outcome { table, other_tools, faults } = count(project)?.compared_with(&before);
    print!("{table}");
    for difference in &other_tools {
        println!("{difference}");
    }
    if !other_tools.is_empty() {
        println!("The baseline is of other tools, so only large differences count as faults.");
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{}\nIf that is as it should be, `cargo xtask instructions` writes the baseline anew.",
        faults.join("\n")
    )))
}

fn read(project: &Project) -> Result<Counts, Failure> {
    let text = fs::read_to_string(project.path(BASELINE));
    let text = text.map_err(|error| Failure::new(format!("{BASELINE}: {error}")))?;
    Counts::parse(&text).map_err(|line| Failure::new(format!("{BASELINE}: not understood: {line}")))
}

/// Builds the benchmarks and counts the instructions of each, in a process of its own.
fn count(project: &Project) -> Result<Counts, Failure> {
    run(&mut project.cargo(&["build", "--release", "--locked", "--package", PACKAGE]))?;
    let directory = project.target("release");
    let reports = project.target("instructions");
    fs::create_dir_all(&reports)
        .map_err(|error| Failure::new(format!("{}: {error}", reports.display())))?;
    let names = output(&mut Command::new(directory.join(PACKAGE)))?;
    let mut counts = Vec::new();
    for name in names.lines() {
        let report = reports.join(format!("{}.out", name.replace('/', "-")));
        counts.push((name.to_owned(), count_one(&directory, name, &report)?));
    }
    Ok(Counts { tools: tools(project)?, counts })
}

/// The instructions one run of a benchmark takes. Where they are spent is left in `report`, for
/// `callgrind_annotate`.
fn count_one(directory: &Path, name: &str, report: &Path) -> Result<u64, Failure> {
    let runs = output(
        Command::new("valgrind")
            .args(["--tool=callgrind", &format!("--toggle-collect={COUNTED}")])
            .arg(format!("--callgrind-out-file={}", report.display()))
            // Not by its whole path, whose length would matter like that of the environment.
            .args([&format!("./{PACKAGE}"), name])
            .current_dir(directory)
            .env_clear()
            .env("PATH", PATH),
    )?;
    let total = fs::read_to_string(report).ok().and_then(|text| total(&text));
    match (total, runs.trim().parse::<u64>()) {
        (Some(total), Ok(runs)) if total > 0 && runs > 0 => Ok(total / runs),
        _ => Err(Failure::new(format!("{name}: nothing was counted; is the binary stripped?"))),
    }
}

/// The total of a report of callgrind.
fn total(report: &str) -> Option<u64> {
    report.lines().find_map(|line| line.strip_prefix("summary: "))?.trim().parse().ok()
}

/// What the counts depend on besides the code.
fn tools(project: &Project) -> Result<Vec<String>, Failure> {
    let rustc = output(project.command("rustc").args(["--version", "--verbose"]))?;
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    // How memory is copied and allocated.
    let libc = output(Command::new("getconf").arg("GNU_LIBC_VERSION"));
    let libc = libc.map_or_else(|_| "no glibc".to_owned(), |text| text.trim().to_owned());
    let valgrind = output(Command::new("valgrind").arg("--version"))?.trim().to_owned();
    // Valgrind shows programs one of a few processors; on x86-64 this decides which.
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let avx2 = processor.split_whitespace().any(|word| word == "avx2");
    let avx2 = if avx2 { "AVX2" } else { "no AVX2" };
    let rustc = rustc.lines().next().unwrap_or_default().to_owned();
    Ok(vec![rustc, host.to_owned(), libc, valgrind, avx2.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found_in_a_report() {
        assert_eq!(total("version: 1\nevents: Ir\nsummary: 4711\n\nfn=(1) a\n12 7\n"), Some(4711));
        assert_eq!(total("events: Ir\n"), None);
    }
}
