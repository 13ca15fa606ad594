//! Randomness, handed in from outside so that a run can be repeated.

use easyrtc_proto::EasyrtcId;

use crate::planted::planted;

/// A source of random bytes. In production a CSPRNG: easyrtcids must not be guessable.
pub trait Entropy {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Letters and digits: 62 characters.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Characters of an easyrtcid: 95 bits (decision D27).
const LENGTH: usize = 16;

/// The easyrtcids in what was drawn from a source, for a journal: with these the same can happen
/// again, and they tell nothing about the source. Has to see all that is drawn.
#[derive(Debug, Default)]
pub struct DrawnIds {
    text: String,
    ids: Vec<EasyrtcId>,
}

impl DrawnIds {
    /// Notes what [`Entropy::fill`] gave.
    pub fn note(&mut self, bytes: &[u8]) {
        extend(&mut self.text, bytes);
        if self.text.len() >= LENGTH {
            self.ids.extend(EasyrtcId::parse(&self.text));
            self.text.clear();
        }
    }

    /// Takes out those that were drawn since the last call, in order, also such as were taken
    /// already and passed over.
    pub fn take(&mut self) -> Vec<EasyrtcId> {
        std::mem::take(&mut self.ids)
    }

    /// Fills `bytes` as an [`Entropy`] from which `id` is drawn.
    pub fn draw_again(id: &EasyrtcId, bytes: &mut [u8]) {
        for (byte, letter) in bytes.iter_mut().zip(id.as_str().bytes()) {
            let position = ALPHABET.iter().position(|&other| other == letter);
            *byte = position.and_then(|at| u8::try_from(at).ok()).unwrap_or_default();
        }
    }
}

/// Adds the letters that `bytes` stand for, up to the length of an easyrtcid. Of the 64 values of
/// six bits two stand for none and are passed over.
fn extend(text: &mut String, bytes: &[u8]) {
    let drawn = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
    text.extend(drawn.take(LENGTH - text.len()).map(|&byte| char::from(byte)));
}

/// Draws an easyrtcid for which `taken` is false.
//= docs/spec/envelope.md#envelope.easyrtcid
pub(crate) fn draw_easyrtcid(
    entropy: &mut dyn Entropy,
    taken: impl Fn(&EasyrtcId) -> bool,
) -> EasyrtcId {
    loop {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut bytes = [0; LENGTH];
            entropy.fill(&mut bytes);
            extend(&mut text, &bytes);
        }
        // Letters and digits always parse; a source that never yields a free name would be broken.
        if let Ok(id) = EasyrtcId::parse(&text)
            && (planted!(NamesCollide) || !taken(&id))
        {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// Counts up, so that some bytes stand for no letter.
    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    struct Noted(Counting, DrawnIds);

    impl Entropy for Noted {
        fn fill(&mut self, bytes: &mut [u8]) {
            self.0.fill(bytes);
            self.1.note(bytes);
        }
    }

    #[test]
    fn what_was_drawn_can_be_drawn_again() {
        let mut noted = Noted(Counting(0), DrawnIds::default());
        for round in 0..40 {
            // Every third draw passes over one that is taken.
            let (seen, taken) = (RefCell::new(Vec::new()), Cell::new(round % 3 == 0));
            let id = draw_easyrtcid(&mut noted, |id| {
                seen.borrow_mut().push(*id);
                taken.replace(false)
            });
            let drawn = noted.1.take();
            assert_eq!(drawn, seen.into_inner());
            assert_eq!(drawn.last(), Some(&id));
            let mut bytes = [0; LENGTH];
            DrawnIds::draw_again(&id, &mut bytes);
            let mut again = DrawnIds::default();
            again.note(&bytes);
            assert_eq!(again.take(), [id]);
        }
    }
}
