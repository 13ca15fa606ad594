//! A line on the way to the server that loses a frame, or repeats one: the phases have to see it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use easyrtc_bench::bench::{Bench, Settings};
use easyrtc_bench::place::Place;
use easyrtc_bench::problem::Faults;
use easyrtc_bench::transport::Transport;

use crate::{phases, real};

/// What happens to the tenth frame of those that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mishap {
    Lost,
    Twice,
}

/// The frame to which it happens.
const VICTIM: u32 = 10;

/// Stands before the server at `place`. What matters holds `word`.
fn proxy(place: &str, word: &'static str, mishap: Mishap) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (place, seen) = (place.to_owned(), Arc::new(AtomicU32::new(0)));
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(&place).unwrap());
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
            let seen = Arc::clone(&seen);
            // It ends with the connection.
            thread::spawn(move || drop(downwards(server, client, word, mishap, &seen)));
        }
    });
    address
}

/// Passes frames on to the client: the head of the handshake's answer first.
fn downwards(
    mut from: TcpStream,
    mut to: TcpStream,
    word: &str,
    mishap: Mishap,
    seen: &AtomicU32,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        head.extend(byte);
    }
    to.write_all(&head)?;
    loop {
        let mut start = [0; 2];
        if let Err(error) = from.read_exact(&mut start) {
            to.shutdown(Shutdown::Write)?;
            return Err(error);
        }
        let mut frame = start.to_vec();
        let mut length = usize::from(start[1]);
        if start[1] == 126 {
            let mut more = [0; 2];
            from.read_exact(&mut more)?;
            frame.extend(more);
            length = usize::from(u16::from_be_bytes(more));
        }
        assert!(start[1] < 127, "frames here are short");
        let at = frame.len();
        frame.resize(at + length, 0);
        from.read_exact(&mut frame[at..])?;
        let matters = String::from_utf8_lossy(&frame).contains(word);
        let is_victim = matters && seen.fetch_add(1, Ordering::Relaxed) + 1 == VICTIM;
        match (is_victim, mishap) {
            (true, Mishap::Lost) => {}
            (true, Mishap::Twice) => to.write_all(&[&*frame, &*frame].concat())?,
            (false, _) => to.write_all(&frame)?,
        }
    }
}

fn faults(phase: &str, word: &'static str, mishap: Mishap) -> Faults {
    let server = real::start(Transport::WebSocket);
    let authority = server.address().to_string();
    let place = Place::at(&proxy(&authority, word, mishap), "", Transport::WebSocket).unwrap();
    let mut duration = Duration::from_millis(100);
    // Until there were as many frames as it takes.
    loop {
        let settings = Settings { patience: Duration::from_millis(500), ..phases::brief(duration) };
        let mut bench = Bench::new(place.clone(), "ours".to_owned(), None, settings);
        let faults = bench.run(phase.parse().unwrap()).unwrap().remove(0).faults;
        if faults.count > 0 || duration > Duration::from_secs(20) {
            return faults;
        }
        duration *= 2;
    }
}

#[test]
fn lost_and_repeated_messages_are_faults() {
    for (phase, word, mishap, told) in [
        ("relay-2", "\"candidate\"", Mishap::Lost, "lost"),
        ("relay-2", "\"candidate\"", Mishap::Twice, "twice"),
        ("rate-300", "\"candidate\"", Mishap::Lost, "lost"),
        ("relay-2", "\"ack\":", Mishap::Twice, "twice"),
        ("fanout-4", "\"msgType\":\"chat\"", Mishap::Lost, "never came"),
        ("fanout-4", "\"msgType\":\"chat\"", Mishap::Twice, "was not to get"),
        ("slow-4", "\"msgType\":\"chat\"", Mishap::Lost, "instead of"),
    ] {
        let faults = faults(phase, word, mishap);
        assert!(faults.count > 0, "{phase}, {word}, {mishap:?}");
        let texts = faults.examples.join("; ");
        // A pair whose last message is lost waits for it in vain.
        let known = texts.contains(told) || (told == "lost" && texts.contains("never came"));
        assert!(known, "{phase}, {word}, {mishap:?}: {texts}");
    }
}
