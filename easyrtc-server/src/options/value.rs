//! Reading an option's value: each reader says what is allowed.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// The longest time an option may name: ten years. More would be "never", which is 0.
const MAX_MILLISECONDS: u64 = 315_360_000_000;

/// The largest number of things an option may allow, short of no limit, which is 0.
const MAX_COUNT: u64 = 1_000_000_000;

/// An option's value as JSON text.
#[derive(Clone, Debug)]
pub struct Value(Box<RawValue>);

impl Value {
    pub(super) fn new(raw: &RawValue) -> Self {
        Self(settled(raw))
    }

    /// The JSON text.
    pub(super) fn text(&self) -> &str {
        self.0.get()
    }

    /// Whether it is `null`.
    pub(super) fn is_null(&self) -> bool {
        self.text() == "null"
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, String> {
        self.read("true or false")
    }

    /// A name, by the rule of its type.
    pub(super) fn name<T: DeserializeOwned>(&self, pattern: &str) -> Result<T, String> {
        self.read(&format!("a name that matches {pattern}"))
    }

    /// How many there may be; 0 means no limit.
    //= docs/spec/limits.md#limits.zero
    pub(super) fn count(&self) -> Result<usize, String> {
        let allowed = format!("a whole number from 0, no limit, to {MAX_COUNT}");
        let count = self.whole(0, MAX_COUNT, &allowed)?;
        usize::try_from(count).map_err(|_| self.refuse(&allowed))
    }

    /// A time; 0 means never.
    pub(super) fn milliseconds(&self) -> Result<Duration, String> {
        let allowed = format!("a whole number of milliseconds from 0 to {MAX_MILLISECONDS}");
        self.whole(0, MAX_MILLISECONDS, &allowed).map(Duration::from_millis)
    }

    /// How many there may be, where "no limit" is no answer.
    //= docs/spec/limits.md#limits.zero
    pub(super) fn between(&self, min: u32, max: u32) -> Result<usize, String> {
        let allowed = format!("a whole number from {min} to {max}");
        let count = self.whole(min.into(), max.into(), &allowed)?;
        usize::try_from(count).map_err(|_| self.refuse(&allowed))
    }

    /// A time, where "never" is no answer.
    pub(super) fn milliseconds_between(&self, min: u32, max: u32) -> Result<Duration, String> {
        let allowed = format!("a whole number of milliseconds from {min} to {max}");
        self.whole(min.into(), max.into(), &allowed).map(Duration::from_millis)
    }

    /// JSON has one kind of number: `3.0` is as whole as `3`.
    fn whole(&self, min: u64, max: u64, allowed: &str) -> Result<u64, String> {
        let number: f64 = self.read(allowed)?;
        #[expect(clippy::cast_precision_loss, reason = "the bounds are far below 2^53")]
        let fits = number.fract() == 0.0 && (min as f64..=max as f64).contains(&number);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just checked")]
        let whole = number as u64;
        if fits { Ok(whole) } else { Err(self.refuse(allowed)) }
    }

    fn read<T: DeserializeOwned>(&self, allowed: &str) -> Result<T, String> {
        serde_json::from_str(self.text()).map_err(|_| self.refuse(allowed))
    }

    /// What was given, shortened, and what is allowed.
    pub(super) fn refuse(&self, allowed: &str) -> String {
        const SHOWN: usize = 60;
        let mut shown: String = self.text().chars().take(SHOWN).collect();
        if shown.len() < self.text().len() {
            shown.push('…');
        }
        let shown = shown.replace(['\n', '\r'], " ");
        format!("{shown} is not {allowed}")
    }
}

/// Where an object or array is due, a string may hold its JSON text: TOML can neither say `null`
/// nor keep the bytes of a value as they are.
pub(super) fn settled(raw: &RawValue) -> Box<RawValue> {
    let inner = serde_json::from_str::<String>(raw.get()).ok();
    let inner = inner.filter(|text| text.trim_start().starts_with(['{', '[']));
    let inner = inner.and_then(|text| serde_json::from_str(&text).ok());
    inner.unwrap_or_else(|| raw.to_owned())
}

/// A value of the settings file as JSON.
pub(super) fn from_toml(value: &toml::Value) -> Result<Box<RawValue>, String> {
    if holds_date(value) {
        return Err("a date is no JSON value; write it as a string".to_owned());
    }
    // NaN and infinities, which JSON does not have, become null and are refused as such.
    serde_json::value::to_raw_value(value).map_err(|error| error.to_string())
}

fn holds_date(value: &toml::Value) -> bool {
    match value {
        toml::Value::Datetime(_) => true,
        toml::Value::Array(values) => values.iter().any(holds_date),
        toml::Value::Table(table) => table.values().any(holds_date),
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::new(&RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn whole_numbers() {
        for (text, count) in
            [("0", 0), ("3", 3), ("3.0", 3), ("1e3", 1000), ("1000000000", 1_000_000_000)]
        {
            assert_eq!(value(text).count(), Ok(count), "{text}");
        }
        for text in ["-1", "1.5", "\"3\"", "null", "true", "1e300", "1000000001", "[]", "-0.5"] {
            let refused = value(text).count().unwrap_err();
            assert!(refused.contains(text) && refused.contains("whole number"), "{refused}");
        }
        assert_eq!(value("1500").milliseconds(), Ok(Duration::from_millis(1500)));
        assert!(value("315360000001").milliseconds().is_err());
    }

    #[test]
    fn a_long_value_is_shortened_in_the_error() {
        let refused = value(&format!("\"{}\"", "x".repeat(500))).flag().unwrap_err();
        assert!(refused.len() < 120 && refused.contains('…'), "{refused}");
    }

    #[test]
    fn a_string_may_hold_the_text_of_an_object() {
        assert_eq!(value(r#""{\"a\": null}""#).text(), r#"{"a": null}"#);
        assert_eq!(value(r#""{broken""#).text(), r#""{broken""#);
        assert_eq!(value(r#""plain""#).text(), r#""plain""#);
    }

    #[test]
    fn tables_become_json_but_dates_do_not() {
        let table: toml::Table = "a = { b = [1, 2.5, true, 'x'] }\nd = 2020-01-01".parse().unwrap();
        assert_eq!(from_toml(&table["a"]).unwrap().get(), r#"{"b":[1,2.5,true,"x"]}"#);
        assert!(from_toml(&table["d"]).is_err());
    }
}
