//! Where these tests log their messages, so that they can be checked.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use easyrtc_runtime::MessageLog;

/// A log for one runtime, in a file of its own in `target/message-logs/cargo`.
pub(crate) fn message_log() -> MessageLog {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("message-logs/cargo");
    std::fs::create_dir_all(&directory).unwrap();
    // Each file of tests is a program that counts from 0.
    let tests = env!("CARGO_CRATE_NAME");
    let name = format!("{}-{tests}-{number}.jsonl", env!("CARGO_PKG_NAME"));
    MessageLog::new(File::create(directory.join(name)).unwrap())
}
