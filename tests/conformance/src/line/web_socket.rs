//! Clients on the raw WebSocket.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Far, Line, line, with_base64, without_base64};
use crate::case::{Outcome, fail};
use crate::message::{End, Incoming, Message, Outgoing, Said};
use crate::wire::{Frame, Link, Server};

/// Connects, and takes the welcome.
pub(crate) async fn connect(server: &Server, headers: &[(&'static str, &str)]) -> Outcome<Line> {
    let mut link = Link::open(server, &server.path, headers).await?;
    let welcome = link.json().await?;
    if welcome["event"] != "welcome" {
        return fail(format!("the first frame is no welcome: {welcome}"));
    }
    let (line, far) = line();
    tokio::spawn(serve(link, far));
    Ok(line)
}

async fn serve(mut link: Link, mut far: Far) {
    let mut reading = true;
    loop {
        tokio::select! {
            outgoing = far.from.recv() => match outgoing {
                Some(Outgoing::Say(number, said)) => {
                    if link.send_text(written(number, &said)).await.is_err() && !reading {
                        return;
                    }
                }
                Some(Outgoing::StopReading) => reading = false,
                Some(Outgoing::Leave) => return link.close(1000).await,
                Some(Outgoing::Cut) | None => return,
            },
            frame = link.next(), if reading => {
                let incoming = match frame {
                    Frame::Text(text) => read(&text),
                    Frame::End { code } => {
                        let end = End { code, announced: code.is_some() };
                        let _ = far.to.send(Incoming::End(end)).await;
                        return;
                    }
                    Frame::Binary(_) | Frame::Ping | Frame::Pong => None,
                };
                if let Some(incoming) = incoming
                    && far.to.send(incoming).await.is_err()
                {
                    return;
                }
            }
        }
    }
}

/// The frame for what a client says.
fn written(number: Option<u64>, said: &Said) -> String {
    let id = number.map_or_else(String::new, |number| format!("\"id\":{number},"));
    let message = with_base64(&said.text, &said.attachments);
    let event = serde_json::Value::from(said.event.as_str());
    format!("{{\"event\":{event},{id}\"message\":{message}}}")
}

/// What a frame of the server says; nothing for acknowledgements.
fn read(text: &str) -> Option<Incoming> {
    let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
    let (message, attachments) = without_base64(members.remove("message")?.get());
    let ack = members.get("ack").map(|ack| ack.get().parse().unwrap_or(u64::MAX));
    let event = members.get("event").and_then(|event| serde_json::from_str(event.get()).ok());
    let message = Message::new(event.filter(|_| ack.is_none()), message, attachments);
    Some(match ack {
        Some(number) => Incoming::Answer(number, message),
        None => Incoming::Event(message, members.contains_key("id")),
    })
}
