//! The lines of a journal.

use easyrtc_proto::EasyrtcId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::input::RecordedInput;

/// The version of the format. Another one cannot be read.
pub const VERSION: u32 = 3;

/// The first line: by whom the journal was written, and how the core was configured.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    /// [`VERSION`]
    pub(crate) easyrtc_journal: u32,
    pub(crate) server: String,
    pub(crate) protocol: String,
    /// A `Config`.
    pub(crate) config: Box<RawValue>,
}

/// As much of the first line as every version has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnyHeader {
    pub(crate) easyrtc_journal: u32,
}

/// Any further line: a step, or why there is none.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Line {
    Step(Box<RecordedStep>),
    /// The journal stops here, though the core went on: why.
    Incomplete(String),
    /// The journal is complete: how many steps there are.
    End(u64),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RecordedStep {
    /// Counted from 1.
    pub(crate) number: u64,
    /// The core's clock, in ns.
    pub(crate) mono: u64,
    /// The wall clock: ms since the epoch.
    pub(crate) time: u64,
    pub(crate) input: RecordedInput,
    /// The easyrtcids that were drawn, in order.
    pub(crate) drawn: Vec<EasyrtcId>,
    pub(crate) effects: Box<RawValue>,
}
