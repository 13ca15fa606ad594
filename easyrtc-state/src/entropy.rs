//! Randomness, handed in from outside so that a run can be repeated.

use easyrtc_proto::EasyrtcId;

/// A source of random bytes. In production a CSPRNG: easyrtcids must not be guessable.
pub trait Entropy {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Letters and digits: 62 characters.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Characters of an easyrtcid: 95 bits (decision D27).
const LENGTH: usize = 16;

/// Draws an easyrtcid for which `taken` is false.
pub(crate) fn draw_easyrtcid(
    entropy: &mut dyn Entropy,
    taken: impl Fn(&EasyrtcId) -> bool,
) -> EasyrtcId {
    loop {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut bytes = [0; LENGTH];
            entropy.fill(&mut bytes);
            // Of the 64 values of six bits two stand for no character and are passed over.
            let drawn = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
            text.extend(drawn.take(LENGTH - text.len()).map(|&byte| char::from(byte)));
        }
        // Letters and digits always parse; a source that never yields a free name would be broken.
        if let Ok(id) = EasyrtcId::parse(&text)
            && !taken(&id)
        {
            return id;
        }
    }
}
