//! What connects a client to the server: a task of its own for each, and two bounded channels.

pub(crate) mod in_process;
pub(crate) mod socket_io;
pub(crate) mod web_socket;

use bytes::Bytes;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::message::{Incoming, Outgoing};

/// How much may wait in a line, in either direction. A client that takes nothing for that long
/// stops reading from its socket.
const WAITING: usize = 1024;

/// A line, as a client holds it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) to: mpsc::Sender<Outgoing>,
    pub(crate) from: mpsc::Receiver<Incoming>,
}

/// The other end, as the task that serves it holds it.
#[derive(Debug)]
pub(crate) struct Far {
    pub(crate) to: mpsc::Sender<Incoming>,
    pub(crate) from: mpsc::Receiver<Outgoing>,
}

/// Both ends of a line.
pub(crate) fn line() -> (Line, Far) {
    let (to_server, from_client) = mpsc::channel(WAITING);
    let (to_client, from_server) = mpsc::channel(WAITING);
    let line = Line { to: to_server, from: from_server };
    (line, Far { to: to_client, from: from_client })
}

/// The elements of a JSON array, as text.
pub(crate) fn elements(text: &str) -> Option<Vec<String>> {
    let raw: Vec<Box<RawValue>> = serde_json::from_str(text).ok()?;
    Some(raw.into_iter().map(|element| element.get().to_owned()).collect())
}

/// `text` with base64 put into the placeholders, as the raw WebSocket wants them, and with the
/// bytes taken out of them again.
pub(crate) fn with_base64(text: &str, attachments: &[Bytes]) -> String {
    let mut written = String::new();
    let mut from = 0;
    let mut seen = vec![false; attachments.len()];
    for placeholder in easyrtc_proto::placeholders(text) {
        let Some(num) = placeholder.num.filter(|num| *num < attachments.len()) else { continue };
        if std::mem::replace(&mut seen[num], true) {
            continue;
        }
        written.push_str(&text[from..placeholder.range.start]);
        let base64 = data_encoding::BASE64.encode(&attachments[num]);
        let map = format!(r#"{{"_placeholder":true,"num":{num},"base64":"{base64}"}}"#);
        written.push_str(&map);
        from = placeholder.range.end;
    }
    written.push_str(&text[from..]);
    written
}

/// The bytes that stand in the placeholders of `text`, in order of `num`, and `text` without them.
pub(crate) fn without_base64(text: &str) -> (String, Vec<Bytes>) {
    let mut attachments = Vec::new();
    let mut written = String::new();
    let mut from = 0;
    for placeholder in easyrtc_proto::placeholders(text) {
        let map: serde_json::Value =
            serde_json::from_str(&text[placeholder.range.clone()]).unwrap_or_default();
        let bytes =
            map["base64"].as_str().map(|base64| data_encoding::BASE64.decode(base64.as_bytes()));
        let Some(Ok(bytes)) = bytes else { continue };
        attachments.push(Bytes::from(bytes));
        written.push_str(&text[from..placeholder.range.start]);
        written.push_str(&format!(r#"{{"_placeholder":true,"num":{}}}"#, attachments.len() - 1));
        from = placeholder.range.end;
    }
    written.push_str(&text[from..]);
    (written, attachments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_in_and_out_again() {
        let text = r#"{"a":{"_placeholder":true,"num":0},"b":[{"_placeholder":true,"num":1}]}"#;
        let attachments = [Bytes::from_static(b"x"), Bytes::from_static(b"yz")];
        let sent = with_base64(text, &attachments);
        assert!(sent.contains(r#""base64":"eA==""#), "{sent}");
        assert_eq!(without_base64(&sent), (text.to_owned(), attachments.to_vec()));
    }
}
