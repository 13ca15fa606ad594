//! What is checked in is what would be generated now.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use easyrtc_schema_generator::{differences, outputs};

#[test]
fn nothing_has_drifted() {
    let different = differences(&outputs()).unwrap();
    assert!(different.is_empty(), "run `cargo xtask schemas`; not as generated: {different:?}");
}

#[test]
fn generating_again_gives_the_same_bytes() {
    assert_eq!(outputs(), outputs());
}

#[test]
fn no_file_is_written_twice() {
    let mut paths: Vec<String> = outputs().into_iter().map(|output| output.path).collect();
    let count = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), count);
}
