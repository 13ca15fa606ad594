//! Changes of a room's roster that wait to go out together (decision D10).
//!
//! They are kept once for the room, not for each receiver: of each client the latest change, with
//! its number. Of a receiver it is enough to know how many of the changes it was told of, and for
//! most that is none.

use std::collections::BTreeMap;
use std::time::Duration;

use easyrtc_proto::{AppName, ClientListDelta, EasyrtcId, RoomName};

use crate::input::ConnId;
use crate::planted::planted;
use crate::roster::Change;
use crate::sorted_map::SortedSet;

/// What is gathered in a room.
#[derive(Debug, Hash)]
pub(crate) struct Gathered {
    /// When it goes out.
    pub(crate) due: Option<Duration>,
    /// How many changes there were since everything went out.
    changes: usize,
    /// The latest change of each client that changed.
    latest: BTreeMap<EasyrtcId, Latest>,
    /// The members who were told of the first so many changes; the others of none.
    told: BTreeMap<ConnId, usize>,
}

#[derive(Debug, Hash)]
struct Latest {
    change: Change,
    /// The number of the change.
    number: usize,
    /// The number of the change with which the client came, if it did.
    came: Option<usize>,
}

impl Gathered {
    /// Nothing yet; what comes goes out when it is `due`.
    pub(crate) const fn until(due: Option<Duration>) -> Self {
        Self { due, changes: 0, latest: BTreeMap::new(), told: BTreeMap::new() }
    }

    /// How many changes there were, also of the same client.
    pub(crate) const fn changes(&self) -> usize {
        self.changes
    }

    /// The clients concerned.
    pub(crate) fn about(&self) -> impl Iterator<Item = EasyrtcId> {
        self.latest.keys().copied()
    }

    /// Adds a change. A client that left and comes again must not be told of in one delta: whoever
    /// [`Self::tells_leaving`] has to be told before.
    //= docs/spec/rooms.md#rooms.gather-nets
    pub(crate) fn add(&mut self, easyrtcid: EasyrtcId, change: Change) {
        let number = self.changes;
        self.changes += 1;
        let former = self.latest.remove(&easyrtcid);
        let came = match (&change, &former) {
            (Change::Arrive(_), _) => Some(number),
            (_, Some(former)) => former.came,
            (_, None) => None,
        };
        let change = match (change, former.map(|former| former.change)) {
            // That the fields were cleared meanwhile is not to be lost.
            (Change::Update(entry), Some(Change::Arrive(former) | Change::Update(former))) => {
                let had_fields = former.api_field.is_some() && !planted!(ClearingLost);
                Change::update(entry, had_fields)
            }
            (change, _) => change,
        };
        self.latest.insert(easyrtcid, Latest { change, number, came });
    }

    /// Takes note that a member knows everything so far.
    pub(crate) fn has_told(&mut self, conn: ConnId) {
        if self.changes > 0 {
            self.told.insert(conn, self.changes);
        }
    }

    /// Forgets a member.
    pub(crate) fn forget(&mut self, conn: ConnId) {
        self.told.remove(&conn);
    }

    /// Of how many changes a member was told.
    pub(crate) fn told(&self, conn: ConnId) -> usize {
        self.told.get(&conn).copied().unwrap_or(0)
    }

    /// Whether there is something about a client for somebody who was told of `told` changes.
    pub(crate) fn tells(&self, told: usize, about: EasyrtcId) -> bool {
        self.latest.get(&about).is_some_and(|latest| latest.after(told).is_some())
    }

    /// Whether that is that the client left.
    pub(crate) fn tells_leaving(&self, told: usize, about: EasyrtcId) -> bool {
        let change = self.latest.get(&about).and_then(|latest| latest.after(told));
        matches!(change, Some(Change::Remove))
    }

    /// Whether somebody might have to be told that the client left.
    pub(crate) fn has_left(&self, about: EasyrtcId) -> bool {
        matches!(self.latest.get(&about), Some(Latest { change: Change::Remove, .. }))
    }

    /// Everything there is for somebody who was told of `told` changes, but about `own`.
    pub(crate) fn delta(&self, told: usize, own: Option<EasyrtcId>) -> ClientListDelta {
        let mut delta = ClientListDelta::default();
        for (easyrtcid, latest) in &self.latest {
            if let Some(change) = latest.after(told).filter(|_| Some(*easyrtcid) != own) {
                change.add_to(&mut delta, *easyrtcid);
            }
        }
        delta
    }

    /// Forgets everything, since everybody was told.
    pub(crate) fn clear(&mut self) {
        *self = Self::until(self.due);
    }
}

impl Latest {
    /// What it means to somebody who was told of `told` changes.
    fn after(&self, told: usize) -> Option<&Change> {
        let unknown = self.came.is_some_and(|came| came >= told);
        let unnoticed = unknown && matches!(self.change, Change::Remove);
        (self.number >= told && !unnoticed).then_some(&self.change)
    }
}

/// The clients about whom something is gathered, with the rooms in which it is.
#[derive(Debug, Default, Hash)]
pub(crate) struct Untold(BTreeMap<EasyrtcId, SortedSet<(AppName, RoomName)>>);

impl Untold {
    pub(crate) fn insert(&mut self, about: EasyrtcId, app: &AppName, room: &RoomName) {
        self.0.entry(about).or_default().insert((app.clone(), room.clone()), ());
    }

    pub(crate) fn remove(&mut self, about: EasyrtcId, app: &AppName, room: &RoomName) {
        if let Some(rooms) = self.0.get_mut(&about) {
            rooms.remove(&(app.clone(), room.clone()));
            if rooms.is_empty() {
                self.0.remove(&about);
            }
        }
    }

    pub(crate) fn contains(&self, about: EasyrtcId) -> bool {
        self.0.contains_key(&about)
    }

    pub(crate) fn rooms(&self, about: EasyrtcId) -> Vec<(AppName, RoomName)> {
        self.0.get(&about).into_iter().flat_map(SortedSet::keys).cloned().collect()
    }
}
