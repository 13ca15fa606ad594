//! What the documents refer to is there: files, headings, anchors. And each rule of the
//! specification has an anchor of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::project::{Failure, Project, output};

/// A document and its text without code blocks.
type Documents = BTreeMap<PathBuf, String>;

/// Checks every Markdown file of the tree that git would commit.
pub(crate) fn run(project: &Project) -> Result<(), Failure> {
    let listing = output(project.command("git").args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
        "-z",
        "*.md",
    ]))?;
    let mut documents = Documents::new();
    for path in listing.split_terminator('\0') {
        if let Ok(text) = fs::read_to_string(project.path(path)) {
            documents.insert(path.into(), without_code(&text));
        }
    }
    let exists = |path: &Path| project.path(&path.to_string_lossy()).exists();
    let mut found = broken_links(&documents, exists);
    found.extend(loose_rules(&documents));
    for complaint in &found {
        println!("{complaint}");
    }
    if found.is_empty() { Ok(()) } else { Err(Failure::new(format!("{} complaints", found.len()))) }
}

/// The text but for what stands between fences.
pub(crate) fn without_code(text: &str) -> String {
    let mut fenced = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

fn broken_links(documents: &Documents, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in documents {
        for link in links(text).filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { beside(path, file) };
            if !exists(&target) {
                found.push(format!("{}: no such file: {link}", path.display()));
            } else if let Some(target) = documents.get(&target)
                && !anchor.is_empty()
                && !anchors(target).contains(anchor)
            {
                found.push(format!("{}: no such anchor: {link}", path.display()));
            }
        }
    }
    found
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
}

/// `file` as named from the folder of `document`.
fn beside(document: &Path, file: &str) -> PathBuf {
    let mut path = document.parent().map(Path::to_path_buf).unwrap_or_default();
    for component in Path::new(file).components() {
        if component == Component::ParentDir {
            path.pop();
        } else if component != Component::CurDir {
            path.push(component);
        }
    }
    path
}

/// Explicit anchors, and headings as they are linked to.
fn anchors(text: &str) -> BTreeSet<String> {
    let explicit = text.split("<a id=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let explicit = explicit.map(|(name, _)| name.to_owned());
    let headings = text.lines().filter_map(|line| {
        let title = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
    });
    explicit.chain(headings).collect()
}

/// In the specification a paragraph with a rule begins with its anchor, and has one rule.
fn loose_rules(documents: &Documents) -> Vec<String> {
    let mut found = Vec::new();
    let mut owners: BTreeMap<String, &Path> = BTreeMap::new();
    let specification = documents.iter().filter(|(path, _)| path.starts_with("docs/spec"));
    for (path, text) in specification.filter(|(path, _)| !path.ends_with("README.md")) {
        for paragraph in text.split("\n\n") {
            let paragraph = paragraph.trim();
            let rules = paragraph.matches("**MUST").count();
            let anchor = paragraph.strip_prefix("<a id=\"").and_then(|rest| rest.split_once('"'));
            let place = format!("{}: {}", path.display(), paragraph.lines().next().unwrap_or(""));
            match anchor {
                None if rules > 0 => found.push(format!("{place}: a rule without an anchor")),
                Some((name, _)) => {
                    if rules != 1 {
                        found.push(format!("{place}: {rules} rules under one anchor"));
                    }
                    if owners.insert(name.to_owned(), path).is_some() {
                        found.push(format!("{place}: the anchor is there twice"));
                    }
                }
                None => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(files: &[(&str, &str)]) -> Documents {
        files.iter().map(|(path, text)| (path.into(), without_code(text))).collect()
    }

    #[test]
    fn links_lead_somewhere() {
        let documents = documents(&[
            ("a.md", "[x](docs/b.md#two-words) [y](docs/c.md) [z](#here)\n<a id=\"here\"></a>"),
            ("docs/b.md", "# Two words!\n[up](../a.md#gone)\n```\n[not](a-link.md)\n```"),
        ]);
        let found = broken_links(&documents, |path| documents.contains_key(path));
        assert_eq!(
            found,
            ["a.md: no such file: docs/c.md", "docs/b.md: no such anchor: ../a.md#gone"]
        );
    }

    #[test]
    fn each_rule_has_an_anchor() {
        let text = "<a id=\"a\"></a>\nIt **MUST** be.\n\nIt **MUST** too.\n\n\
                    <a id=\"a\"></a>\nIt **MUST NOT**.\n\n<a id=\"b\"></a>\nIt may.";
        let found = loose_rules(&documents(&[("docs/spec/x.md", text)]));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
