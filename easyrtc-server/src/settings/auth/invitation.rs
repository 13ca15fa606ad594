//! `[invitation]`: what invitations to rooms are signed with.

use std::path::PathBuf;

use serde::Deserialize;

use super::secret::SecretText;

/// `[invitation]`. Without either there are no invitations.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Invitation {
    /// The key.
    pub secret: Option<SecretText>,
    /// The same in a file of its own.
    pub secret_file: Option<PathBuf>,
}

impl Invitation {
    /// Whether there is a key.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        self.secret.is_some() || self.secret_file.is_some()
    }

    /// Every path in it, to be made absolute.
    pub(in crate::settings) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.secret_file.iter_mut()
    }
}
