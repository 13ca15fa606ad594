//! What limits are called, in notices and metrics.

macro_rules! limit_names {
    ($($(#[doc = $what:literal])* $limit:ident = $name:literal,)*) => {
        /// A limit that clients can reach, for who counts how often they do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum LimitName {
            $($(#[doc = $what])* $limit,)*
        }

        impl LimitName {
            /// All of them, in the order of [`Self::index`].
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$limit),*];

            /// The name of the option that sets it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$limit => $name,)*
                }
            }
        }
    };
}

limit_names! {
    /// Messages of one connection.
    Messages = "maxMessagesPerSecond",
    /// Bytes of one connection.
    Bytes = "maxBytesPerSecond",
    /// Joins of one connection.
    Joins = "maxJoinsPerSecond",
    /// Rooms that one connection creates.
    RoomsCreated = "maxRoomsCreatedPerSecond",
    /// Messages of one address.
    MessagesPerAddress = "maxMessagesPerSecondPerAddress",
    /// Bytes of one address.
    BytesPerAddress = "maxBytesPerSecondPerAddress",
    /// Joins of one address.
    JoinsPerAddress = "maxJoinsPerSecondPerAddress",
    /// Rooms that one address creates.
    RoomsCreatedPerAddress = "maxRoomsCreatedPerSecondPerAddress",
    /// Denied logins of one address.
    FailedLogins = "maxFailedLoginsPerSecond",
    /// Connections.
    Connections = "maxConnections",
    /// Connections of one address.
    ConnectionsPerAddress = "maxConnectionsPerAddress",
    /// Connections that have not logged in.
    Unauthenticated = "maxUnauthenticatedConnections",
    /// The same of one address.
    UnauthenticatedPerAddress = "maxUnauthenticatedPerAddress",
    /// Applications.
    Applications = "maxApplications",
    /// Rooms of one application.
    RoomsPerApplication = "maxRoomsPerApplication",
    /// Rooms that one connection is in.
    RoomsPerConnection = "maxRoomsPerConnection",
    /// Clients in one room.
    RoomMaxConnection = "roomMaxConnection",
    /// Sessions.
    Sessions = "maxSessions",
}

impl LimitName {
    /// Its place in [`Self::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}
