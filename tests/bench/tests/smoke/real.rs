//! The server of this project, as a process of its own.

use std::env;
use std::path::Path;

use clap::Parser;
use easyrtc_bench::server::{Candidate, Server};
use easyrtc_bench::transport::Transport;
use easyrtc_server::cli::Cli;
use easyrtc_server::recording::Recording;
use easyrtc_server::serve;
use easyrtc_server::server::Parts;
use easyrtc_server::settings::{Environment, Settings};

/// Set where this program is started to be the server.
const ROLE: &str = "EASYRTC_BENCH_TEST_SERVER";

/// How to start it: this program again, with the one test that serves.
pub(crate) fn candidate(transport: Transport) -> Candidate {
    let program = env::current_exe().unwrap();
    let test = "real::serves --exact --ignored --nocapture";
    Candidate {
        name: "ours".to_owned(),
        command: format!("env {ROLE}=1 '{}' {test}", program.display()),
        transport,
        options: r#"{"roomMaxConnection":0,"pingInterval":100,"maxMessagesPerSecond":0,
            "maxBytesPerSecond":0,"maxPacketsPerSecond":0}"#
            .to_owned(),
        core: None,
    }
}

/// Starts it.
pub(crate) fn start(transport: Transport) -> Server {
    candidate(transport).start().unwrap()
}

#[test]
#[ignore = "is the server that the other tests start"]
fn serves() {
    if env::var_os(ROLE).is_none() {
        return;
    }
    // Logs its messages into a file of its own, so that they can be checked.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("message-logs/cargo");
    std::fs::create_dir_all(&folder).unwrap();
    let log = folder.join(format!("{}-{}.jsonl", env!("CARGO_PKG_NAME"), std::process::id()));
    let flags = ["--listen", "127.0.0.1:0", "--message-log", log.to_str().unwrap()];
    let cli = Cli::try_parse_from(["easyrtc-server"].into_iter().chain(flags)).unwrap();
    let loaded = Settings::load(cli, &Environment::of_process()).unwrap();
    let parts = Parts::open(&loaded.settings).unwrap();
    let recording = Recording::start(&loaded.settings).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(serve::serve(&loaded.settings, parts, &recording)).unwrap();
}
