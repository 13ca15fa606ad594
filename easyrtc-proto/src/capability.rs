//! What a server can do that its revision leaves open: one table (decision D29).

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $meaning:literal;)*) => {
        /// A part of the protocol that clients cannot take for granted: some servers lack it, or
        /// their operator has switched it off. In the order of their names.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Capability {
            $(#[doc = concat!("`", $name, "`: ", $meaning)] $(#[$doc])* $variant,)*
            /// One this version does not know; only ever decoded, never sent.
            Other(Box<str>),
        }

        impl Capability {
            /// Every known capability, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name as it stands in `capabilities`.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            /// What a client may expect of a server that lists it.
            #[must_use]
            pub const fn meaning(&self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                    Self::Other(_) => "",
                }
            }

            /// The capability called `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }
        }
    };
}

capabilities! {
    Binary, "binary", "Binary values in `msgData` arrive as binary values.";
    ConnectionApiField, "connectionApiField", "The `apiField` of `setUserCfg` is kept and announced.";
    Resume, "resume", "There is a plain WebSocket whose sessions survive a lost line.";
    StillAlive, "stillAlive", "`stillAlive` is answered.";
    TargetGroup, "targetGroup", "Messages can be addressed to groups.";
}

//= docs/spec/capabilities.md#capabilities.order
impl Ord for Capability {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Capability {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Capability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Capability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_name(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_capabilities_and_back() {
        for capability in Capability::ALL {
            assert_eq!(&Capability::from_name(capability.name()), capability);
        }
        assert!(Capability::ALL.is_sorted(), "in the order of their names");
    }

    #[test]
    fn a_set_is_in_order_and_keeps_what_it_does_not_know() {
        let read: BTreeSet<Capability> =
            serde_json::from_str(r#"["teleport","binary","resume","binary"]"#).unwrap();
        assert!(read.contains(&Capability::Other("teleport".into())));
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(written, r#"["binary","resume","teleport"]"#);
    }
}
