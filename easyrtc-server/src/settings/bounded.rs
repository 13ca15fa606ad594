//! Numbers and times with bounds: a value outside them is refused where it stands in the file.

use std::time::Duration;

use serde::Deserialize;

use super::Span;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Whole<const MIN: u32, const MAX: u32>(pub(super) usize);

impl<const MIN: u32, const MAX: u32> Whole<MIN, MAX> {
    /// The number.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> TryFrom<i64> for Whole<MIN, MAX> {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let within = (i64::from(MIN)..=i64::from(MAX)).contains(&number);
        let number = usize::try_from(number).ok().filter(|_| within).ok_or(number);
        number.map(Self).map_err(|number| format!("{number} is not {MIN} to {MAX}"))
    }
}

/// A time from `MIN` to `MAX` milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Span")]
pub struct Time<const MIN: u32, const MAX: u32>(pub(super) Duration);

impl<const MIN: u32, const MAX: u32> Time<MIN, MAX> {
    /// The time.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> TryFrom<Span> for Time<MIN, MAX> {
    type Error = String;

    fn try_from(given: Span) -> Result<Self, String> {
        let [min, max] = [MIN, MAX].map(|time| Duration::from_millis(time.into()));
        if (min..=max).contains(&given.0) {
            return Ok(Self(given.0));
        }
        Err(format!("{given} is not {} to {}", Span(min), Span(max)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_are_within() {
        for (number, fits) in [(2, false), (3, true), (5, true), (6, false), (-3, false)] {
            let read = Whole::<3, 5>::try_from(number);
            assert_eq!(read.clone().is_ok(), fits, "{number}");
            assert!(fits || read.unwrap_err().ends_with("is not 3 to 5"));
        }
        for (text, fits) in [("99ms", false), ("100ms", true), ("1s", true), ("1001ms", false)] {
            let read = Time::<100, 1000>::try_from(text.parse::<Span>().unwrap());
            assert_eq!(read.is_ok(), fits, "{text}");
            assert!(fits || read.unwrap_err().ends_with("is not 100ms to 1s"));
        }
    }
}
