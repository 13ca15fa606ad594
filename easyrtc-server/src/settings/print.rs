//! The effective settings as a file that can be used as one.

mod admin;
mod auth;
mod hooks;
mod transports;
mod turn;

use std::fmt::Write as _;
use std::path::Path;

use clap::{Args, Command};

use super::{Layer, Settings, Span};
use crate::options::{self, Known, Meaning};

/// These are no keys of their own in the file: tables say what they say.
const IN_TABLES: [&str; 8] = [
    "transport",
    "auth",
    "events_url",
    "events_secret_file",
    "messages_url",
    "messages_secret_file",
    "admin_listen",
    "admin_token_file",
];

/// Width of the comments.
const WIDTH: usize = 96;

const FILE_HEAD: &str = "\
# The effective settings of easyrtc-server. What stands as \"# NAME = ...\" is not set.
# Environment variables and flags win over this file; see --help.
";

const OPTIONS_HEAD: &str = "
# The protocol's options, under the names the Node server has for them. Times are in
# milliseconds; 0 means no limit. Objects and arrays may also be strings of JSON.
[options]
";

impl Settings {
    /// A TOML file that leaves every setting as it is, with what each means. Secrets are replaced
    /// by a placeholder that is refused when the file is read.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = FILE_HEAD.to_owned();
        let command = Layer::augment_args(Command::new("easyrtc-server"));
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if IN_TABLES.contains(&id) {
                continue;
            }
            let help = argument.get_long_help().or_else(|| argument.get_help());
            let help = help.map(|help| help.to_string().replace('\n', " ")).unwrap_or_default();
            let about = help.split(" [default:").next().unwrap_or_default();
            text += "\n";
            comment(&mut text, about.trim());
            match self.value(id) {
                Some(value) => text += &format!("{id} = {value}\n"),
                None => text += &format!("# {id} = \"\"\n"),
            }
        }
        self.write_transports(&mut text);
        self.write_auth(&mut text);
        self.write_turn(&mut text);
        self.write_hooks(&mut text);
        self.write_admin(&mut text);
        text += OPTIONS_HEAD;
        for known in options::known() {
            self.write_option(&mut text, known);
        }
        text
    }

    /// The setting as TOML, or `None` if it is not set.
    fn value(&self, id: &str) -> Option<String> {
        let time = |time| quote(&Span(time).to_string());
        let path =
            |path: &Option<_>| path.as_deref().map(|path: &Path| quote(&path.to_string_lossy()));
        Some(match id {
            "listen" => list(self.listen.iter().map(ToString::to_string)),
            "trusted_proxies" => list(self.trusted_proxies.iter().map(ToString::to_string)),
            "proxy_protocol" => self.proxy_protocol.to_string(),
            "metrics_listen" => quote(&self.metrics_listen?.to_string()),
            "static" => return path(&self.static_files),
            "client_files" => return path(&self.client_files),
            "demo" => self.demo.to_string(),
            "allowed_origins" => list(self.allowed_origins.iter().map(ToString::to_string)),
            "denied_addresses" => list(self.denied_addresses.iter().map(ToString::to_string)),
            "max_sockets" => self.max_sockets.to_string(),
            "header_timeout" => time(self.header_timeout),
            "max_header_bytes" => self.max_header_bytes.to_string(),
            "write_timeout" => time(self.write_timeout),
            "shutdown_timeout" => time(self.shutdown_timeout),
            "log_level" => quote(&self.log_level.to_string()),
            "log_format" => serde_json::to_string(&self.log_format).unwrap_or_default(),
            "message_log" => return path(&self.message_log),
            "journal" => return path(&self.journal),
            "journal_max_bytes" => self.journal_max_bytes.to_string(),
            _ => return None,
        })
    }

    fn write_option(&self, text: &mut String, known: &Known) {
        if !matches!(known.meaning, Meaning::Effective(_)) {
            return;
        }
        *text += "\n";
        comment(text, known.about);
        let given = self.options.given.get(known.name).map(AsRef::as_ref);
        let written = match given.or(known.default) {
            None | Some("null") => format!("# {} = \"\"", known.name),
            Some(value) => {
                let shown = options::without_secrets(known.name, value);
                format!("{} = {}", known.name, json_to_toml(&shown))
            }
        };
        *text += &format!("{written}\n");
    }
}

fn comment(text: &mut String, about: &str) {
    let mut length = 0;
    for word in about.split_whitespace() {
        if length == 0 || length + word.len() + 1 > WIDTH {
            let separator = if length == 0 { "#" } else { "\n#" };
            *text += separator;
            length = 1;
        }
        *text += " ";
        *text += word;
        length += word.len() + 1;
    }
    *text += "\n";
}

/// Numbers and truth values are written alike in both languages, a text is quoted anew, and the
/// rest stays JSON, in a string.
fn json_to_toml(json: &str) -> String {
    if !json.starts_with(['{', '[', '"']) {
        return json.to_owned();
    }
    let text = serde_json::from_str::<String>(json);
    match text {
        Ok(text) => quote(&text),
        Err(_) if json.chars().all(|c| c != '\'' && !c.is_control()) => format!("'{json}'"),
        Err(_) => quote(json),
    }
}

fn list(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| quote(&text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A TOML basic string.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
