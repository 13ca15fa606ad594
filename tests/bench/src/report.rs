//! What was measured, for people.

mod chart;
mod table;

use std::collections::BTreeMap;

use crate::measurement::Measurement;

pub use chart::chart;
pub use table::table;

/// A server as it was spoken to, for tables.
type Name = String;

/// The rounds of one phase of one server.
struct Rounds<'a>(Vec<&'a Measurement>);

/// Phases in the order in which they came, each with the rounds of each server.
type Phases<'a> = Vec<(&'a str, BTreeMap<Name, Rounds<'a>>)>;

/// The servers, and what was measured of them.
fn grouped(measured: &[Measurement]) -> (Vec<Name>, Phases<'_>) {
    let mut servers: Vec<Name> = Vec::new();
    let mut phases: Phases<'_> = Vec::new();
    for one in measured {
        let name = format!("{} ({})", one.server, one.transport);
        if !servers.contains(&name) {
            servers.push(name.clone());
        }
        let at = phases.iter().position(|(phase, _)| *phase == one.phase);
        let at = at.unwrap_or_else(|| {
            phases.push((&one.phase, BTreeMap::new()));
            phases.len() - 1
        });
        phases[at].1.entry(name).or_insert_with(|| Rounds(Vec::new())).0.push(one);
    }
    (servers, phases)
}

impl Rounds<'_> {
    /// The median of what is there of `value`.
    fn median(&self, value: impl Fn(&Measurement) -> Option<f64>) -> Option<f64> {
        let mut values: Vec<f64> = self.0.iter().filter_map(|one| value(one)).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        match values.len() {
            0 => None,
            length if length % 2 == 1 => Some(values[middle]),
            _ => Some(f64::midpoint(values[middle - 1], values[middle])),
        }
    }

    fn faults(&self) -> u64 {
        self.0.iter().map(|one| one.faults.count).sum()
    }
}

/// What `one` is of `other`, if that is anything.
fn ratio(one: f64, other: f64) -> Option<f64> {
    (other > 0.0).then(|| one / other)
}

/// What is compared: a name, the unit, and the value in a measurement.
struct Figure {
    name: &'static str,
    value: fn(&Measurement) -> Option<f64>,
    shown: fn(f64) -> String,
}

const PROCESSOR: Figure = Figure {
    name: "processor time",
    value: |one| Some(one.processor.as_ref()?.microseconds),
    shown: microseconds,
};

const MEMORY: Figure = Figure {
    name: "memory per connection",
    value: |one| one.memory.as_ref()?.per_connection,
    shown: |bytes| format!("{:.1} kB", bytes / 1000.0),
};

/// A time in the unit that suits it.
fn microseconds(value: f64) -> String {
    match value {
        1e6.. => format!("{:.2} s", value / 1e6),
        1e3.. => format!("{:.2} ms", value / 1e3),
        _ => format!("{value:.1} µs"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::latency::Latency;
    use crate::measurement::{Memory, Processor};
    use crate::problem::Faults;
    use crate::transport::Transport;

    /// A measurement in which the server needed so many microseconds for each operation.
    fn measurement(phase: &str, server: &str, round: u32, microseconds: f64) -> Measurement {
        Measurement {
            phase: phase.to_owned(),
            server: server.to_owned(),
            transport: Transport::SocketIo,
            round,
            clients: 10,
            operation: "relay".to_owned(),
            operations: 1000,
            seconds: 2.0,
            per_second: 500.0,
            processor: Some(Processor { microseconds, server_busy: 0.5, generator_busy: 0.1 }),
            memory: (phase == "connect-10")
                .then(|| Memory { per_connection: Some(4000.0), ..Memory::default() }),
            latencies: BTreeMap::from([(
                "delivery".to_owned(),
                Latency { count: 9, p50: 100.0, p99: 900.0, ..Latency::default() },
            )]),
            counts: BTreeMap::from([("pings".to_owned(), u64::from(round))]),
            faults: Faults::default(),
        }
    }

    fn two_servers() -> Vec<Measurement> {
        let rounds = [(1, 10.0, 100.0), (2, 30.0, 80.0), (3, 20.0, 120.0)];
        let mut all = Vec::new();
        for (round, one, other) in rounds {
            for phase in ["relay-10", "connect-10"] {
                all.push(measurement(phase, "ours", round, one));
                all.push(measurement(phase, "original", round, other));
            }
        }
        all
    }

    #[test]
    fn the_ratio_is_that_of_the_medians() {
        let text = table(&two_servers());
        let line = text.lines().find(|line| line.contains("relay-10")).unwrap();
        assert!(line.contains("20.0 µs") && line.contains("100.0 µs"), "{line}");
        assert!(line.contains("0.200"), "{line}");
        assert!(text.contains("pings 2"), "{text}");
        assert!(!text.contains("faults"), "{text}");
    }

    #[test]
    fn there_is_no_ratio_to_nothing() {
        let all = [measurement("a-1", "ours", 1, 1.0), measurement("a-1", "other", 1, 0.0)];
        assert!(!table(&all).contains("inf") && !chart(&all).contains("inf"));
    }

    #[test]
    fn one_server_has_no_ratio_and_faults_are_told() {
        let mut one = measurement("relay-10", "ours", 1, 1500.0);
        one.faults.add(|| "lost".to_owned());
        let text = table(&[one]);
        assert!(text.contains("1.50 ms") && !text.contains("ratio"), "{text}");
        assert!(text.contains("1 faults") && text.contains("lost"), "{text}");
    }

    #[test]
    fn a_line_of_json_comes_back() {
        for one in two_servers() {
            let text = serde_json::to_string(&one).unwrap();
            let again: Measurement = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), text);
        }
    }

    #[test]
    fn the_chart_has_a_bar_for_each_phase_and_figure() {
        let drawn = chart(&two_servers());
        assert!(drawn.starts_with("<svg") && drawn.trim_end().ends_with("</svg>"));
        assert_eq!(drawn.matches("class=\"bar\"").count(), 3, "{drawn}");
        assert!(drawn.contains("0.20"), "{drawn}");
        // One server alone has its own values.
        let alone = chart(&two_servers()[..1]);
        assert_eq!(alone.matches("class=\"bar\"").count(), 1, "{alone}");
    }
}
