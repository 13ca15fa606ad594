//! What an operator may set: one schema for flags, environment and file, and the effective values.

mod admin;
mod auth;
mod bounded;
mod env;
mod file;
mod hooks;
mod merge;
mod network;
mod origin;
mod print;
mod span;
mod transport;
mod turn;
mod url_path;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::logging::LogLevel;
use crate::options::{Options, Warning};

pub use admin::AdminTable;
pub use auth::{
    AlgorithmName, Auth, AuthorizerName, BackendUrl, ClaimsTable, Fallback, Invitation, JsonPath,
    JwtTable, SecretText, UsersTable, WebhookTable,
};
pub(crate) use auth::{read_secret, read_secret_file};
pub use bounded::{Time, Whole};
pub use env::Environment;
pub(crate) use file::read_text;
pub use hooks::{EventType, EventTypes, EventsTable, HookFlags, Hooks, MessagesTable};
pub use network::{Network, is_in};
pub use origin::Origin;
pub use span::Span;
pub use transport::{
    Common, Effective, Enabled, SocketIoTable, TransportName, Transports, WebSocketTable,
};
pub use turn::TurnTable;
pub use url_path::UrlPath;

/// The port when none is configured.
pub const DEFAULT_PORT: u16 = 8080;

/// One source of settings: the flags, the environment, or the file. What a source does not say is
/// `None`.
///
/// The field's name is the key in the file and, in capitals after `EASYRTC_`, the environment
/// variable.
#[derive(Clone, Debug, Default, PartialEq, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Listen here; repeat it for more than one address. Port 0 takes any free port
    /// [default: 0.0.0.0:8080]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',', help_heading = "Where to listen")]
    #[arg(value_parser = parse_listen)]
    pub listen: Option<Vec<SocketAddr>>,

    /// Serve only this transport, socketio or ws; repeat it for more than one
    /// [default: those that the file does not disable]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Where to listen")]
    #[serde(skip)]
    pub transport: Option<Vec<TransportName>>,

    /// `[transport]`, in the file only; which are enabled can be said by the flag and environment.
    #[arg(skip)]
    #[serde(rename = "transport")]
    pub transports: Option<Transports>,

    /// Who decides about logins: open lets everybody in, static knows the users of a file, jwt
    /// whoever has a token, and webhook asks a backend; repeat it for a chain, of which the first
    /// that knows what to do with a login decides. More is said in the file [default: open]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Who may log in")]
    #[serde(skip)]
    pub auth: Option<Vec<AuthorizerName>>,

    /// `[auth]`, in the file only; the chain can be said by the flag and environment.
    #[arg(skip)]
    #[serde(rename = "auth")]
    pub auth_table: Option<Auth>,

    /// `[invitation]`, in the file only.
    #[arg(skip)]
    pub invitation: Option<Invitation>,

    /// `[turn]`, in the file only.
    #[arg(skip)]
    pub turn: Option<TurnTable>,

    #[command(flatten)]
    #[serde(skip)]
    #[expect(missing_docs, reason = "a text here would replace the help of the whole group")]
    pub hook_flags: HookFlags,

    /// `[hooks]`, in the file only; URLs and secrets' files can be said by flag and environment.
    #[arg(skip)]
    pub hooks: Option<Hooks>,

    /// Believe this address or network about whose connection it passes on: a reverse proxy that
    /// adds the client's address to X-Forwarded-For; repeat it for more than one
    /// [default: none, that header is ignored]
    #[arg(verbatim_doc_comment)]
    #[arg(long = "trusted-proxy", id = "trusted_proxies", value_name = "IP|NETWORK")]
    #[arg(value_delimiter = ',', help_heading = "Where to listen")]
    pub trusted_proxies: Option<Vec<Network>>,

    /// Take only connections that trusted proxies pass on with a header of the PROXY protocol,
    /// version 1 or 2 [default: false]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", help_heading = "Where to listen")]
    pub proxy_protocol: Option<bool>,

    /// Serve numbers for Prometheus at /metrics of this address, apart from what clients use
    /// [default: nowhere]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "ADDR:PORT", help_heading = "Where to listen")]
    #[arg(value_parser = parse_listen)]
    pub metrics_listen: Option<SocketAddr>,

    /// Serve the admin API at this address, apart from what clients use, to whoever has its token
    /// or a certificate; more is said in the file [default: nowhere]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "ADDR:PORT", help_heading = "Where to listen")]
    #[arg(value_parser = parse_listen)]
    #[serde(skip)]
    pub admin_listen: Option<SocketAddr>,

    /// The file that holds the token of the admin API
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "FILE", help_heading = "Where to listen")]
    #[serde(skip)]
    pub admin_token_file: Option<PathBuf>,

    /// `[admin]`, in the file only; the address and the token's file can be said by the flag and
    /// environment.
    #[arg(skip)]
    pub admin: Option<AdminTable>,

    /// Serve the files of this directory at /, your own pages for instance
    #[arg(verbatim_doc_comment)]
    #[arg(long = "static", id = "static", value_name = "DIR", help_heading = "What to serve")]
    #[serde(rename = "static")]
    pub static_files: Option<PathBuf>,

    /// Serve the browser's files from an npm tree that has open-easyrtc and socket.io-client, at
    /// /easyrtc/, /demos/ and /socket.io/socket.io.js
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "DIR", help_heading = "What to serve")]
    pub client_files: Option<PathBuf>,

    /// Serve the demo at /, video calls over the raw WebSocket, unless --static serves something
    /// there [default: true]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", help_heading = "What to serve")]
    pub demo: Option<bool>,

    /// Let only pages of this origin connect, `https://example.org` for instance; repeat it for
    /// more than one [default: any origin]
    #[arg(verbatim_doc_comment)]
    #[arg(long = "allow-origin", id = "allowed_origins", value_name = "ORIGIN")]
    #[arg(value_delimiter = ',', help_heading = "Limits")]
    pub allowed_origins: Option<Vec<Origin>>,

    /// Refuse logins from this address or network, 192.0.2.0/24 for instance; repeat it for more
    /// than one [default: none]
    #[arg(verbatim_doc_comment)]
    #[arg(long = "deny-address", id = "denied_addresses", value_name = "IP|NETWORK")]
    #[arg(value_delimiter = ',', help_heading = "Limits")]
    pub denied_addresses: Option<Vec<Network>>,

    /// TCP connections open at the same time; more are answered 503. 0: no limit. The system's
    /// limit of open files (ulimit -n) has to be higher [default: 50000]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "N", help_heading = "Limits")]
    pub max_sockets: Option<usize>,

    /// How long a client may take to send the head of a request, and how long an idle connection is
    /// kept for the next one. 0s: no limit [default: 30s]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "TIME", help_heading = "Limits")]
    pub header_timeout: Option<Span>,

    /// Bytes the head of a request may have, 8192 or more [default: 32768]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "BYTES", help_heading = "Limits")]
    pub max_header_bytes: Option<usize>,

    /// How long a client may take none of what is sent to it before its connection is cut.
    /// 0s: no limit [default: 1m]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "TIME", help_heading = "Limits")]
    pub write_timeout: Option<Span>,

    /// How long connections may take to end on SIGTERM or Ctrl-C before they are cut. 0s: cut them
    /// at once [default: 10s]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "TIME", help_heading = "Limits")]
    pub shutdown_timeout: Option<Span>,

    /// error, warn, info, debug, trace or off; per module too: info,easyrtc_runtime=debug
    /// [default: info]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "LEVEL", help_heading = "Logs (on standard error)")]
    pub log_level: Option<LogLevel>,

    /// One line of text or one JSON object per event [default: text]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "FORMAT", help_heading = "Logs (on standard error)")]
    pub log_format: Option<LogFormat>,

    /// Write every message of every client and of the server into this file, one JSON object per
    /// line, to see what crosses the wire. It holds credentials and everything people say: never
    /// in production. A file of this name is overwritten
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "FILE", help_heading = "Recording")]
    pub message_log: Option<PathBuf>,

    /// Write everything that happens to the core into this file, secrets replaced by stand-ins, for
    /// `easyrtc-server replay FILE`. A file of this name is overwritten
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "FILE", help_heading = "Recording")]
    pub journal: Option<PathBuf>,

    /// Bytes the journal may have; then it ends, and the server goes on. 0: no limit
    /// [default: 1073741824]
    #[arg(verbatim_doc_comment)]
    #[arg(long, value_name = "BYTES", help_heading = "Recording")]
    pub journal_max_bytes: Option<u64>,

    /// The protocol's options, in the file only: flag and environment have `--easyrtc-options`.
    #[arg(skip)]
    pub options: Option<toml::Table>,
}

