//! Guarded rooms: what proves that somebody may enter.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyrtc_proto::{AppName, Payload, RoomName, Username};
use easyrtc_state::RoomPattern;
use ring::hmac;
use ring::rand::SystemRandom;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authorizer::Reason;
use crate::jwt::{Algorithm, Expected, Token, VerifyingKey};
use crate::secret::Secret;

/// `aud` of an invitation, so that neither a token of another kind passes for one nor one for
/// another.
const AUDIENCE: &str = "easyrtc-invitation";

/// What opens a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomProof {
    /// A passphrase that does, if one does.
    pub passphrase: Option<Secret>,
    /// Whether an invitation does.
    pub invitation: bool,
}

impl RoomProof {
    /// Whether the room is guarded.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        self.passphrase.is_some() || self.invitation
    }
}

/// What opens which rooms.
pub struct RoomProofs {
    rooms: BTreeMap<AppName, BTreeMap<RoomPattern, Opener>>,
    /// What invitations are signed with.
    invitations: Option<VerifyingKey>,
    /// Passphrases are compared by their tags: that takes the same time wherever they differ.
    key: hmac::Key,
}

struct Opener {
    passphrase: Option<hmac::Tag>,
    invitation: bool,
}

impl fmt::Debug for RoomProofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rooms: usize = self.rooms.values().map(BTreeMap::len).sum();
        f.debug_struct("RoomProofs").field("rooms", &rooms).finish_non_exhaustive()
    }
}

/// No room is known, so nothing opens a guarded one.
impl Default for RoomProofs {
    fn default() -> Self {
        // There is nothing to compare, so the key may be known.
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[]);
        Self { rooms: BTreeMap::new(), invitations: None, key }
    }
}

/// The operating system gives no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoRandomness;

/// What a client offers in `roomParameter`.
#[derive(Deserialize)]
struct Offer {
    passphrase: Option<String>,
    invitation: Option<String>,
}

impl RoomProofs {
    /// What opens the rooms of each application, and what invitations are signed with (HS256), if
    /// there are any. Rooms that are not guarded have to be named too, with nothing that opens
    /// them, if a pattern of guarded ones matches their names.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn new(
        rooms: BTreeMap<AppName, BTreeMap<RoomPattern, RoomProof>>,
        invitations: Option<VerifyingKey>,
    ) -> Result<Self, NoRandomness> {
        let random = SystemRandom::new();
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &random).map_err(|_| NoRandomness)?;
        let opener = |proof: RoomProof| Opener {
            passphrase: proof.passphrase.map(|text| hmac::sign(&key, text.expose())),
            invitation: proof.invitation,
        };
        let openers = |proofs: BTreeMap<RoomPattern, RoomProof>| {
            proofs.into_iter().map(|(rooms, proof)| (rooms, opener(proof))).collect()
        };
        let rooms = rooms.into_iter().map(|(app, proofs)| (app, openers(proofs))).collect();
        Ok(Self { rooms, invitations, key })
    }

    /// Checks the proofs for those of `rooms`, each with its `roomParameter`, that are guarded.
    ///
    /// # Errors
    /// Why not, for the first that stays closed.
    pub fn check<'a>(
        &self,
        app: &AppName,
        rooms: impl IntoIterator<Item = (&'a RoomName, &'a Option<Payload>)>,
        username: Option<&Username>,
    ) -> Result<(), Reason> {
        let opened = |(room, offer): (&RoomName, &Option<Payload>)| match self.opener(app, room) {
            Some(opener) => opener.opens(self, offer.as_ref(), (app, room), username),
            None => Ok(()),
        };
        rooms.into_iter().try_for_each(opened)
    }

    /// The same for `rooms` all of which the core knows to be guarded.
    ///
    /// # Errors
    /// Why not, for the first that stays closed.
    pub fn check_guarded(
        &self,
        app: &AppName,
        rooms: &BTreeMap<RoomName, Option<Payload>>,
        username: Option<&Username>,
    ) -> Result<(), Reason> {
        let all_known = rooms.keys().all(|room| self.opener(app, room).is_some());
        if all_known { self.check(app, rooms, username) } else { Err("room_without_proof") }
    }

    /// What opens a guarded room.
    fn opener(&self, app: &AppName, room: &RoomName) -> Option<&Opener> {
        let opener = RoomPattern::find(self.rooms.get(app)?, room)?;
        (opener.passphrase.is_some() || opener.invitation).then_some(opener)
    }

    fn invited(
        &self,
        invitation: &str,
        (app, room): (&AppName, &RoomName),
        username: Option<&Username>,
    ) -> Result<(), Reason> {
        #[derive(Deserialize)]
        struct Claims {
            app: String,
            room: String,
            username: Option<String>,
        }
        let key = self.invitations.as_ref().ok_or("no_invitation_key")?;
        let token = Token::parse(invitation).ok_or("malformed_invitation")?;
        let right_algorithm = token.algorithm == Algorithm::Hs256.as_str();
        if !right_algorithm || !key.verifies(token.signed.as_bytes(), &token.signature) {
            return Err("wrong_invitation");
        }
        let claims: Value =
            serde_json::from_slice(&token.payload).map_err(|_| "malformed_invitation")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let expected = Expected { audience: vec![AUDIENCE.to_owned()], ..Expected::default() };
        let good = expected.check(&claims, now);
        good.map_err(|reason| match reason {
            "expired_token" => "expired_invitation",
            _ => "wrong_invitation",
        })?;
        let claims = Claims::deserialize(&claims).map_err(|_| "malformed_invitation")?;
        let rooms = RoomPattern::parse(&claims.room).map_err(|_| "malformed_invitation")?;
        let somebody_else = claims
            .username
            .is_some_and(|name| username.is_none_or(|given| given.to_text() != name.as_str()));
        let fits = claims.app == app.as_str() && rooms.matches(room) && !somebody_else;
        if fits { Ok(()) } else { Err("invited_elsewhere") }
    }
}

impl Opener {
    /// Either proof will do, where either is asked for.
    fn opens(
        &self,
        proofs: &RoomProofs,
        offer: Option<&Payload>,
        room: (&AppName, &RoomName),
        username: Option<&Username>,
    ) -> Result<(), Reason> {
        let offer = offer.ok_or("no_room_proof")?;
        let offer: Offer =
            serde_json::from_str(offer.as_str()).map_err(|_| "malformed_room_proof")?;
        let mut refused = "no_room_proof";
        if let (Some(tag), Some(given)) = (&self.passphrase, &offer.passphrase) {
            match hmac::verify(&proofs.key, given.as_bytes(), tag.as_ref()) {
                Ok(()) => return Ok(()),
                Err(_) => refused = "wrong_passphrase",
            }
        }
        if let (true, Some(given)) = (self.invitation, &offer.invitation) {
            match proofs.invited(given, room, username) {
                Ok(()) => return Ok(()),
                Err(reason) => refused = reason,
            }
        }
        Err(refused)
    }
}

/// The claims of an invitation that can be used until `expires` (since the epoch).
#[must_use]
pub fn invitation_claims(
    app: &str,
    room: &str,
    username: Option<&str>,
    expires: Duration,
) -> Value {
    let mut claims = json!({ "aud": AUDIENCE, "app": app, "room": room, "exp": expires.as_secs() });
    if let Some(username) = username {
        claims["username"] = username.into();
    }
    claims
}

#[cfg(test)]
mod tests;
