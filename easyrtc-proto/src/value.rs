//! One value of a packet being decoded: its text, and whether it is binary.

use std::borrow::Cow;

use crate::attachments::{Attachments, placeholders};
use crate::json::{Kind, Members};
use crate::payload::Payload;

#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    text: &'a str,
    packet: &'a Attachments,
}

impl<'a> Value<'a> {
    pub(crate) const fn new(text: &'a str, packet: &'a Attachments) -> Self {
        Self { text, packet }
    }

    pub(crate) const fn text(self) -> &'a str {
        self.text
    }

    /// Whether the value itself is binary, that is, a placeholder.
    pub(crate) fn is_binary(self) -> bool {
        if self.packet.is_none() || Kind::of(self.text) != Kind::Object {
            return false;
        }
        let [marked] = self.find(["_placeholder"]);
        marked.is_some_and(|marked| marked.text == "true")
    }

    /// Whether there is binary data anywhere in the value.
    pub(crate) fn holds_binary(self) -> bool {
        !self.packet.is_none() && !placeholders(self.text).is_empty()
    }

    /// Whether the original takes this for an object: arrays count, `null` does not.
    pub(crate) fn is_object(self) -> bool {
        //= docs/spec/envelope.md#envelope.binary-kept
        matches!(Kind::of(self.text), Kind::Object | Kind::Array) && !self.is_binary()
    }

    /// Whether an object has no members. Values that are no objects have none.
    pub(crate) fn has_no_members(self) -> bool {
        let container = matches!(Kind::of(self.text), Kind::Object | Kind::Array);
        let inside = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
        !container || inside.trim_ascii().is_empty()
    }

    pub(crate) fn is_null(self) -> bool {
        Kind::of(self.text) == Kind::Null
    }

    /// The literal of a string.
    pub(crate) fn literal(self) -> Option<&'a str> {
        (Kind::of(self.text) == Kind::String).then_some(self.text)
    }

    /// The text of a string that has no lone surrogates.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        crate::json::plain(self.text)
    }

    /// The members: key literals and values. What is no object has none.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Self)> {
        let text = if self.is_object() { self.text } else { "" };
        Members::of(text).map(move |m| (m.key, Self::new(m.value, self.packet)))
    }

    /// The values of the members called `names`; of duplicate keys the last wins.
    pub(crate) fn get<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        if self.is_binary() { [None; N] } else { self.find(names) }
    }

    //= docs/spec/envelope.md#envelope.unknown-keys
    fn find<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        let mut values = [None; N];
        for member in Members::of(self.text) {
            if let Some(slot) = slot(&mut values, names, &member.key) {
                *slot = Some(Self::new(member.value, self.packet));
            }
        }
        values
    }

    /// The value to be passed on or kept.
    pub(crate) fn payload(self) -> Payload {
        Payload::of_packet(self.text, self.packet)
    }
}

/// Of `values`, each for one of `names`, the one for the member whose key is the literal `key`. Of
/// duplicate keys the last wins, since it overwrites the others.
//= docs/spec/envelope.md#envelope.duplicate-keys
pub(crate) fn slot<'v, T, const N: usize>(
    values: &'v mut [T; N],
    names: [&str; N],
    key: &str,
) -> Option<&'v mut T> {
    let key = crate::json::plain(key)?;
    let at = names.iter().position(|&name| name == key)?;
    values.get_mut(at)
}
