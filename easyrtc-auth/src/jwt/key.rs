//! Keys, and the one algorithm each is for.

use std::fmt;
use std::str::FromStr;

use ring::{hmac, signature};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{SubjectPublicKeyInfoDer, alg_id};

/// Bytes a secret has at least: those of the hash, as RFC 7518 asks for.
pub const MIN_SECRET: usize = 32;

/// Bytes of an RSA modulus: 2048 to 8192 bits.
const RSA_MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
/// Bytes of an Ed25519 key, and of a coordinate of P-256.
const CURVE_BYTES: usize = 32;

/// How tokens are signed. Others are refused, `none` among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256: who verifies can sign.
    Hs256,
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hs256, Self::Rs256, Self::Es256, Self::EdDsa];

    /// Its name in a token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A name of no algorithm that tokens may be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not HS256, RS256, ES256 or EdDSA")]
pub struct UnknownAlgorithm;

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        let known = Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name);
        known.ok_or(UnknownAlgorithm)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A key that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// A secret that can be guessed.
    #[error("has fewer than {MIN_SECRET} bytes: `openssl rand -base64 32` makes one that will do")]
    ShortSecret,
    /// There is no public key in a PEM text.
    #[error("has no section PUBLIC KEY: `openssl pkey -in KEY -pubout` makes one")]
    NoPublicKey,
    /// There is no private key in a PEM text.
    #[error("has no section PRIVATE KEY, which `openssl genpkey` makes")]
    NoPrivateKey,
    /// It is for none of the algorithms, too short, or malformed.
    #[error("is no key for RS256 (2048 to 8192 bits), ES256 (P-256) or EdDSA (Ed25519)")]
    Unsupported,
}

/// A key that signatures can be verified with, by the one algorithm it is for.
pub struct VerifyingKey(Kind);

enum Kind {
    Hmac(hmac::Key),
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.algorithm())
    }
}

impl VerifyingKey {
    /// A secret, for HS256.
    ///
    /// # Errors
    /// If it is shorter than [`MIN_SECRET`].
    pub fn from_secret(secret: &[u8]) -> Result<Self, InvalidKey> {
        if secret.len() < MIN_SECRET {
            return Err(InvalidKey::ShortSecret);
        }
        Ok(Self(Kind::Hmac(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    /// The public key in a PEM text, whose type says the algorithm.
    ///
    /// # Errors
    /// If there is none, or it is for no algorithm that is known here.
    pub fn from_pem(pem: &[u8]) -> Result<Self, InvalidKey> {
        let info = SubjectPublicKeyInfoDer::from_pem_slice(pem);
        let info = info.map_err(|_| InvalidKey::NoPublicKey)?;
        Self::from_info(&info).ok_or(InvalidKey::Unsupported)
    }

    /// The key of a `SubjectPublicKeyInfo` (RFC 5280).
    fn from_info(der: &[u8]) -> Option<Self> {
        let (info, []) = element(der, SEQUENCE)? else { return None };
        let (algorithm, rest) = element(info, SEQUENCE)?;
        let (bits, []) = element(rest, BIT_STRING)? else { return None };
        let key = bits.strip_prefix(&[0])?;
        if algorithm == alg_id::RSA_ENCRYPTION.as_ref() {
            let (parts, []) = element(key, SEQUENCE)? else { return None };
            let (modulus, rest) = element(parts, INTEGER)?;
            let (exponent, []) = element(rest, INTEGER)? else { return None };
            Self::from_rsa(modulus, exponent)
        } else if algorithm == alg_id::ECDSA_P256.as_ref() {
            let (x, y) = key.strip_prefix(&[UNCOMPRESSED])?.split_at_checked(CURVE_BYTES)?;
            Self::from_p256(x, y)
        } else if algorithm == alg_id::ED25519.as_ref() {
            Self::from_ed25519(key)
        } else {
            None
        }
    }

    /// `None` if it is too short or too long.
    pub(super) fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let [modulus, exponent] = [modulus, exponent].map(without_leading_zeros);
        let fits = RSA_MODULUS.contains(&modulus.len()) && (1..=4).contains(&exponent.len());
        fits.then(|| Self(Kind::Rsa { modulus: modulus.into(), exponent: exponent.into() }))
    }

    /// `None` if the coordinates have not their length. That they are a point of the curve is
    /// checked with each signature.
    pub(super) fn from_p256(x: &[u8], y: &[u8]) -> Option<Self> {
        let fits = x.len() == CURVE_BYTES && y.len() == CURVE_BYTES;
        fits.then(|| Self(Kind::P256([&[UNCOMPRESSED], x, y].concat())))
    }

    /// `None` if it has not its length.
    pub(super) fn from_ed25519(key: &[u8]) -> Option<Self> {
        (key.len() == CURVE_BYTES).then(|| Self(Kind::Ed25519(key.into())))
    }

    /// The algorithm it is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Kind::Hmac(_) => Algorithm::Hs256,
            Kind::Rsa { .. } => Algorithm::Rs256,
            Kind::P256(_) => Algorithm::Es256,
            Kind::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Whether `signature` is that of `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        use signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256};
        let verified = match &self.0 {
            Kind::Hmac(key) => hmac::verify(key, message, signature),
            Kind::Rsa { modulus: n, exponent: e } => signature::RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            Kind::P256(point) => {
                let key = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature)
            }
            Kind::Ed25519(key) => {
                signature::UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
        };
        verified.is_ok()
    }
}

/// First byte of a point that is written with both coordinates.
const UNCOMPRESSED: u8 = 4;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;

/// The first element of some DER, which has to have this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => rest.split_first().map(|(&length, rest)| (usize::from(length), rest))?,
        0x82 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
