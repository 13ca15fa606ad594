//! Clients of a core in this process.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use easyrtc_runtime::{
    AckId, Attachments, ClientEvent, CloseReason, ConnMeta, Connection, Outbox, Runtime,
    TransportKind,
};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use super::{Line, line};
use crate::message::{End, Incoming, Message, Outgoing, Said};

/// Connects a client to `runtime`; none if it takes no more.
pub(crate) fn connect(runtime: &Runtime) -> Option<Line> {
    // No raw WebSocket, so that the time to log in is what the options say.
    let mut meta = ConnMeta::new(TransportKind::SocketIo);
    meta.peer = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let (connection, outbox) = runtime.connect(meta).ok()?;
    let (line, far) = line();
    let (end, ended) = mpsc::channel(1);
    tokio::spawn(write(outbox, far.to, ended));
    tokio::spawn(read(connection, far.from, end));
    Some(line)
}

/// Feeds what the client says, until it leaves or goes.
async fn read(
    mut connection: Connection,
    mut from: mpsc::Receiver<Outgoing>,
    end: mpsc::Sender<bool>,
) {
    loop {
        match from.recv().await {
            Some(Outgoing::Say(number, said)) => {
                if let Some(event) = ClientEvent::from_name(&said.event) {
                    say(&mut connection, event, number, said).await;
                } else {
                    connection.alive();
                }
            }
            Some(Outgoing::StopReading) => {
                // The other task is told, and goes on holding the outbox.
                let _ = end.send(false).await;
            }
            Some(Outgoing::Leave) => return connection.close(CloseReason::ClientLeft),
            // Dropping the connection says that the line broke.
            Some(Outgoing::Cut) | None => return,
        }
    }
}

async fn say(connection: &mut Connection, event: ClientEvent, number: Option<u64>, said: Said) {
    let Ok(text) = RawValue::from_string(said.text) else { return };
    let attachments = Attachments::new(said.attachments);
    let delivery = connection.receive(number.map(AckId), event, &*text, &attachments);
    connection.deliver(delivery).await;
}

/// Hands on what the server has for the client, until it ends.
async fn write(mut outbox: Outbox, to: mpsc::Sender<Incoming>, mut told: mpsc::Receiver<bool>) {
    let aborted = outbox.aborted();
    let ended = async |announced| {
        let _ = to.send(Incoming::End(End { code: None, announced })).await;
    };
    let hand_on = async {
        let mut batch = Vec::new();
        let mut reading = true;
        loop {
            tokio::select! {
                more = outbox.recv(&mut batch), if reading => if !more { return false },
                stop = told.recv(), if reading => {
                    reading = stop.is_none();
                    if stop.is_none() {
                        return false;
                    }
                }
                else => std::future::pending().await,
            }
            for outgoing in batch.drain(..) {
                match incoming(outgoing) {
                    Some(incoming) => {
                        if to.send(incoming).await.is_err() {
                            return false;
                        }
                    }
                    None => return true,
                }
            }
        }
    };
    tokio::select! {
        biased;
        _ = aborted => ended(false).await,
        announced = hand_on => ended(announced).await,
    }
}

/// What the client hears; nothing for a close.
fn incoming(outgoing: easyrtc_runtime::Outgoing) -> Option<Incoming> {
    let mut text = Vec::new();
    let (ack, event, frame) = match outgoing {
        easyrtc_runtime::Outgoing::Event { frame, to } => {
            frame.write_json(to.as_ref(), &mut text);
            (None, Some(frame.event().name().to_owned()), frame)
        }
        easyrtc_runtime::Outgoing::Reply { ack, frame } => {
            frame.write_json(None, &mut text);
            (Some(ack), None, frame)
        }
        easyrtc_runtime::Outgoing::Close(_) => return None,
    };
    let attachments: Vec<Bytes> = frame.attachments().to_vec();
    let message = Message::new(event, String::from_utf8_lossy(&text).into_owned(), attachments);
    Some(match ack {
        Some(AckId(number)) => Incoming::Answer(number, message),
        None => Incoming::Event(message, false),
    })
}
