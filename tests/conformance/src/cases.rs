//! The cases, one file for each area of the specification.

mod again;
mod capabilities;
mod commands;
mod custom;
mod eio3;
mod envelope;
mod errors;
mod fields;
mod limits;
mod login;
mod names;
mod packets;
mod reading;
mod relay;
mod rooms;
mod say;
mod schemas;
mod server;
mod socketio;
mod user_cfg;

use std::sync::LazyLock;

use crate::case::Case;
use crate::profile::FEW_APPS;

/// All cases, in the order of the specification's files.
#[must_use]
pub fn all() -> Vec<&'static Case> {
    static ALL: LazyLock<Vec<&'static Case>> = LazyLock::new(|| {
        let areas: &[&'static [Case]] = &[
            envelope::CASES,
            reading::CASES,
            login::CASES,
            again::CASES,
            fields::CASES,
            rooms::CASES,
            relay::CASES,
            names::CASES,
            errors::CASES,
            custom::CASES,
            commands::CASES,
            user_cfg::CASES,
            server::CASES,
            capabilities::CASES,
            limits::CASES,
            socketio::CASES,
            packets::CASES,
            eio3::CASES,
            schemas::CASES,
        ];
        areas.iter().flat_map(|area| area.iter()).collect()
    });
    ALL.clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique() {
        let mut seen = BTreeSet::new();
        for case in all() {
            assert!(seen.insert(case.id), "{} is there twice", case.id);
        }
    }
}
