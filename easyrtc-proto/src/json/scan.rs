//! The members of one JSON object or array.

use std::borrow::Cow;

use super::is_space;
use super::read::skip_ordinary;

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
        let end = at + value_length(bytes.get(at..)?);
        let value = self.text.get(at..end)?;
        self.at = end;
        Some(Member { key, value })
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
pub(crate) fn skip_string(bytes: &[u8]) -> usize {
    let mut at = skip_ordinary(bytes, 1);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at = skip_ordinary(bytes, at + 2),
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of the JSON value that `bytes` begins with.
fn value_length(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(b'"') => skip_string(bytes),
        Some(b'{' | b'[') => skip_container(bytes),
        _ => bytes
            .iter()
            .position(|&b| is_space(b) || matches!(b, b',' | b'}' | b']'))
            .unwrap_or(bytes.len()),
    }
}

fn skip_container(bytes: &[u8]) -> usize {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += skip_string(bytes.get(at..).unwrap_or_default());
                continue;
            }
            b'{' | b'[' => open += 1,
            b'}' | b']' => {
                open -= 1;
                if open == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
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
