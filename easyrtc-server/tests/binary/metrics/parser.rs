//! Reads the text format of Prometheus, and nothing that is not quite right.

use std::collections::{BTreeMap, BTreeSet};

/// The metrics of a text.
pub(super) struct Families {
    names: BTreeSet<String>,
    samples: BTreeMap<String, u64>,
}

impl Families {
    /// The value of a sample, such as `name{label="value"}`.
    pub(super) fn value(&self, sample: &str) -> u64 {
        *self.samples.get(sample).unwrap_or_else(|| panic!("{sample} of {:#?}", self.samples))
    }

    /// The names of all metrics.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// Reads a text: for each metric its help, its type, and at least one sample of it.
pub(super) fn parse(text: &str) -> Families {
    assert!(text.ends_with('\n') && !text.contains("\n\n"), "{text:?}");
    let mut families = Families { names: BTreeSet::new(), samples: BTreeMap::new() };
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let help = line.strip_prefix("# HELP ").unwrap_or_else(|| panic!("no help: {line:?}"));
        let (name, about) = help.split_once(' ').unwrap();
        assert!(is_identifier(name) && about.ends_with('.'), "{line:?}");
        assert!(families.names.insert(name.to_owned()), "{name} twice");
        let kind = lines.next().and_then(|line| line.strip_prefix(&format!("# TYPE {name} ")));
        let counts = match kind {
            Some("counter") => true,
            Some("gauge") => false,
            other => panic!("{name} is {other:?}"),
        };
        assert_eq!(name.ends_with("_total"), counts, "{name}");
        let before = families.samples.len();
        while let Some(sample) = lines.next_if(|line| !line.starts_with('#')) {
            let (series, value) = sample.rsplit_once(' ').unwrap();
            let labels = series.strip_prefix(name).unwrap_or_else(|| panic!("{sample} in {name}"));
            check_labels(labels);
            let value = value.parse().unwrap_or_else(|_| panic!("{sample:?}"));
            let twice = families.samples.insert(series.to_owned(), value);
            assert_eq!(twice, None, "{series} twice");
        }
        assert!(families.samples.len() > before, "{name} has no sample");
    }
    families
}

/// Nothing, or `{name="value",…}` with each name once.
fn check_labels(labels: &str) {
    let Some(mut rest) = labels.strip_prefix('{') else { return assert_eq!(labels, "") };
    let mut names = BTreeSet::new();
    while rest != "}" {
        let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("{labels}"));
        let name = if names.is_empty() { Some(name) } else { name.strip_prefix(',') };
        assert!(name.is_some_and(|name| is_identifier(name) && names.insert(name)), "{labels}");
        rest = after_value(after).unwrap_or_else(|| panic!("{labels}"));
    }
    assert!(!names.is_empty(), "{labels}");
}

/// What follows the quote that ends a value.
fn after_value(text: &str) -> Option<&str> {
    let mut characters = text.char_indices();
    loop {
        match characters.next()? {
            (at, '"') => return text.get(at + 1..),
            (_, '\\') => match characters.next()?.1 {
                '\\' | '"' | 'n' => {}
                _ => return None,
            },
            _ => {}
        }
    }
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

#[test]
fn what_is_not_quite_right_is_found() {
    let good = "# HELP a_total It.\n# TYPE a_total counter\na_total{b=\"c\\\"\",d=\"\"} 1\n";
    assert_eq!(parse(good).value("a_total{b=\"c\\\"\",d=\"\"}"), 1);
    for (from, to) in [
        ("\n", ""),
        ("counter", "gauge"),
        ("counter", "histogram"),
        (" 1", " x"),
        (" 1", " -1"),
        ("a_total{", "a{"),
        ("\\\"", "\\x"),
        (",d", "d"),
        (",d", ",b"),
        ("b=", "0="),
        ("It.", ""),
        ("# TYPE", "# KIND"),
        ("{b=\"c\\\"\",d=\"\"}", "{}"),
        ("a_total{b=\"c\\\"\",d=\"\"} 1\n", ""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        assert!(std::panic::catch_unwind(|| parse(&bad)).is_err(), "{bad}");
    }
    let twice = format!("{good}{good}");
    assert!(std::panic::catch_unwind(|| parse(&twice)).is_err());
}
