//! Keywords about single values: bounds, patterns, and those nobody here knows.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use crate::comparison::Comparison;
use crate::conjunction::Conjunction;
use crate::node::{Node, is_annotation};

/// A bound: its keyword, whether it is an upper one, and of which kinds of values; none: of all.
type Bound = (&'static str, bool, &'static [&'static str]);

const BOUNDS: [Bound; 10] = [
    ("minLength", false, &["string"]),
    ("maxLength", true, &["string"]),
    ("minimum", false, &["integer", "fraction"]),
    ("maximum", true, &["integer", "fraction"]),
    ("minItems", false, &["array"]),
    ("maxItems", true, &["array"]),
    ("minProperties", false, &["object"]),
    ("maxProperties", true, &["object"]),
    // Bounds of the protocol that no keyword of JSON Schema expresses.
    ("x-maxBytes", true, &[]),
    ("x-maxUnits", true, &[]),
];

/// Keywords that are compared elsewhere.
const STRUCTURE: [&str; 15] = [
    "type",
    "const",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "items",
    "oneOf",
    "anyOf",
    "allOf",
    "$ref",
    "not",
    "pattern",
];

impl Comparison {
    /// Holds everything against each other but the structure.
    pub(crate) fn fits_keywords(&mut self, inner: &Conjunction<'_>, outer: &Conjunction<'_>) {
        for (keyword, upper, kinds) in BOUNDS {
            if kinds.is_empty() || kinds.iter().any(|kind| inner.kinds.contains(kind)) {
                self.fits_bound(keyword, upper, inner, outer);
            }
        }
        if inner.kinds.contains("string") {
            let known = strings(inner, "pattern");
            for pattern in strings(outer, "pattern").difference(&known) {
                self.fits_pattern(pattern, inner, known.is_empty());
            }
        }
        let known = inner.facts();
        for node in &outer.nodes {
            for (keyword, value) in node.keywords().filter(|(keyword, _)| is_strange(keyword)) {
                if !known.iter().any(|node| node.get(keyword) == Some(value)) {
                    let other = known.iter().find_map(|node| node.get(keyword));
                    let other = other.map_or_else(|| "nothing".to_owned(), Value::to_string);
                    let became = self.became(&other, &value.to_string());
                    self.unknown(format!("{keyword}, which cannot be judged: {became}"));
                }
            }
        }
    }

    /// `free`: `inner` has no pattern.
    fn fits_pattern(&mut self, pattern: &str, inner: &Conjunction<'_>, free: bool) {
        let what = format!("pattern {pattern:?} {}", self.only_outer());
        match (&inner.values, Regex::new(pattern)) {
            (Some(values), Ok(regex)) => {
                for value in values.iter().filter_map(|value| value.as_str()) {
                    if !regex.is_match(value) {
                        self.left(format!("{value:?} {}", self.only_inner()));
                    }
                }
            }
            (None, _) if free => self.left(what),
            // Which of two patterns allows more is not for us to say.
            (Some(_), Err(_)) | (None, _) => self.unknown(what),
        }
    }

    fn fits_bound(
        &mut self,
        keyword: &str,
        upper: bool,
        inner: &Conjunction<'_>,
        outer: &Conjunction<'_>,
    ) {
        let Some(demanded) = tightest(&outer.nodes, keyword, upper) else { return };
        if !upper && demanded <= 0.0 && keyword != "minimum" {
            return;
        }
        let kept = |bound: f64| if upper { bound <= demanded } else { bound >= demanded };
        let known = match &inner.values {
            // What is listed is measured.
            Some(values) => {
                let sizes = values.iter().map(|value| size(keyword, value));
                let kept = sizes.clone().flatten().all(kept) && sizes.flatten().count() > 0;
                if kept {
                    return;
                }
                None
            }
            None => tightest(&inner.facts(), keyword, upper),
        };
        #[expect(clippy::cast_precision_loss, reason = "so many keys there are not")]
        let required = inner.required().len() as f64;
        let known = match keyword {
            "minProperties" => Some(known.map_or(required, |bound| bound.max(required))),
            _ => known,
        };
        if !known.is_some_and(kept) {
            let known = known.filter(|bound| *bound != 0.0 || upper);
            let known = known.map_or_else(|| "no bound".to_owned(), |bound| bound.to_string());
            let became = self.became(&known, &demanded.to_string());
            self.left(format!("{keyword}: {became}"));
        }
    }
}

/// The bound that a keyword sets, if any does.
fn tightest(nodes: &[Node<'_>], keyword: &str, upper: bool) -> Option<f64> {
    let bounds = nodes.iter().filter_map(|node| node.get(keyword)?.as_f64());
    bounds.reduce(if upper { f64::min } else { f64::max })
}

/// What of a value the keyword bounds.
fn size(keyword: &str, value: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "nothing in a schema is so large")]
    let count = |count: usize| count as f64;
    match (keyword, value) {
        ("minLength" | "maxLength", Value::String(text)) => Some(count(text.chars().count())),
        ("minimum" | "maximum", Value::Number(number)) => number.as_f64(),
        _ => None,
    }
}

fn strings<'a>(of: &Conjunction<'a>, keyword: &str) -> BTreeSet<&'a str> {
    of.facts().iter().filter_map(|node| node.get(keyword)?.as_str()).collect()
}

fn is_strange(keyword: &str) -> bool {
    let known = BOUNDS.iter().any(|(known, ..)| *known == keyword);
    !known && !STRUCTURE.contains(&keyword) && !is_annotation(keyword)
}
