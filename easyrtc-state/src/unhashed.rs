//! What is no part of the state's identity.

use std::hash::{Hash, Hasher};

/// A value two equal states may differ in: times of life, caches. Hashes to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unhashed<T>(pub(crate) T);

impl<T> Hash for Unhashed<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
