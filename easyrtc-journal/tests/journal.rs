//! What was written down can be played again, and holds no secrets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod journal {
    mod bounds;
    mod format;
    mod histories;
    mod secrets;
    pub(crate) mod support;
    mod tampered;
}
