//! Clients on Socket.IO, over the WebSocket of Engine.IO 4.

use bytes::Bytes;

use super::{Far, Line, elements, line};
use crate::case::{Outcome, fail};
use crate::message::{End, Incoming, Message, Outgoing, Said};
use crate::wire::{Frame, Link, Server};

/// The query of a connection that is a WebSocket from the start.
pub(crate) const QUERY: &str = "?EIO=4&transport=websocket";

/// Connects to the namespace.
pub(crate) async fn connect(server: &Server, headers: &[(&'static str, &str)]) -> Outcome<Line> {
    let mut link = Link::open(server, &format!("{}{QUERY}", server.path), headers).await?;
    let handshake = link.text().await?;
    if !handshake.starts_with('0') {
        return fail(format!("the first packet is no handshake: {handshake}"));
    }
    link.send_text("40").await?;
    let connected = link.text().await?;
    if !connected.starts_with("40") {
        return fail(format!("the namespace is not opened: {connected}"));
    }
    let (line, far) = line();
    tokio::spawn(Session { link, announced: false, binary: None }.serve(far));
    Ok(line)
}

/// A packet whose attachments are still to come.
struct Partial {
    header: Header,
    missing: usize,
    attachments: Vec<Bytes>,
}

/// An EVENT or ACK packet without its attachments.
struct Header {
    answer: bool,
    id: Option<u64>,
    data: String,
}

struct Session {
    link: Link,
    /// A DISCONNECT came.
    announced: bool,
    binary: Option<Partial>,
}

impl Session {
    async fn serve(mut self, mut far: Far) {
        let mut reading = true;
        loop {
            tokio::select! {
                outgoing = far.from.recv() => match outgoing {
                    Some(Outgoing::Say(number, said)) => {
                        if self.say(number, said).await.is_err() && !reading {
                            return;
                        }
                    }
                    Some(Outgoing::StopReading) => reading = false,
                    Some(Outgoing::Leave) => {
                        let _ = self.link.send_text("41").await;
                        return self.link.close(1000).await;
                    }
                    Some(Outgoing::Cut) | None => return,
                },
                frame = self.link.next(), if reading => {
                    let incoming = self.frame(frame).await;
                    let ended = matches!(incoming, Some(Incoming::End(_)));
                    if let Some(incoming) = incoming
                        && far.to.send(incoming).await.is_err()
                    {
                        return;
                    }
                    if ended {
                        return;
                    }
                }
            }
        }
    }

    async fn say(&mut self, number: Option<u64>, said: Said) -> Outcome {
        let id = number.map(|number| number.to_string()).unwrap_or_default();
        let event = serde_json::Value::from(said.event.as_str());
        // No text at all stands for an event without an argument.
        let argument = if said.text.is_empty() { String::new() } else { format!(",{}", said.text) };
        let data = format!("[{event}{argument}]");
        if said.attachments.is_empty() {
            return self.link.send_text(format!("42{id}{data}")).await;
        }
        self.link.send_text(format!("45{}-{id}{data}", said.attachments.len())).await?;
        for attachment in said.attachments {
            self.link.send_binary(attachment).await?;
        }
        Ok(())
    }

    /// Takes a frame in, answers pings and acks events.
    async fn frame(&mut self, frame: Frame) -> Option<Incoming> {
        let text = match frame {
            Frame::Text(text) => text,
            Frame::Binary(bytes) => {
                let partial = self.binary.as_mut()?;
                partial.attachments.push(bytes);
                if partial.attachments.len() < partial.missing {
                    return None;
                }
                let Partial { header, attachments, .. } = self.binary.take()?;
                return self.packet(header, attachments).await;
            }
            Frame::End { code } => {
                return Some(Incoming::End(End { code, announced: self.announced }));
            }
            Frame::Ping | Frame::Pong => return None,
        };
        if text == "2" {
            let _ = self.link.send_text("3").await;
            return None;
        }
        if text == "41" {
            self.announced = true;
            // As socket.io-client does.
            self.link.close(1000).await;
            return Some(Incoming::End(End { code: None, announced: true }));
        }
        let (header, missing) = header(&text)?;
        if missing == 0 {
            return self.packet(header, Vec::new()).await;
        }
        self.binary = Some(Partial { header, missing, attachments: Vec::new() });
        None
    }

    async fn packet(&mut self, header: Header, attachments: Vec<Bytes>) -> Option<Incoming> {
        let mut elements = elements(&header.data)?;
        if header.answer {
            let text = if elements.len() == 1 { elements.remove(0) } else { header.data };
            return Some(Incoming::Answer(header.id?, Message::new(None, text, attachments)));
        }
        if let Some(id) = header.id {
            let _ = self.link.send_text(format!("43{id}[{{\"msgType\":\"ack\"}}]")).await;
        }
        let event = serde_json::from_str(elements.first()?).ok()?;
        let message = Message::new(Some(event), elements.get(1)?.clone(), attachments);
        Some(Incoming::Event(message, header.id.is_some()))
    }
}

/// Reads the text of an EVENT or ACK packet, and how many attachments belong to it.
fn header(text: &str) -> Option<(Header, usize)> {
    let kind = text.get(..2)?;
    let mut rest = text.get(2..)?;
    let mut missing = 0;
    if matches!(kind, "45" | "46") {
        let (count, behind) = rest.split_once('-')?;
        (missing, rest) = (count.parse().ok()?, behind);
    } else if !matches!(kind, "42" | "43") {
        return None;
    }
    let start = rest.find('[')?;
    let id = rest.get(..start)?.parse().ok();
    let data = rest.get(start..)?.to_owned();
    Some((Header { answer: matches!(kind, "43" | "46"), id, data }, missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_read() {
        let (event, missing) = header(r#"4217["a",{}]"#).unwrap();
        assert_eq!((event.answer, event.id, missing), (false, Some(17), 0));
        let (ack, missing) = header("462-3[1]").unwrap();
        assert_eq!((ack.answer, ack.id, missing, ack.data.as_str()), (true, Some(3), 2, "[1]"));
        assert!(header("2").is_none());
    }
}
