//! `cargo xtask mutants`: would the tests notice if the code were wrong? See `docs/testing.md`.

use std::fs;
use std::process::Command;

use crate::options::Options;
use crate::project::{Failure, Project, output};
use crate::tools;

/// What is mutated. What is left out, and why, stands in `.cargo/mutants.toml`.
const PACKAGES: [&str; 4] = ["--package", "easyrtc-proto", "--package", "easyrtc-state"];

/// Whose tests are to notice what the tests of the mutated package did not.
const TESTS: &str = "easyrtc-proto,easyrtc-state,easyrtc-test-kit";

/// How `cargo mutants` ends if it got through: nothing, a survivor, a test that took too long.
const DONE: [i32; 3] = [0, 2, 3];

/// Where it writes what became of each mutant.
const OUTCOMES: &str = "target/mutants.out";

/// The sample that is drawn if no seed is given.
const SEED: u64 = 1;

/// A sample is handed over as one argument, which can't be longer.
const LARGEST_SAMPLE: u64 = 600;

/// How many histories the test kit plays for each mutant: more find hardly more, and take longer.
const HISTORIES: &str = "40";

/// Tries all mutants, one of several shards of them, or a sample.
///
/// # Errors
///
/// If an argument makes no sense, or a mutant survives.
pub(crate) fn mutants(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    let options = Options::parse(arguments, &["--shard", "--sample", "--seed"])?;
    if let Some(word) = options.words.first() {
        return Err(Failure::new(format!("mutants takes options only, not {word}")));
    }
    tools::cargo_mutants(project)?;
    let mut chosen: Vec<String> = Vec::new();
    if let Some(shard) = options.value("--shard") {
        chosen.extend(["--sharding", "round-robin", "--shard", shard].map(str::to_owned));
    }
    if let Some(size) = options.number("--sample")? {
        if size > LARGEST_SAMPLE {
            return Err(Failure::new(format!("a sample has at most {LARGEST_SAMPLE} mutants")));
        }
        let seed = options.number("--seed")?.unwrap_or(SEED);
        let all = output(project.cargo(&["mutants", "--list"]).args(PACKAGES))?;
        let names = sample(&all, usize::try_from(size).unwrap_or(usize::MAX), seed);
        let names: Vec<String> = names.into_iter().map(escaped).collect();
        chosen.extend(["--re".to_owned(), format!("^(?:{})$", names.join("|"))]);
    }
    // Most are noticed by the tests of their own package, which alone are built much faster.
    println!("\n==> the tests of each package");
    let mut survivors = try_all(project, command(project, &chosen, &[]))?;
    if !survivors.is_empty() {
        println!("\n==> the tests of all, for the survivors");
        // A mutant that makes a test go on forever was noticed, and is not to be tried again.
        let timeout = read(project, "timeout.txt")?;
        let caught = read(project, "caught.txt")? + &timeout;
        let path = project.path(OUTCOMES).join("caught.txt");
        fs::write(path, caught).map_err(|error| Failure::new(format!("{OUTCOMES}: {error}")))?;
        // On a busy machine the histories alone take longer than the least that is waited by
        // default, and what times out counts as noticed.
        let patience = ["--minimum-test-timeout", "300"];
        let how = [&["--iterate", "--test-package", TESTS], &patience[..]].concat();
        survivors = try_all(project, command(project, &chosen, &how))?;
    }
    if survivors.is_empty() { Ok(()) } else { Err(Failure::new(format!("survived:\n{survivors}"))) }
}

/// Runs `cargo mutants` and returns which mutants survived, one on each line.
fn try_all(project: &Project, mut command: Command) -> Result<String, Failure> {
    let status = command.status();
    let status = status.map_err(|error| Failure::new(format!("cargo mutants: {error}")))?;
    if !status.code().is_some_and(|code| DONE.contains(&code)) {
        return Err(Failure::new(format!("cargo mutants ended with {status}")));
    }
    read(project, "missed.txt")
}

fn read(project: &Project, file: &str) -> Result<String, Failure> {
    let text = fs::read_to_string(project.path(OUTCOMES).join(file));
    text.map_err(|error| Failure::new(format!("{OUTCOMES}/{file}: {error}")))
}

fn command(project: &Project, chosen: &[String], how: &[&str]) -> Command {
    let mut command = project.cargo(&["mutants", "--no-shuffle"]);
    command.arg("--output").arg(project.path("target")).args(PACKAGES).args(chosen).args(how);
    // Examples in documentation take longest to build, and are no tests of what they show.
    command.args(["--", "--lib", "--tests"]);
    command.env("EASYRTC_HISTORIES", HISTORIES).env("INSTA_UPDATE", "no");
    command
}

/// `size` of the lines of `all`: those that come first in an order that depends on `seed`, and on
/// nothing that moves when other lines of a file change.
fn sample(all: &str, size: usize, seed: u64) -> Vec<&str> {
    let mut names: Vec<&str> = all.lines().collect();
    names.sort_by_cached_key(|name| (hash(&format!("{seed}{}", without_position(name))), *name));
    names.dedup();
    names.truncate(size);
    names
}

/// `src/a.rs: replace …` of `src/a.rs:3:5: replace …`.
fn without_position(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    let (file, what) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    format!("{file}:{what}")
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A regular expression for exactly `text`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(2 * text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_the_same_every_time_and_another_with_another_seed() {
        let all: String = (0..100).map(|n| format!("a.rs:{n}:1: replace {n}\n")).collect();
        let moved: String = (0..100).map(|n| format!("a.rs:{n}0:2: replace {n}\n")).collect();
        let what = |names: Vec<&str>| names.into_iter().map(without_position).collect::<Vec<_>>();
        let chosen = what(sample(&all, 20, 1));
        assert_eq!(chosen.len(), 20);
        assert_eq!(chosen, what(sample(&moved, 20, 1)));
        assert_ne!(chosen, what(sample(&all, 20, 2)));
    }

    #[test]
    fn names_are_taken_literally() {
        assert_eq!(escaped("a.rs:1: replace f -> [u8; 1]"), r"a\.rs:1: replace f \-> \[u8; 1\]");
        assert_eq!(without_position("a.rs:1:2: replace a::b -> c"), "a.rs: replace a::b -> c");
    }
}
