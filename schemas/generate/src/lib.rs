//! Everything that is generated from the schemas of `easyrtc-proto` and from the admin API: the
//! schema files and their index. All of it is checked in; a test fails when it is not what would be
//! written now.

#![forbid(unsafe_code)]

mod asyncapi;
mod embedded;
mod openapi;
mod page;
pub mod print;
pub mod revisions;
mod schemas;
mod types;
mod typescript;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where it goes, from the top of the tree.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Output {
    fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// Folders in which everything is generated, with the ending of what is.
const FOLDERS: &[(&str, &str)] = &[
    ("schemas/client", "json"),
    ("schemas/server", "json"),
    ("schemas/websocket", "json"),
    ("docs/messages", "md"),
];

/// The top of the tree.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Everything, in a fixed order.
#[must_use]
pub fn outputs() -> Vec<Output> {
    let documents = easyrtc_proto::schema::documents();
    let mut outputs = schemas::files(&documents);
    outputs.push(schemas::index(&documents));
    outputs.push(asyncapi::file(&documents));
    outputs.push(openapi::file());
    outputs.push(typescript::types(&documents));
    outputs.push(typescript::examples(&documents));
    outputs.extend(page::pages(&documents));
    outputs.push(embedded::list(&outputs));
    outputs
}

/// The paths of files that are not as generated, or that nothing generates any more.
///
/// # Errors
/// If a file or folder that is there cannot be read.
pub fn differences(outputs: &[Output]) -> io::Result<Vec<String>> {
    let mut different = Vec::new();
    for output in outputs {
        match fs::read_to_string(root().join(&output.path)) {
            Ok(text) if text == output.text => {}
            Ok(_) => different.push(output.path.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                different.push(output.path.clone());
            }
            Err(error) => return Err(error),
        }
    }
    let known: BTreeSet<&str> = outputs.iter().map(|output| output.path.as_str()).collect();
    for (folder, ending) in FOLDERS {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        for entry in entries {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if path.ends_with(&format!(".{ending}")) && !known.contains(path.as_str()) {
                different.push(path);
            }
        }
    }
    Ok(different)
}
