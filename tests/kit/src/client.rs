//! A client as the stock one is, as far as its rooms go.

mod received;

use std::collections::BTreeMap;

use easyrtc_proto::{
    ApiFields, ClientEntry, EasyrtcId, Fields, Presence, RoomName, RoomStatus, RoomUpdate,
    ServerMessage, Username,
};

pub use received::{Received, receive};

/// What a client believes: it folds what it is answered and sent, in that order, the way the stock
/// client does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReferenceClient {
    /// What it takes itself for, once it has logged in.
    pub easyrtcid: Option<EasyrtcId>,
    /// The rooms it takes itself to be in.
    pub rooms: BTreeMap<RoomName, RoomView>,
}

/// What a client believes of one room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomView {
    /// Who is in it.
    pub occupants: BTreeMap<EasyrtcId, Occupant>,
    /// The room's fields, if it was ever told of any.
    pub field: Option<Fields>,
}

/// What a client believes of somebody in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// As it was when first heard of: the stock client never looks at it again.
    pub username: Option<Username>,
    /// Likewise.
    pub room_join_time: u64,
    /// The latest.
    pub presence: Presence,
    /// The latest that was mentioned: where the key is absent, the old value stays.
    pub api_field: Option<ApiFields>,
}

impl ReferenceClient {
    /// Takes in an answer. A token starts everything anew.
    pub fn answered(&mut self, message: &ServerMessage) {
        if let ServerMessage::Token(token) = message {
            self.easyrtcid = Some(token.easyrtcid);
            self.rooms.clear();
            self.fold(&token.room_data);
        }
        self.take(message);
    }

    /// Takes in an event. A token is taken for an error, and nothing but `roomData` concerns
    /// rooms.
    pub fn emitted(&mut self, message: &ServerMessage) {
        self.take(message);
    }

    fn take(&mut self, message: &ServerMessage) {
        if let ServerMessage::RoomData(data) = message {
            self.fold(&data.room_data);
        }
    }

    fn fold(&mut self, room_data: &BTreeMap<RoomName, RoomUpdate>) {
        for (name, update) in room_data {
            if update.room_status == RoomStatus::Leave {
                self.rooms.remove(name);
                continue;
            }
            // The stock client makes a room up when a delta names one it is not in; so it shows.
            let room = self.rooms.entry(name.clone()).or_default();
            if update.room_status == RoomStatus::Join {
                // Unlike the stock client, which keeps the fields of rooms it left: no message
                // tells that there are none.
                room.field = None;
            }
            room.fold(update);
        }
    }
}

impl RoomView {
    fn fold(&mut self, update: &RoomUpdate) {
        if let Some(list) = &update.client_list {
            let occupants = list.iter().map(|(id, entry)| (*id, Occupant::of(entry)));
            self.occupants = occupants.collect();
        } else if let Some(delta) = &update.client_list_delta {
            for (id, entry) in &delta.update_client {
                let occupant = self.occupants.entry(*id).or_insert_with(|| Occupant::of(entry));
                occupant.presence = entry.presence.clone();
                if entry.api_field.is_some() {
                    occupant.api_field.clone_from(&entry.api_field);
                }
            }
            for id in delta.remove_client.keys() {
                self.occupants.remove(id);
            }
        }
        if update.field.is_some() {
            self.field.clone_from(&update.field);
        }
    }
}

impl Occupant {
    fn of(entry: &ClientEntry) -> Self {
        Self {
            username: entry.username.clone(),
            room_join_time: entry.room_join_time,
            presence: entry.presence.clone(),
            api_field: entry.api_field.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::RoomData;

    use super::*;

    /// Folds the `roomData` of several messages, given as JSON.
    fn after(messages: &[&str]) -> ReferenceClient {
        let mut client = ReferenceClient::default();
        for message in messages {
            let data: RoomData = serde_json::from_str(message).unwrap();
            client.emitted(&ServerMessage::RoomData(data));
        }
        client
    }

    fn presence(client: &ReferenceClient) -> Vec<String> {
        let occupants = client.rooms.values().flat_map(|room| &room.occupants);
        let seen = |(id, o): (&EasyrtcId, &Occupant)| {
            let fields = o.api_field.as_ref().map(|fields| fields.0.len());
            format!("{id} {} {:?} {fields:?}", o.room_join_time, o.presence.show)
        };
        occupants.map(seen).collect()
    }

    const JOIN: &str = r#"{"roomData":{"r":{"roomName":"r","roomStatus":"join","clientList":{
        "a":{"easyrtcid":"a","roomJoinTime":1,"presence":{"show":"chat","status":null},
             "apiField":{"f":{"fieldName":"f","fieldValue":1}}}}}}}"#;

    fn delta(entry: &str) -> String {
        format!(
            r#"{{"roomData":{{"r":{{"roomName":"r","roomStatus":"update","clientListDelta":
                {{"updateClient":{{"a":{{"easyrtcid":"a","roomJoinTime":2,{entry}}}}}}}}}}}}}"#
        )
    }

    #[test]
    fn a_delta_changes_presence_and_the_fields_it_mentions() {
        let silent = delta(r#""presence":{"show":"away","status":null}"#);
        assert_eq!(presence(&after(&[JOIN, &silent])), ["a 1 Away Some(1)"]);
        let cleared = delta(r#""presence":{"show":"chat","status":null},"apiField":{}"#);
        assert_eq!(presence(&after(&[JOIN, &cleared])), ["a 1 Chat Some(0)"]);
    }

    #[test]
    fn a_delta_brings_and_takes_members() {
        let came = delta(r#""presence":{"show":"xa","status":null}"#);
        assert_eq!(presence(&after(&[&came])), ["a 2 Xa None"]);
        let left = r#"{"roomData":{"r":{"roomName":"r","roomStatus":"update","clientListDelta":
            {"removeClient":{"a":{"easyrtcid":"a"}}}}}}"#;
        assert!(presence(&after(&[JOIN, left])).is_empty());
    }

    #[test]
    fn a_list_replaces_and_leaving_forgets() {
        let empty = r#"{"roomData":{"r":{"roomName":"r","roomStatus":"join","clientList":{}}}}"#;
        assert!(presence(&after(&[JOIN, empty])).is_empty());
        let left = r#"{"roomData":{"r":{"roomName":"r","roomStatus":"leave"}}}"#;
        assert_eq!(after(&[JOIN, left]), ReferenceClient::default());
    }
}
