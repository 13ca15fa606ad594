//! The size of JSON text as JavaScript sees it.

use super::{Utf16Units, is_space, skip_string};

/// How many UTF-16 units `JSON.stringify(JSON.parse(text))` has.
///
/// White space between tokens does not count, and string escapes count in the form JavaScript
/// writes them. Numbers count as they are written; duplicate keys count each time.
#[must_use]
pub fn stringified_units(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut units, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' {
            let length = skip_string(bytes.get(at..).unwrap_or_default());
            units += text.get(at..at + length).map_or(0, string_units);
            at += length;
        } else {
            units += usize::from(!is_space(byte));
            at += 1;
        }
    }
    units
}

fn string_units(literal: &str) -> usize {
    let mut units = Utf16Units::of(literal).peekable();
    let mut count = 2;
    while let Some(unit) = units.next() {
        count += match unit {
            0x08 | 0x09 | 0x0a | 0x0c | 0x0d | 0x22 | 0x5c => 2,
            0x00..=0x1f => 6,
            0xd800..=0xdbff => match units.next_if(|low| (0xdc00..=0xdfff).contains(low)) {
                Some(_) => 2,
                None => 6,
            },
            0xdc00..=0xdfff => 6,
            _ => 1,
        };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_json_stringify() {
        for (text, units) in [
            (r#"{ "a" : 1 }"#, 7),
            ("\"é\"", 3),
            (r#""\u00e9""#, 3),
            (r#""\u0001\n""#, 10),
            ("\"😀\"", 4),
            (r#""\ud83d\ude00""#, 4),
            (r#""\ud83d""#, 8),
            (r#""\/""#, 3),
        ] {
            assert_eq!(stringified_units(text), units, "{text}");
        }
    }
}