/// How events are written to standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// The effective settings: every source merged, defaults filled in, values checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Addresses to listen on; never empty.
    pub listen: Vec<SocketAddr>,
    /// Which transports are served, where, and with which limits.
    pub transports: Transports,
    /// Who decides about logins, and how.
    pub auth: Auth,
    /// What invitations to rooms are signed with.
    pub invitation: Invitation,
    /// TURN servers that share a secret with this one.
    pub turn: TurnTable,
    /// What is told to a backend, and asked of it, while the server runs.
    pub hooks: Hooks,
    /// Who is believed about whose connection it passes on.
    pub trusted_proxies: Vec<Network>,
    /// Whether every connection begins with a header of the PROXY protocol.
    pub proxy_protocol: bool,
    /// Where numbers for Prometheus are served, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// The admin API.
    pub admin: AdminTable,
    /// The operator's own pages.
    pub static_files: Option<PathBuf>,
    /// The npm tree with the browser's files.
    pub client_files: Option<PathBuf>,
    /// Whether the demo is at `/`, if nothing else is and its transport is there.
    pub demo: bool,
    /// Origins whose pages may connect; empty means any.
    pub allowed_origins: Vec<Origin>,
    /// Addresses from which nobody may log in.
    pub denied_addresses: Vec<Network>,
    /// TCP connections at the same time; 0 means no limit.
    pub max_sockets: usize,
    /// Time for the head of a request; zero means no limit.
    pub header_timeout: Duration,
    /// Bytes of the head of a request.
    pub max_header_bytes: usize,
    /// Time a client may take nothing of what is sent to it; zero means no limit.
    pub write_timeout: Duration,
    /// Time for connections to end when the server shuts down.
    pub shutdown_timeout: Duration,
    /// What is logged.
    pub log_level: LogLevel,
    /// How it is written.
    pub log_format: LogFormat,
    /// Where every message is written, if anywhere.
    pub message_log: Option<PathBuf>,
    /// Where everything that happens to the core is written, if anywhere.
    pub journal: Option<PathBuf>,
    /// Bytes of that; 0 means no limit.
    pub journal_max_bytes: u64,
    /// The protocol's options.
    pub options: Options,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: vec![every_interface(DEFAULT_PORT)],
            transports: Transports::default(),
            auth: Auth::default(),
            invitation: Invitation::default(),
            turn: TurnTable::default(),
            hooks: Hooks::default(),
            trusted_proxies: Vec::new(),
            proxy_protocol: false,
            metrics_listen: None,
            admin: AdminTable::default(),
            static_files: None,
            client_files: None,
            demo: true,
            allowed_origins: Vec::new(),
            denied_addresses: Vec::new(),
            max_sockets: 50_000,
            header_timeout: Duration::from_secs(30),
            max_header_bytes: 32 * 1024,
            write_timeout: Duration::from_secs(60),
            shutdown_timeout: Duration::from_secs(10),
            log_level: LogLevel::default(),
            log_format: LogFormat::Text,
            message_log: None,
            journal: None,
            journal_max_bytes: easyrtc_journal::Limits::default().journal,
            options: Options::default(),
        }
    }
}

/// The settings, and what the operator should be told about them once logging runs.
#[derive(Debug)]
pub struct Loaded {
    /// The effective settings.
    pub settings: Settings,
    /// What was understood but has no effect, in the order found.
    pub warnings: Vec<Warning>,
}

/// A setting that cannot be used: one line that says where it stands, what it is and what is
/// allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {problem}")]
pub struct ConfigError {
    /// The flag, the environment variable or the file (with a line where there is one).
    pub origin: String,
    /// What is wrong, and what is allowed.
    pub problem: String,
}

impl ConfigError {
    /// A problem with what `origin` says.
    pub fn new(origin: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { origin: origin.into(), problem: problem.into() }
    }
}

/// Every IPv4 interface, as hosting platforms and containers expect it.
fn every_interface(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port)
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.trim().parse().map_err(|_| {
        "an IP address and a port, such as 0.0.0.0:8080, 127.0.0.1:0 or [::]:8080".to_owned()
    })
}

#[cfg(test)]
pub(crate) mod tests;
