//! `candidate`, `offer`, `answer`, `reject` and `hangup`: the signals of WebRTC, one client to
//! another, which the server passes on without looking inside.

use crate::decode::Reject;
use crate::envelope::Envelope;
use crate::json::ObjectWriter;
use crate::name::EasyrtcId;
use crate::payload::Payload;
use crate::value::Value;

/// Which signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignalKind {
    /// An ICE candidate.
    Candidate,
    /// A session description that starts a call.
    Offer,
    /// A session description that accepts one.
    Answer,
    /// The call is not accepted.
    Reject,
    /// The call ends.
    Hangup,
}

impl SignalKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Candidate, Self::Offer, Self::Answer, Self::Reject, Self::Hangup];

    /// The signal's `msgType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Offer => "offer",
            Self::Answer => "answer",
            Self::Reject => "reject",
            Self::Hangup => "hangup",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the signal carries `msgData`; those that do must have it, the others must not.
    #[must_use]
    pub const fn has_data(self) -> bool {
        matches!(self, Self::Candidate | Self::Offer | Self::Answer)
    }
}

/// A signal on its way to another client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    /// Which signal.
    pub kind: SignalKind,
    /// The receiver.
    pub target_easyrtcid: EasyrtcId,
    /// The description or candidate; there exactly if [`SignalKind::has_data`].
    pub msg_data: Option<Payload>,
}

impl Signal {
    /// `msgData` is checked before the target, as the original does.
    pub(super) fn decode(kind: SignalKind, message: &Envelope<'_>) -> Result<Self, Reject> {
        let msg_data = message.msg_data;
        let fits = match msg_data {
            //= docs/spec/relay.md#relay.data-required
            Some(data) if kind.has_data() => {
                //= docs/spec/envelope.md#envelope.binary-relayed
                data.is_binary() || (data.is_object() && !data.has_no_members())
            }
            //= docs/spec/relay.md#relay.data-forbidden
            Some(_) => false,
            None => !kind.has_data(),
        };
        if !fits {
            return Err(Reject::msg_data());
        }
        let target = message
            .target_easyrtcid
            .and_then(Value::string)
            .and_then(|id| EasyrtcId::parse(&id).ok());
        //= docs/spec/relay.md#relay.target-structure
        let target_easyrtcid = target.ok_or(Reject::structure("targetEasyrtcid"))?;
        Ok(Self { kind, target_easyrtcid, msg_data: msg_data.map(Value::payload) })
    }

    pub(super) fn encode(&self) -> String {
        ObjectWriter::new()
            .name("msgType", self.kind.name())
            .name("targetEasyrtcid", self.target_easyrtcid.as_str())
            .optional("msgData", self.msg_data.as_ref().map(Payload::as_str))
            .finish()
    }
}
