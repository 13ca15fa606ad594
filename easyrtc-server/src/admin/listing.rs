//! What lists look like.

use easyrtc_state::inspect::Listing;
use serde::Serialize;

/// Part of a list.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct List<T> {
    /// What is in it, in the order of names. There may be fewer than asked for though more follow.
    items: Vec<T>,
    /// What to ask for `after` this part; `null`: nothing follows.
    #[cfg_attr(feature = "openapi", schema(required))]
    next: Option<String>,
}

impl<T> List<T> {
    /// A part as the core has it.
    pub(super) fn of<I, K: ToString>(listing: Listing<I, K>) -> Self
    where
        T: From<I>,
    {
        let items = listing.items.into_iter().map(T::from).collect();
        Self { items, next: listing.next.map(|key| key.to_string()) }
    }

    /// The first of `all`, whose names `name` knows.
    pub(super) fn first(
        all: impl IntoIterator<Item = T>,
        limit: usize,
        name: impl FnOnce(&T) -> String,
    ) -> Self {
        let mut all = all.into_iter();
        let items: Vec<T> = all.by_ref().take(limit).collect();
        let next = all.next().and_then(|_| items.last().map(name));
        Self { items, next }
    }
}
