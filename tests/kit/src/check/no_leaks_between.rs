//! I4: no leaks.

use easyrtc_proto::{EasyrtcId, ServerMessage, Target};
use easyrtc_state::Input;

use super::{Delivery, Invariant};
use crate::model::{Client, Heard};

/// Nothing reaches a client whom its sender may not address: who signals or sends a message is in
/// the same application as the receiver, the receiver is the client, in the room and in the group
/// that were named, and the sender in the room; a session's data reaches those who share it.
#[derive(Debug)]
pub(super) struct NoLeaksBetween;

impl Invariant for NoLeaksBetween {
    fn name(&self) -> &'static str {
        "I4, no leaks"
    }

    fn delivered(&mut self, delivery: &Delivery<'_>) -> Result<(), String> {
        if delivery.answer || is_permitted(delivery) {
            return Ok(());
        }
        // When several messages that waited are handled at once, rooms may be joined, used and left
        // between two looks; then what was heard must be what was foreseen.
        let event = Heard::Event(delivery.receiver.easyrtcid, delivery.message.clone());
        let heard = delivery.expected.heard.get(&delivery.conn);
        let foreseen = heard.is_some_and(|heard| heard.contains(&event));
        if foreseen && !matches!(delivery.input, Input::Message { .. }) {
            return Ok(());
        }
        Err(format!("{:?} was sent {:?}", delivery.conn, delivery.message))
    }
}

fn is_permitted(delivery: &Delivery<'_>) -> bool {
    let receiver = delivery.model.client(delivery.conn);
    match delivery.message {
        ServerMessage::Signal(signal) => {
            reaches(delivery, receiver, signal.sender_easyrtcid, &Target::default())
        }
        ServerMessage::Custom(custom) => custom
            .sender_easyrtcid
            .is_some_and(|sender| reaches(delivery, receiver, sender, &custom.target)),
        ServerMessage::SessionData(data) => {
            receiver.is_some_and(|receiver| receiver.session() == Some(&data.easyrtcsid))
        }
        _ => true,
    }
}

fn reaches(
    delivery: &Delivery<'_>,
    receiver: Option<&Client>,
    sender: EasyrtcId,
    target: &Target,
) -> bool {
    let sender = delivery.model.clients().find(|(_, client)| client.easyrtcid == sender);
    let (Some((_, sender)), Some(receiver)) = (sender, receiver) else { return false };
    sender.app == receiver.app
        && target.easyrtcid.is_none_or(|id| id == receiver.easyrtcid)
        && target.group.as_ref().is_none_or(|group| receiver.is_in_group(group))
        && target
            .room
            .as_ref()
            .is_none_or(|room| receiver.rooms.contains_key(room) && sender.rooms.contains_key(room))
}
