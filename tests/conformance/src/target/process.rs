//! A server started for the cases that need it.

use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::TargetError;
use crate::profile::Profile;

/// How long a server may take until it says where it is.
const START: Duration = Duration::from_secs(20);

/// How many lines it may say before that.
const LINES: usize = 100;

/// A running server. It is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Mutex<Child>,
    /// The settings file it was started with.
    _settings: Option<NamedTempFile>,
}

impl Process {
    /// Starts `command`; the process, and the host and port it prints.
    pub(super) async fn start(
        command: &str,
        profile: &Profile,
    ) -> Result<(Self, String), TargetError> {
        let failed = |error: &dyn std::fmt::Display| TargetError(format!("{command}: {error}"));
        let settings = settings(profile).map_err(|error| failed(&error))?;
        let mut starting = Command::new("sh");
        starting.arg("-c").arg(format!("exec {command}"));
        starting.env("PORT", "0").env("EASYRTC_OPTIONS", profile.options);
        if let Some(file) = &settings {
            starting.env("EASYRTC_CONFIG", file.path());
        }
        starting.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = starting.kill_on_drop(true).spawn().map_err(|error| failed(&error))?;
        let Some(stdout) = child.stdout.take() else { return Err(failed(&"no standard output")) };
        let mut lines = BufReader::new(stdout).lines();
        let found = timeout(START, address(&mut lines)).await;
        let address = found.ok().flatten().ok_or_else(|| failed(&"prints no http:// address"))?;
        // What it goes on to say is read, so that it can go on.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((Self { child: Mutex::new(child), _settings: settings }, address))
    }

    /// Sends it a SIGTERM; whether that was possible.
    pub(super) fn terminate(&self) -> bool {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(id) = child.id() else { return false };
        let mut kill = std::process::Command::new("kill");
        kill.arg("-TERM").arg(id.to_string()).status().is_ok_and(|status| status.success())
    }

    /// How it ended, if it did.
    pub(super) fn ended(&self) -> Option<String> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.try_wait().ok()??;
        Some(format!("the server ended with {status}"))
    }
}

fn settings(profile: &Profile) -> std::io::Result<Option<NamedTempFile>> {
    if profile.settings.is_empty() {
        return Ok(None);
    }
    let file = tempfile::Builder::new().suffix(".toml").tempfile()?;
    std::fs::write(file.path(), profile.settings)?;
    Ok(Some(file))
}

/// The host and port of the first `http://` address in what a server prints.
async fn address<R: AsyncRead + Unpin>(lines: &mut Lines<BufReader<R>>) -> Option<String> {
    for _ in 0..LINES {
        let line = lines.next_line().await.ok()??;
        if let Some((_, rest)) = line.split_once("http://") {
            let end = rest.find(['/', ' ']).unwrap_or(rest.len());
            // A server that listens everywhere is reached here.
            return Some(rest[..end].replace("0.0.0.0", "127.0.0.1"));
        }
    }
    None
}
