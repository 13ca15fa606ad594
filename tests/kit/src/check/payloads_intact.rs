//! I8: payloads intact.

use std::collections::{BTreeMap, VecDeque};

use easyrtc_proto::{ClientMessage, Command, EasyrtcId, Payload, ServerMessage};
use easyrtc_state::{ConnId, Effect, Input, Question};

use super::{Delivery, Invariant, Step};

/// What is passed on is what was sent, byte for byte, and what one client sends another arrives in
/// the order it was sent in.
#[derive(Debug, Default)]
pub(super) struct PayloadsIntact {
    /// What each connection sent that waits for its turn; `None` for what has no payload.
    waiting: BTreeMap<ConnId, VecDeque<Option<Payload>>>,
    names: BTreeMap<EasyrtcId, ConnId>,
    /// How much of what a sender sent is behind what a receiver got, in the step at hand.
    passed: BTreeMap<(ConnId, ConnId), usize>,
}

impl Invariant for PayloadsIntact {
    fn name(&self) -> &'static str {
        "I8, payloads intact"
    }

    fn delivered(&mut self, delivery: &Delivery<'_>) -> Result<(), String> {
        let (sender, payload) = match delivery.message {
            ServerMessage::Token(token) if delivery.answer => {
                self.names.insert(token.easyrtcid, delivery.conn);
                return Ok(());
            }
            ServerMessage::Signal(signal) => (Some(signal.sender_easyrtcid), &signal.msg_data),
            ServerMessage::Custom(custom) => (custom.sender_easyrtcid, &custom.msg_data),
            _ => return Ok(()),
        };
        let Some(sender) = sender.and_then(|sender| self.names.get(&sender)) else { return Ok(()) };
        let passed = self.passed.entry((*sender, delivery.conn)).or_default();
        let waiting = self.waiting.get(sender).into_iter().flatten();
        let mut sent = waiting.chain(said(delivery.input, *sender)).skip(*passed);
        match sent.position(|sent| sent == payload) {
            Some(position) => *passed += position + 1,
            None => return Err(format!("{sender:?} sent no {payload:?}, or not in that order")),
        }
        Ok(())
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        self.passed.clear();
        for effect in step.effects {
            let Effect::Ask { question: Question::Application { easyrtcid, message, .. }, .. } =
                effect
            else {
                continue;
            };
            let Some(sender) = self.names.get(easyrtcid) else { continue };
            let waiting = self.waiting.get(sender).into_iter().flatten();
            if !waiting.chain(said(step.input, *sender)).any(|sent| *sent == message.msg_data) {
                return Err(format!("the application is asked {message:?}"));
            }
        }
        match step.input {
            Input::Message { conn, .. } => {
                let said = said(step.input, *conn).cloned();
                self.waiting.entry(*conn).or_default().extend(said);
            }
            Input::Closed { conn, .. } => {
                self.waiting.remove(conn);
            }
            _ => {}
        }
        self.waiting.retain(|conn, sent| {
            sent.drain(..sent.len().saturating_sub(step.model.waiting(*conn)));
            !sent.is_empty()
        });
        Ok(())
    }
}

/// The payload of the message at hand, if `sender` sent it.
fn said(input: &Input, sender: ConnId) -> impl Iterator<Item = &Option<Payload>> {
    let payload = match input {
        Input::Message { conn, message, .. } if *conn == sender => Some(match message {
            Ok(ClientMessage::Command(Command::Signal(signal))) => &signal.msg_data,
            Ok(ClientMessage::Custom(custom)) => &custom.msg_data,
            _ => &None,
        }),
        _ => None,
    };
    payload.into_iter()
}
