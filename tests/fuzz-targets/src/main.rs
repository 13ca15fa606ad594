//! Writes the seeds of all targets to `fuzz/corpus`, beside what is there.

use std::fs;
use std::io;
use std::path::Path;

use easyrtc_fuzz_targets::TARGETS;

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for target in TARGETS {
        let directory = corpus.join(target.name);
        fs::create_dir_all(&directory)?;
        for (seed, number) in (target.seeds)().iter().zip(1..) {
            fs::write(directory.join(format!("seed-{number:02}")), seed)?;
        }
    }
    Ok(())
}
