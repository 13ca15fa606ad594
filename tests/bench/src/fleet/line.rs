//! The lines of the clients: sockets, and how far each has come.

use std::io::{self, Write};
use std::mem;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, Socket, Type};

use super::{Heard, Listener};
use crate::place::Place;
use crate::transport::Packet;
use crate::websocket::{self, Frame, MAX_MESSAGE, Opcode, Read, write_frame};

/// On loopback each address of 127.0.0.0/8 is one's own, and has its own ports. So many clients
/// share one: a server may count clients by address, and there are only so many ports.
const CLIENTS_PER_SOURCE: usize = 500;

/// A client keeps no more memory than this for what it sends, once that is sent.
const KEPT: usize = 1024;

/// How far a line has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No socket.
    Gone,
    /// TCP is not connected yet.
    Connecting,
    /// The WebSocket is asked for.
    Upgrading,
    /// The transport is not ready yet.
    Opening,
    /// Events may be sent.
    Open,
    /// The client said that it goes.
    Leaving,
}

/// A line of one client.
struct Line {
    socket: Option<TcpStream>,
    stage: Stage,
    /// The start of a frame whose rest is still to come.
    partial: Vec<u8>,
    /// The first frames of a message that has several.
    fragments: Vec<u8>,
    /// What has to be sent.
    unsent: Vec<u8>,
    next_id: u64,
    paused: bool,
}

/// The lines of all clients, by number.
pub(crate) struct Lines {
    place: Place,
    registry: Registry,
    lines: Vec<Line>,
    /// Who has something to send.
    dirty: Vec<usize>,
    /// When what is heard right now was read.
    pub(crate) now: Instant,
    /// How much was heard so far, pings left out.
    pub(super) heard: u64,
}

impl Lines {
    pub(super) fn new(place: Place, registry: Registry) -> Self {
        let (lines, dirty) = (Vec::new(), Vec::new());
        Self { place, registry, lines, dirty, now: Instant::now(), heard: 0 }
    }

    /// How many clients there are, gone ones included.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// How far a client has come.
    pub(crate) fn stage(&self, client: usize) -> Stage {
        self.lines[client].stage
    }

    /// Adds a client, without a line yet.
    pub(crate) fn add(&mut self) -> usize {
        self.lines.push(Line {
            socket: None,
            stage: Stage::Gone,
            partial: Vec::new(),
            fragments: Vec::new(),
            unsent: Vec::new(),
            next_id: 0,
            paused: false,
        });
        self.lines.len() - 1
    }

    /// Gives a client that has none a new line.
    pub(crate) fn connect(&mut self, client: usize) -> io::Result<()> {
        let mut socket = connect(self.place.address, client)?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.registry.register(&mut socket, Token(client), interest)?;
        let line = &mut self.lines[client];
        (line.partial, line.fragments) = (Vec::new(), Vec::new());
        line.unsent.clear();
        (line.socket, line.stage, line.next_id) = (Some(socket), Stage::Connecting, 0);
        Ok(())
    }

    /// Sends an event; the number its answer will have.
    pub(crate) fn emit(&mut self, client: usize, name: &str, message: &str) -> u64 {
        let line = &mut self.lines[client];
        let id = line.next_id;
        line.next_id += 1;
        self.place.transport.write_event(&mut line.unsent, id, name, message);
        self.dirty.push(client);
        id
    }

    /// Has a client end its connection, in good order.
    pub(crate) fn leave(&mut self, client: usize) {
        let line = &mut self.lines[client];
        if line.stage == Stage::Open {
            self.place.transport.write_leave(&mut line.unsent);
            line.stage = Stage::Leaving;
            self.dirty.push(client);
        } else {
            self.drop_line(client);
        }
    }

    /// Stops a client from reading, or lets it read again.
    pub(crate) fn set_paused(&mut self, client: usize, paused: bool) {
        self.lines[client].paused = paused;
    }

    /// Ends a line without a word.
    fn drop_line(&mut self, client: usize) {
        let line = &mut self.lines[client];
        line.socket = None;
        line.stage = Stage::Gone;
    }

    pub(super) fn readable(&mut self, client: usize) -> Option<&mut TcpStream> {
        let line = &mut self.lines[client];
        if line.paused { None } else { line.socket.as_mut() }
    }

    /// A socket is connected, or takes more. That it could not be connected shows when it is read.
    pub(super) fn writable(&mut self, client: usize) {
        let line = &mut self.lines[client];
        if line.stage == Stage::Connecting {
            let Some(socket) = &line.socket else { return };
            if socket.peer_addr().is_err() {
                return;
            }
            let request = websocket::handshake(&self.place.authority, &self.place.target);
            line.unsent.extend_from_slice(request.as_bytes());
            line.stage = Stage::Upgrading;
        }
        if !line.unsent.is_empty() {
            self.dirty.push(client);
        }
    }

    /// Sends what is to be sent: one write for each client.
    pub(super) fn flush(&mut self) {
        while let Some(client) = self.dirty.pop() {
            let line = &mut self.lines[client];
            let (Some(socket), false) = (&mut line.socket, line.unsent.is_empty()) else {
                continue;
            };
            match socket.write(&line.unsent) {
                Ok(written) if written == line.unsent.len() => {
                    line.unsent.clear();
                    line.unsent.shrink_to(KEPT);
                }
                Ok(written) => drop(line.unsent.drain(..written)),
                // A line that is broken shows when it is read.
                Err(_) => {}
            }
        }
    }

