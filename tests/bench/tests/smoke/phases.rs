//! What phases find out about a server that makes no faults.

use std::time::Duration;

use easyrtc_bench::bench::{Bench, Settings};
use easyrtc_bench::measurement::Measurement;
use easyrtc_bench::server::Server;
use easyrtc_bench::transport::Transport;

use crate::real;

const TRANSPORTS: [Transport; 2] = [Transport::SocketIo, Transport::WebSocket];

/// Phases as short as they can be. Nothing gets lost, so patience costs nothing.
pub(crate) fn brief(duration: Duration) -> Settings {
    Settings {
        duration,
        warmup: Duration::from_millis(50),
        hold: duration,
        settle: Duration::from_millis(20),
        patience: Duration::from_secs(60),
        ..Settings::default()
    }
}

/// Runs a phase, for as long as it takes until `enough`.
fn run(server: &Server, phase: &str, enough: impl Fn(&[Measurement]) -> bool) -> Vec<Measurement> {
    let mut duration = Duration::from_millis(100);
    loop {
        let (place, watch) = (server.place.clone(), server.watch.clone());
        let mut bench = Bench::new(place, "ours".to_owned(), Some(watch), brief(duration));
        let measured = bench.run(phase.parse().unwrap()).unwrap();
        for one in &measured {
            assert_eq!(one.faults.count, 0, "{one:?}");
        }
        if enough(&measured) {
            return measured;
        }
        assert!(duration < Duration::from_secs(60), "{measured:?}");
        duration *= 2;
    }
}

fn some(measured: &[Measurement]) -> bool {
    measured.iter().all(|one| one.operations > 10 && one.processor.unwrap().microseconds > 0.0)
}

#[test]
fn connections_are_counted_and_weighed() {
    for transport in TRANSPORTS {
        let server = real::start(transport);
        let connect = run(&server, "connect-90", some).remove(0);
        assert_eq!((connect.clients, connect.operations), (90, 90));
        assert_eq!(connect.latencies["login"].count, 90);
        let memory = connect.memory.unwrap();
        assert!(
            memory.with > memory.before && memory.per_connection.unwrap() > 100.0,
            "{memory:?}"
        );
        // Each client hears several pings.
        let pinged = |measured: &[Measurement]| measured[0].counts["pings"] > 90;
        let heartbeat = run(&server, "heartbeat-30", pinged).remove(0);
        assert!(heartbeat.processor.unwrap().server_busy > 0.0);
    }
}

#[test]
fn candidates_are_relayed() {
    for transport in TRANSPORTS {
        let server = real::start(transport);
        for phase in ["relay-3", "rate-400"] {
            let relay = run(&server, phase, some).remove(0);
            let (delivery, answer) = (relay.latencies["delivery"], relay.latencies["answer"]);
            assert_eq!(delivery.count, relay.operations, "{relay:?}");
            assert!(delivery.p50 > 0.0 && delivery.p50 <= delivery.p99, "{delivery:?}");
            assert!(answer.count > 0);
            assert_eq!(relay.latencies.contains_key("sending"), phase == "rate-400");
        }
    }
}

#[test]
fn large_messages_arrive() {
    for transport in TRANSPORTS {
        let server = real::start(transport);
        // More than a read takes, and more than a server may put into one frame.
        let settings = Settings { payload: 300_000, ..brief(Duration::from_millis(200)) };
        let mut bench = Bench::new(server.place.clone(), "ours".to_owned(), None, settings);
        let relay = bench.run("relay-2".parse().unwrap()).unwrap().remove(0);
        assert_eq!(relay.faults.count, 0, "{relay:?}");
    }
}

#[test]
fn rooms_hear_everything() {
    for transport in TRANSPORTS {
        let server = real::start(transport);
        let fanout = run(&server, "fanout-5", some).remove(0);
        assert!(fanout.operations > 3 * fanout.counts["messages"], "{fanout:?}");
        let presence = run(&server, "presence-12", some).remove(0);
        assert!(presence.counts["events"] >= presence.operations, "{presence:?}");
        assert_eq!(presence.counts["told twice"], 0);
    }
}

#[test]
fn clients_come_and_go() {
    for transport in TRANSPORTS {
        let server = real::start(transport);
        let churn = run(&server, "churn-6", some).remove(0);
        assert_eq!(churn.latencies["stay"].count, churn.operations);
        let entered = |measured: &[Measurement]| measured[0].operations > 0;
        let enter = run(&server, "enter-20", entered).remove(0);
        assert_eq!(enter.latencies["login"].count, 20);
        assert_eq!(enter.counts["told twice"], 0);
    }
}

#[test]
fn a_slow_reader_harms_nobody() {
    for transport in TRANSPORTS {
        let server = real::start(transport);
        let [without, with] = run(&server, "slow-5", some).try_into().unwrap();
        assert_eq!((&*without.phase, &*with.phase), ("slow-5-none", "slow-5"));
        let (got, sent) = (with.counts["slow reader got"], with.counts["sent"]);
        assert!(got == sent || with.counts["slow reader cut off"] == 1, "{with:?}");
        assert!(!without.counts.contains_key("sent"));
    }
}

#[test]
fn more_clients_than_files_are_fewer_clients() {
    let server = real::start(Transport::WebSocket);
    let settings = Settings { most_clients: 6, ..brief(Duration::from_millis(50)) };
    let mut bench = Bench::new(server.place.clone(), "ours".to_owned(), None, settings);
    let connect = bench.run("connect-7".parse().unwrap()).unwrap().remove(0);
    assert_eq!((connect.clients, connect.counts["asked"]), (6, 7));
    assert!(connect.processor.is_none() && connect.memory.is_none());
    assert!(bench.run("slow-7".parse().unwrap()).is_err());
}

#[test]
fn a_server_that_is_not_there_is_a_problem() {
    let server = real::start(Transport::SocketIo);
    let place = server.place.clone();
    drop(server);
    let mut bench = Bench::new(place, "gone".to_owned(), None, brief(Duration::from_millis(50)));
    let problem = bench.run("relay-2".parse().unwrap()).unwrap_err().to_string();
    assert!(problem.contains("refused"), "{problem}");
}
