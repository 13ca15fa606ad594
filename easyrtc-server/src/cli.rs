//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use easyrtc_auth::jwt::Algorithm;

use crate::settings::{Layer, Span};

const ABOUT: &str = "\
EasyRTC signalling server: browsers that use easyrtc.js find each other here, and their calls then
run directly between them.

Start it without any option and it listens on port 8080. Existing EasyRTC pages work unchanged.";

const AFTER: &str = "\
Every setting can also stand in a TOML file (--config, or EASYRTC_CONFIG) under its name with
underscores, and in the environment in capitals after EASYRTC_: --max-sockets is max_sockets and
EASYRTC_MAX_SOCKETS; --allow-origin is allowed_origins and EASYRTC_ALLOWED_ORIGINS. Lists in the
environment are separated by commas. A flag wins over the environment, the environment over the
file, the file over the default. PORT, if EASYRTC_LISTEN is not set, is the port to listen on, and
RUST_LOG stands in for EASYRTC_LOG_LEVEL. In the file, [transport.socketio] and [transport.ws] say
which transports are enabled and more about each; --transport enables those it names, and no others.
[turn] names TURN servers that get credentials for each client; [hooks.events] names
a backend that is told what happens, [hooks.messages] one that answers messages without a target.

Examples:
  easyrtc-server
      Signalling for pages that are served elsewhere.
  npm install open-easyrtc && easyrtc-server --client-files .
      Also serves easyrtc.js and the demos: see http://localhost:8080/
  easyrtc-server --static ./public --client-files . --allow-origin https://example.org
      Serves your own pages, and lets only them connect.
  easyrtc-server --easyrtc-options '{\"roomMaxConnection\": 10, \"appAutoCreateEnable\": false}'
      Options of the protocol, under the names the Node server has for them.
  easyrtc-server --transport ws
      Only the raw WebSocket, no Socket.IO.
  easyrtc-server --print-config > easyrtc.toml
      Every setting and option with its meaning, as a file to start from.
  easyrtc-server schema roomJoin
      The JSON Schema of a message; without a name, what there is.";

/// What was given on the command line.
#[derive(Debug, Parser)]
#[command(name = "easyrtc-server", version, about = ABOUT, after_help = AFTER)]
#[command(help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}{after-help}\n")]
#[command(disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// Listen on this port of every IPv4 interface: short for --listen 0.0.0.0:PORT
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "PORT", conflicts_with = "listen", help_heading = "Where to listen")]
    pub port: Option<u16>,

    /// Serve no demo: short for --demo=false
    #[arg(verbatim_doc_comment)]
    #[arg(long, conflicts_with = "demo", help_heading = "What to serve")]
    pub no_demo: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a text here would replace the help of the whole group")]
    pub settings: Layer,

    /// Read settings from this TOML file
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// The protocol's options, under the names of the Node server: a JSON object, or the path of a
    /// file that holds one. Also EASYRTC_OPTIONS
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "JSON|FILE", help_heading = "Configuration")]
    pub easyrtc_options: Option<String>,

    /// Print the effective settings as a TOML file, secrets left out, and exit
    #[arg(verbatim_doc_comment)]
    #[arg(long, help_heading = "Configuration")]
    pub print_config: bool,

    /// Say whether the settings can be used, and exit
    #[arg(verbatim_doc_comment)]
    #[arg(long, conflicts_with = "print_config", help_heading = "Configuration")]
    pub check_config: bool,

    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program does besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print a JSON Schema of the protocol, or the AsyncAPI document; without a name, list them
    #[command(help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}\n")]
    Schema {
        /// Such as client/offer or asyncapi; roomJoin will do where only one is called so
        name: Option<String>,
    },

    /// Play a journal (--journal) on a new core, and print what comes of it as lines of JSON
    #[command(help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}\n")]
    Replay {
        /// The journal
        file: PathBuf,

        /// Print nothing of it, but end with 1 at the first step that comes out differently
        #[arg(long)]
        check: bool,
    },

    /// Read a password from standard input, and print its hash for the file of --auth static
    #[command(help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}\n")]
    HashPassword,

    /// Print a token that lets its client in where --auth jwt has the key
    #[command(help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}\n")]
    Token(NewToken),

    /// Print an invitation to a room, for its roomParameter
    #[command(help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}\n")]
    Invitation(NewInvitation),
}

/// What a token says.
#[derive(Clone, Debug, Args)]
pub struct NewToken {
    /// The key: a secret for HS256, else a private key as `openssl genpkey` writes it
    #[arg(long, value_name = "FILE")]
    pub key_file: PathBuf,

    /// HS256, RS256, ES256 or EdDSA
    #[arg(long, value_name = "NAME", default_value = "HS256")]
    pub algorithm: Algorithm,

    /// What the key is called where public keys are published
    #[arg(long, value_name = "NAME")]
    pub key_id: Option<String>,

    /// The client's name; without one it chooses its own
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,

    /// An application the token is good for; repeat it for more than one [default: all]
    #[arg(long, value_name = "NAME")]
    pub app: Vec<String>,

    /// A room the client may enter, or the beginning of its name and an asterisk; repeat it for
    /// more than one [default: all]
    #[arg(long, value_name = "NAME")]
    pub room: Vec<String>,

    /// A group the client is in; repeat it for more than one
    #[arg(long, value_name = "NAME")]
    pub group: Vec<String>,

    /// What the client may do: createRoom, listRooms, sendMessage, seePrivateRooms or
    /// enterAnyRoom; repeat it for more than one [default: the first three]
    #[arg(long, value_name = "NAME")]
    pub permission: Vec<String>,

    /// For how long; then the connection ends
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub expires: Span,

    /// Who says so: `iss`
    #[arg(long, value_name = "NAME")]
    pub issuer: Option<String>,

    /// Whom it is for: `aud`
    #[arg(long, value_name = "NAME")]
    pub audience: Option<String>,
}

/// What an invitation says.
#[derive(Clone, Debug, Args)]
pub struct NewInvitation {
    /// The secret of `[invitation]`
    #[arg(long, value_name = "FILE")]
    pub key_file: PathBuf,

    /// The application the room is in
    #[arg(long, value_name = "NAME")]
    pub app: String,

    /// The room, or the beginning of its name and an asterisk
    #[arg(long, value_name = "NAME")]
    pub room: String,

    /// The only one who can use it [default: anybody]
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,

    /// For how long it can be used; who is in the room by then stays
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub expires: Span,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_states_the_defaults_that_hold() {
        let help = Cli::command().render_long_help().to_string();
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let default = Settings::default();
        for value in [
            default.listen[0].to_string(),
            default.demo.to_string(),
            default.max_sockets.to_string(),
            default.max_header_bytes.to_string(),
            humantime::format_duration(default.header_timeout).to_string(),
            humantime::format_duration(default.write_timeout).to_string(),
            humantime::format_duration(default.shutdown_timeout).to_string(),
            default.log_level.to_string(),
            default.journal_max_bytes.to_string(),
        ] {
            assert!(words.contains(&format!("[default: {value}]")), "{value} in {help}");
        }
    }

    #[test]
    fn port_and_listen_exclude_each_other() {
        let arguments = ["easyrtc-server", "--port", "1", "--listen", "127.0.0.1:2"];
        assert!(Cli::try_parse_from(arguments).is_err());
    }
}
