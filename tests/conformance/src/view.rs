//! What a client believes of its rooms.

use std::collections::BTreeMap;

use serde_json::Value;

/// The rooms a client takes itself to be in, with the entries of their members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View(pub(crate) BTreeMap<String, BTreeMap<String, Value>>);

impl View {
    /// Takes in `roomData`, of a token, an answer or an event, the way the stock client does.
    pub(crate) fn fold(&mut self, room_data: &Value) {
        for (name, room) in room_data.as_object().into_iter().flatten() {
            if room["roomStatus"] == "leave" {
                self.0.remove(name);
                continue;
            }
            let members = self.0.entry(name.clone()).or_default();
            if let Some(list) = room["clientList"].as_object() {
                *members = list.clone().into_iter().collect();
            }
            let delta = &room["clientListDelta"];
            for (id, entry) in delta["updateClient"].as_object().into_iter().flatten() {
                let known = members.entry(id.clone()).or_insert_with(|| entry.clone());
                let kept = known["apiField"].take();
                let mut entry = entry.clone();
                // Where the key is absent, what was known stays.
                if entry.get("apiField").is_none() && !kept.is_null() {
                    entry["apiField"] = kept;
                }
                *known = entry;
            }
            for id in delta["removeClient"].as_object().into_iter().flatten().map(|(id, _)| id) {
                members.remove(id);
            }
        }
        // An empty map is no map.
        for entry in self.0.values_mut().flat_map(BTreeMap::values_mut) {
            if entry["apiField"].as_object().is_none_or(serde_json::Map::is_empty)
                && let Some(entry) = entry.as_object_mut()
            {
                entry.remove("apiField");
            }
        }
    }

    /// Who is in a room.
    pub(crate) fn members(&self, room: &str) -> Vec<&str> {
        self.0.get(room).into_iter().flatten().map(|(id, _)| id.as_str()).collect()
    }
}
