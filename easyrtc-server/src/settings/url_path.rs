//! Where on this server something is: a path of a URL.

use std::fmt;

use serde::Deserialize;

/// Paths that this server has other things at.
const TAKEN: [&str; 5] = ["/demo", "/demos", "/easyrtc", "/healthz", "/schemas"];

/// A path for a transport: `/` and more, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct UrlPath(pub(super) String);

impl UrlPath {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the one is the other, or below it.
    #[must_use]
    pub fn clashes_with(&self, other: &Self) -> bool {
        is_within(&self.0, &other.0) || is_within(&other.0, &self.0)
    }
}

fn is_within(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl TryFrom<String> for UrlPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path = text.strip_suffix('/').unwrap_or(&text);
        let is_plain = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        };
        let parts = path.strip_prefix('/').map(|parts| parts.split('/').all(is_plain));
        if parts != Some(true) {
            let allowed = "a path of letters, digits, -, ., _ and ~ between slashes, such as /ws";
            return Err(format!("{text:?} is not {allowed}"));
        }
        if let Some(taken) = TAKEN.iter().find(|taken| is_within(path, taken)) {
            return Err(format!("{text:?} is taken: this server has other things at {taken}"));
        }
        Ok(Self(path.to_owned()))
    }
}

impl fmt::Display for UrlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Result<UrlPath, String> {
        text.to_owned().try_into()
    }

    #[test]
    fn what_can_be_a_path() {
        for (text, expected) in
            [("/ws", "/ws"), ("/socket.io/", "/socket.io"), ("/a/b-c~", "/a/b-c~")]
        {
            assert_eq!(path(text).unwrap().as_str(), expected);
        }
        for text in
            ["", "/", "ws", "//", "/a//b", "/a?b", "/a#b", "/ä", "/..", "/a/./b", "/a b", "/%41"]
        {
            let refused = path(text).unwrap_err();
            assert!(refused.contains("such as /ws"), "{refused}");
        }
        for text in ["/demos", "/demo/", "/easyrtc/ws", "/healthz", "/schemas"] {
            assert!(path(text).unwrap_err().contains("is taken"), "{text}");
        }
        assert!(path("/healthz2").is_ok());
    }

    #[test]
    fn paths_clash_if_one_is_in_the_other() {
        for (one, other, clash) in [
            ("/ws", "/ws", true),
            ("/ws", "/ws/", true),
            ("/socket.io", "/socket.io/ws", true),
            ("/a/b", "/a", true),
            ("/ws", "/ws2", false),
        ] {
            assert_eq!(path(one).unwrap().clashes_with(&path(other).unwrap()), clash, "{one}");
        }
    }
}
