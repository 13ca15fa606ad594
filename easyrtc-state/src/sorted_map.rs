//! Small maps without unused places.

/// A map as a sorted list. The smallest piece of a `BTreeMap` has places for eleven entries, and
/// most rooms have fewer members, most clients fewer rooms. Inserting moves what follows, which is
/// cheap even for thousands of entries, and new ones mostly come last.
#[derive(Debug, Hash)]
pub(crate) struct SortedMap<K, V>(Vec<(K, V)>);

/// A set as a sorted list.
pub(crate) type SortedSet<K> = SortedMap<K, ()>;

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> SortedMap<K, V> {
    /// So many entries at most grow one by one, more by doubling.
    const SMALL: usize = 4;

    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn keys(&self) -> impl ExactSizeIterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.find(key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Adds an entry, in place of the one with this key if there is one.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => self.0.get_mut(at).map_or((), |entry| entry.1 = value),
            Err(at) => {
                if self.0.len() < Self::SMALL {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (key, value));
            }
        }
    }

    /// Removes an entry, and gives back the memory of many that are gone.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let (_, value) = self.0.remove(self.find(key).ok()?);
        if self.0.len() <= self.0.capacity() / 4 {
            self.0.shrink_to(2 * self.0.len());
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map(changes in vec((0..40_u8, option::of(0..9_u8)), 0..300)) {
            let (mut sorted, mut map) = (SortedMap::new(), BTreeMap::new());
            for (key, value) in changes {
                match value {
                    Some(value) => {
                        sorted.insert(key, value);
                        map.insert(key, value);
                    }
                    None => prop_assert_eq!(sorted.remove(&key), map.remove(&key)),
                }
                prop_assert!(sorted.iter().eq(&map));
                prop_assert!(sorted.keys().eq(map.keys()));
                prop_assert_eq!((sorted.len(), sorted.is_empty()), (map.len(), map.is_empty()));
                for key in 0..40 {
                    prop_assert_eq!(sorted.get(&key), map.get(&key));
                    prop_assert_eq!(sorted.get_mut(&key), map.get_mut(&key));
                    prop_assert_eq!(sorted.contains(&key), map.contains_key(&key));
                }
            }
        }
    }

    #[test]
    fn few_entries_have_no_unused_places() {
        let mut map = SortedMap::new();
        for key in 0..4 {
            map.insert(key, ());
            assert_eq!(map.0.capacity(), map.len());
        }
    }
    #[test]
    fn when_many_are_gone_their_places_are_too() {
        let mut map = SortedMap::new();
        for key in 0..1000 {
            map.insert(key, ());
        }
        for key in 0..1000 {
            map.remove(&key);
            assert!(map.0.capacity() <= 4 * map.len().max(1), "{}", map.0.capacity());
        }
        assert_eq!(map.0.capacity(), 0);
    }
}
