//! The members of one JSON object or array.

use std::borrow::Cow;

use memchr::memchr;

use super::is_space;

/// The members of an object, in order: each key as it stands in the text, quotes included, and
/// its value. An array yields its elements under the keys `"0"`, `"1"`, …, because to the
/// original's checks (`_.isObject`) an array is an object with such keys.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    text: &'a str,
    at: usize,
    index: Option<usize>,
}

/// One member: the key's JSON string literal and the value's text.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The literal, quotes included.
    pub key: Cow<'a, str>,
    /// The text of the value.
    pub value: &'a str,
    /// How many objects and arrays are open at the deepest point of the value.
    pub depth: usize,
}

impl<'a> Members<'a> {
    /// Reads `text`, a valid JSON object or array. Anything else has no members.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        let (text, index) = match text.as_bytes().first() {
            Some(b'{') => (text, None),
            Some(b'[') => (text, Some(0)),
            _ => ("", None),
        };
        Self { text, at: 1, index }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let bytes = self.text.as_bytes();
        let mut at = skip_separator(bytes, self.at, b',');
        if matches!(bytes.get(at)?, b'}' | b']') {
            self.at = at;
            return None;
        }
        let key = if let Some(index) = &mut self.index {
            let key = format!("\"{index}\"");
            *index += 1;
            key.into()
        } else {
            let end = at + skip_string(bytes.get(at..)?);
            let key = self.text.get(at..end)?;
            at = skip_separator(bytes, end, b':');
            key.into()
        };
        let (length, depth) = extent(bytes.get(at..)?);
        let value = self.text.get(at..at + length)?;
        self.at = at + length;
        Some(Member { key, value, depth })
    }
}

/// Where, from `at` on, `bytes` has something else than white space and `separator`.
fn skip_separator(bytes: &[u8], mut at: usize, separator: u8) -> usize {
    while bytes.get(at).is_some_and(|&byte| byte == separator || is_space(byte)) {
        at += 1;
    }
    at
}

/// The length of the string literal that `bytes` begins with, both quotes included.
///
/// Most of a message is inside strings, and most of those are long, so it goes from quote to quote.
pub(crate) fn skip_string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(quote) = memchr(b'"', bytes.get(at..).unwrap_or_default()) {
        let before = bytes.get(at..at + quote).unwrap_or_default();
        at += quote + 1;
        let backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\').count();
        if backslashes % 2 == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The length of the JSON value that `bytes` begins with, and how many objects and arrays are open
/// at its deepest point.
//= docs/spec/limits.md#limits.depth
fn extent(bytes: &[u8]) -> (usize, usize) {
    match bytes.first() {
        Some(b'"') => (skip_string(bytes), 0),
        Some(b'{' | b'[') => container_extent(bytes),
        _ => {
            let ends = |&byte: &u8| is_space(byte) || matches!(byte, b',' | b'}' | b']');
            (bytes.iter().position(ends).unwrap_or(bytes.len()), 0)
        }
    }
}

fn container_extent(bytes: &[u8]) -> (usize, usize) {
    let (mut open, mut deepest, mut at) = (0_usize, 0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += skip_string(bytes.get(at..).unwrap_or_default());
                continue;
            }
            b'{' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' => {
                open -= 1;
                if open == 0 {
                    return (at + 1, deepest);
                }
            }
            _ => {}
        }
        at += 1;
    }
    (bytes.len(), deepest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Vec<(String, String)> {
        Members::of(text).map(|m| (m.key.into_owned(), m.value.to_owned())).collect()
    }

    #[test]
    fn reads_keys_and_values_as_they_stand() {
        let text = r#"{ "a" : 1 ,"b\"":"x,}","c":{"d":[1,"]"]} , "a":null}"#;
        let expected = [
            ("\"a\"", "1"),
            ("\"b\\\"\"", "\"x,}\""),
            ("\"c\"", "{\"d\":[1,\"]\"]}"),
            ("\"a\"", "null"),
        ];
        let expected: Vec<_> =
            expected.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
        assert_eq!(members(text), expected);
    }

    #[test]
    fn a_string_ends_at_its_quote() {
        for (text, length) in [
            (r#""""#, 2),
            (r#""a"b"#, 3),
            (r#""\"","#, 4),
            (r#""ab\"c"x"#, 7),
            (r#""abc\\"x\""#, 7),
            (r#""abcd\u0022\\\""z"#, 16),
        ] {
            assert_eq!(skip_string(text.as_bytes()), length, "{text}");
        }
    }

    #[test]
    fn depth_counts_containers_only() {
        let depths = |text| Members::of(text).map(|m| m.depth).collect::<Vec<_>>();
        assert_eq!(depths(r#"[7, {"a":["[[[{"]}, "[{", [], [[{}],[]]]"#), [0, 2, 0, 1, 3]);
        assert_eq!(depths(&format!("[{}{}]", "[".repeat(9000), "]".repeat(9000))), [9000]);
    }

    #[test]
    fn arrays_have_their_indices_as_keys() {
        assert_eq!(
            members("[ 7, {} ]"),
            [("\"0\"".into(), "7".into()), ("\"1\"".into(), "{}".into())]
        );
    }

    #[test]
    fn what_is_empty_or_no_container_has_no_members() {
        for text in ["{}", "[ ]", "7", "\"{}\"", "null"] {
            assert!(members(text).is_empty(), "{text}");
        }
    }
}
