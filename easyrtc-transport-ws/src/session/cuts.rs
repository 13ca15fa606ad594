//! Any number of cuts at any byte, against a naive model.

#![expect(clippy::unwrap_used, reason = "only for tests: it fails by a panic")]

use std::collections::BTreeSet;

use easyrtc_proto::Protocol;
use serde_json::Value;

use super::*;
use crate::encode::{Keep, Terms, welcome};
use crate::frame::ClientFrame;

#[cfg(test)]
mod tests;

pub(super) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn token(number: u64) -> RandomId {
    let mut random = [0; 18];
    random[..8].copy_from_slice(&number.to_be_bytes());
    RandomId::from_random(random)
}

/// Frames as bytes: four for the length, then the text.
#[derive(Debug, Default)]
struct Stream {
    /// Written, and not arrived.
    under_way: Vec<u8>,
    /// Arrived, and not a whole frame yet.
    arrived: Vec<u8>,
}

impl Stream {
    fn write(&mut self, text: &str) {
        let length = u32::try_from(text.len()).unwrap();
        self.under_way.extend_from_slice(&length.to_be_bytes());
        self.under_way.extend_from_slice(text.as_bytes());
    }

    /// Lets up to `bytes` bytes arrive, and returns the frames that are whole now.
    fn carry(&mut self, bytes: usize) -> Vec<String> {
        let bytes = bytes.min(self.under_way.len());
        self.arrived.extend(self.under_way.drain(..bytes));
        let mut frames = Vec::new();
        while let Some(length) = self.arrived.first_chunk::<4>() {
            let end = 4 + u32::from_be_bytes(*length) as usize;
            if self.arrived.len() < end {
                break;
            }
            frames.push(String::from_utf8(self.arrived[4..end].to_vec()).unwrap());
            self.arrived.drain(..end);
        }
        frames
    }
}

/// A client as the specification has it.
#[derive(Debug, Default)]
struct Client {
    token: Option<RandomId>,
    welcomed: bool,
    received: u64,
    /// All it ever said; what goes again after a cut is its end.
    said: Vec<u64>,
    heard: Vec<u64>,
}

/// What the server has for a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ServerLine {
    /// The one the client is on.
    Whole,
    /// One that is cut, which the server does not know.
    Dead,
    /// None.
    None,
}

/// A server, a client, and a line that can be cut.
struct World {
    line: ServerLine,
    now: Duration,
    server: Session,
    tokens: u64,
    client: Client,
    up: Stream,
    down: Stream,
    server_said: Vec<u64>,
    server_heard: Vec<u64>,
}

#[derive(Clone, Debug)]
enum Step {
    ClientSays,
    ServerSays,
    /// The server hands some frames to the line.
    Write(usize),
    /// Bytes arrive at the server.
    Up(usize),
    /// Bytes arrive at the client.
    Down(usize),
    ClientAcknowledges,
    Wait,
    /// The line is cut: what is under way is lost. The server notices, or does not.
    Cut(bool),
}

