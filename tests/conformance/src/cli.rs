//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use easyrtc_conformance::Transport;

const AFTER: &str = "\
Examples:
  easyrtc-conformance --url http://localhost:8080
      A server that runs, over Socket.IO.
  easyrtc-conformance --url ws://localhost:8080/ws --only 'rooms.*'
      The same over the raw WebSocket, some cases only.
  easyrtc-conformance --spawn 'easyrtc-server --listen 127.0.0.1:0' --html report.html
      Starts the server as often as cases need it, configured as they need it.";

/// Tests any EasyRTC server against the specification, rule by rule.
#[derive(Debug, Parser)]
#[command(name = "easyrtc-conformance", version, after_help = AFTER)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: Run,
}

/// What else it can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the configurations of servers that cases need
    Profiles,
    /// Play random histories, and compare what clients hear with what a model predicts
    Explore(Box<Explore>),
    /// Put a table of JSON reports into a Markdown document, between its markers
    Table(Table),
}

/// What to test, and how to tell of it.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A server that runs: http://HOST:PORT for Socket.IO, ws://HOST:PORT/ws for the raw WebSocket
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// A command that starts a server; PORT=0 and EASYRTC_OPTIONS are in its environment, and it
    /// prints its http:// address
    #[arg(long, value_name = "COMMAND", conflicts_with = "url")]
    pub(crate) spawn: Option<String>,
    /// This project's core, without a network
    #[arg(long, conflicts_with_all = ["url", "spawn"])]
    pub(crate) in_process: bool,
    /// With --spawn: how to speak to the server
    #[arg(long, value_enum, default_value = "socketio")]
    pub(crate) transport: Name,
    /// With --spawn: the server reads EASYRTC_OPTIONS, and no settings file from EASYRTC_CONFIG
    #[arg(long)]
    pub(crate) options_only: bool,
    /// With --url: how the server is configured; see `profiles`
    #[arg(long, default_value = "default")]
    pub(crate) profile: String,
    /// Only cases whose ids fit, with * for anything; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// List the cases instead of playing them
    #[arg(long)]
    pub(crate) list: bool,
    /// Failures that are known: a file with a line `id: reason` for each
    #[arg(long, value_name = "FILE")]
    pub(crate) expected_failures: Option<PathBuf>,
    /// How long to wait for what has to come
    #[arg(long, default_value = "5s")]
    pub(crate) timeout: humantime::Duration,
    /// How many cases to play at a time
    #[arg(long, default_value_t = 1)]
    pub(crate) jobs: usize,
    /// What the server is called in reports
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Tell of every case, not only of those that are not good
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Also write a report as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Also write a report as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Also write a report as one HTML page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// Which histories to play, against what.
#[derive(Debug, Args)]
pub(crate) struct Explore {
    #[command(flatten)]
    pub(crate) run: Run,
    /// The seed of the first history; each has the next
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many histories to play
    #[arg(long, default_value_t = 100)]
    pub(crate) histories: u64,
    /// How many clients each has
    #[arg(long, default_value_t = 4)]
    pub(crate) clients: usize,
    /// How many steps each has
    #[arg(long, default_value_t = 30)]
    pub(crate) steps: usize,
    /// Play these steps only, by number from 0: what a failure was shortened to
    #[arg(long, value_delimiter = ',')]
    pub(crate) keep: Vec<usize>,
    /// Pass over what servers in the field do otherwise on purpose: times in answers, how often a
    /// change is told, what tokens say of the server
    #[arg(long)]
    pub(crate) lenient: bool,
    /// Expect at least so many kinds of faults, each of ten steps or fewer: a test of this mode by
    /// a server that is known to have them
    #[arg(long, default_value_t = 0)]
    pub(crate) expect_faults: usize,
}

/// What goes into a table, and where to.
#[derive(Debug, Args)]
pub(crate) struct Table {
    /// The document
    pub(crate) document: PathBuf,
    /// Reports as JSON, one column for each
    #[arg(required = true)]
    pub(crate) reports: Vec<PathBuf>,
    /// Change nothing; fail if the document says something else
    #[arg(long)]
    pub(crate) check: bool,
}

/// The names of the transports.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Name {
    /// Socket.IO
    Socketio,
    /// The raw WebSocket
    Ws,
}

impl From<Name> for Transport {
    fn from(name: Name) -> Self {
        match name {
            Name::Socketio => Self::SocketIo,
            Name::Ws => Self::WebSocket,
        }
    }
}
