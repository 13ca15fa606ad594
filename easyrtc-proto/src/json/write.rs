//! Writing one JSON object whose values are already JSON text.

/// An object being written.
pub(crate) struct ObjectWriter {
    text: String,
}

impl ObjectWriter {
    pub(crate) fn new() -> Self {
        Self { text: String::from("{") }
    }

    /// Adds a member; `key` is a JSON string literal, `value` any JSON text.
    pub(crate) fn literal(mut self, key: &str, value: &str) -> Self {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(key);
        self.text.push(':');
        self.text.push_str(value);
        self
    }

    /// Adds a member; `key` is plain text that needs no escaping.
    pub(crate) fn member(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        self.text.push_str(value);
        self
    }

    /// Adds a member whose value is a name that needs no escaping.
    pub(crate) fn name(mut self, key: &str, name: &str) -> Self {
        self.key(key);
        self.text.push('"');
        self.text.push_str(name);
        self.text.push('"');
        self
    }

    /// Adds a member if there is a value.
    pub(crate) fn optional(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.member(key, value),
            None => self,
        }
    }

    fn key(&mut self, key: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}
