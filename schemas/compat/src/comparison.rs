//! Whether one schema's values lie within another's.

use serde_json::Value;

use crate::Direction;
use crate::conjunction::{Conjunction, TooMany, alternatives};
use crate::node::Node;

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Some values do not lie within.
    Left,
    /// It is not known whether they do.
    Unknown,
    /// They do, and there is something to say.
    Harmless,
}

/// A difference.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) what: String,
    pub(crate) verdict: Verdict,
}

/// Two schemas or alternatives that are being compared.
type Pair = (Vec<*const Value>, Vec<*const Value>);

/// Looks for what of one schema does not lie within another.
pub(crate) struct Comparison {
    direction: Direction,
    /// Whether what is left breaks. If not, this is the reverse, for what else there is to say.
    pub(crate) forward: bool,
    /// What is being compared now: in a schema that contains itself, the same pair comes again.
    pending: Vec<Pair>,
    found: Vec<Finding>,
    /// The place in the message.
    place: Vec<String>,
}

impl Comparison {
    pub(crate) const fn new(direction: Direction, forward: bool) -> Self {
        Self { direction, forward, pending: Vec::new(), found: Vec::new(), place: Vec::new() }
    }

    /// What of `inner` does not lie within `outer`.
    pub(crate) fn run(mut self, inner: Node<'_>, outer: Node<'_>) -> Vec<Finding> {
        self.fits(&[inner], &[outer]);
        self.found
    }

    /// Whether `inner` is the new schema; otherwise it is the old one.
    pub(crate) fn inner_is_new(&self) -> bool {
        (self.direction == Direction::Server) == self.forward
    }

