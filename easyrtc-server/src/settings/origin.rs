//! An origin of pages, as browsers name it.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// Scheme, host and, unless it is the scheme's own, port: what a browser sends as `Origin`, in
/// lower case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(String);

impl Origin {
    /// The text, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let parts = text.split_once("://");
        let well_formed = parts.is_some_and(|(scheme, host)| {
            !scheme.is_empty()
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                && !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_graphic() && !b"/?#@*,\"".contains(&byte))
        });
        if well_formed {
            Ok(Self(text))
        } else {
            Err("scheme and host as browsers send them, without a path, such as \
                 https://example.org or http://localhost:3000"
                .to_owned())
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|allowed| format!("{text:?} is not {allowed}"))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_browser_can_send() {
        for good in ["https://example.org", "http://localhost:3000", "capacitor://localhost"] {
            assert_eq!(good.parse::<Origin>().unwrap().as_str(), good);
        }
        assert_eq!(
            "HTTPS://Example.org".parse::<Origin>().unwrap().as_str(),
            "https://example.org"
        );
        for bad in ["", "*", "example.org", "https://", "https://example.org/", "https://*.org"] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
