//! A server that is started to be measured.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::machine;
use crate::place::Place;
use crate::problem::Problem;
use crate::transport::Transport;
use crate::watch::Watch;

/// How long a server may take until it says where it is.
const START: Duration = Duration::from_secs(20);

/// How to start a server, and how to speak to it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What it is called in tables.
    pub name: String,
    /// A command for `sh`. In its environment are `PORT`, which is 0, and `EASYRTC_OPTIONS`; it
    /// prints an address that begins with `http://`.
    pub command: String,
    /// How to speak to it.
    pub transport: Transport,
    /// The protocol's options, as a JSON object.
    pub options: String,
    /// The core that it has to itself, if any.
    pub core: Option<usize>,
}

/// A running server. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it is.
    pub place: Place,
    /// Its process.
    pub watch: Watch,
}

impl Candidate {
    /// The original server, from the folder in which npm has installed it.
    ///
    /// # Errors
    /// If it is not installed there.
    pub fn original(folder: &Path, options: String) -> Result<Self, Problem> {
        if !folder.join("node_modules/open-easyrtc").is_dir() {
            let folder = folder.display();
            let text = format!("the original is not in {folder}: run npm ci --prefix {folder}");
            return Err(Problem::new(text));
        }
        let script = folder.join("server.mjs");
        let script = script.display().to_string().replace('\'', r"'\''");
        Ok(Self {
            name: "original".to_owned(),
            command: format!("node '{script}'"),
            transport: Transport::SocketIo,
            options,
            core: None,
        })
    }

    /// Starts it.
    ///
    /// # Errors
    /// If it can't be started, or doesn't say where it is.
    pub fn start(&self) -> Result<Server, Problem> {
        let failed = |error: &dyn std::fmt::Display| {
            Problem::new(format!("{}: {}: {error}", self.name, self.command))
        };
        let mut starting = Command::new("sh");
        // The shell becomes the server: so its id is the server's.
        starting.arg("-c").arg(format!("exec {}", self.command));
        starting.env("PORT", "0").env("EASYRTC_OPTIONS", &self.options);
        starting.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // What a process starts has its cores.
        let before = self.core.map(machine::pin).transpose()?;
        let started = starting.spawn();
        if let Some(before) = before {
            machine::unpin(&before)?;
        }
        let mut child = started.map_err(|error| failed(&error))?;
        let (sender, receiver) = mpsc::sync_channel(1);
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                // What it goes on to say is read, so that it can go on.
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if let Some(found) = authority(&line) {
                        // Only the first one is waited for.
                        let _ = sender.try_send(found);
                    }
                }
            });
        }
        let mut found = receiver.recv_timeout(START).map_err(|_| failed(&"prints no address"));
        let place = found
            .as_mut()
            .map_err(|problem| problem.clone())
            .and_then(|authority| Place::at(authority, "", self.transport));
        let watch = Watch::new(child.id());
        match (place, watch) {
            (Ok(place), Ok(watch)) => Ok(Server { child, place, watch }),
            (Err(problem), _) | (_, Err(problem)) => {
                end(&mut child);
                Err(problem)
            }
        }
    }
}

impl Server {
    /// The address it listens at.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.place.address
    }

    /// The id of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

/// The host and port of an `http://` address in a line.
fn authority(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(['/', ' ']).unwrap_or(rest.len());
    // A server that listens everywhere is reached here.
    Some(rest[..end].replace("0.0.0.0", "127.0.0.1").replace("localhost", "127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(command: &str) -> Candidate {
        Candidate {
            name: "it".to_owned(),
            command: command.to_owned(),
            transport: Transport::WebSocket,
            options: "{}".to_owned(),
            core: None,
        }
    }

    #[test]
    fn addresses_are_found() {
        assert_eq!(authority("on http://0.0.0.0:80/ and").unwrap(), "127.0.0.1:80");
        assert_eq!(authority("on http://[::1]:80").unwrap(), "[::1]:80");
        assert_eq!(authority("on port 80"), None);
    }

    #[test]
    fn the_process_is_the_servers() {
        let server = candidate("sh -c 'echo at http://127.0.0.1:9$PORT; exec sleep 60'").start();
        let server = server.unwrap();
        assert_eq!(server.place.authority, "127.0.0.1:90");
        let name = std::fs::read_to_string(format!("/proc/{}/comm", server.child.id())).unwrap();
        assert!(["sh\n", "sleep\n"].contains(&name.as_str()), "{name}");
    }

    #[test]
    fn a_server_that_ends_is_no_server() {
        let problem = candidate("echo nothing").start().unwrap_err().to_string();
        assert!(problem.contains("prints no address"), "{problem}");
    }
}
