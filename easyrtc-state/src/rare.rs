//! What most have none of.

/// A value that is the default for most: then it takes no memory of its own.
#[derive(Debug, Hash)]
pub(crate) struct Rare<T>(Option<Box<T>>);

impl<T> Rare<T> {
    /// The default value.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// The value, unless it is the default.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

impl<T: Default + PartialEq> Rare<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value).filter(|value| *value != T::default()).map(Box::new))
    }

    /// Changes the value.
    pub(crate) fn change<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.0.take().unwrap_or_default();
        let result = change(&mut value);
        self.0 = Some(value).filter(|value| **value != T::default());
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_takes_no_memory() {
        let mut rare = Rare::<u32>::none();
        assert_eq!(rare.change(|value| std::mem::replace(value, 1)), 0);
        assert_eq!(rare.get(), Some(&1));
        assert_eq!(rare.change(std::mem::take), 1);
        assert_eq!(rare.get(), None);
        assert_eq!((Rare::new(0).get(), Rare::new(2).get()), (None, Some(&2)));
    }
}
