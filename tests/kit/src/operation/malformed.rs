//! What clients say that is malformed: every kind of fault.

use easyrtc_proto::ClientEvent::{self, Auth, Cmd, Msg};
use easyrtc_proto::DecodeErrorKind::{self as Kind, *};

/// A malformed message.
#[derive(Clone, Copy, Debug)]
pub struct Malformed {
    /// The event it comes with.
    pub event: ClientEvent,
    /// Its text.
    pub text: &'static str,
    /// Whether the packet has an attachment.
    pub binary: bool,
    /// What is wrong with it.
    pub kind: Kind,
}

const fn plain(event: ClientEvent, kind: Kind, text: &'static str) -> Malformed {
    Malformed { event, text, binary: false, kind }
}

/// At least one for each kind of fault.
pub const MALFORMED: &[Malformed] = &[
    plain(Auth, TooDeep, r#"{"msgType":"authenticate","x":[[[[[[[[[[[[]]]]]]]]]]]]}"#),
    plain(Cmd, TooDeep, r#"{"msgType":"hangup","x":[[[[[[[[[[[[]]]]]]]]]]]]}"#),
    plain(Msg, TooDeep, "[[[[[[[[[[[[[[]]]]]]]]]]]]]]"),
    plain(
        Cmd,
        TooLarge,
        r#"{"msgType":"setUserCfg","msgData":{"setUserCfg":{"apiField":{"a":null},"p2pList":{"0123456789012345678901234567890123456789":"01234567890123456789012345678901234567890"}}}}"#,
    ),
    plain(Auth, NoObject, "null"),
    plain(Cmd, NoObject, "7"),
    plain(Msg, NoObject, r#""text""#),
    plain(Auth, MsgType, r#"{"msgType":"login","msgData":{}}"#),
    plain(Cmd, MsgType, r#"{"msgType":{"toString":1}}"#),
    plain(Msg, MsgType, "{}"),
    plain(Auth, Login, r#"{"msgType":"authenticate","msgData":{}}"#),
    plain(Cmd, MsgData, r#"{"msgType":"roomJoin"}"#),
    plain(Cmd, MsgData, r#"{"msgType":"hangup","targetEasyrtcid":"x","msgData":null}"#),
    Malformed {
        event: Cmd,
        text: r#"{"msgType":"setPresence","msgData":{"setPresence":{"type":{"_placeholder":true,"num":0}}}}"#,
        binary: true,
        kind: Binary,
    },
    plain(
        Auth,
        Structure,
        r#"{"msgType":"authenticate","msgData":{"apiVersion":"1","roomJoin":{"a":{"roomName":"b"}}}}"#,
    ),
    plain(Cmd, Structure, r#"{"msgType":"roomJoin","msgData":{"roomJoin":{}}}"#),
    plain(
        Cmd,
        Structure,
        r#"{"msgType":"roomJoin","msgData":{"roomJoin":{"r5":{"roomName":"r5"},"a b":{"roomName":"a b"}}}}"#,
    ),
    plain(Cmd, Structure, r#"{"msgType":"setUserCfg","msgData":{"setUserCfg":null}}"#),
    plain(Cmd, Structure, r#"{"msgType":"offer","msgData":{"sdp":1}}"#),
    plain(
        Cmd,
        RoomName,
        r#"{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"a b"}}}"#,
    ),
    plain(
        Cmd,
        Field,
        r#"{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"default","field":{"a":{"fieldName":"b","fieldValue":1}}}}}"#,
    ),
    plain(Msg, TargetEasyrtcid, r#"{"msgType":"chat","targetEasyrtcid":null}"#),
    plain(Msg, TargetGroup, r#"{"msgType":"chat","targetGroup":"no group"}"#),
    plain(Msg, TargetRoom, r#"{"msgType":"chat","targetRoom":""}"#),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::operation::decode;

    #[test]
    fn each_message_has_its_fault_and_each_fault_a_message() {
        let mut kinds = BTreeSet::new();
        for malformed in MALFORMED {
            let error = decode(malformed.event, malformed.text, malformed.binary).unwrap_err();
            assert_eq!(error.kind, malformed.kind, "{}", malformed.text);
            kinds.insert(format!("{:?}", error.kind));
        }
        assert_eq!(kinds.len(), 13, "{kinds:?}");
    }
}