    /// A line has ended.
    pub(super) fn ended<L: Listener>(&mut self, client: usize, why: &str, listener: &mut L) {
        let left = self.lines[client].stage == Stage::Leaving;
        self.drop_line(client);
        self.heard += 1;
        listener.hear(self, client, if left { Heard::Left } else { Heard::Closed(why) });
    }

    /// Takes in bytes of the server.
    pub(super) fn take<L: Listener>(&mut self, client: usize, bytes: &[u8], listener: &mut L) {
        let mut kept = mem::take(&mut self.lines[client].partial);
        let bytes = if kept.is_empty() {
            bytes
        } else {
            kept.extend_from_slice(bytes);
            &kept
        };
        let mut rest = bytes;
        while self.lines[client].socket.is_some() {
            let read = if self.lines[client].stage == Stage::Upgrading {
                self.upgraded(client, rest)
            } else {
                match websocket::read_frame(rest) {
                    Read::Whole(frame, length) => {
                        self.frame(client, frame, listener);
                        Read::Whole((), length)
                    }
                    Read::Partial => Read::Partial,
                    Read::Broken(why) => Read::Broken(why),
                }
            };
            match read {
                Read::Whole((), length) => rest = &rest[length..],
                Read::Partial => {
                    self.lines[client].partial = rest.to_vec();
                    return;
                }
                Read::Broken(why) => self.ended(client, &why, listener),
            }
        }
    }

    fn upgraded(&mut self, client: usize, bytes: &[u8]) -> Read<()> {
        let read = websocket::read_handshake(bytes);
        if matches!(read, Read::Whole(..)) {
            self.lines[client].stage = Stage::Opening;
        }
        read
    }

    fn frame<L: Listener>(&mut self, client: usize, frame: Frame<'_>, listener: &mut L) {
        let Frame { opcode, is_final, payload } = frame;
        match (opcode, is_final) {
            (Opcode::Text, true) => self.message(client, payload, listener),
            (Opcode::Text, false) => self.lines[client].fragments = payload.to_vec(),
            (Opcode::Continuation, _) => {
                let mut fragments = mem::take(&mut self.lines[client].fragments);
                if fragments.len() + payload.len() > MAX_MESSAGE {
                    return self.ended(client, "a message without an end", listener);
                }
                fragments.extend_from_slice(payload);
                if is_final {
                    self.message(client, &fragments, listener);
                } else {
                    self.lines[client].fragments = fragments;
                }
            }
            (Opcode::Ping, _) => {
                write_frame(&mut self.lines[client].unsent, Opcode::Pong, &[payload]);
                self.dirty.push(client);
                listener.hear(self, client, Heard::Ping);
            }
            (Opcode::Binary, _) => self.ended(client, "a binary message", listener),
            // The server closes TCP first, so that its ports are those that have to rest.
            (Opcode::Close, _) if self.lines[client].stage == Stage::Leaving => {}
            (Opcode::Close, _) => {
                let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                let why = format!("the server closed the WebSocket with {code:?}");
                self.ended(client, &why, listener);
            }
            (Opcode::Pong, _) => {}
        }
    }

    fn message<L: Listener>(&mut self, client: usize, payload: &[u8], listener: &mut L) {
        match str::from_utf8(payload) {
            Ok(text) => self.text(client, text, listener),
            Err(_) => self.ended(client, "a text that is no UTF-8", listener),
        }
    }

    fn text<L: Listener>(&mut self, client: usize, text: &str, listener: &mut L) {
        let transport = self.place.transport;
        let line = &mut self.lines[client];
        let packet = transport.read(text);
        if packet != Packet::Ping {
            self.heard += 1;
        }
        match packet {
            Packet::Handshake => {
                write_frame(&mut line.unsent, Opcode::Text, &[b"40"]);
                self.dirty.push(client);
            }
            Packet::Open => {
                line.stage = Stage::Open;
                listener.hear(self, client, Heard::Open);
            }
            Packet::Ping => {
                write_frame(&mut line.unsent, Opcode::Text, &[b"3"]);
                self.dirty.push(client);
                listener.hear(self, client, Heard::Ping);
            }
            Packet::Answer { id, message } => {
                listener.hear(self, client, Heard::Answer { id, message });
            }
            Packet::Event { id, name, message } => {
                // Who leaves has nothing more to say.
                if let (Some(id), Stage::Open) = (id, line.stage) {
                    transport.write_ack(&mut line.unsent, id);
                    self.dirty.push(client);
                }
                listener.hear(self, client, Heard::Event { name, message });
            }
            Packet::Disconnect if line.stage != Stage::Leaving => {
                self.ended(client, "the server disconnected", listener);
            }
            Packet::Disconnect | Packet::Other => {}
            Packet::Malformed => {
                let start: String = text.chars().take(100).collect();
                self.ended(client, &format!("not of the protocol: {start}"), listener);
            }
        }
    }
}

/// Starts to connect.
fn connect(address: SocketAddr, client: usize) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    if let (IpAddr::V4(ip), Ok(group)) = (address.ip(), u32::try_from(client / CLIENTS_PER_SOURCE))
        && ip.is_loopback()
        && group > 0
    {
        let source = Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + group);
        socket.bind(&SocketAddr::from((source, 0)).into())?;
    }
    match socket.connect(&address.into()) {
        Err(error) if !in_progress(&error) => return Err(error),
        _ => {}
    }
    Ok(TcpStream::from_std(socket.into()))
}

fn in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error())
        || error.kind() == io::ErrorKind::WouldBlock
}
