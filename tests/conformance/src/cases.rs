//! The cases, one file for each area of the specification.

mod again;
mod binary;
mod capabilities;
mod commands;
mod custom;
mod eio3;
mod envelope;
mod errors;
mod fields;
mod gathering;
mod limits;
mod login;
mod names;
mod operator;
mod packets;
mod policies;
mod rates;
mod reading;
mod relay;
mod resuming;
mod rooms;
mod rosters;
mod say;
mod schemas;
mod server;
mod sessions;
mod socketio;
mod user_cfg;
mod websocket;

use std::sync::LazyLock;

use crate::case::Case;

/// All cases, in the order of the specification's files.
#[must_use]
pub fn all() -> Vec<&'static Case> {
    static ALL: LazyLock<Vec<&'static Case>> = LazyLock::new(|| {
        let areas: &[&'static [Case]] = &[
            envelope::CASES,
            reading::CASES,
            binary::CASES,
            login::CASES,
            again::CASES,
            policies::CASES,
            fields::CASES,
            rooms::CASES,
            rosters::CASES,
            gathering::CASES,
            relay::CASES,
            names::CASES,
            errors::CASES,
            custom::CASES,
            commands::CASES,
            user_cfg::CASES,
            server::CASES,
            operator::CASES,
            capabilities::CASES,
            limits::CASES,
            sessions::CASES,
            rates::CASES,
            socketio::CASES,
            packets::CASES,
            eio3::CASES,
            websocket::CASES,
            resuming::CASES,
            schemas::CASES,
        ];
        areas.iter().flat_map(|area| area.iter()).collect()
    });
    ALL.clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The anchors of the specification.
    fn rules() -> BTreeSet<String> {
        let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec");
        let folders = [spec.clone(), spec.join("messages")];
        let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let paths = files.map(|file| file.unwrap().path());
        let texts =
            paths.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
        let anchors = texts.flat_map(|text| {
            let starts = text.split("<a id=\"").skip(1);
            starts.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect::<Vec<_>>()
        });
        anchors.collect()
    }

    #[test]
    fn every_rule_has_a_case_and_every_case_a_rule() {
        let rules = rules();
        let played: BTreeSet<String> =
            all().iter().flat_map(|case| case.anchors()).map(ToOwned::to_owned).collect();
        let without: Vec<_> = rules.difference(&played).collect();
        assert!(without.is_empty(), "rules without a case: {without:?}");
        let stale: Vec<_> = played.difference(&rules).collect();
        assert!(stale.is_empty(), "cases of no rule: {stale:?}");
    }

    #[test]
    fn ids_are_unique() {
        let mut seen = BTreeSet::new();
        for case in all() {
            assert!(seen.insert(case.id), "{} is there twice", case.id);
        }
    }
}
