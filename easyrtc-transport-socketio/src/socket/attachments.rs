//! Binary packets: a text, then as many binary messages as it announces.

use bytes::Bytes;

use super::packet::Violation;

/// A binary packet some of whose attachments are still to come.
#[derive(Debug)]
pub(crate) struct Reassembly {
    text: String,
    due: usize,
    attachments: Vec<Bytes>,
    bytes_left: usize,
}

impl Reassembly {
    /// Starts with the packet's text, which announces `due` attachments, at least one. Text and
    /// attachments may have `max_bytes` bytes together.
    ///
    /// # Errors
    ///
    /// [`Violation::TooLarge`]
    pub(crate) fn new(text: &str, due: usize, max_bytes: usize) -> Result<Self, Violation> {
        let bytes_left = max_bytes.checked_sub(text.len()).ok_or(Violation::TooLarge)?;
        Ok(Self { text: text.to_owned(), due, attachments: Vec::new(), bytes_left })
    }

    /// Takes the next attachment. Returns whether it was the last.
    ///
    /// # Errors
    ///
    /// [`Violation::TooLarge`]
    pub(crate) fn push(&mut self, attachment: Bytes) -> Result<bool, Violation> {
        //= docs/spec/limits.md#limits.message
        self.bytes_left =
            self.bytes_left.checked_sub(attachment.len()).ok_or(Violation::TooLarge)?;
        self.attachments.push(attachment);
        Ok(self.attachments.len() >= self.due)
    }

    /// The packet's text and its attachments.
    pub(crate) fn finish(self) -> (String, Vec<Bytes>) {
        (self.text, self.attachments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_come_back_in_order() {
        let mut reassembly = Reassembly::new("52-[\"a\"]", 2, 100).unwrap();
        assert_eq!(reassembly.push(Bytes::from_static(b"one")), Ok(false));
        assert_eq!(reassembly.push(Bytes::from_static(b"")), Ok(true));
        let (text, attachments) = reassembly.finish();
        assert_eq!(text, "52-[\"a\"]");
        assert_eq!(attachments, [&b"one"[..], b""]);
    }

    #[test]
    fn text_and_attachments_share_one_limit() {
        assert_eq!(Reassembly::new("12345", 1, 4).unwrap_err(), Violation::TooLarge);
        let mut reassembly = Reassembly::new("12345", 3, 10).unwrap();
        assert_eq!(reassembly.push(Bytes::from_static(b"123")), Ok(false));
        assert_eq!(reassembly.push(Bytes::from_static(b"45")), Ok(false));
        assert_eq!(reassembly.push(Bytes::from_static(b"6")), Err(Violation::TooLarge));
    }
}
