//! A directory served under a prefix.

use std::io;
use std::path::Path;

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode, Uri};
use tower_http::services::ServeDir;

use super::{Body, page, redirect};

/// The files below one directory. Reads them as they are at the time of each request.
#[derive(Clone, Debug)]
pub struct Folder {
    prefix: &'static str,
    files: ServeDir,
}

impl Folder {
    /// Serves `directory` where the request's path begins with `prefix`, which has no slash at its
    /// end.
    ///
    /// # Errors
    /// If there is no such directory.
    pub fn open(prefix: &'static str, directory: &Path) -> io::Result<Self> {
        if !std::fs::metadata(directory)?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "is no directory"));
        }
        Ok(Self { prefix, files: ServeDir::new(directory).redirect_path_prefix(prefix) })
    }

    /// The answer, or `None` if this folder has no such file.
    pub async fn serve(&self, head: &Parts) -> Option<Response<Body>> {
        let path = head.uri.path().strip_prefix(self.prefix)?;
        if !matches!(head.method, Method::GET | Method::HEAD) {
            return None;
        }
        if path.is_empty() {
            return Some(redirect(&format!("{}/", self.prefix)));
        }
        if !path.starts_with('/') || !is_public(path) {
            return None;
        }
        let found = self.files.clone().try_call(request(head, path)?).await;
        let mut response = match found {
            Ok(response) if response.status() == StatusCode::NOT_FOUND => return None,
            Ok(response) => response.map(|body| body.map_err(Into::into).boxed_unsync()),
            Err(error) if is_absence(&error) => return None,
            Err(error) => {
                tracing::warn!(%error, "a file could not be read");
                return Some(page(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The file could not be read.",
                ));
            }
        };
        complete_headers(&mut response, path);
        Some(response)
    }
}

/// Whether there is no such file, as far as the one who asks may know.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::PermissionDenied
    )
}

/// The request as the directory sees it, its conditions and ranges included.
fn request(head: &Parts, path: &str) -> Option<Request<Empty<Bytes>>> {
    let uri = match head.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut request = Request::new(Empty::new());
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = Uri::try_from(uri).ok()?;
    *request.headers_mut() = head.headers.clone();
    Some(request)
}

/// Hidden files (`.git`, `.env`) stay hidden but for `.well-known`, and a path has one spelling.
/// What leads out of the directory is refused by the crate that reads it.
fn is_public(path: &str) -> bool {
    let path = path.replace("%2e", ".").replace("%2E", ".").replace("%2F", "/").replace("%2f", "/");
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let empty_inside = segment.is_empty() && segments.peek().is_some();
        if empty_inside || (segment.starts_with('.') && segment != ".well-known") {
            return false;
        }
    }
    true
}

/// Text is UTF-8, source maps are JSON, and browsers ask again whether a file has changed.
fn complete_headers(response: &mut Response<Body>, path: &str) {
    let headers = response.headers_mut();
    if let Some(kind) = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
        let complete = match kind {
            _ if path.ends_with(".map") => Some("application/json".to_owned()),
            text if text.starts_with("text/") && !text.contains("charset") => {
                Some(format!("{text}; charset=utf-8"))
            }
            _ => None,
        };
        if let Some(kind) = complete.and_then(|kind| HeaderValue::try_from(kind).ok()) {
            headers.insert(CONTENT_TYPE, kind);
        }
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_and_second_spellings_are_not_public() {
        for path in ["/", "/index.html", "/js/", "/a.b/c", "/.well-known/x", "/a%20b"] {
            assert!(is_public(path), "{path}");
        }
        for path in ["/.git/config", "/a/../b", "/%2egit", "/a/%2E%2e/b", "//a", "/a%2f.env", "/."]
        {
            assert!(!is_public(path), "{path}");
        }
    }
}
