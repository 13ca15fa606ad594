//! The members of one JSON object, found without building a tree.

use std::fmt;

use easyrtc_proto::json::plain;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The values of the members of the object `json` that are called `names`. Others are ignored, and
/// of duplicate keys the last counts (decision D26).
///
/// # Errors
///
/// If `json` is no valid JSON, or no object.
pub(crate) fn members<'a, const N: usize>(
    json: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let found = Names(names).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(found)
}

struct Names<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for Names<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Names<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        // Keys are raw too: one that Rust can't hold as a string is still no reason to fail.
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let key = plain(key.get());
            let slot = self.0.iter().position(|&name| key.as_deref() == Some(name));
            if let Some(slot) = slot.and_then(|at| found.get_mut(at)) {
                *slot = Some(value);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Option<[Option<&str>; 2]> {
        members(json, ["a", "b"]).ok().map(|found| found.map(|value| value.map(RawValue::get)))
    }

    #[test]
    fn in_any_order_among_others_the_last_counts() {
        for (json, expected) in [
            ("{}", [None, None]),
            (r#" { "a" : [1, 2] , "b":null } "#, [Some("[1, 2]"), Some("null")]),
            (r#"{"b":1,"x":{"a":2},"a":3}"#, [Some("3"), Some("1")]),
            (r#"{"a":1,"b":2,"a":{}}"#, [Some("{}"), Some("2")]),
            (r#"{"\u0061":1}"#, [Some("1"), None]),
            (r#"{"\ud800":1,"A":2,"a":3}"#, [Some("3"), None]),
        ] {
            assert_eq!(found(json), Some(expected), "{json}");
        }
    }

    #[test]
    fn what_is_no_object_has_none() {
        for json in ["", "null", "[]", "\"a\"", "1", "{", "{}x", "{\"a\"}", "{\"a\":}", "{a:1}"] {
            assert_eq!(found(json), None, "{json}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{{\"x\":{0}{1},\"a\":1}}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(found(&deep), Some([Some("1"), None]));
    }
}
