//! Tables of text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{MEMORY, Name, PROCESSOR, Phases, Rounds, grouped, microseconds, ratio};
use crate::measurement::Measurement;

/// What was measured as tables: costs with their ratios if there are two servers, then the speed
/// and the latencies of each, then what else was counted, and what went wrong. Values of several
/// rounds are medians.
#[must_use]
pub fn table(measured: &[Measurement]) -> String {
    let (servers, phases) = grouped(measured);
    let mut text = costs(&servers, &phases);
    text.push('\n');
    text += &speeds(&servers, &phases);
    text.push('\n');
    text += &counts(&servers, &phases);
    for (phase, by_server) in &phases {
        for (server, rounds) in by_server.iter().filter(|(_, rounds)| rounds.faults() > 0) {
            let _ = writeln!(text, "\n{phase}, {server}: {} faults", rounds.faults());
            for example in rounds.0.iter().flat_map(|one| &one.faults.examples) {
                let _ = writeln!(text, "  {example}");
            }
        }
    }
    text
}

/// What each server needs. The first one is held against the second.
fn costs(servers: &[Name], phases: &Phases<'_>) -> String {
    let mut head = vec!["phase".to_owned(), "what".to_owned(), "for each".to_owned()];
    head.extend(servers.iter().cloned());
    if servers.len() == 2 {
        head.extend(["ratio".to_owned(), "busy".to_owned()]);
    }
    let mut rows = vec![head];
    for (phase, by_server) in phases {
        for figure in [&PROCESSOR, &MEMORY] {
            let values: Vec<Option<f64>> =
                servers.iter().map(|server| by_server.get(server)?.median(figure.value)).collect();
            if values.iter().all(Option::is_none) {
                continue;
            }
            let one = by_server.values().find_map(|rounds| rounds.0.first());
            let operation = one.map_or("", |one| &one.operation).to_owned();
            let mut row = vec![(*phase).to_owned(), figure.name.to_owned(), operation];
            row.extend(values.iter().map(|value| value.map_or_else(dash, figure.shown)));
            if let [one, other] = values[..] {
                let ratio = one.zip(other).and_then(|(one, other)| ratio(one, other));
                let ratio = ratio.map_or_else(dash, |ratio| format!("{ratio:.3}"));
                row.extend([ratio, busy(servers, by_server)]);
            }
            rows.push(row);
        }
    }
    aligned(&rows)
}

/// How busy the servers' cores were.
fn busy(servers: &[Name], by_server: &BTreeMap<Name, Rounds<'_>>) -> String {
    let one = |server| {
        let busy = by_server.get(server)?.median(|one| Some(one.processor?.server_busy))?;
        Some(format!("{:.0} %", busy * 100.0))
    };
    servers.iter().map(|server| one(server).unwrap_or_else(dash)).collect::<Vec<_>>().join(" / ")
}

/// How much happened, and how long it took.
fn speeds(servers: &[Name], phases: &Phases<'_>) -> String {
    let head = ["phase", "server", "clients", "per second", "latency", "p50", "p99", "max"];
    let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
    for (phase, by_server) in phases {
        let measured = servers.iter().filter_map(|server| Some((server, by_server.get(server)?)));
        for (server, rounds) in measured {
            let Some(one) = rounds.0.first() else { continue };
            let per_second = rounds.median(|one| Some(one.per_second)).unwrap_or_default();
            let start = [(*phase).to_owned(), server.clone(), one.clients.to_string()];
            let mut start = start.to_vec();
            start.push(format!("{per_second:.1}"));
            if one.latencies.is_empty() {
                rows.push(start.clone());
            }
            for name in one.latencies.keys() {
                let of = |quantile: fn(&crate::latency::Latency) -> f64| {
                    rounds.median(|one| Some(quantile(one.latencies.get(name)?)))
                };
                let values = [of(|it| it.p50), of(|it| it.p99), of(|it| it.max)];
                let mut row = start.clone();
                row.push(name.clone());
                row.extend(values.map(|value| value.map_or_else(dash, microseconds)));
                rows.push(row);
            }
        }
    }
    aligned(&rows)
}

/// What else was counted.
fn counts(servers: &[Name], phases: &Phases<'_>) -> String {
    let mut rows = vec![["phase", "server", "counted"].map(ToOwned::to_owned).to_vec()];
    for (phase, by_server) in phases {
        let measured = servers.iter().filter_map(|server| Some((server, by_server.get(server)?)));
        for (server, rounds) in measured {
            let names = rounds.0.iter().flat_map(|one| one.counts.keys());
            let names: BTreeSet<&String> = names.collect();
            let counted = names.iter().filter_map(|name| {
                let count = rounds.median(|one| Some(*one.counts.get(*name)? as f64))?;
                Some(format!("{name} {count:.0}"))
            });
            let counted = counted.collect::<Vec<_>>().join(", ");
            if !counted.is_empty() {
                rows.push(vec![(*phase).to_owned(), server.clone(), counted]);
            }
        }
    }
    aligned(&rows)
}

fn dash() -> String {
    "-".to_owned()
}

/// Columns as wide as what is in them.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}
