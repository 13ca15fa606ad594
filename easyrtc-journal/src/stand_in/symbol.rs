//! What of a text is replaced: letters and digits, by others of the same alphabet.

use std::ops::Range;

/// Characters that may stand for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alphabet {
    /// `0` to `9`
    Digit,
    /// `1` to `9`: the first digit of a longer number
    FirstDigit,
    /// `a` to `z`
    Lower,
    /// `A` to `Z`
    Upper,
    /// `a` to `f` in `\uHHHH`
    LowerHex,
    /// `A` to `F` in `\uHHHH`
    UpperHex,
    /// Characters of two bytes of UTF-8
    TwoBytes,
    /// Of three, without surrogates, which are no characters, and without line terminators, which
    /// no name may hold
    ThreeBytes,
    /// Of four
    FourBytes,
}

/// The two line terminators of JavaScript that are not ASCII stand here among those of three bytes.
const TERMINATORS: Range<u32> = 0x2028..0x202a;
const SURROGATES: Range<u32> = 0xd800..0xe000;

impl Alphabet {
    /// The alphabet of a character in a JSON string; `None`: it stays as it is.
    fn of(c: char) -> Option<Self> {
        match c {
            '0'..='9' => Some(Self::Digit),
            'a'..='z' => Some(Self::Lower),
            'A'..='Z' => Some(Self::Upper),
            '\u{80}'..='\u{7ff}' => Some(Self::TwoBytes),
            '\u{2028}' | '\u{2029}' => None,
            '\u{800}'..='\u{ffff}' => Some(Self::ThreeBytes),
            '\u{10000}'.. => Some(Self::FourBytes),
            _ => None,
        }
    }

    /// The alphabet of a hexadecimal digit of `\uHHHH`.
    const fn of_hex(c: char) -> Option<Self> {
        match c {
            '0'..='9' => Some(Self::Digit),
            'a'..='f' => Some(Self::LowerHex),
            'A'..='F' => Some(Self::UpperHex),
            _ => None,
        }
    }

    /// The code point it begins with, and how many characters it has.
    const fn extent(self) -> (u32, u32) {
        match self {
            Self::Digit => ('0' as u32, 10),
            Self::FirstDigit => ('1' as u32, 9),
            Self::Lower => ('a' as u32, 26),
            Self::Upper => ('A' as u32, 26),
            Self::LowerHex => ('a' as u32, 6),
            Self::UpperHex => ('A' as u32, 6),
            Self::TwoBytes => (0x80, 0x780),
            Self::ThreeBytes => (0x800, 0xf800 - 0x800 - 2),
            Self::FourBytes => (0x1_0000, 0x10_0000),
        }
    }

    /// Which of its characters `c` is, counted from 0.
    fn index(self, c: char) -> u32 {
        let (code, (first, _)) = (u32::from(c), self.extent());
        let mut index = code.saturating_sub(first);
        if self == Self::ThreeBytes {
            for gap in [TERMINATORS, SURROGATES] {
                if code >= gap.end {
                    index = index.saturating_sub(gap.end - gap.start);
                }
            }
        }
        index
    }

    fn character(self, index: u32) -> char {
        let mut code = self.extent().0.saturating_add(index);
        if self == Self::ThreeBytes {
            for gap in [TERMINATORS, SURROGATES] {
                if code >= gap.start {
                    code += gap.end - gap.start;
                }
            }
        }
        // Indices are below the extent, and there every code is a character.
        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// A character that is replaced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbol {
    at: usize,
    alphabet: Alphabet,
    /// Which of its alphabet it is.
    value: u32,
}

impl Symbol {
    fn new(at: usize, c: char, alphabet: Alphabet) -> Self {
        Self { at, alphabet, value: alphabet.index(c) }
    }

    /// Writes down which of its alphabet it is, in a number of bytes that its alphabet says.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let [low, rest @ ..] = self.value.to_le_bytes();
        out.push(low);
        if self.alphabet.extent().1 > 256 {
            out.extend(rest);
        }
    }

    /// Shifts it within its alphabet, by a part of the alphabet that `by` is of 2^32.
    pub(super) fn shift(&mut self, by: u32) {
        let (_, size) = self.alphabet.extent();
        let part = (u64::from(by) * u64::from(size)) >> u32::BITS;
        self.value = (self.value + u32::try_from(part).unwrap_or_default()) % size;
    }
}

/// What stands for an attachment has to stay, or the attachment would be lost.
const PLACEHOLDER: &str = r#"{"_placeholder":true,"num":"#;

/// The symbols in `text`, a JSON value, in their order.
pub(super) fn find(text: &str) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut rest = text;
    let mut in_string = false;
    // Whether the character before continues a number, so that a digit is not its first.
    let mut in_number = false;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let mut taken = c.len_utf8();
        if in_string {
            match c {
                '"' => in_string = false,
                '\\' => taken = escape(rest, at, &mut symbols),
                _ => symbols.extend(Alphabet::of(c).map(|a| Symbol::new(at, c, a))),
            }
        } else if c == '"' {
            in_string = true;
        } else if rest.starts_with(PLACEHOLDER) {
            taken = rest.find('}').map_or(rest.len(), |end| end + 1);
        } else if c.is_ascii_digit() {
            let more = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            let first = more && !in_number;
            let alphabet = if first { Alphabet::FirstDigit } else { Alphabet::Digit };
            symbols.push(Symbol::new(at, c, alphabet));
        }
        // A minus comes before the first digit, or after the `e`, where no digit is special.
        in_number = !in_string && (c.is_ascii_digit() || matches!(c, '.' | '+' | 'e' | 'E'))
            || (in_number && c == '-');
        rest = rest.get(taken..).unwrap_or_default();
    }
    symbols
}

/// How long the escape is that `rest` begins with. Of `\uHHHH` the last two digits are replaced,
/// but not in the range of ASCII and control characters, which have meanings.
fn escape(rest: &str, at: usize, symbols: &mut Vec<Symbol>) -> usize {
    let Some(hex) = rest.strip_prefix("\\u").and_then(|rest| rest.get(..4)) else { return 2 };
    if !hex.starts_with("00") {
        let last = hex.char_indices().skip(2);
        let symbol = |(i, c)| Some(Symbol::new(at + 2 + i, c, Alphabet::of_hex(c)?));
        symbols.extend(last.filter_map(symbol));
    }
    6
}

/// `text` with what the symbols are now, in place of what they were.
pub(super) fn put_back(text: &str, symbols: &[Symbol]) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for Symbol { at, alphabet, value } in symbols {
        replaced += text.get(copied..*at).unwrap_or_default();
        let c = alphabet.character(*value);
        replaced.push(c);
        // It is as long as the one it replaces: of the same alphabet.
        copied = at + c.len_utf8();
    }
    replaced += text.get(copied..).unwrap_or_default();
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_its_place_in_its_alphabet() {
        let mut found = 0;
        for c in '\0'..=char::MAX {
            let Some(alphabet) = Alphabet::of(c) else { continue };
            let index = alphabet.index(c);
            assert!(index < alphabet.extent().1, "{c:?}");
            assert_eq!(alphabet.character(index), c);
            found += 1;
        }
        let alphabets = [
            Alphabet::Digit,
            Alphabet::Lower,
            Alphabet::Upper,
            Alphabet::TwoBytes,
            Alphabet::ThreeBytes,
            Alphabet::FourBytes,
        ];
        assert_eq!(found, alphabets.iter().map(|alphabet| alphabet.extent().1).sum::<u32>());
    }
}
