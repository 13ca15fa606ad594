//! The outside of a token: JWS in its compact form.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A token that has the form of one; nothing about it is verified.
pub(crate) struct Token<'a> {
    pub(crate) algorithm: String,
    pub(crate) key_id: Option<String>,
    /// What the signature is of.
    pub(crate) signed: &'a str,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl<'a> Token<'a> {
    /// `None` if it has not the form, or asks for extensions (`crit`), of which none is known.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
        // What is skipped in JSON is not looked at, and an array would do for a struct.
        let header = String::from_utf8(decode(header)?).ok()?;
        if !header.trim_start().starts_with('{') {
            return None;
        }
        let header: Header = serde_json::from_str(&header).ok()?;
        if header.crit.is_some() {
            return None;
        }
        Some(Self {
            algorithm: header.alg,
            key_id: header.kid,
            signed,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> String {
        format!("{}.e30.AA", BASE64URL_NOPAD.encode(header.as_bytes()))
    }

    #[test]
    fn what_has_the_form() {
        let text = token(r#"{"alg":"none","typ":"JWT","kid":"a"}"#);
        let parsed = Token::parse(&text).unwrap();
        assert_eq!((parsed.algorithm.as_str(), parsed.key_id.as_deref()), ("none", Some("a")));
        assert_eq!(parsed.signed, text.strip_suffix(".AA").unwrap());
        assert_eq!(
            (parsed.payload.as_slice(), parsed.signature.as_slice()),
            (&b"{}"[..], &[0][..])
        );
    }

    #[test]
    fn what_has_not() {
        for text in [
            String::new(),
            "..".to_owned(),
            "a password".to_owned(),
            token("{}"),
            token("[]"),
            token(r#"["HS256",null,null]"#),
            token(r#"{"alg":1}"#),
            token(r#"{"alg":"HS256","alg":"none"}"#),
            token(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#),
            format!("{}.AA", token(r#"{"alg":"HS256"}"#)),
            format!("{}=", token(r#"{"alg":"HS256"}"#)),
            token(r#"{"alg":"HS256"}"#).replace(".AA", ".AB"),
            token(r#"{"alg":"HS256"}"#).replace(".AA", ""),
        ] {
            assert!(Token::parse(&text).is_none(), "{text}");
        }
        let no_text = BASE64URL_NOPAD.encode(b"{\"alg\":\"HS256\",\"typ\":\"\xff\"}");
        assert!(Token::parse(&format!("{no_text}.e30.AA")).is_none());
    }
}
