//! Settings from a TOML file.

use std::path::Path;

use super::{AdminTable, Auth, ConfigError, Hooks, Invitation, Layer, TurnTable};

/// Bytes a configuration file may have: far more than any has, far less than memory.
pub(crate) const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Reads the file; relative paths in it are relative to where it stands.
pub(super) fn read(path: &Path) -> Result<Layer, ConfigError> {
    let text = read_text(path).map_err(|problem| ConfigError::new(name(path), problem))?;
    let mut layer = parse(&text, &name(path))?;
    let directory = path.parent().unwrap_or_else(|| Path::new(""));
    let paths = [
        &mut layer.static_files,
        &mut layer.client_files,
        &mut layer.message_log,
        &mut layer.journal,
    ];
    let auth = layer.auth_table.iter_mut().flat_map(Auth::paths);
    let invitation = layer.invitation.iter_mut().flat_map(Invitation::paths);
    let turn = layer.turn.iter_mut().flat_map(TurnTable::paths);
    let hooks = layer.hooks.iter_mut().flat_map(Hooks::paths);
    let admin = layer.admin.iter_mut().flat_map(AdminTable::paths);
    let tables = auth.chain(invitation).chain(turn).chain(hooks).chain(admin);
    for inside in paths.into_iter().flatten().chain(tables) {
        *inside = directory.join(&*inside);
    }
    Ok(layer)
}

/// A small text file that an operator named.
///
/// # Errors
/// Says why it cannot be read.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if length > MAX_FILE_BYTES {
        return Err(format!("has {length} bytes, at most {MAX_FILE_BYTES} are read"));
    }
    std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))
}

/// How messages call the file.
pub(super) fn name(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn parse(text: &str, origin: &str) -> Result<Layer, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let place = match error.span() {
            Some(span) => {
                let before = text.get(..span.start).unwrap_or(text);
                format!("{origin}:{}", before.matches('\n').count() + 1)
            }
            None => origin.to_owned(),
        };
        ConfigError::new(place, error.message().replace('\n', " "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_line() {
        for (text, line, expected) in [
            ("listen = [\"127.0.0.1:0\"]\nlisen = 1\n", 2, "unknown field `lisen`"),
            ("listen = [\"8080\"]\n", 1, "socket address"),
            ("\n\nshutdown_timeout = \"10\"\n", 3, "a time with its unit"),
            ("shutdown_timeout = 10\n", 1, "expected"),
            ("log_format = \"xml\"\n", 1, "unknown variant `xml`"),
            ("log_level = \"loud\"\n", 1, "log level"),
            ("allowed_origins = [\"*\"]\n", 1, "https://example.org"),
            ("max_sockets = -1\n", 1, "expected"),
            ("x = \n", 1, ""),
        ] {
            let error = parse(text, "easyrtc.toml").unwrap_err();
            assert_eq!(error.origin, format!("easyrtc.toml:{line}"), "{error}");
            assert!(error.problem.contains(expected), "{error}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("easyrtc.toml");
        std::fs::write(&path, "static = \"pages\"\nclient_files = \"/srv/npm\"\n").unwrap();
        let layer = read(&path).unwrap();
        assert_eq!(layer.static_files, Some(directory.path().join("pages")));
        assert_eq!(layer.client_files, Some("/srv/npm".into()));
    }
}
