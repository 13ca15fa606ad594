//! Binary attachments, which travel in the text: `{"_placeholder":true,"num":n,"base64":"…"}`
//! (decision D30).

use bytes::Bytes;
use data_encoding::BASE64;
use easyrtc_proto::json::plain;
use easyrtc_proto::{Attachments, placeholders};

use crate::close::Violation;
use crate::members::members;

/// The attachments in `message`, valid JSON: the placeholders that bring their bytes along. Without
/// any, placeholders are ordinary objects.
///
/// # Errors
///
/// If there are too many, or they can't be read.
//= docs/spec/websocket.md#websocket.attachments
pub(crate) fn extract(message: &str) -> Result<Attachments, Violation> {
    // Hardly any message has one, and looking for them takes longer.
    //= docs/spec/websocket.md#websocket.no-attachments
    if !message.contains("base64") {
        return Ok(Attachments::none());
    }
    let mut found: Vec<Option<Bytes>> = Vec::new();
    for placeholder in placeholders(message) {
        let object = message.get(placeholder.range).unwrap_or_default();
        // A placeholder is an object, so its members can be found.
        let [base64] = members(object, ["base64"]).map_err(|_| Violation::Attachments)?;
        //= docs/spec/websocket.md#websocket.attachment-again
        let Some(base64) = base64 else { continue };
        let num = placeholder.num.ok_or(Violation::Attachments)?;
        //= docs/spec/websocket.md#websocket.bad-attachments
        if num >= Attachments::MAX {
            return Err(Violation::TooManyAttachments);
        }
        let text = plain(base64).ok_or(Violation::Attachments)?;
        let bytes = BASE64.decode(text.as_bytes()).map_err(|_| Violation::Attachments)?;
        if found.len() <= num {
            found.resize(num + 1, None);
        }
        if let Some(slot) = found.get_mut(num) {
            *slot = Some(bytes.into());
        }
    }
    let all: Option<Vec<Bytes>> = found.into_iter().collect();
    //= docs/spec/websocket.md#websocket.bad-attachments
    all.map(Attachments::new).ok_or(Violation::Attachments)
}

/// Appends `message`, valid JSON, to `out`; its placeholders bring `attachments` along, each where
/// it is named first: whoever names one often must not have it sent often.
//= docs/spec/websocket.md#websocket.attachments
pub(crate) fn inline(message: &str, attachments: &[Bytes], out: &mut Vec<u8>) {
    let mut waiting: Vec<Option<&Bytes>> = attachments.iter().map(Some).collect();
    let mut copied = 0;
    for placeholder in placeholders(message) {
        let Some(num) = placeholder.num else { continue };
        //= docs/spec/websocket.md#websocket.attachment-again
        let Some(bytes) = waiting.get_mut(num).and_then(Option::take) else { continue };
        let before = message.get(copied..placeholder.range.start).unwrap_or_default();
        out.extend_from_slice(before.as_bytes());
        let start = format!("{{\"_placeholder\":true,\"num\":{num},\"base64\":\"");
        out.extend_from_slice(start.as_bytes());
        out.extend_from_slice(BASE64.encode(bytes).as_bytes());
        out.extend_from_slice(b"\"}");
        copied = placeholder.range.end;
    }
    out.extend_from_slice(message.get(copied..).unwrap_or_default().as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extracted(message: &str) -> Result<Vec<Bytes>, Violation> {
        extract(message).map(|attachments| attachments.as_slice().to_vec())
    }

    fn inlined(message: &str, attachments: &[&'static [u8]]) -> String {
        let attachments: Vec<Bytes> = attachments.iter().copied().map(Bytes::from_static).collect();
        let mut out = Vec::new();
        inline(message, &attachments, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn attachments_are_found_by_their_number() {
        for (message, expected) in [
            (r#"{"a":{"_placeholder":true,"num":0,"base64":"aGk="}}"#, vec![&b"hi"[..]]),
            (
                r#"[{"base64":"","num":1,"_placeholder":true},{"_placeholder":true,"num":0,"base64":"AA=="}]"#,
                vec![b"\0", b""],
            ),
            (
                r#"[{"_placeholder":true,"num":0,"base64":"AA=="},{"_placeholder":true,"num":0}]"#,
                vec![b"\0"],
            ),
            (r#"[{"_placeholder":true,"num":0}]"#, vec![]),
            (r#"{"_placeholder":false,"num":0,"base64":"!"}"#, vec![]),
            (r#"{"num":0,"base64":"!"}"#, vec![]),
        ] {
            let expected = expected.into_iter().map(Bytes::from_static).collect();
            assert_eq!(extracted(message), Ok(expected), "{message}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_violation() {
        for (message, expected) in [
            (r#"{"_placeholder":true,"num":1,"base64":""}"#, Violation::Attachments),
            (r#"{"_placeholder":true,"base64":""}"#, Violation::Attachments),
            (r#"{"_placeholder":true,"num":0,"base64":"aGk"}"#, Violation::Attachments),
            (r#"{"_placeholder":true,"num":0,"base64":"a-_="}"#, Violation::Attachments),
            (r#"{"_placeholder":true,"num":0,"base64":7}"#, Violation::Attachments),
            (r#"{"_placeholder":true,"num":32,"base64":""}"#, Violation::TooManyAttachments),
        ] {
            assert_eq!(extracted(message), Err(expected), "{message}");
        }
    }

    #[test]
    fn each_attachment_is_sent_once() {
        let message = r#"[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":9}]"#;
        assert_eq!(
            inlined(message, &[b"hi", b""]),
            r#"[{"_placeholder":true,"num":1,"base64":""},{"_placeholder":true,"num":0,"base64":"aGk="},{"_placeholder":true,"num":1},{"_placeholder":true,"num":9}]"#
        );
        assert_eq!(inlined("{}", &[]), "{}");
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(
            all in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 1..8),
        ) {
            let all: Vec<Bytes> = all.into_iter().map(Bytes::from).collect();
            let named: Vec<String> =
                (0..all.len()).map(|num| format!("{{\"_placeholder\":true,\"num\":{num}}}")).collect();
            let message = format!("{{\"msgData\":[{}]}}", named.join(","));
            let mut out = Vec::new();
            inline(&message, &all, &mut out);
            prop_assert_eq!(extracted(std::str::from_utf8(&out).unwrap()), Ok(all));
        }
    }
}
