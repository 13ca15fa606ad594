//! The members of one JSON object, found without building a tree.

use easyrtc_proto::json::{InvalidJson, Reader, plain};

/// The values of the members of the object `json` that are called `names`. Others are ignored, and
/// of duplicate keys the last counts (decision D26).
///
/// # Errors
///
/// If `json` is no valid JSON, or no object.
pub(crate) fn members<'a, const N: usize>(
    json: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a str>; N], InvalidJson> {
    let mut found = [None; N];
    let mut reader = Reader::new(json);
    reader.members(|key, reader| {
        let value = reader.value()?.text;
        let key = plain(key);
        let slot = names.iter().position(|&name| key.as_deref() == Some(name));
        if let Some(slot) = slot.and_then(|at| found.get_mut(at)) {
            *slot = Some(value);
        }
        Ok(())
    })?;
    reader.end()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Option<[Option<&str>; 2]> {
        members(json, ["a", "b"]).ok()
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
