//! JSON string literals as JavaScript reads them: sequences of UTF-16 units.

use std::borrow::Cow;

use super::read::skip_ordinary;

/// The UTF-16 units of the string that a valid JSON string literal stands for.
///
/// Unlike a Rust string, this can hold lone surrogates (`"\ud83d"`), which JavaScript clients can
/// send and the protocol's lengths count.
#[derive(Clone, Debug)]
pub struct Utf16Units<'a> {
    chars: std::str::Chars<'a>,
    low_surrogate: Option<u16>,
}

impl<'a> Utf16Units<'a> {
    /// Reads `literal`, a valid JSON string literal with its quotes.
    #[must_use]
    pub fn of(literal: &'a str) -> Self {
        let inner = literal.strip_prefix('"').and_then(|l| l.strip_suffix('"'));
        Self { chars: inner.unwrap_or_default().chars(), low_surrogate: None }
    }

    fn escaped(&mut self) -> Option<u16> {
        Some(match self.chars.next()? {
            'b' => 0x08,
            'f' => 0x0c,
            'n' => u16::from(b'\n'),
            'r' => u16::from(b'\r'),
            't' => u16::from(b'\t'),
            'u' => {
                let hex = self.chars.as_str().get(..4)?;
                let unit = u16::from_str_radix(hex, 16).ok()?;
                self.chars.nth(3);
                unit
            }
            other => *other.encode_utf16(&mut [0; 2]).first()?,
        })
    }
}

impl Iterator for Utf16Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(low) = self.low_surrogate.take() {
            return Some(low);
        }
        let next = self.chars.next()?;
        if next == '\\' {
            return self.escaped();
        }
        let mut units = [0; 2];
        let units = next.encode_utf16(&mut units);
        self.low_surrogate = units.get(1).copied();
        units.first().copied()
    }
}

/// The string that a valid JSON string literal stands for, or `None` if it holds a lone surrogate
/// or `literal` is no string literal.
#[must_use]
pub fn plain(literal: &str) -> Option<Cow<'_, str>> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    // What comes before the closing quote can only be an escape.
    if skip_ordinary(literal.as_bytes(), 1) <= inner.len() {
        return serde_json::from_str::<String>(literal).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// `literal` as `JSON.stringify` would write it, so that equal strings have equal literals.
pub(crate) fn canonical(literal: &str) -> Cow<'_, str> {
    if !literal.contains('\\') {
        return Cow::Borrowed(literal);
    }
    let mut text = String::with_capacity(literal.len());
    text.push('"');
    for unit in char::decode_utf16(Utf16Units::of(literal)) {
        match unit {
            Ok('"') => text.push_str("\\\""),
            Ok('\\') => text.push_str("\\\\"),
            Ok('\u{8}') => text.push_str("\\b"),
            Ok('\u{c}') => text.push_str("\\f"),
            Ok('\n') => text.push_str("\\n"),
            Ok('\r') => text.push_str("\\r"),
            Ok('\t') => text.push_str("\\t"),
            Ok(control @ '\0'..='\u{1f}') => text += &format!("\\u{:04x}", u32::from(control)),
            Ok(other) => text.push(other),
            Err(lone) => text += &format!("\\u{:04x}", lone.unpaired_surrogate()),
        }
    }
    text.push('"');
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(literal: &str) -> Vec<u16> {
        Utf16Units::of(literal).collect()
    }

    #[test]
    fn decodes_escapes_and_pairs() {
        assert_eq!(units(r#""a\n\u00e9\"""#), [0x61, 0x0a, 0xe9, 0x22]);
        assert_eq!(units("\"😀\""), [0xd83d, 0xde00]);
        assert_eq!(units(r#""\ud83d""#), [0xd83d]);
        assert_eq!(units("\"\""), [0_u16; 0]);
    }

    #[test]
    fn equal_strings_have_equal_canonical_literals() {
        assert_eq!(canonical(r#""\u0061\/\u000a\ud83d""#), r#""a/\n\ud83d""#);
        assert_eq!(canonical("\"a\""), "\"a\"");
    }

    #[test]
    fn a_lone_surrogate_has_no_plain_form() {
        assert_eq!(plain(r#""\ud83d\ude00""#).as_deref(), Some("😀"));
        assert_eq!(plain(r#""\ud83d""#), None);
        assert_eq!(plain("\"a b\"").as_deref(), Some("a b"));
        assert_eq!(plain("7"), None);
    }
}
