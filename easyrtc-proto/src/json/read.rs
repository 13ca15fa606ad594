//! Reading JSON text that nobody has looked at yet.

use std::fmt;

use super::is_space;

/// A text that is no JSON, or not the JSON that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidJson;

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the JSON that is due here")
    }
}

impl std::error::Error for InvalidJson {}

/// Reads text from strangers, and takes nothing but JSON as RFC 8259 has it. Values are skipped,
/// not built; each byte is looked at once, and depth costs no stack.
///
/// Escapes of lone surrogates are fine, and so are numbers of any size.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A value that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawText<'a> {
    /// Its text, without white space around it.
    pub text: &'a str,
    /// How many objects and arrays are open at its deepest point.
    pub depth: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `text`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads any value.
    ///
    /// # Errors
    /// If there is none.
    pub fn value(&mut self) -> Result<RawText<'a>, InvalidJson> {
        self.skip_space();
        let start = self.at;
        let mut open = Containers::default();
        let mut depth = 0;
        loop {
            match self.peek() {
                Some(b'"') => self.string()?,
                Some(begin @ (b'{' | b'[')) => {
                    let object = begin == b'{';
                    open.push(object);
                    depth = depth.max(open.depth);
                    self.at += 1;
                    if !self.take(if object { b'}' } else { b']' }) {
                        if object {
                            self.key()?;
                        }
                        self.skip_space();
                        continue;
                    }
                    open.pop();
                }
                _ => self.scalar()?,
            }
            if !self.next_in(&mut open)? {
                return Ok(RawText { text: self.since(start), depth });
            }
        }
    }

    /// Goes on to the next value in the innermost container, or in the one around it where that
    /// one ends. False when there is no container left.
    fn next_in(&mut self, open: &mut Containers) -> Result<bool, InvalidJson> {
        while open.depth > 0 {
            let object = open.is_object();
            if self.take(b',') {
                if object {
                    self.key()?;
                }
                self.skip_space();
                return Ok(true);
            }
            self.expect(if object { b'}' } else { b']' })?;
            open.pop();
        }
        Ok(false)
    }

    /// Reads an object. `each` is given the key of each member, a string literal with its quotes,
    /// and has to read its value.
    ///
    /// # Errors
    /// If there is none, or `each` says so.
    pub fn members(
        &mut self,
        mut each: impl FnMut(&'a str, &mut Self) -> Result<(), InvalidJson>,
    ) -> Result<(), InvalidJson> {
        self.expect(b'{')?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            each(key, self)?;
            if !self.take(b',') {
                return self.expect(b'}');
            }
        }
    }

    /// Reads an array. `each` is given the index of each element, and has to read it.
    ///
    /// # Errors
    /// If there is none, or `each` says so.
    pub fn elements(
        &mut self,
        mut each: impl FnMut(usize, &mut Self) -> Result<(), InvalidJson>,
    ) -> Result<(), InvalidJson> {
        self.expect(b'[')?;
        if self.take(b']') {
            return Ok(());
        }
        for index in 0.. {
            each(index, self)?;
            if !self.take(b',') {
                break;
            }
        }
        self.expect(b']')
    }

    /// Makes sure that nothing follows.
    ///
    /// # Errors
    /// If something does.
    pub fn end(&mut self) -> Result<(), InvalidJson> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(InvalidJson) }
    }

    /// Whether an object comes next.
    pub(crate) fn is_at_object(&mut self) -> bool {
        self.skip_space();
        self.peek() == Some(b'{')
    }

    /// How far the text was read.
    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    /// What was read since `start`.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn key(&mut self) -> Result<&'a str, InvalidJson> {
        self.skip_space();
        let start = self.at;
        self.string()?;
        let key = self.since(start);
        self.expect(b':')?;
        Ok(key)
    }

    fn string(&mut self) -> Result<(), InvalidJson> {
        if self.peek() != Some(b'"') {
            return Err(InvalidJson);
        }
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            at = skip_ordinary(bytes, at);
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at = skip_escapes(bytes, at)?,
                _ => return Err(InvalidJson),
            }
        }
        self.at = at + 1;
        Ok(())
    }

    /// A number, or one of the three words.
    fn scalar(&mut self) -> Result<(), InvalidJson> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let word = match rest.first() {
            Some(b't') => "true",
            Some(b'f') => "false",
            Some(b'n') => "null",
            _ => {
                self.at += number_length(rest)?;
                return Ok(());
            }
        };
        if !rest.starts_with(word.as_bytes()) {
            return Err(InvalidJson);
        }
        self.at += word.len();
        Ok(())
    }

    fn expect(&mut self, byte: u8) -> Result<(), InvalidJson> {
        if self.take(byte) { Ok(()) } else { Err(InvalidJson) }
    }

    /// Whether `byte` comes next; then it is read.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// Which containers are open: a bit for each, the innermost last, set for objects.
#[derive(Default)]
struct Containers {
    depth: usize,
    innermost: u64,
    /// Those around the innermost 64.
    outer: Vec<u64>,
}

impl Containers {
    fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.innermost);
        }
        self.innermost = self.innermost << 1 | u64::from(object);
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.innermost >>= 1;
        self.depth -= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.innermost = self.outer.pop().unwrap_or_default();
        }
    }

    const fn is_object(&self) -> bool {
        self.innermost & 1 == 1
    }
}

/// Where, from `at` on, a string has something else than ordinary characters: a quote, a backslash
/// or a control character. Most of a message are such strings, so it takes eight bytes at a time.
pub(super) fn skip_ordinary(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // The highest bit of each byte that is zero. Above the first of them there may be more bits.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    while let Some(&eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(eight);
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let backslashes = zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quotes | backslashes | controls) & (ONES << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| !matches!(byte, b'"' | b'\\' | ..0x20)) {
        at += 1;
    }
    at
}

/// Where the escapes end that begin at `at`. Often there are two: each line of an SDP ends so.
fn skip_escapes(bytes: &[u8], mut at: usize) -> Result<usize, InvalidJson> {
    while let Some([b'\\', escape @ ..]) = bytes.get(at..) {
        at += match escape {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'u', hex @ ..] => match hex.first_chunk::<4>() {
                Some(hex) if hex.iter().all(u8::is_ascii_hexdigit) => 6,
                _ => return Err(InvalidJson),
            },
            _ => return Err(InvalidJson),
        };
    }
    Ok(at)
}

/// The length of the number that `bytes` begin with.
fn number_length(bytes: &[u8]) -> Result<usize, InvalidJson> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let digits = |from: usize| {
        let mut at = from;
        while byte(at).is_ascii_digit() {
            at += 1;
        }
        if at > from { Ok(at) } else { Err(InvalidJson) }
    };
    let start = usize::from(byte(0) == b'-');
    let mut at = if byte(start) == b'0' { start + 1 } else { digits(start)? };
    if byte(at) == b'.' {
        at = digits(at + 1)?;
    }
    if matches!(byte(at), b'e' | b'E') {
        at = digits(at + 1 + usize::from(matches!(byte(at + 1), b'+' | b'-')))?;
    }
    Ok(at)
}

#[cfg(test)]
mod tests;
