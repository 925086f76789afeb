//! A master key, and what is derived from it: a key of its own for each purpose.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rand::RngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

/// Length of the master key in bytes.
pub(crate) const KEY_BYTES: usize = 32;

/// The master key: 32 random bytes outside the database (`LEADBELL_SECRET_KEY`). `Debug` does not show it.
pub struct SecretKey(SecretBox<[u8; KEY_BYTES]>);

/// A text that is not a key. Never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret key is 32 bytes, written as 44 characters of Base64 or 64 of hexadecimal")]
pub struct InvalidKey;

impl SecretKey {
    /// Takes 32 bytes as they are.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The same key once more. Not `Clone`: copies of a secret should catch the eye.
    pub(crate) fn again(&self) -> Self {
        Self::from_bytes(*self.0.expose_secret())
    }

    /// A fresh key from the operating system's random numbers.
    #[must_use]
    pub fn generate() -> Self {
        Self(SecretBox::init_with_mut(|bytes: &mut [u8; KEY_BYTES]| {
            OsRng.fill_bytes(bytes)
        }))
    }

    /// Reads a key written as Base64 (44 characters) or hexadecimal (64); white space around it is ignored.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let text = text.trim();
        let bytes = match text.len() {
            64 => decode_hex(text).ok_or(InvalidKey)?,
            _ => STANDARD.decode(text).map_err(|_| InvalidKey)?,
        };
        Ok(Self::from_bytes(bytes.try_into().map_err(|_| InvalidKey)?))
    }

    /// The key in Base64, for the file it is kept in.
    #[must_use]
    pub fn encode(&self) -> SecretString {
        SecretString::from(STANDARD.encode(self.0.expose_secret()))
    }

    /// A key of its own for each purpose, so that no two uses can weaken each other.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; KEY_BYTES] {
        keyed_hash(self.0.expose_secret(), purpose.as_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// HMAC-SHA256.
pub(crate) fn keyed_hash(key: &[u8; KEY_BYTES], message: &[u8]) -> [u8; KEY_BYTES] {
    // A key of exactly the block size needs no check, hence no error to handle.
    let mut block = [0_u8; 64];
    block[..KEY_BYTES].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect();
    Some(
        digits?
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_base64_and_from_hexadecimal() {
        let key = SecretKey::generate();
        let again = SecretKey::parse(&format!(" {}\n", key.encode().expose_secret())).unwrap();
        assert_eq!(key.derive("x"), again.derive("x"));
        assert_ne!(key.derive("x"), key.derive("y"));
        let hex = SecretKey::parse(&"0f".repeat(32)).unwrap();
        assert_eq!(hex.derive("x"), SecretKey::from_bytes([15; 32]).derive("x"));
    }

    #[test]
    fn a_wrong_key_is_refused_without_repeating_it() {
        for wrong in [
            "",
            "hunter2",
            &"0g".repeat(32),
            &"ab".repeat(31),
            &"é".repeat(32),
            &STANDARD.encode([1; 31]),
        ] {
            let error = SecretKey::parse(wrong).unwrap_err();
            assert!(wrong.is_empty() || !error.to_string().contains(wrong), "{wrong}");
        }
        assert_eq!(format!("{:?}", SecretKey::from_bytes([7; 32])), "SecretKey(…)");
    }

    #[test]
    fn the_keyed_hash_is_hmac_sha256() {
        // RFC 4231, test case 2, has a key of 4 bytes; padded with zeros to the block, HMAC is the same.
        let mut key = [0_u8; 32];
        key[..4].copy_from_slice(b"Jefe");
        let hash = keyed_hash(&key, b"what do ya want for nothing?");
        let expected =
            decode_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
        assert_eq!(hash.to_vec(), expected);
    }
}
