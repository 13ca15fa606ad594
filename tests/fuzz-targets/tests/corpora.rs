//! What the fuzzer starts from, and what it once found, without a fuzzer.

#![expect(clippy::expect_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use easyrtc_fuzz_targets::TARGETS;

fn fuzz(directory: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(directory)
}

/// The names of the files in a directory, without what is behind their dot.
fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let stem = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    entries.map(|entry| stem(entry.expect("an entry").path())).collect()
}

#[test]
fn every_corpus_passes_its_check() {
    let mut failed = Vec::new();
    for target in TARGETS {
        let mut files = 0;
        for entry in fs::read_dir(fuzz("corpus").join(target.name)).expect("a corpus") {
            let path = entry.expect("an entry").path();
            let bytes = fs::read(&path).expect("a file");
            if catch_unwind(AssertUnwindSafe(|| (target.check)(&bytes))).is_err() {
                failed.push(path);
            }
            files += 1;
        }
        assert!(files >= 10, "{}: {files} files", target.name);
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn each_target_has_a_shim_and_a_corpus_and_nothing_else_has() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&fuzz("corpus")), targets);
    assert_eq!(names(&fuzz("fuzz_targets")), targets);
    let manifest = fs::read_to_string(fuzz("Cargo.toml")).expect("a manifest");
    for target in TARGETS {
        assert!(manifest.contains(&format!("name = \"{}\"\n", target.name)), "{}", target.name);
    }
}