impl World {
    fn new() -> Self {
        let limits = Limits { time: s(u64::MAX), bytes: usize::MAX };
        let mut world = Self {
            line: ServerLine::Whole,
            now: s(0),
            server: Session::resumable(world_welcome(0, None), token(0), limits),
            tokens: 0,
            client: Client::default(),
            up: Stream::default(),
            down: Stream::default(),
            server_said: Vec::new(),
            server_heard: Vec::new(),
        };
        world.step(&Step::Write(1));
        world.step(&Step::Down(usize::MAX));
        assert!(world.client.welcomed);
        world
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::ClientSays => {
                let number = self.client.said.len() as u64;
                self.client.said.push(number);
                if self.client.welcomed {
                    self.up.write(&say(number));
                }
            }
            Step::ServerSays => {
                let number = self.server_said.len() as u64;
                self.server_said.push(number);
                // Answers count like events.
                let name =
                    if number.is_multiple_of(2) { "\"event\":\"easyrtcMsg\"" } else { "\"ack\":1" };
                self.server.push(format!("{{{name},\"message\":{number}}}").into());
            }
            Step::Write(frames) => {
                for _ in 0..frames {
                    if self.line == ServerLine::None {
                        break;
                    }
                    let Some(Packet::Text(text)) = self.server.pop() else { break };
                    if self.line == ServerLine::Whole {
                        self.down.write(std::str::from_utf8(&text).unwrap());
                    }
                }
            }
            Step::Up(bytes) => {
                for frame in self.up.carry(bytes) {
                    self.server_hears(&frame);
                }
            }
            Step::Down(bytes) => {
                for frame in self.down.carry(bytes) {
                    self.client_hears(&frame);
                }
            }
            Step::ClientAcknowledges => {
                if self.client.welcomed {
                    self.up.write(&format!("{{\"received\":{}}}", self.client.received));
                }
            }
            Step::Wait => {
                self.now += s(1);
                assert!(self.server.tick(self.now));
            }
            Step::Cut(noticed) => {
                if noticed && self.line != ServerLine::None {
                    self.server.cut(self.now);
                    self.line = ServerLine::None;
                } else if self.line == ServerLine::Whole {
                    self.line = ServerLine::Dead;
                }
                (self.up, self.down) = (Stream::default(), Stream::default());
                self.client.welcomed = false;
                let token = self.client.token.unwrap();
                let received = self.client.received;
                self.up.write(&format!(
                    r#"{{"resume":{{"token":"{}","received":{received}}}}}"#,
                    token.as_str()
                ));
            }
        }
    }

    fn server_hears(&mut self, frame: &str) {
        let frame = ClientFrame::parse(frame).unwrap();
        if let ClientFrame::Resume(resume) = frame {
            let presented = resume.token.unwrap();
            assert!(self.server.tokens().contains(&presented), "the token is good");
            self.tokens += 1;
            let fresh = token(self.tokens);
            let taken = self.server.resume(presented, resume.received, fresh).unwrap();
            self.server.welcome(world_welcome(self.tokens, Some(taken)));
            self.line = ServerLine::Whole;
            return;
        }
        self.server.confirm();
        match frame {
            ClientFrame::Event(event) => {
                self.server.take(self.now);
                self.server_heard.push(event.message.text().parse().unwrap());
            }
            ClientFrame::Received(count) => self.server.received(count).unwrap(),
            ClientFrame::Resume(_) => {}
        }
    }

    fn client_hears(&mut self, frame: &str) {
        let frame: Value = serde_json::from_str(frame).unwrap();
        let client = &mut self.client;
        if frame["event"] == "welcome" {
            let message = &frame["message"];
            client.token = RandomId::parse(message["session"]["token"].as_str().unwrap());
            client.welcomed = true;
            let taken = message["received"].as_u64().unwrap_or(0);
            let again = usize::try_from(taken).unwrap();
            for &number in &client.said[again..] {
                self.up.write(&say(number));
            }
        } else if let Some(number) = frame["message"].as_u64() {
            client.received += 1;
            client.heard.push(number);
        } else {
            let count = usize::try_from(frame["received"].as_u64().unwrap()).unwrap();
            assert!(count <= client.said.len(), "no more than was said");
        }
    }

    /// What was heard is what was said, so far.
    fn check(&self) {
        assert!(self.client.said.starts_with(&self.server_heard), "{:?}", self.server_heard);
        assert!(self.server_said.starts_with(&self.client.heard), "{:?}", self.client.heard);
    }
}

fn world_welcome(number: u64, taken: Option<u64>) -> Bytes {
    let protocol = Protocol::with(BTreeSet::new());
    let terms = Terms { protocol, ping_interval: 1, ping_timeout: 1, max_message: 1 };
    let keep = Keep { keep_time: 1, keep_bytes: 1 };
    welcome(&terms, Some((&token(number), &keep)), taken, 0)
}

fn say(number: u64) -> String {
    format!(r#"{{"event":"easyrtcMsg","id":{number},"message":{number}}}"#)
}

/// Plays `steps`. Then the line holds: all that was said is heard, once, and nothing is kept.
fn play(steps: impl Iterator<Item = Step>) {
    let mut world = World::new();
    for step in steps {
        world.step(&step);
        world.check();
    }
    world.step(&Step::Cut(false));
    for _ in 0..3 {
        for step in [Step::Up(usize::MAX), Step::Write(usize::MAX), Step::Down(usize::MAX)] {
            world.step(&step);
            world.check();
        }
    }
    assert_eq!(&world.server_heard, &world.client.said);
    assert_eq!(&world.client.heard, &world.server_said);
    world.step(&Step::ClientAcknowledges);
    world.step(&Step::Up(usize::MAX));
    assert!(world.server.frames.is_empty());
    assert_eq!(world.server.kept.as_ref().unwrap().bytes, 0);
}

/// Plays the steps that the bytes stand for, one each.
#[cfg(feature = "fuzz")]
pub(super) fn run(bytes: &[u8]) {
    play(bytes.iter().map(|&byte| {
        let argument = usize::from(byte / 8);
        match byte % 8 {
            0 => Step::ClientSays,
            1 => Step::ServerSays,
            2 => Step::Write(1 + argument),
            3 | 4 => Step::Up(1 + argument * argument),
            5 | 6 => Step::Down(1 + argument * argument),
            _ if argument < 4 => Step::ClientAcknowledges,
            _ if argument < 8 => Step::Wait,
            _ => Step::Cut(argument & 1 == 1),
        }
    }));
}
