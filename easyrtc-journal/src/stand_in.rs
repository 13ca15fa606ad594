//! Stand-ins: texts in place of others, that tell nothing but their form.

mod symbol;

use hmac::{Hmac, KeyInit, Mac};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::Sha256;

use symbol::Symbol;

/// How often one half of a text is mixed into the other, in turn: as often as it takes to be taken
/// for a random permutation also by those who may undo some (Luby and Rackoff).
const ROUNDS: u8 = 4;

/// Bytes that shift one symbol: more than any alphabet has characters, so that all are alike.
const SHIFT: usize = 4;

/// Replaces texts by stand-ins.
///
/// A stand-in has the same length, in bytes and in UTF-16 units, and the same form: a letter stays
/// a letter, a digit a digit, punctuation stays as it is. So what was valid JSON, or a name, is one
/// still. Equal texts have equal stand-ins, different texts different ones: it is a permutation, of
/// all texts of one form, that only who has the key can undo. The key is drawn anew for each
/// journal, and forgotten with it.
pub struct StandIns {
    key: [u8; 32],
}

impl std::fmt::Debug for StandIns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StandIns(..)")
    }
}

impl StandIns {
    /// Stand-ins that nobody can foresee.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self { key })
    }

    /// Always the same stand-ins, for tests.
    #[must_use]
    pub const fn with_key(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The stand-in for `text`, a JSON value.
    #[must_use]
    pub fn of(&self, text: &str) -> String {
        let mut symbols = symbol::find(text);
        self.permute(&mut symbols);
        symbol::put_back(text, &symbols)
    }

    /// A Feistel network over symbols of several alphabets: each half is shifted, symbol by symbol,
    /// by what the key makes of the other.
    fn permute(&self, symbols: &mut [Symbol]) {
        let (left, right) = symbols.split_at_mut(symbols.len() / 2);
        let mut shifts = Vec::with_capacity(right.len() * SHIFT);
        for round in 0..ROUNDS {
            let (shifted, by) =
                if round % 2 == 0 { (&mut *right, &*left) } else { (&mut *left, &*right) };
            shifts.resize(shifted.len() * SHIFT, 0);
            self.stream(round, by).fill_bytes(&mut shifts);
            for (symbol, shift) in shifted.iter_mut().zip(shifts.as_chunks::<SHIFT>().0) {
                symbol.shift(u32::from_le_bytes(*shift));
            }
        }
    }

    fn stream(&self, round: u8, half: &[Symbol]) -> ChaCha20Rng {
        // HMAC takes keys of any length, so this fails never; a zero seed would still be one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return ChaCha20Rng::from_seed([0; 32]);
        };
        let mut bytes = Vec::with_capacity(1 + half.len());
        bytes.push(round);
        half.iter().for_each(|symbol| symbol.write(&mut bytes));
        mac.update(&bytes);
        ChaCha20Rng::from_seed(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn stand_ins() -> StandIns {
        StandIns::with_key([7; 32])
    }

    #[test]
    fn the_form_stays_and_the_content_goes() {
        let text =
            r#"{"user": "Bob-7é漢😀","pin":[-120.5e10,0,true,null,""],"\n\u00e9\ud83d":"A"}"#;
        let stand_in = stand_ins().of(text);
        assert_eq!(stand_in.len(), text.len());
        assert_eq!(stand_in.encode_utf16().count(), text.encode_utf16().count());
        let value: serde_json::Value =
            serde_json::from_str(&stand_in.replace("\\ud8", "\\u00")).unwrap();
        let pin = value.as_object().unwrap().values().find_map(|v| v.as_array()).unwrap();
        assert_eq!(pin[2..], [true.into(), serde_json::Value::Null, "".into()]);
        for part in ["user", "Bob", "é", "漢", "😀", "120"] {
            assert!(!stand_in.contains(part), "{part} in {stand_in}");
        }
    }

    #[test]
    fn equal_texts_have_equal_stand_ins_and_others_have_others() {
        let (one, two) = (stand_ins(), StandIns::with_key([8; 32]));
        assert_eq!(one.of("\"secret\""), one.of("\"secret\""));
        assert_ne!(one.of("\"secret\""), two.of("\"secret\""));
        for texts in [
            (0..100).map(|n| n.to_string()).collect::<Vec<_>>(),
            ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("\"{a}{b}\""))).collect(),
            ('\u{80}'..='\u{7ff}').step_by(3).map(|c| format!("\"{c}\"")).collect(),
            ('\u{800}'..='\u{ffff}').step_by(37).map(|c| format!("\"{c}\"")).collect(),
        ] {
            let stand_ins: BTreeSet<String> = texts.iter().map(|text| one.of(text)).collect();
            assert_eq!(stand_ins.len(), texts.len(), "of {}", texts[0]);
            assert!(
                stand_ins
                    .iter()
                    .all(|text| serde_json::from_str::<serde_json::Value>(text).is_ok())
            );
        }
    }

    #[test]
    fn small_changes_change_everything() {
        let (a, b) =
            (stand_ins().of("\"aaaaaaaaaaaaaaaa\""), stand_ins().of("\"aaaaaaaaaaaaaaab\""));
        let same = a.bytes().zip(b.bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 8, "{a} {b}");
    }

    #[test]
    fn what_stands_for_an_attachment_stays() {
        let text = r#"{"a":{"_placeholder":true,"num":12},"b":12}"#;
        let stand_in = stand_ins().of(text);
        assert!(stand_in.contains(r#":{"_placeholder":true,"num":12},""#), "{stand_in}");
    }
}
