//! Beside the numbered invariants: all is as the model predicted.

use easyrtc_state::{Effect, Question};

use super::{Invariant, Step};
use crate::world::heard;

/// Every connection hears exactly what the model predicts, in that order: answers, errors, events,
/// one delta for each change (decision D10), with the receiver's own name (D2) and the time (D1);
/// and the same questions go out.
#[derive(Debug)]
pub(super) struct AsPredicted;

impl Invariant for AsPredicted {
    fn name(&self) -> &'static str {
        "as predicted"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        let (heard, expected) = (heard(step.effects), &step.expected.heard);
        for conn in heard.keys().chain(expected.keys()) {
            let (heard, expected) = (heard.get(conn), expected.get(conn));
            if heard != expected {
                return Err(format!("{conn:?} hears {heard:?}, not {expected:?}"));
            }
        }
        let questions: Vec<&Question> = step
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Ask { question, .. } => Some(question),
                _ => None,
            })
            .collect();
        if !questions.iter().copied().eq(&step.expected.questions) {
            return Err(format!("asked {questions:?}, not {:?}", step.expected.questions));
        }
        let mut admin = step.effects.iter().filter_map(|effect| match effect {
            Effect::AdminReply { request, result } => Some((*request, *result)),
            _ => None,
        });
        let replied = (admin.next(), admin.next());
        if replied != (step.expected.admin, None) {
            return Err(format!("replied {replied:?}, not {:?}", step.expected.admin));
        }
        let late = step.effects.iter().find(|effect| match effect {
            Effect::Send { frame, .. } | Effect::Reply { frame, .. } => {
                frame.server_time() != step.now.unix_ms
            }
            _ => false,
        });
        late.map_or(Ok(()), |effect| Err(format!("not sent at {}: {effect:?}", step.now.unix_ms)))
    }
}
