//! The EasyRTC signalling server: the program around the protocol, and what other programs need to
//! have a server inside.
//!
//! [`Server`] is what they start. This one lets in whoever knows the password, says what happens,
//! and ends in good order:
//!
//! ```
//! use std::sync::Arc;
//! use easyrtc_server::auth::{Authorizer, Deciding, Decision};
//! use easyrtc_server::runtime::NoticeObserver;
//! use easyrtc_server::state::{LoginQuestion, Notice, Now};
//! use easyrtc_server::Server;
//!
//! #[derive(Debug)]
//! struct Password;
//!
//! impl Authorizer for Password {
//!     fn name(&self) -> &'static str {
//!         "password"
//!     }
//!
//!     fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding {
//!         let given = login.credential.as_ref().map(|credential| credential.as_str());
//!         Deciding::Now(match given == Some("\"open sesame\"") {
//!             true => Decision::Allow(Box::default()),
//!             false => Decision::bad_auth("wrong_password"),
//!         })
//!     }
//! }
//!
//! #[derive(Debug)]
//! struct Counter(std::sync::atomic::AtomicUsize);
//!
//! impl NoticeObserver for Counter {
//!     fn notice(&self, _: Now, _: &Notice) {
//!         self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server =
//!     Server::builder().authorizer(Password).observer(Counter(0.into())).start().await?;
//! println!("clients connect to ws://{}/ws", server.address());
//! assert_eq!(server.handle().stats().clients, 0);
//! server.shut_down().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The other crates are here too, under the names [`auth`], [`proto`], [`runtime`] and [`state`];
//! `docs/embedding.md` is the guide, and `examples` has two whole programs.
//!
//! [`settings`] says what an operator may set, [`options`] is the protocol's part of it, [`http`]
//! what is answered at which URL, [`listen`] who gets in, and [`serve`](mod@serve) the life of the
//! process.

pub mod admin;
pub mod authorizers;
pub mod cli;
pub mod credentials;
pub mod drain;
pub mod gate;
pub mod hooks;
pub mod http;
pub mod line_file;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod options;
pub mod places;
pub mod proxy_protocol;
pub mod recording;
pub mod replay;
pub mod schemas;
pub mod serve;
pub mod server;
pub mod session;
pub mod settings;
pub mod shutdown;
pub mod signalling;
pub mod transports;
#[cfg(feature = "user-agent")]
mod user_agent;

pub use easyrtc_auth as auth;
pub use easyrtc_proto as proto;
pub use easyrtc_runtime as runtime;
pub use easyrtc_state as state;
pub use server::{
    AppMessage, MessageHandler, OutOfTime, Reply, Server, ServerBuilder, ServerHandle, StartError,
};

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use recording::Recording;
use server::Parts;
use settings::{ConfigError, Environment, Loaded, Settings};

/// The version of this server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Settings that cannot be used.
const EXIT_USAGE: u8 = 2;

/// The program: reads the command line and the environment of the process, and serves until a
/// signal ends it.
///
/// The exit code is 0 after a signal, 1 if the server cannot run (an address is taken, say), 2 if
/// the settings cannot be used.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Also --help and --version, which are no errors. There is nobody to tell if it cannot
            // be printed.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(EXIT_USAGE));
        }
    };
    match &cli.command {
        Some(Command::Schema { name }) => return print_schema(name.as_deref()),
        Some(Command::Replay { file, check }) => return replay_journal(file, *check),
        Some(Command::HashPassword) => return finish(credentials::hash_password(io::stdin())),
        Some(Command::Token(token)) => return finish(credentials::token(token)),
        Some(Command::Invitation(invitation)) => {
            return finish(credentials::invitation(invitation));
        }
        None => {}
    }
    let (print, check) = (cli.print_config, cli.check_config);
    match prepare(cli) {
        Err(error) => {
            complain(&error);
            ExitCode::from(EXIT_USAGE)
        }
        Ok((loaded, _)) if print => {
            for warning in &loaded.warnings {
                complain(warning);
            }
            say(&loaded.settings.to_toml());
            ExitCode::SUCCESS
        }
        Ok((loaded, _)) if check => {
            for warning in &loaded.warnings {
                complain(warning);
            }
            say("These settings can be used.\n");
            ExitCode::SUCCESS
        }
        Ok((loaded, parts)) => run(&loaded, parts),
    }
}

/// Prints one of the published documents, or a list of them.
fn print_schema(name: Option<&str>) -> ExitCode {
    match name.map(schemas::find) {
        None => say(&schemas::list()),
        Some(Ok(document)) => say(document.text),
        Some(Err(error)) => {
            complain(&error);
            return ExitCode::from(EXIT_USAGE);
        }
    }
    ExitCode::SUCCESS
}

/// Plays a journal. The exit code is 1 if it comes out differently and that was asked, 2 if it
/// cannot be played.
fn replay_journal(file: &Path, check: bool) -> ExitCode {
    match replay::run(file, check, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&format!("{}: {error}", file.display()));
            ExitCode::from(EXIT_USAGE)
        }
    }
}

/// Prints what a command made, or why it made nothing.
fn finish(made: Result<String, String>) -> ExitCode {
    match made {
        Ok(text) => {
            say(&format!("{text}\n"));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            complain(&problem);
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn prepare(cli: Cli) -> Result<(Loaded, Parts), ConfigError> {
    let loaded = Settings::load(cli, &Environment::of_process())?;
    let parts = Parts::open(&loaded.settings)?;
    Ok((loaded, parts))
}

fn run(loaded: &Loaded, parts: Parts) -> ExitCode {
    logging::start(&loaded.settings.log_level, loaded.settings.log_format);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let recording = match Recording::start(&loaded.settings) {
        Ok(recording) => recording,
        Err(error) => {
            complain(&error);
            return ExitCode::FAILURE;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("the server cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let serving = serve::serve(&loaded.settings, parts, &recording);
    let ended = runtime.block_on(serving);
    // What is still running is not waited for: the deadline has passed, or somebody is in a hurry.
    runtime.shutdown_background();
    recording.finish();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// One line on standard error, for a person who waits for it.
fn complain(what: &impl std::fmt::Display) {
    // If it cannot be written there is nowhere else to say so.
    drop(writeln!(io::stderr(), "easyrtc-server: {what}"));
}

/// Text on standard output, for a person or a program that waits for it.
fn say(text: &str) {
    let mut out = io::stdout();
    // Whoever reads may have gone, as in `| head`.
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}
