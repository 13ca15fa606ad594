//! Writes what is generated into the tree; with `--check` says what differs, with `--freeze` keeps
//! the schemas as a release promises them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

use std::process::ExitCode;
use std::{env, fs, io};

use easyrtc_schema_generator::{Output, differences, outputs, revisions, root};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => write(),
        ["--check"] => check(),
        ["--freeze"] => freeze(),
        _ => Err("usage: easyrtc-schema-generator [--check|--freeze]".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Files that nothing generates any more are removed.
fn write() -> Result<(), String> {
    let outputs = outputs();
    for difference in differences(&outputs).map_err(|error| error.to_string())? {
        let path = root().join(&difference);
        let failed = |error: io::Error| format!("{difference}: {error}");
        if let Some(Output { text, .. }) = outputs.iter().find(|o| o.path == difference) {
            fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(failed)?;
            fs::write(&path, text).map_err(failed)?;
            println!("wrote {difference}");
        } else {
            fs::remove_file(&path).map_err(failed)?;
            println!("removed {difference}");
        }
    }
    Ok(())
}

fn check() -> Result<(), String> {
    let different = differences(&outputs()).map_err(|error| error.to_string())?;
    if different.is_empty() {
        return Ok(());
    }
    Err(format!("not as generated (run `cargo xtask schemas`): {}", different.join(", ")))
}

fn freeze() -> Result<(), String> {
    let Output { path, text } = revisions::current();
    fs::write(root().join(&path), text).map_err(|error| format!("{path}: {error}"))?;
    println!("wrote {path}");
    Ok(())
}
