//! Passwords as they are kept: argon2id, in the PHC string format.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// KiB one hash may ask for, 1 GiB: a hash is made by the operator, and this is a slip of the pen.
const MAX_MEMORY: u32 = 1024 * 1024;

/// A password could not be hashed: the operating system gives no randomness, or the password has
/// more than 2^32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashError;

/// The hash of `password`, for a file of users: argon2id with a new salt, 19 MiB and two passes,
/// as OWASP recommends.
///
/// # Errors
/// If it cannot be hashed.
pub fn hash_password(password: &[u8]) -> Result<String, HashError> {
    let hash = Argon2::default().hash_password(password).map_err(|_| HashError)?;
    Ok(hash.to_string())
}

/// Checks the form of a hash, and that it is argon2id.
pub(crate) fn check_hash(hash: &str) -> Result<(), &'static str> {
    const FORM: &str = "is no argon2id hash: easyrtc-server hash-password makes one";
    let hash = PasswordHash::new(hash).map_err(|_| FORM)?;
    if hash.algorithm.as_str() != "argon2id" || hash.hash.is_none() || hash.salt.is_none() {
        return Err(FORM);
    }
    let params = argon2::Params::try_from(&hash).map_err(|_| FORM)?;
    if params.m_cost() > MAX_MEMORY { Err("asks for more than 1 GiB of memory") } else { Ok(()) }
}

/// Whether `hash` is that of `password`. Takes long: not for an async task.
pub(crate) fn verify(password: &[u8], hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let hash = hash_password(b"correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(check_hash(&hash), Ok(()));
        assert!(verify(b"correct horse", &hash));
        assert!(!verify(b"battery staple", &hash));
        assert_ne!(hash_password(b"correct horse").unwrap(), hash, "salted");
    }

    #[test]
    fn only_argon2id_of_sane_cost() {
        let salt_and_hash = "c2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        for (start, fits) in [
            ("$argon2id$v=19$m=8,t=1,p=1$", true),
            ("$argon2i$v=19$m=8,t=1,p=1$", false),
            ("$argon2id$v=19$m=2000000,t=1,p=1$", false),
            ("$scrypt$ln=1,r=8,p=1$", false),
            ("", false),
        ] {
            assert_eq!(check_hash(&format!("{start}{salt_and_hash}")).is_ok(), fits, "{start}");
        }
        assert!(check_hash("$argon2id$v=19$m=8,t=1,p=1$").is_err());
        assert!(check_hash("hunter2").is_err());
    }
}
