//! The real binary, started on a free port of loopback.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A running server; ended when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    // Kept open: a server that logs to a closed pipe would fail.
    _stdout: BufReader<ChildStdout>,
    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub url: String,
}

impl Server {
    /// Starts the server and waits until it listens.
    ///
    /// The binary is `target/release/easyrtc-server` of the project, or whatever command the
    /// environment variable `EASYRTC_SERVER` names.
    ///
    /// # Panics
    ///
    /// If the server can't be started or ends before it listens.
    pub fn start() -> Self {
        let command = command();
        let mut words = command.split(' ');
        let mut process = Command::new(words.next().unwrap_or_default())
            .args(words)
            .env_remove("EASYRTC_SERVER")
            // Ours takes the first, which keeps it on loopback; other servers take the second.
            .env("EASYRTC_LISTEN", "127.0.0.1:0")
            .env("PORT", "0")
            .env("EASYRTC_MESSAGE_LOG", message_log())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command} doesn't start: {error}"));
        let mut stdout = BufReader::new(process.stdout.take().expect("stdout is piped"));
        let url = loop {
            let mut line = String::new();
            let length = stdout.read_line(&mut line).expect("the server writes text");
            assert_ne!(length, 0, "{command} ended before it listened");
            if let Some(port) = listening_port(&line) {
                break format!("http://127.0.0.1:{port}");
            }
        };
        Self { process, _stdout: stdout, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port of a line such as `listening on http://0.0.0.0:8080`.
fn listening_port(line: &str) -> Option<u16> {
    let (_, address) = line.split_once("listening on http://")?;
    address.split_whitespace().next()?.rsplit_once(':')?.1.parse().ok()
}

fn command() -> String {
    env::var("EASYRTC_SERVER")
        .unwrap_or_else(|_| target().join("release/easyrtc-server").display().to_string())
}

/// Cargo's target directory of the project.
fn target() -> PathBuf {
    let project = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| project.join("target"), |directory| project.join(directory))
}

/// Where the next server logs its messages, so that they can be checked; other servers don't.
fn message_log() -> PathBuf {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let directory = target().join("message-logs/rust-socketio");
    fs::create_dir_all(&directory).expect("the target directory can be written");
    directory.join(format!("server-{number}.jsonl"))
}
