//! What files say of rules.

use crate::documents::without_code;

/// A rule of the specification.
#[derive(Debug, PartialEq)]
pub(super) struct Rule {
    /// `file:line`.
    pub(super) place: String,
}

/// A comment that names the rule which the code after it decides, or the test after it checks.
#[derive(Debug, PartialEq)]
pub(super) struct Citation {
    pub(super) place: String,
    /// The page of the rule.
    pub(super) file: String,
    pub(super) rule: String,
    pub(super) is_test: bool,
}

/// A conformance case.
#[derive(Debug, PartialEq)]
pub(super) struct Case {
    pub(super) place: String,
    pub(super) id: String,
    pub(super) rules: Vec<String>,
}

/// The rules of a page: paragraphs that begin with an anchor.
pub(super) fn rules(path: &str, text: &str) -> Vec<(String, Rule)> {
    let text = without_code(text);
    let numbered = text.lines().zip(1..);
    let anchors = numbered.filter_map(|(line, number)| {
        let (name, _) = line.strip_prefix("<a id=\"")?.split_once('"')?;
        Some((name.to_owned(), Rule { place: format!("{path}:{number}") }))
    });
    anchors.collect()
}

/// The citations in a source file; what only begins like one is an error.
pub(super) fn citations(path: &str, text: &str) -> Vec<Result<Citation, String>> {
    let mut is_test = is_test(path);
    let mut found = Vec::new();
    let mut before = "";
    for (line, number) in text.lines().zip(1..) {
        is_test |= before == "#[cfg(test)]" && line.ends_with('{');
        before = line;
        let Some(cited) = line.trim_start().strip_prefix("//=") else { continue };
        let place = format!("{path}:{number}");
        found.push(match cited.strip_prefix(' ').and_then(|cited| cited.split_once('#')) {
            Some((file, rule)) if file.starts_with("docs/spec/") => {
                Ok(Citation { place, file: file.to_owned(), rule: rule.to_owned(), is_test })
            }
            _ => Err(format!("{place}: no citation: write //= docs/spec/PAGE.md#RULE")),
        });
    }
    found
}

/// Whether a file holds tests only. Modules of tests within other files come last in them.
fn is_test(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.any(|part| matches!(part, "tests" | "test" | "fuzz" | "tests.rs"))
}

/// The cases in the lists `CASES` of a file of the conformance kit. Each begins with its id, `rule`
/// or `rule/side`, and may go on with `.also(&["rule", …])`. Cases of schemas test no rule.
pub(super) fn cases(path: &str, text: &str) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let mut listed = false;
    let mut also = false;
    for (line, number) in text.lines().zip(1..) {
        listed = (listed || line.contains("CASES: &[Case]")) && line != "];";
        for (before, literal) in quoted(line).filter(|(_, literal)| listed && is_rule(literal)) {
            also = before.contains(".also(") || also && !before.contains(']');
            let (rule, _) = literal.split_once('/').unwrap_or((literal, ""));
            match found.last_mut() {
                Some(case) if also => case.rules.push(rule.to_owned()),
                _ if rule.starts_with("schemas.") => {}
                _ => found.push(Case {
                    place: format!("{path}:{number}"),
                    id: literal.to_owned(),
                    rules: vec![rule.to_owned()],
                }),
            }
        }
        also = line.rsplit_once(".also(").map_or(also, |_| true) && !ends_list(line);
    }
    found
}

/// Whether a list that is open is closed at the end of the line.
fn ends_list(line: &str) -> bool {
    line.rfind(']') > line.rfind('[')
}

/// The strings in a line, each with what stands between it and the one before.
fn quoted(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut parts = line.split('"');
    std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
}

/// Whether a string has the form of a rule's name, with or without a side.
fn is_rule(text: &str) -> bool {
    let is_word = |word: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !word.is_empty() && word.chars().all(allowed)
    };
    let (rule, side) = text.split_once('/').unwrap_or((text, "side"));
    is_word(side) && rule.split_once('.').is_some_and(|(area, name)| is_word(area) && is_word(name))
}
