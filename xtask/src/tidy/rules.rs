//! The rules themselves, on one file's path and content.

use std::path::Path;

/// What a file may be blamed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// A source file is at most [`LINES_ALLOWED`] lines long.
    Lines,
    /// A line of Rust is at most [`COLUMNS_ALLOWED`] characters wide, what it quotes not counted:
    /// a message in a test is easier to read whole than broken.
    Columns,
    /// Nothing is marked as still to be done: see [`MARKERS`] and [`STUBS`].
    Markers,
    /// A file is at most [`BYTES_ALLOWED`] bytes long.
    Bytes,
    /// npm's lock files name no download addresses: those of whoever wrote the file help nobody.
    LockAddresses,
}

const LINES_ALLOWED: usize = 400;
const COLUMNS_ALLOWED: usize = 100;
const BYTES_ALLOWED: usize = 1024 * 1024;

/// Words that mark unfinished work. Put together here, so that this file has none of them.
const MARKERS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Macros that stand for unwritten code.
const STUBS: &[&str] = &[concat!("to", "do!"), concat!("unimpl", "emented!")];

/// Kinds of files that people write code in; a file without an extension is a script.
const CODE: &[&str] = &["rs", "mjs", "js", "html", "toml", "sh", "yml", ""];

/// Kinds of code whose length is limited.
const SOURCES: &[&str] = &["rs", "mjs", "js"];

/// All there is to complain about in a file.
pub(super) fn complaints(path: &str, content: &[u8]) -> Vec<(Rule, String)> {
    let mut found = Vec::new();
    if content.len() > BYTES_ALLOWED {
        let text = format!("{} bytes; {BYTES_ALLOWED} are allowed", content.len());
        found.push((Rule::Bytes, text));
    }
    // What is no text has no lines.
    let Ok(text) = str::from_utf8(content) else { return found };
    let path = Path::new(path);
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    if SOURCES.contains(&&*extension) {
        let lines = text.lines().count();
        if lines > LINES_ALLOWED {
            found.push((Rule::Lines, format!("{lines} lines; {LINES_ALLOWED} are allowed")));
        }
    }
    if path.ends_with("package-lock.json") && text.contains("\"resolved\"") {
        let text = "names download addresses; see tests/e2e/README.md".to_owned();
        found.push((Rule::LockAddresses, text));
    }
    for (line, number) in text.lines().zip(1..) {
        if extension == "rs" && columns(line) > COLUMNS_ALLOWED {
            let text = format!("line {number} is wider than {COLUMNS_ALLOWED} columns");
            found.push((Rule::Columns, text));
        }
        if CODE.contains(&&*extension) && has_marker(line) {
            found.push((Rule::Markers, format!("line {number} marks unfinished work")));
        }
    }
    found
}

/// The width of a line without what is between its first and its last quote.
fn columns(line: &str) -> usize {
    let counted = match (line.find('"'), line.rfind('"')) {
        (Some(first), Some(last)) if first < last => [&line[..=first], &line[last..]],
        _ => [line, ""],
    };
    counted.iter().map(|part| part.chars().count()).sum()
}

fn has_marker(line: &str) -> bool {
    let mut words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
    words.any(|word| MARKERS.contains(&word)) || STUBS.iter().any(|stub| line.contains(stub))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, content: &str) -> Vec<Rule> {
        complaints(path, content.as_bytes()).into_iter().map(|(rule, _)| rule).collect()
    }

    #[test]
    fn length_is_limited_in_sources_only() {
        let long = "\n".repeat(LINES_ALLOWED + 1);
        assert_eq!(rules("src/a.rs", &long), [Rule::Lines]);
        assert_eq!(rules("a.mjs", &long), [Rule::Lines]);
        assert_eq!(rules("README.md", &long), []);
        assert_eq!(rules("src/a.rs", &"\n".repeat(LINES_ALLOWED)), []);
    }

    #[test]
    fn width_is_counted_in_characters() {
        assert_eq!(rules("a.rs", &"é".repeat(COLUMNS_ALLOWED)), []);
        assert_eq!(rules("a.rs", &"é".repeat(COLUMNS_ALLOWED + 1)), [Rule::Columns]);
        assert_eq!(rules("a.mjs", &"é".repeat(COLUMNS_ALLOWED + 1)), []);
    }

    #[test]
    fn what_a_line_quotes_is_not_counted() {
        let quoted = format!("let text = \"{}\";", "x".repeat(COLUMNS_ALLOWED));
        assert_eq!(rules("a.rs", &quoted), []);
        let comment = format!("{quoted} // {}", "x".repeat(COLUMNS_ALLOWED));
        assert_eq!(rules("a.rs", &comment), [Rule::Columns]);
        assert_eq!(rules("a.rs", &format!("\"{}", "x".repeat(COLUMNS_ALLOWED))), [Rule::Columns]);
    }

    #[test]
    fn marks_of_unfinished_work_are_found_as_words() {
        for marker in MARKERS {
            assert_eq!(rules("a.rs", &format!("// {marker}: later")), [Rule::Markers]);
            assert_eq!(rules(".ci/run", &format!("# {marker}")), [Rule::Markers]);
            assert_eq!(rules("a.rs", &format!("const {marker}_LIST: u8 = 0;")), []);
        }
        for stub in STUBS {
            assert_eq!(rules("a.rs", &format!("{stub}()")), [Rule::Markers]);
        }
        assert_eq!(rules("a.rs", "let method = toDoList;"), []);
    }

    #[test]
    fn large_files_are_found_also_when_they_are_no_text() {
        let large = vec![0xff; BYTES_ALLOWED + 1];
        assert_eq!(complaints("a.png", &large).len(), 1);
        assert_eq!(complaints("a.png", &large[1..]).len(), 0);
    }

    #[test]
    fn lock_files_name_no_addresses() {
        let lock = r#"{"resolved": "https://example.test/x.tgz"}"#;
        assert_eq!(rules("tests/e2e/package-lock.json", lock), [Rule::LockAddresses]);
        assert_eq!(rules("tests/e2e/other.json", lock), []);
    }
}
