//! The browser's files at the URLs where EasyRTC pages look for them, out of an installed npm tree.

use std::path::{Path, PathBuf};

use hyper::Response;
use hyper::http::request::Parts;

use super::Body;
use super::static_files::Folder;
use crate::settings::ConfigError;

/// `open-easyrtc` and `socket.io-client` as npm installed them.
#[derive(Clone, Debug)]
pub struct ClientFiles {
    /// `/easyrtc/`: `easyrtc.js`, its style sheet, images and `labs/`.
    api: Folder,
    /// `/demos/`: the stock demos.
    demos: Folder,
    /// `/socket.io/`: the bundles of the Socket.IO client.
    socket_io: Folder,
}

impl ClientFiles {
    /// Finds the packages in `directory`, which is a `node_modules` or has one.
    ///
    /// # Errors
    /// If a package or one of its directories is missing.
    pub fn open(directory: &Path) -> Result<Self, ConfigError> {
        let inside = directory.join("node_modules");
        let modules = if inside.is_dir() { inside } else { directory.to_owned() };
        let easyrtc = modules.join("open-easyrtc");
        // npm puts a dependency beside the package or, where versions differ, inside it.
        let socket_io = [modules.clone(), easyrtc.join("node_modules")]
            .map(|place| place.join("socket.io-client").join("dist"))
            .into_iter()
            .find(|place| place.is_dir());
        let Some(socket_io) = socket_io else {
            return Err(missing("socket.io-client", &modules));
        };
        if !easyrtc.is_dir() {
            return Err(missing("open-easyrtc", &modules));
        }
        let folder = |prefix, path: PathBuf| {
            Folder::open(prefix, &path).map_err(|error| {
                ConfigError::new("client_files", format!("{}: {error}", path.display()))
            })
        };
        Ok(Self {
            api: folder("/easyrtc", easyrtc.join("api"))?,
            demos: folder("/demos", easyrtc.join("demos"))?,
            socket_io: folder("/socket.io", socket_io)?,
        })
    }

    /// The answer, or `None` if there is no such file.
    pub async fn serve(&self, head: &Parts) -> Option<Response<Body>> {
        let path = head.uri.path();
        if is_bundle(path) {
            self.socket_io.serve(head).await
        } else if path.starts_with("/demos") {
            self.demos.serve(head).await
        } else {
            self.api.serve(head).await
        }
    }
}

/// Whether `path` names a script of the Socket.IO client or its source map, which stand where the
/// transport has its endpoint.
pub fn is_bundle(path: &str) -> bool {
    path.strip_prefix("/socket.io/socket.io.").is_some_and(|rest| {
        !rest.contains('/') && (rest.ends_with("js") || rest.ends_with("js.map"))
    })
}

fn missing(package: &str, modules: &Path) -> ConfigError {
    ConfigError::new(
        "client_files",
        format!(
            "no package {package} in {}; install it there with: npm install open-easyrtc",
            modules.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bundles_are_taken_from_the_transport() {
        for path in ["/socket.io/socket.io.js", "/socket.io/socket.io.esm.min.js.map"] {
            assert!(is_bundle(path), "{path}");
        }
        for path in ["/socket.io/", "/socket.io/socket.io", "/socket.io/socket.io.js/x", "/x.js"] {
            assert!(!is_bundle(path), "{path}");
        }
    }

    #[test]
    fn a_missing_package_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let error = ClientFiles::open(directory.path()).unwrap_err().to_string();
        assert!(error.contains("no package socket.io-client"), "{error}");
        let dist = directory.path().join("node_modules/socket.io-client/dist");
        std::fs::create_dir_all(dist).unwrap();
        let error = ClientFiles::open(directory.path()).unwrap_err().to_string();
        assert!(error.contains("no package open-easyrtc"), "{error}");
    }
}
