//! `appIceServers`: the STUN and TURN servers that browsers are told to use.

use std::sync::Arc;

use easyrtc_proto::IceServer;
use serde_json::value::RawValue;

use super::Value;
use super::secret::{HIDDEN, PLACEHOLDER};

const ALLOWED: &str = r#"an array such as [{"urls": "stun:stun.example.org"}]"#;

/// Reads the servers. What a browser would throw an error for is one here; what it would merely
/// fail to use is a remark.
pub(super) fn read(value: &Value, remarks: &mut Vec<String>) -> Result<Arc<[IceServer]>, String> {
    let entries: Vec<Box<RawValue>> =
        serde_json::from_str(value.text()).map_err(|_| value.refuse(ALLOWED))?;
    let servers = entries.iter().enumerate().map(|(index, entry)| {
        let server = IceServer::parse(entry.get())
            .map_err(|problem| format!("entry {} is malformed: {problem}", index + 1))?;
        check_urls(entry, index + 1, remarks)?;
        Ok(server)
    });
    servers.collect::<Result<Vec<_>, String>>().map(Arc::from)
}

/// Looks at what [`IceServer`] leaves to the browser: the scheme of each URL, and that a TURN
/// server has credentials.
fn check_urls(entry: &RawValue, number: usize, remarks: &mut Vec<String>) -> Result<(), String> {
    let entry: serde_json::Value =
        serde_json::from_str(entry.get()).map_err(|error| error.to_string())?;
    let urls = match entry.get("urls").or_else(|| entry.get("url")) {
        Some(serde_json::Value::Array(urls)) => urls.as_slice(),
        Some(url) => std::slice::from_ref(url),
        None => &[],
    };
    if entry.get("credential").and_then(serde_json::Value::as_str) == Some(HIDDEN) {
        return Err(format!("entry {number} {PLACEHOLDER}"));
    }
    let mut relays = false;
    for url in urls.iter().filter_map(serde_json::Value::as_str) {
        match url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
            Some("stun" | "stuns") => {}
            Some("turn" | "turns") => relays = true,
            _ => {
                return Err(format!(
                    "entry {number} is malformed: {url:?} does not begin with stun:, stuns:, \
                     turn: or turns:"
                ));
            }
        }
    }
    if relays && (entry.get("username").is_none() || entry.get("credential").is_none()) {
        remarks.push(format!(
            "entry {number} is a TURN server without username and credential, which browsers refuse"
        ));
    }
    Ok(())
}
