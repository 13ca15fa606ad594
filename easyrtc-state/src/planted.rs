//! Bugs to be found by the simulation, which is how we know that it finds any. They exist only in
//! builds with the feature `planted`, and there only where [`Planted::plant`] was called.

/// Whether a bug is planted here and now; `false` in every build without the feature `planted`.
#[cfg(not(feature = "planted"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

/// Whether a bug is planted here and now.
#[cfg(feature = "planted")]
macro_rules! planted {
    ($bug:ident) => {
        crate::planted::Planted::$bug.is_planted()
    };
}

pub(crate) use planted;

#[cfg(feature = "planted")]
pub use bugs::Planted;

#[cfg(feature = "planted")]
mod bugs {
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<Planted>> = const { Cell::new(None) };
        static COIN: Cell<bool> = const { Cell::new(false) };
    }

    macro_rules! bugs {
        ($($(#[doc = $what:literal])* $bug:ident,)*) => {
            /// A bug, as somebody might make it.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum Planted {
                $($(#[doc = $what])* $bug,)*
            }

            impl Planted {
                /// All of them.
                pub const ALL: &[Self] = &[$(Self::$bug,)*];
            }
        };
    }

    bugs! {
        /// A question ends without an answer when its time is over.
        TimeoutUnanswered,
        /// A changed presence is stored, and others are told the old one.
        StalePresence,
        /// Who logs in to another application does not leave the rooms of the old one.
        OldApplicationNotTold,
        /// In a single room one is told of oneself.
        DeltaToOneself,
        /// Names are looked up in all applications.
        ApplicationsLeak,
        /// A message to a group in a room goes to the group.
        GroupIgnoresRoom,
        /// Who is gone stays in its groups.
        GroupKeepsGhost,
        /// A room that is used again is forgotten all the same.
        StaleRoomTimer,
        /// What is told depends on something that is no input.
        NoticesAtRandom,
        /// The first of several rooms is entered before the others are looked at.
        JoinByHalves,
        /// What waited is handled latest first.
        WaitingReversed,
        /// One more than its limit gets into a room.
        OneTooMany,
        /// A name that somebody has is given again.
        NamesCollide,
        /// A tick does one thing, whatever else is due.
        OneTimerPerTick,
        /// A question outlives the connection it is about.
        QuestionsOutlive,
        /// A connection that was paused is never resumed.
        NeverResumed,
        /// Who re-enters a room is in it since then.
        JoinTimeReset,
        /// A message overtakes what is gathered about its sender.
        MessageBeforeSender,
        /// One delta says that a client left and that it is there.
        LeftAndCameAtOnce,
        /// That fields were cleared is forgotten with the next change.
        ClearingLost,
        /// Who comes while something is gathered is told that too.
        NewcomerToldTwice,
        /// A guarded room is entered without asking.
        GuardNotAsked,
        /// A login that has expired goes on.
        ExpiredStays,
        /// Which rooms a client may enter is forgotten.
        GrantedRoomsForgotten,
        /// Who logs in again before its time is over is closed all the same.
        ExpiryNotRenewed,
        /// With its last connection what came from an address is forgotten.
        AddressForgivenOnClose,
        /// Who is in a room that is closed is not told.
        ClosedRoomUntold,
        /// A ban that comes while somebody logs in does not count.
        BanTooLateForLogin,
        /// A ban goes on when its time is over.
        BanNeverEnds,
    }

    impl Planted {
        /// Plants this bug, and no other, in all cores of this thread.
        pub fn plant(self) {
            PLANTED.set(Some(self));
        }

        /// Takes it out again, whichever it is.
        pub fn uproot() {
            PLANTED.set(None);
        }

        pub(crate) fn is_planted(self) -> bool {
            let planted = PLANTED.get() == Some(self);
            if planted && self == Self::NoticesAtRandom {
                return COIN.replace(!COIN.get());
            }
            planted
        }
    }
}