    /// How something that only `inner` has is called.
    pub(crate) fn only_inner(&self) -> &'static str {
        if self.inner_is_new() { "is new" } else { "is gone" }
    }

    /// How something that only `outer` has is called.
    pub(crate) fn only_outer(&self) -> &'static str {
        if self.inner_is_new() { "is gone" } else { "is new" }
    }

    /// How to say that `inner` has one thing where `outer` has another.
    pub(crate) fn became(&self, inner: &str, outer: &str) -> String {
        let (old, new) = if self.inner_is_new() { (outer, inner) } else { (inner, outer) };
        format!("{old} became {new}")
    }

    pub(crate) fn report(&mut self, verdict: Verdict, what: impl Into<String>) {
        let path = format!("/{}", self.place.join("/"));
        self.found.push(Finding { path, what: what.into(), verdict });
    }

    /// Some values of `inner` are not in `outer`.
    pub(crate) fn left(&mut self, what: impl Into<String>) {
        self.report(Verdict::Left, what);
    }

    /// It cannot be told whether all values of `inner` are in `outer`.
    pub(crate) fn unknown(&mut self, what: impl Into<String>) {
        self.report(Verdict::Unknown, what);
    }

    /// Goes on at `key`.
    pub(crate) fn at(&mut self, key: &str, inner: &[Node<'_>], outer: &[Node<'_>]) {
        self.place.push(key.to_owned());
        self.fits(inner, outer);
        self.place.pop();
    }

    /// Reports what of `inner` does not lie within `outer`; each list has to hold as a whole.
    pub(crate) fn fits(&mut self, inner: &[Node<'_>], outer: &[Node<'_>]) {
        let identities = |nodes: &[Node<'_>]| nodes.iter().map(|node| node.identity()).collect();
        let pair = (identities(inner), identities(outer));
        if self.pending.contains(&pair) {
            return;
        }
        self.pending.push(pair);
        match (alternatives(inner), alternatives(outer)) {
            (Ok(inner), Ok(outer)) => {
                for alternative in inner.iter().filter(|alternative| !alternative.is_never()) {
                    self.fits_one_of(alternative, &outer);
                }
            }
            (Err(TooMany), _) | (_, Err(TooMany)) => {
                self.unknown("cannot be judged: too many alternatives");
            }
        }
        self.pending.pop();
    }

    /// What is reported when `inner` is held against `outer`.
    fn attempt(&mut self, inner: &Conjunction<'_>, outer: &Conjunction<'_>) -> Vec<Finding> {
        let before = std::mem::take(&mut self.found);
        self.fits_all_of(inner, outer);
        std::mem::replace(&mut self.found, before)
    }

    /// The report about the one of `outer` that `inner` comes closest to.
    fn closest<'o, 'a>(
        &mut self,
        inner: &Conjunction<'_>,
        outer: &'o [Conjunction<'a>],
    ) -> Option<(&'o Conjunction<'a>, Vec<Finding>)> {
        let label = inner.label();
        let mut outer: Vec<(bool, &Conjunction<'_>)> =
            outer.iter().map(|alternative| (alternative.label() != label, alternative)).collect();
        // Namesakes first: mostly there is one, and it fits.
        outer.sort_by_key(|(stranger, _)| *stranger);
        let mut closest: Option<((bool, usize), &Conjunction<'_>, Vec<Finding>)> = None;
        for (stranger, alternative) in outer {
            let found = self.attempt(inner, alternative);
            let left = failures(&found);
            let rank = (stranger, left);
            if left == 0 || closest.as_ref().is_none_or(|(best, ..)| rank < *best) {
                closest = Some((rank, alternative, found));
            }
            if left == 0 {
                break;
            }
        }
        closest.map(|(_, alternative, found)| (alternative, found))
    }

    fn fits_one_of(&mut self, inner: &Conjunction<'_>, outer: &[Conjunction<'_>]) {
        let Some((closest, found)) = self.closest(inner, outer) else {
            return self.left(format!("everything {}", self.only_inner()));
        };
        if failures(&found) == 0 || outer.len() == 1 {
            return self.found.extend(found);
        }
        let parts = inner.parts();
        if parts.len() > 1 && closest.label() != inner.label() {
            parts.iter().for_each(|part| self.fits_one_of(part, outer));
            return;
        }
        if closest.label() == inner.label() {
            return self.found.extend(found);
        }
        let what = format!("{} {}", inner.label(), self.only_inner());
        if self.forward && is_new_message(inner, outer) && self.inner_is_new() {
            self.report(Verdict::Harmless, what);
        } else {
            self.left(what);
        }
    }

    fn fits_all_of(&mut self, inner: &Conjunction<'_>, outer: &Conjunction<'_>) {
        for &(file, root) in &outer.files {
            // The same file on both sides is compared by itself.
            if !inner.files.iter().any(|(known, _)| *known == file) {
                self.fits(&inner.nodes, &[root]);
            }
        }
        let own = Conjunction { files: Vec::new(), ..outer.clone() };
        if own.nodes.iter().any(|node| node.is_never()) {
            return self.left(format!("what is allowed here {}", self.only_inner()));
        }
        for reference in outer.unknown.difference(&inner.unknown) {
            self.unknown(format!("cannot be judged: there is no {reference}"));
        }
        self.fits_kinds(inner, outer);
        self.fits_values(inner, outer);
        self.fits_keywords(inner, &own);
        self.fits_exclusions(inner, &own);
        if inner.kinds.contains("array") {
            let items = own.inner("items");
            if !items.is_empty() {
                self.at("*", &inner.inner("items"), &items);
            }
        }
        if inner.kinds.contains("object") {
            self.fits_objects(inner, outer, &own);
        }
    }

    fn fits_kinds(&mut self, inner: &Conjunction<'_>, outer: &Conjunction<'_>) {
        if !inner.kinds.is_subset(&outer.kinds) && inner.values.is_none() {
            let names = |of: &Conjunction<'_>| match of.kinds.len() {
                crate::conjunction::ALL_KINDS => "anything".to_owned(),
                _ => of.kinds.iter().copied().collect::<Vec<_>>().join(" or "),
            };
            self.left(self.became(&names(inner), &names(outer)));
        }
    }

    fn fits_values(&mut self, inner: &Conjunction<'_>, outer: &Conjunction<'_>) {
        let Some(allowed) = &outer.values else {
            let strange = inner.values.iter().flatten();
            let strange: Vec<&&Value> = strange.filter(|value| !outer.may_be(value)).collect();
            strange
                .into_iter()
                .for_each(|value| self.left(format!("{value} {}", self.only_inner())));
            return;
        };
        match &inner.values {
            Some(values) => {
                for value in values.iter().filter(|value| !allowed.contains(value)) {
                    self.left(format!("{value} {}", self.only_inner()));
                }
            }
            None => self.left(self.became("any value", "one of a list")),
        }
    }

    /// `not`: what `outer` excludes, `inner` has to exclude too.
    fn fits_exclusions(&mut self, inner: &Conjunction<'_>, outer: &Conjunction<'_>) {
        for excluded in outer.inner("not") {
            let mut exclusions = inner.inner("not").into_iter();
            if !exclusions.any(|known| self.lies_within(excluded, known)) {
                self.left(format!("an exclusion {}", self.only_outer()));
            }
        }
    }

    fn lies_within(&mut self, inner: Node<'_>, outer: Node<'_>) -> bool {
        let before = std::mem::take(&mut self.found);
        self.fits(&[inner], &[outer]);
        failures(&std::mem::replace(&mut self.found, before)) == 0
    }
}

fn failures(found: &[Finding]) -> usize {
    found.iter().filter(|finding| finding.verdict != Verdict::Harmless).count()
}

/// Whether `inner` is a message with a `msgType` that none of `outer` has.
fn is_new_message(inner: &Conjunction<'_>, outer: &[Conjunction<'_>]) -> bool {
    let known: Vec<Option<&str>> = outer.iter().map(|of| of.constant("msgType")).collect();
    let name = inner.constant("msgType");
    name.is_some() && known.iter().any(Option::is_some) && !known.contains(&name)
}
