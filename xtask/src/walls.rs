//! Dependency walls: what the crates must not depend on, however indirectly.

use crate::project::{Failure, Project, output};

/// A crate, and names it must not find in its dependency tree, tests included. A name stands for
/// the family too: `tokio` for `tokio-util`.
const WALLS: &[(&str, &[&str])] = &[
    // The protocol and the core are sans-IO: they run in a fuzzer, a simulator or a browser alike.
    ("easyrtc-proto", &["tokio", "hyper", "mio", "easyrtc-state", "easyrtc-runtime"]),
    ("easyrtc-state", &["tokio", "hyper", "mio", "easyrtc-runtime"]),
    ("easyrtc-journal", &["tokio", "hyper", "mio", "easyrtc-runtime"]),
    // The runtime knows no transport, and transports do not know each other.
    ("easyrtc-runtime", &["hyper", "tokio-tungstenite", "easyrtc-transport"]),
    // Who decides knows no transport, and none of them who decides.
    ("easyrtc-auth", &["easyrtc-transport", "easyrtc-server"]),
    (
        "easyrtc-transport-common",
        &["easyrtc-transport-socketio", "easyrtc-transport-ws", "easyrtc-auth"],
    ),
    ("easyrtc-transport-socketio", &["easyrtc-transport-ws", "easyrtc-server", "easyrtc-auth"]),
    ("easyrtc-transport-ws", &["easyrtc-transport-socketio", "easyrtc-server", "easyrtc-auth"]),
    // Building the server needs a Rust toolchain and nothing else, and what makes and checks
    // schemas stays out of it: it hands out what was made.
    // (Without openssl-sys there is no OpenSSL; openssl-probe only knows where certificates are.)
    (
        "easyrtc-server",
        &["native-tls", "openssl-sys", "aws-lc-sys", "schemars", "jsonschema", "utoipa"],
    ),
];

/// Checks every wall.
pub(crate) fn run(project: &Project) -> Result<(), Failure> {
    let mut breaches = Vec::new();
    for (name, forbidden) in WALLS {
        let tree = output(&mut project.cargo(&[
            "tree",
            "--locked",
            "--package",
            name,
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]))?;
        for found in breaching(&tree, name, forbidden) {
            breaches.push(format!("{name} depends on {found}"));
        }
    }
    if breaches.is_empty() { Ok(()) } else { Err(Failure::new(breaches.join("; "))) }
}

/// The packages of a tree (one per line, the name first) that are of a forbidden family.
fn breaching<'a>(tree: &'a str, of: &str, forbidden: &[&str]) -> Vec<&'a str> {
    let is_family = |name: &str, family: &str| {
        name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != of && forbidden.iter().any(|family| is_family(name, family)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_found_once_and_others_are_not() {
        let tree = "easyrtc-state v0.1.0 (x)\ntokio v1.0.0\ntokio-util v0.7.0\ntokio v1.0.0 (*)\n\
                    tokiosaurus v0.1.0\nserde v1.0.0\n";
        assert_eq!(breaching(tree, "easyrtc-state", &["tokio"]), ["tokio", "tokio-util"]);
    }

    #[test]
    fn a_crate_does_not_breach_its_own_wall() {
        let tree = "easyrtc-runtime v0.1.0 (x)\n";
        assert_eq!(breaching(tree, "easyrtc-runtime", &["easyrtc-runtime"]), [""; 0]);
    }
}
