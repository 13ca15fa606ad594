//! The commands that make what clients log in with.

use std::io::Read;

/// Bytes a password may have.
const MAX_PASSWORD: usize = 4096;

/// The hash of the password that `input` holds, but for a line's end after it.
///
/// # Errors
/// Says what is wrong with it.
pub fn hash_password(input: impl Read) -> Result<String, String> {
    let mut password = Vec::new();
    let limit = u64::try_from(MAX_PASSWORD).unwrap_or(u64::MAX).saturating_add(3);
    let read = input.take(limit).read_to_end(&mut password);
    read.map_err(|error| format!("the password cannot be read: {error}"))?;
    let ends = password.iter().rev().take_while(|byte| b"\r\n".contains(byte)).count();
    password.truncate(password.len() - ends);
    if password.is_empty() {
        return Err("there is no password on standard input".to_owned());
    }
    if password.len() > MAX_PASSWORD {
        return Err(format!("the password has more than {MAX_PASSWORD} bytes"));
    }
    easyrtc_auth::hash_password(&password).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_hashed() {
        for good in ["correct horse\n", "correct horse", "x\r\n"] {
            let hash = hash_password(good.as_bytes()).unwrap();
            assert!(hash.starts_with("$argon2id$"), "{hash}");
        }
        for bad in ["", "\n", &"x".repeat(MAX_PASSWORD + 1)] {
            assert!(hash_password(bad.as_bytes()).is_err());
        }
    }
}
