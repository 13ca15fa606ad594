//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use easyrtc_bench::bench::Settings;
use easyrtc_bench::phase::Phase;
use easyrtc_bench::transport::Transport;

const ABOUT: &str = "\
Measures what an EasyRTC server needs for its clients: processor time, memory, latency.

Many clients connect to it and do one thing after the other, the phases. Each answer and delivery is
checked: one that is lost or comes twice is a fault, and the exit code is then 1.";

/// All load comes from one address, and some of it as fast as the server takes it.
const NO_LIMITS: &str = r#"{"roomMaxConnection":0,"maxMessagesPerSecond":0,"maxBytesPerSecond":0,"maxJoinsPerSecond":0,"maxRoomsCreatedPerSecond":0,"maxJoinsPerSecondPerAddress":0,"maxRoomsCreatedPerSecondPerAddress":0,"maxPacketsPerSecond":0}"#;

const AFTER: &str = "\
Examples:
  easyrtc-bench run http://localhost:8080 --pid $(pidof easyrtc-server)
      A server on this machine, over Socket.IO. Without --pid only times are measured.
      It must not limit rates: all clients come from one address.
  easyrtc-bench run ws://chat.example.org/ws relay-20 fanout-50
      Two phases over the raw WebSocket: 20 pairs, a room of 50.
  easyrtc-bench compare --candidate 'easyrtc-server --listen 127.0.0.1:0' --original
      Our server and the original, in turns. Also try --candidate-transport ws.";

/// What was given on the command line.
#[derive(Debug, Parser)]
#[command(name = "easyrtc-bench", version, about = ABOUT, after_help = AFTER)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure a server that runs
    #[command(after_help = phases())]
    Run(Run),
    /// Start two servers in turns, and hold one against the other
    #[command(after_help = phases())]
    Compare(Compare),
    /// Show what was measured before: files of JSON lines
    Report(Report),
}

fn phases() -> String {
    format!("Phases, with their usual N (fanout-50 is a room of 50):\n{}", Phase::list())
}

/// A server that runs.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Where it is: http://HOST:PORT for Socket.IO, ws://HOST:PORT/ws for the raw WebSocket. Its
    /// clients have to be let in without a credential
    pub(crate) url: String,
    /// Its process, if it is on this machine: so processor time and memory are measured
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// What it is called in tables
    #[arg(long, default_value = "server")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) load: Load,
}

/// Two servers to be started.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The command that starts the one in question. PORT=0 and EASYRTC_OPTIONS are in its
    /// environment, and it prints its http:// address
    #[arg(long, value_name = "COMMAND")]
    pub(crate) candidate: String,
    /// How to speak to it
    #[arg(long, value_enum, default_value = "socketio", value_name = "TRANSPORT")]
    pub(crate) candidate_transport: Transport,
    /// What it is called in tables
    #[arg(long, default_value = "candidate", value_name = "NAME")]
    pub(crate) candidate_name: String,
    /// The command that starts the one it is held against
    #[arg(long, value_name = "COMMAND", required_unless_present = "original")]
    pub(crate) baseline: Option<String>,
    /// How to speak to that
    #[arg(long, value_enum, default_value = "socketio", value_name = "TRANSPORT")]
    pub(crate) baseline_transport: Transport,
    /// What it is called in tables
    #[arg(long, default_value = "baseline", value_name = "NAME")]
    pub(crate) baseline_name: String,
    /// Hold it against the original server, npm's open-easyrtc, from a folder in which `npm ci` was
    /// run
    #[arg(long, value_name = "FOLDER", conflicts_with = "baseline", num_args = 0..=1)]
    #[arg(default_missing_value = "tests/conformance/original")]
    pub(crate) original: Option<PathBuf>,
    /// How often each is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// The options of both servers
    #[arg(long, default_value = NO_LIMITS, value_name = "JSON")]
    pub(crate) easyrtc_options: String,
    /// The core that servers run on; none is reserved if there is only one
    #[arg(long, default_value_t = 0, value_name = "CORE")]
    pub(crate) server_core: usize,
    #[command(flatten)]
    pub(crate) load: Load,
}

/// Files of measurements.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// What --json wrote
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Draw a chart into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// What clients do.
#[derive(Debug, Args)]
pub(crate) struct Load {
    /// The phases to run; without any, the usual ones
    #[arg(value_name = "PHASE")]
    pub(crate) phases: Vec<Phase>,
    /// How long each phase measures
    #[arg(long, default_value = "5s", value_name = "TIME")]
    pub(crate) duration: humantime::Duration,
    /// How long it runs before that
    #[arg(long, default_value = "1s", value_name = "TIME")]
    pub(crate) warmup: humantime::Duration,
    /// How long idle clients are held
    #[arg(long, default_value = "60s", value_name = "TIME")]
    pub(crate) hold: humantime::Duration,
    /// How long to wait before memory is looked at
    #[arg(long, default_value = "1s", value_name = "TIME")]
    pub(crate) settle: humantime::Duration,
    /// How long nothing may happen where something should
    #[arg(long, default_value = "10s", value_name = "TIME")]
    pub(crate) patience: humantime::Duration,
    /// About how many bytes of data each message has
    #[arg(long, default_value_t = 200, value_name = "BYTES")]
    #[arg(value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub(crate) payload: u32,
    /// About how many clients take part in `fanout`, in as many rooms as that makes
    #[arg(long, default_value_t = 200, value_name = "NUMBER")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) fanout_clients: u32,
    /// The application clients log in to
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) application: String,
    /// The core that clients run on; without it, the last one if there are several
    #[arg(long, value_name = "CORE")]
    pub(crate) core: Option<usize>,
    /// Also write a line of JSON for each measurement
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Also draw a chart into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

impl Load {
    /// How phases run, when there may be so many clients.
    pub(crate) fn settings(&self, most_clients: usize) -> Settings {
        let time = |given: humantime::Duration| -> Duration { given.into() };
        Settings {
            application: self.application.clone(),
            duration: time(self.duration),
            warmup: time(self.warmup),
            hold: time(self.hold),
            settle: time(self.settle),
            payload: usize::try_from(self.payload).unwrap_or(usize::MAX),
            fanout_clients: usize::try_from(self.fanout_clients).unwrap_or(usize::MAX),
            patience: time(self.patience),
            most_clients,
        }
    }

    pub(crate) fn phases(&self) -> Vec<Phase> {
        if self.phases.is_empty() { Phase::usual() } else { self.phases.clone() }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn defaults_are_those_of_the_library() {
        let cli = Cli::try_parse_from(["easyrtc-bench", "run", "http://localhost"]).unwrap();
        let Command::Run(run) = cli.command else { panic!() };
        let (given, default) = (run.load.settings(usize::MAX), Settings::default());
        assert_eq!(format!("{given:?}"), format!("{default:?}"));
    }

    #[test]
    fn the_original_needs_no_folder() {
        let compare = ["easyrtc-bench", "compare", "--candidate", "x", "--original"];
        assert!(Cli::try_parse_from(compare).is_ok());
        assert!(Cli::try_parse_from(&compare[..4]).is_err());
        assert!(Cli::try_parse_from([&compare[..], &["--baseline", "y"]].concat()).is_err());
    }
}
