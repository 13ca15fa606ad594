//! What a client runs on, as its `User-Agent` tells.

use serde::{Deserialize, Deserializer, Serialize};

/// A client's browser, operating system and device, as others in its rooms see them (decision D22).
/// What could not be made out is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserAgent {
    /// The browser, such as `Firefox` or `Mobile Safari`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_family: Option<AgentPart>,
    /// The first number of its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_major: Option<AgentPart>,
    /// The operating system, such as `Windows` or `iOS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_family: Option<AgentPart>,
    /// The device, such as `iPhone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_family: Option<AgentPart>,
}

impl UserAgent {
    /// Whether nothing is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self { browser_family, browser_major, os_family, device_family } = self;
        browser_family.is_none()
            && browser_major.is_none()
            && os_family.is_none()
            && device_family.is_none()
    }
}

/// One word or two of a [`UserAgent`]: 1 to 64 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct AgentPart(Box<str>);

impl AgentPart {
    /// Characters it may have.
    pub const MAX_CHARS: usize = 64;

    /// A part with this text; `None` if it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.chars().take(Self::MAX_CHARS + 1).count() <= Self::MAX_CHARS
            && !text.chars().any(char::is_control);
        fits.then(|| Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for AgentPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("1 to 64 characters, none of them a control");
        Self::parse(&text).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_short_and_printable() {
        let most = "é".repeat(AgentPart::MAX_CHARS);
        for text in ["Chrome", "120", "Mobile Safari UI/WKWebView", "\"", &most] {
            assert_eq!(AgentPart::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a\nb", "\u{0}", "\u{85}", &format!("{most}x")] {
            assert_eq!(AgentPart::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let agent = UserAgent { os_family: AgentPart::parse("iOS"), ..UserAgent::default() };
        assert_eq!(serde_json::to_string(&agent).unwrap(), r#"{"osFamily":"iOS"}"#);
        assert!(!agent.is_empty() && UserAgent::default().is_empty());
        assert!(serde_json::from_str::<UserAgent>(r#"{"osFamily":""}"#).is_err());
    }
}
