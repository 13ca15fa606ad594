//! Keys of objects.

use crate::comparison::{Comparison, Verdict};
use crate::conjunction::Conjunction;
use crate::node::Node;

/// What holds for keys that are not named.
struct Others<'a> {
    /// The schemas by pattern.
    patterns: Vec<(&'a str, Vec<Node<'a>>)>,
    /// What holds for those that match none; nothing if anything goes.
    additional: Vec<Node<'a>>,
}

impl<'a> Others<'a> {
    fn of(conjunction: &Conjunction<'a>) -> Self {
        Self {
            patterns: conjunction.patterns().into_iter().collect(),
            additional: conjunction.inner("additionalProperties"),
        }
    }

    /// Whether any key may hold anything.
    fn are_open(&self) -> bool {
        self.patterns.is_empty() && self.additional.is_empty()
    }

    fn has_no_additional(&self) -> bool {
        self.additional.iter().any(|schema| schema.is_never())
    }

    /// Whether there are none.
    fn are_none(&self) -> bool {
        self.patterns.is_empty() && self.has_no_additional()
    }

    /// Each of the schemas that may hold for such a key, and whether it has a pattern.
    fn each(&self) -> impl Iterator<Item = &[Node<'a>]> {
        let additional = (!self.has_no_additional()).then_some(self.additional.as_slice());
        self.patterns.iter().map(|(_, schemas)| schemas.as_slice()).chain(additional)
    }
}

impl Comparison {
    /// `outer` is all that is known of it, `own` what has to be checked here.
    pub(crate) fn fits_objects(
        &mut self,
        inner: &Conjunction<'_>,
        outer: &Conjunction<'_>,
        own: &Conjunction<'_>,
    ) {
        self.fits_named(inner, outer, own);
        self.fits_required(inner, outer, own);
        self.fits_others(&Others::of(inner), &Others::of(own));
        let names = own.inner("propertyNames");
        if !names.is_empty() {
            self.at("(keys)", &inner.inner("propertyNames"), &names);
        }
    }

    fn fits_named(
        &mut self,
        inner: &Conjunction<'_>,
        outer: &Conjunction<'_>,
        own: &Conjunction<'_>,
    ) {
        let (named, others) = (inner.properties(), Others::of(inner));
        for (key, schemas) in own.properties() {
            if let Some(known) = named.get(key) {
                self.at(key, known, &schemas);
            } else if others.are_open() || others.are_none() {
                self.lacks(key);
            } else {
                others.each().for_each(|known| self.at(key, known, &schemas));
            }
        }
        let (named_outer, others) = (outer.properties(), Others::of(own));
        for (key, schemas) in named.iter().filter(|(key, _)| !named_outer.contains_key(*key)) {
            if others.are_open() {
                self.adds(key);
            } else if others.patterns.is_empty() {
                self.at(key, schemas, &others.additional);
            } else {
                self.unknown(format!("the key {key:?} {}", self.only_inner()));
            }
        }
    }

    /// `inner` does not name a key that `outer` names.
    fn lacks(&mut self, key: &str) {
        match (self.forward, self.inner_is_new()) {
            (true, true) => self.left(format!("the key {key:?} is gone")),
            (true, false) => self.report(Verdict::Harmless, format!("the key {key:?} is new")),
            (false, _) => {}
        }
    }

    /// `inner` names a key that `outer` does not name, and has nothing against.
    fn adds(&mut self, key: &str) {
        match (self.forward, self.inner_is_new()) {
            (true, true) => self.report(Verdict::Harmless, format!("the key {key:?} is new")),
            (true, false) => self.left(format!("the key {key:?} is gone")),
            (false, _) => {}
        }
    }

    fn fits_required(
        &mut self,
        inner: &Conjunction<'_>,
        outer: &Conjunction<'_>,
        own: &Conjunction<'_>,
    ) {
        let (given, named) = (inner.required(), inner.properties());
        for key in own.required().difference(&given) {
            let both_name_it = named.contains_key(key) && outer.properties().contains_key(key);
            let became = if both_name_it || !self.forward {
                self.became("optional", "required")
            } else {
                format!("required, and {}", self.only_outer())
            };
            self.left(format!("the key {key:?}: {became}"));
        }
    }

    fn fits_others(&mut self, inner: &Others<'_>, outer: &Others<'_>) {
        if outer.are_open() {
            return;
        }
        if inner.are_open() {
            return self.left(format!("other keys: {}", self.became("any", "some")));
        }
        for (pattern, schemas) in &outer.patterns {
            if let Some((_, known)) = inner.patterns.iter().find(|(known, _)| known == pattern) {
                self.at("*", known, schemas);
            } else if !inner.has_no_additional() {
                self.at("*", &inner.additional, schemas);
            }
        }
        for (pattern, schemas) in &inner.patterns {
            if !outer.patterns.iter().any(|(known, _)| known == pattern) {
                let only_inner = self.only_inner();
                if outer.has_no_additional() {
                    self.unknown(format!("the keys {pattern:?}: the pattern {only_inner}"));
                } else {
                    self.at("*", schemas, &outer.additional);
                }
            }
        }
        if !outer.additional.is_empty() && !inner.has_no_additional() {
            self.at("*", &inner.additional, &outer.additional);
        }
    }
}
