//! What a backend answers.

use easyrtc_proto::{ErrorCode, ErrorScope};
use serde::Deserialize;

use crate::authorizer::Decision;
use crate::grant::{self, Object};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verb {
    Allow,
    Deny,
    Pass,
}

/// Reads an answer; `None` if it is malformed, in whichever part.
pub(super) fn read(body: &[u8]) -> Option<Decision> {
    let mut object: Object = serde_json::from_slice(body).ok()?;
    match grant::take(&mut object, "decision", "allow, deny or pass").ok()?? {
        Verb::Allow => Some(Decision::Allow(Box::new(grant::read(object).ok()?))),
        // No is no, whatever else it says.
        Verb::Deny => Some(Decision::Deny(code(object), "refused")),
        Verb::Pass => object.is_empty().then_some(Decision::Pass),
    }
}

/// The code a backend names, if it is one for a login.
fn code(mut object: Object) -> ErrorCode {
    let name: Option<String> = grant::take(&mut object, "errorCode", "a code").unwrap_or_default();
    let code = name.map(|name| ErrorCode::from_name(&name));
    let is_usable =
        |code: &ErrorCode| code.scope() == ErrorScope::Login || *code == ErrorCode::BannedIpAddr;
    code.filter(is_usable).unwrap_or(ErrorCode::LoginBadAuth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> String {
        match read(text.as_bytes()) {
            None => "malformed".to_owned(),
            Some(Decision::Allow(grant)) => {
                format!(
                    "allow {}",
                    grant.username.map_or_else(String::new, |name| name.to_string())
                )
            }
            Some(Decision::Deny(code, _)) => format!("deny {}", code.name()),
            Some(Decision::Pass) => "pass".to_owned(),
            Some(Decision::Fail(reason)) => format!("fail {reason}"),
        }
    }

    #[test]
    fn what_is_answered() {
        for (text, expected) in [
            (r#"{"decision":"allow","username":"ada"}"#, "allow ada"),
            (r#"{"decision":"allow"}"#, "allow "),
            (r#"{"decision":"deny"}"#, "deny LOGIN_BAD_AUTH"),
            (r#"{"decision":"deny","errorCode":"LOGIN_GEN_FAIL"}"#, "deny LOGIN_GEN_FAIL"),
            (r#"{"decision":"deny","errorCode":"BANNED_IP_ADDR"}"#, "deny BANNED_IP_ADDR"),
            (r#"{"decision":"deny","errorCode":"MSG_REJECT_NO_AUTH"}"#, "deny LOGIN_BAD_AUTH"),
            (r#"{"decision":"deny","errorCode":7,"username":"x"}"#, "deny LOGIN_BAD_AUTH"),
            (r#"{"decision":"pass"}"#, "pass"),
            (r#"{"decision":"pass","username":"ada"}"#, "malformed"),
            (r#"{"decision":"ALLOW"}"#, "malformed"),
            (r#"{"decision":true}"#, "malformed"),
            (r#"{"decision":"allow","groups":"staff"}"#, "malformed"),
            (r#"{"decision":"allow","applicationName":"other.app"}"#, "malformed"),
            (r#"{"allow":true}"#, "malformed"),
            ("{}", "malformed"),
            ("[]", "malformed"),
            ("", "malformed"),
            ("<html>", "malformed"),
        ] {
            assert_eq!(read_text(text), expected, "{text}");
        }
    }
}
