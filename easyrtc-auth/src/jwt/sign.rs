//! Making tokens.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::{hmac, signature};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::key::{Algorithm, InvalidKey, MIN_SECRET};

/// A key that tokens can be signed with.
pub struct SigningKey(Kind);

enum Kind {
    Hmac(hmac::Key),
    Rsa(Box<signature::RsaKeyPair>),
    P256(Box<signature::EcdsaKeyPair>),
    Ed25519(Box<signature::Ed25519KeyPair>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// The operating system gives no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token cannot be signed")]
pub struct NotSigned;

impl SigningKey {
    /// The key for `algorithm`: a secret as it stands for HS256, else a private key in PEM form
    /// (PKCS #8).
    ///
    /// # Errors
    /// If it is none for this algorithm.
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        if algorithm == Algorithm::Hs256 {
            if key.len() < MIN_SECRET {
                return Err(InvalidKey::ShortSecret);
            }
            return Ok(Self(Kind::Hmac(hmac::Key::new(hmac::HMAC_SHA256, key))));
        }
        let der = PrivatePkcs8KeyDer::from_pem_slice(key).map_err(|_| InvalidKey::NoPrivateKey)?;
        let der = der.secret_pkcs8_der();
        let kind = match algorithm {
            Algorithm::Hs256 | Algorithm::Rs256 => {
                signature::RsaKeyPair::from_pkcs8(der).map(|key| Kind::Rsa(Box::new(key)))
            }
            Algorithm::Es256 => signature::EcdsaKeyPair::from_pkcs8(
                &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                der,
                &SystemRandom::new(),
            )
            .map(|key| Kind::P256(Box::new(key))),
            Algorithm::EdDsa => signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
                .map(|key| Kind::Ed25519(Box::new(key))),
        };
        kind.map(Self).map_err(|_| InvalidKey::Unsupported)
    }

    /// The algorithm it is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Kind::Hmac(_) => Algorithm::Hs256,
            Kind::Rsa(_) => Algorithm::Rs256,
            Kind::P256(_) => Algorithm::Es256,
            Kind::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// A token with these claims; `key_id` is what its key is called, if it has a name.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn sign(&self, claims: &Value, key_id: Option<&str>) -> Result<String, NotSigned> {
        let mut header = json!({ "alg": self.algorithm().as_str(), "typ": "JWT" });
        if let Some(key_id) = key_id {
            header["kid"] = key_id.into();
        }
        let [header, claims] =
            [&header, claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes()));
        let signed = format!("{header}.{claims}");
        let signature = self.signature(signed.as_bytes()).map_err(|_| NotSigned)?;
        Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        let random = SystemRandom::new();
        match &self.0 {
            Kind::Hmac(key) => Ok(hmac::sign(key, message).as_ref().into()),
            Kind::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
            Kind::P256(key) => key.sign(&random, message).map(|s| s.as_ref().into()),
            Kind::Ed25519(key) => Ok(key.sign(message).as_ref().into()),
        }
    }
}
