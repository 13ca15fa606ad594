//! I12: every question is settled once.

use std::collections::BTreeMap;
use std::time::Duration;

use easyrtc_proto::{EasyrtcId, ServerMessage};
use easyrtc_state::{AskId, Config, ConnId, Effect, Input, Question};

use super::{Invariant, Settled, Step};

/// Every question gets a number of its own and ends exactly once: with its answer, when its time
/// is over, or with its connection. To end is to answer the client, and what comes later does
/// nothing.
#[derive(Debug)]
pub(super) struct AsksSettledOnce {
    timeout: Duration,
    /// The questions that are out: about whom, and until when.
    out: BTreeMap<AskId, (ConnId, Duration)>,
    /// The lowest number that was not given yet.
    next: u64,
    /// Who was last given a name.
    names: BTreeMap<EasyrtcId, ConnId>,
}

impl AsksSettledOnce {
    pub(super) const fn new(config: &Config) -> Self {
        let timeout = config.ask_timeout;
        Self { timeout, out: BTreeMap::new(), next: 0, names: BTreeMap::new() }
    }

    fn asked(&mut self, step: &Step<'_>, ask: AskId, question: &Question) -> Result<(), String> {
        if ask.0 < self.next {
            return Err(format!("{ask:?} was asked before"));
        }
        self.next = ask.0 + 1;
        let conn = match question {
            Question::Login(login) => Some(login.conn),
            Question::RoomJoin(join) => Some(join.conn),
            Question::IceConfig { easyrtcid, .. } | Question::Application { easyrtcid, .. } => {
                self.names.get(easyrtcid).copied()
            }
        };
        let conn = conn.ok_or_else(|| format!("asked about nobody: {question:?}"))?;
        self.out.insert(ask, (conn, step.now.mono.saturating_add(self.timeout)));
        Ok(())
    }
}

impl Invariant for AsksSettledOnce {
    fn name(&self) -> &'static str {
        "I12, questions are settled once"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        let mut ended: Vec<ConnId> = Vec::new();
        match step.input {
            Input::Answered { ask, .. } => match self.out.remove(ask) {
                Some((conn, _)) => ended.push(conn),
                None if step.effects.is_empty() => {}
                None => return Err(format!("{ask:?} is not out: {:?}", step.effects)),
            },
            Input::Tick if !self.timeout.is_zero() => {
                self.out.retain(|_, (conn, due)| {
                    let in_time = *due > step.now.mono;
                    if !in_time {
                        ended.push(*conn);
                    }
                    in_time
                });
            }
            Input::Closed { conn, .. } => self.out.retain(|_, (about, _)| about != conn),
            _ => {}
        }
        for effect in step.effects {
            match effect {
                Effect::Reply { conn, frame, .. } => {
                    if let ServerMessage::Token(token) = frame.message() {
                        self.names.insert(token.easyrtcid, *conn);
                    }
                }
                Effect::Ask { ask, question } => self.asked(step, *ask, question)?,
                Effect::Close { conn, .. } => self.out.retain(|_, (about, _)| about != conn),
                _ => {}
            }
        }
        for about in ended {
            let answered = step.effects.iter().any(|effect| match effect {
                Effect::Reply { conn, .. } | Effect::Close { conn, .. } => *conn == about,
                _ => false,
            });
            if !answered {
                return Err(format!("a question about {about:?} ended without an answer"));
            }
        }
        // The operator's shutdown ends everything, also what nobody is told of.
        let (out, known) = (step.stats.1.questions, self.out.len());
        if out == known { Ok(()) } else { Err(format!("{out} questions are out, not {known}")) }
    }

    fn settled(&mut self, _: &Settled<'_>) -> Result<(), String> {
        match self.out.first_key_value() {
            Some((ask, about)) => Err(format!("{ask:?} is still out: {about:?}")),
            None => Ok(()),
        }
    }
}
