//! Starts the binary, talks HTTP to it, and ends it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Longer than anything takes that works: what is not there by then does not come.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Environment variables by name.
pub(crate) type Variables<'a> = &'a [(&'a str, &'a str)];

/// The binary with nothing in its environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_easyrtc-server"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// Runs the binary to its end: exit code, standard output, standard error.
pub(crate) fn run(flags: &[&str], variables: Variables<'_>) -> (Option<i32>, String, String) {
    let mut command = command();
    let output = command.args(flags).envs(variables.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A running server. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// What it printed until it was ready.
    pub(crate) announced: Vec<String>,
    /// What a proxy sends on each connection before the client's own bytes.
    pub(crate) preface: Vec<u8>,
}

impl Server {
    /// Starts it on a free port of loopback.
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self::start_anywhere(&[&["--listen", "127.0.0.1:0"], flags].concat(), &[])
    }

    /// Starts it where flags and variables say.
    pub(crate) fn start_anywhere(flags: &[&str], variables: Variables<'_>) -> Self {
        let mut command = command();
        command.args(flags).envs(variables.iter().copied());
        Self::spawn(command)
    }

    /// Starts it with at most this many open files.
    pub(crate) fn start_with_few_files(files: usize) -> Self {
        let mut command = Command::new("/bin/sh");
        let script = format!("ulimit -n {files}; exec \"$0\" --listen 127.0.0.1:0");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_easyrtc-server")]);
        command.env_clear().stdin(Stdio::null());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        command.env("EASYRTC_MESSAGE_LOG", message_log());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut announced = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            announced.push(line.unwrap());
            if announced.last().unwrap().starts_with("Open ") {
                return Self { child, stderr, announced, preface: Vec::new() };
            }
        }
        let mut error = String::new();
        BufReader::new(stderr).read_to_string(&mut error).unwrap();
        drop(child.wait());
        panic!("the server ended before it listened: {announced:?} {error}");
    }

    /// Where it listens first.
    pub(crate) fn address(&self) -> SocketAddr {
        let line = &self.announced[0];
        line.strip_prefix("listening on http://").unwrap().parse().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let mut stream = Self::connect_to(self.address());
        stream.write_all(&self.preface).unwrap();
        stream
    }

    pub(crate) fn connect_to(mut address: SocketAddr) -> TcpStream {
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "")
    }

    /// One request on a connection of its own; `headers` are lines that end with `\r\n`.
    pub(crate) fn request(&self, method: &str, path: &str, headers: &str) -> Answer {
        Answer::to(self.connect(), method, path, headers)
    }

    /// The same where it also listens.
    pub(crate) fn request_at(
        address: SocketAddr,
        method: &str,
        path: &str,
        headers: &str,
    ) -> Answer {
        Answer::to(Self::connect_to(address), method, path, headers)
    }

    /// Bytes of memory that are the process's own.
    #[cfg(feature = "ws")]
    pub(crate) fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    }

    /// Sends the process a signal by its name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for a line of the log that contains `text`.
    pub(crate) fn wait_for_log(&mut self, text: &str) -> String {
        let mut line = String::new();
        while self.stderr.read_line(&mut line).unwrap() > 0 {
            if line.contains(text) {
                return line;
            }
            line.clear();
        }
        panic!("the log ended without {text:?}");
    }

    /// What it has logged since the last line waited for; it has to end by itself.
    #[cfg(feature = "ws")]
    pub(crate) fn rest_of_log(&mut self) -> String {
        let mut text = String::new();
        self.stderr.read_to_string(&mut text).unwrap();
        text
    }

    /// Waits for the process to end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let started = Instant::now();
        while started.elapsed() < DEADLINE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end");
    }
}

/// Where the next server logs its messages, so that they can be checked.
fn message_log() -> PathBuf {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("message-logs/cargo");
    std::fs::create_dir_all(&directory).unwrap();
    directory.join(format!("{}-{number}.jsonl", env!("CARGO_PKG_NAME")))
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An answer to a request on a connection that ends with it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    fn to(mut stream: TcpStream, method: &str, path: &str, headers: &str) -> Self {
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        Self::read(stream)
    }

    /// Reads until the server closes.
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The header's value, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value).unwrap_or_default()
    }
}
