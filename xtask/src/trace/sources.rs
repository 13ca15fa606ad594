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

/// A rule that no case can test.
#[derive(Debug, PartialEq)]
pub(super) struct Exemption {
    pub(super) place: String,
    pub(super) rule: String,
    pub(super) reason: String,
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

/// The cases of a file of the conformance kit. A case is `Case::must("rule/side", …)`, and may go
/// on with `.also(&["rule", …])`.
pub(super) fn cases(path: &str, text: &str) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("Case::") {
        let number = text.len() - rest.len() + start;
        let number = text[..number].matches('\n').count() + 1;
        rest = &rest[start + "Case::".len()..];
        let levels = ["must(", "should(", "may("];
        let Some(arguments) = levels.iter().find_map(|level| rest.strip_prefix(level)) else {
            continue;
        };
        let Some(id) = quoted(arguments).next() else { continue };
        let whole = rest.find("Case::").map_or(rest, |next| &rest[..next]);
        let own = id.split('/').next();
        let also = whole.split(".also(&[").skip(1).filter_map(|also| also.split(']').next());
        let rules = own.into_iter().chain(also.flat_map(quoted)).map(str::to_owned).collect();
        found.push(Case { place: format!("{path}:{number}"), id: id.to_owned(), rules });
    }
    found
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// The rows of the page of exemptions: `| [rule](page.md#rule) | why |`.
pub(super) fn exemptions(path: &str, text: &str) -> Vec<Exemption> {
    let rows = text.lines().zip(1..).filter_map(|(line, number)| {
        let (rule, rest) = line.strip_prefix("| [")?.split_once("](")?;
        let reason = rest.split_once(" | ")?.1.trim_end_matches(" |");
        let place = format!("{path}:{number}");
        Some(Exemption { place, rule: rule.to_owned(), reason: reason.to_owned() })
    });
    rows.collect()
}
