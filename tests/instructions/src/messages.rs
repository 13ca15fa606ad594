//! Messages as clients send them, of usual sizes.

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits, EasyrtcId};
use serde_json::value::RawValue;

/// Somebody who is not there.
pub(crate) const NOBODY: &str = "nobodyNobodyNobo";

/// The message, which is well-formed.
pub(crate) fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).expect("messages are JSON")
}

/// Decodes a message, which is valid.
pub(crate) fn decoded(event: ClientEvent, text: String) -> ClientMessage {
    let (packet, limits) = (Attachments::none(), DecodeLimits::default());
    ClientMessage::decode(event, &raw(text), &packet, &limits).expect("messages are valid")
}

pub(crate) fn authenticate(username: u64, rooms: &[&str]) -> String {
    let rooms = rooms_object(rooms);
    format!(
        r#"{{"msgType":"authenticate","msgData":{{"apiVersion":"1.1.1-beta","applicationName":"default","username":"user{username}","roomJoin":{rooms},"setUserCfg":{{"p2pList":{{}},"userSettings":{{"sharingAudio":true,"sharingVideo":true,"sharingData":false,"nativeVideoWidth":1280,"nativeVideoHeight":720,"windowWidth":1440,"windowHeight":900,"screenWidth":1440,"screenHeight":900,"cookieEnabled":true,"os":"Linux x86_64","language":"en"}}}}}}}}"#
    )
}

/// An offer of audio and video: an SDP of about 2 kB.
pub(crate) fn offer(target: &str) -> String {
    let sdp = session_description();
    format!(
        r#"{{"msgType":"offer","targetEasyrtcid":"{target}","msgData":{{"type":"offer","sdp":"{sdp}"}}}}"#
    )
}

pub(crate) fn candidate(target: &str) -> String {
    format!(
        r#"{{"msgType":"candidate","targetEasyrtcid":"{target}","msgData":{{"type":"candidate","label":0,"id":"0","candidate":"candidate:1467250027 1 udp 2122260223 192.0.2.17 46243 typ host generation 0 ufrag a1B2 network-id 1"}}}}"#
    )
}

/// A line of a chat, to everybody in a room.
pub(crate) fn chat(room: &str) -> String {
    format!(
        r#"{{"msgType":"chat","targetRoom":"{room}","msgData":{{"text":"Can everybody hear me? I am \"muted\", I think.","at":1700000000000}}}}"#
    )
}

/// Two attachments, named in the other order.
pub(crate) fn with_attachments(target: &str) -> String {
    format!(
        r#"{{"msgType":"file","targetEasyrtcid":"{target}","msgData":{{"name":"picture.png","head":{{"_placeholder":true,"num":1}},"body":{{"_placeholder":true,"num":0}}}}}}"#
    )
}

pub(crate) fn set_presence(show: &str) -> String {
    format!(
        r#"{{"msgType":"setPresence","msgData":{{"setPresence":{{"show":"{show}","status":"back in a minute"}}}}}}"#
    )
}

pub(crate) fn room_join(rooms: &[&str]) -> String {
    let rooms = rooms_object(rooms);
    format!(r#"{{"msgType":"roomJoin","msgData":{{"roomJoin":{rooms}}}}}"#)
}

pub(crate) fn room_leave(rooms: &[&str]) -> String {
    let rooms = rooms_object(rooms);
    format!(r#"{{"msgType":"roomLeave","msgData":{{"roomLeave":{rooms}}}}}"#)
}

pub(crate) fn set_room_api_field(room: &str) -> String {
    format!(
        r#"{{"msgType":"setRoomApiField","msgData":{{"setRoomApiField":{{"roomName":"{room}","field":{{"mediaIds":{{"fieldName":"mediaIds","fieldValue":{{"default":"a1b2c3d4"}}}},"hand":{{"fieldName":"hand","fieldValue":true}}}}}}}}}}"#
    )
}

/// The target of a message, as text.
pub(crate) fn to(easyrtcid: &EasyrtcId) -> &str {
    easyrtcid.as_str()
}

fn rooms_object(rooms: &[&str]) -> String {
    let room = |room: &&str| format!(r#""{room}":{{"roomName":"{room}"}}"#);
    format!("{{{}}}", rooms.iter().map(room).collect::<Vec<_>>().join(","))
}

/// What a browser offers, as it stands in JSON: each line ends in the four characters `\r\n`.
fn session_description() -> String {
    let mut lines: Vec<String> =
        ["v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
            .map(str::to_owned)
            .into();
    lines.push("a=group:BUNDLE 0 1".to_owned());
    for (mid, media, codecs) in [(0, "audio", 6), (1, "video", 12)] {
        let types: Vec<String> = (96..96 + codecs).map(|number| number.to_string()).collect();
        lines.push(format!("m={media} 9 UDP/TLS/RTP/SAVPF {}", types.join(" ")));
        lines.extend(["c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0"].map(str::to_owned));
        lines.push("a=ice-ufrag:a1B2".to_owned());
        lines.push("a=ice-pwd:abcdefghijklmnopqrstuvwx".to_owned());
        lines.push(format!("a=fingerprint:sha-256 {}", ["A7"; 32].join(":")));
        lines.extend(["a=setup:actpass".to_owned(), format!("a=mid:{mid}")]);
        lines.extend(["a=sendrecv", "a=rtcp-mux", "a=rtcp-rsize"].map(str::to_owned));
        for number in types {
            lines.push(format!("a=rtpmap:{number} codec-{number}/90000"));
            lines.push(format!("a=rtcp-fb:{number} nack pli"));
            lines.push(format!("a=fmtp:{number} apt={number}"));
        }
        lines.push(format!("a=ssrc:{mid}234567 cname:aBcDeFgHiJkLmNoP"));
    }
    lines.into_iter().map(|line| line + "\\r\\n").collect()
}
