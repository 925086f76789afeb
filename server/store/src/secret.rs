//! The master key, and what is derived from it: encryption of Slack tokens at rest, and their fingerprints.
//!
//! A sealed token is `format byte (1) · key id (4 bytes) · nonce (24) · ciphertext with tag`. The connection's id is
//! associated data, so a sealed token copied into another row does not open there. The key id tells at once that a
//! token was sealed with another key, and leaves room for several keys when one day they are rotated.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use leadbell_domain::{ConnectionId, SlackToken};
use rand::RngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

use crate::StoreError;

/// Length of the master key in bytes.
const KEY_BYTES: usize = 32;
/// The only layout of a sealed token so far.
const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;

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

/// Encrypts, decrypts and recognises Slack tokens.
pub(crate) struct TokenVault {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID_BYTES],
    fingerprint_key: SecretBox<[u8; KEY_BYTES]>,
}

impl TokenVault {
    pub(crate) fn new(key: &SecretKey) -> Self {
        let sealing = key.derive("leadbell slack token sealing v1");
        let id = key.derive("leadbell slack token key id v1");
        Self {
            cipher: XChaCha20Poly1305::new(&sealing.into()),
            key_id: [id[0], id[1], id[2], id[3]],
            fingerprint_key: SecretBox::new(Box::new(key.derive("leadbell slack token fingerprint v1"))),
        }
    }

    /// Encrypts a token for the row of this connection.
    pub(crate) fn seal(&self, id: &ConnectionId, token: &SlackToken) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        OsRng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: token.reveal().as_bytes(),
            aad: id.as_str().as_bytes(),
        };
        // Fails only for messages beyond 256 GiB; a token has 512 characters at most.
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| StoreError::WrongKey)?;
        Ok([&[FORMAT][..], &self.key_id, &nonce, &sealed].concat())
    }

    /// Decrypts the token of this connection. `WrongKey` for anything that was not sealed for it with this key.
    pub(crate) fn open(&self, id: &ConnectionId, sealed: &[u8]) -> Result<SlackToken, StoreError> {
        let rest = sealed.strip_prefix(&[FORMAT]).ok_or(StoreError::WrongKey)?;
        let rest = rest.strip_prefix(&self.key_id[..]).ok_or(StoreError::WrongKey)?;
        let (nonce, cipher_text) = rest.split_at_checked(NONCE_BYTES).ok_or(StoreError::WrongKey)?;
        let payload = Payload {
            msg: cipher_text,
            aad: id.as_str().as_bytes(),
        };
        let plain = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| StoreError::WrongKey)?;
        let text = String::from_utf8(plain).map_err(|_| StoreError::WrongKey)?;
        SlackToken::parse(&text).map_err(|_| StoreError::Inconsistent {
            table: "connections",
            row: id.to_string(),
            detail: "the token is not of a usable shape".to_owned(),
        })
    }

    /// Always the same for the same token and key, and tells nothing without the key.
    pub(crate) fn fingerprint(&self, token: &SlackToken) -> Vec<u8> {
        keyed_hash(self.fingerprint_key.expose_secret(), token.reveal().as_bytes()).to_vec()
    }
}

/// HMAC-SHA256.
fn keyed_hash(key: &[u8; KEY_BYTES], message: &[u8]) -> [u8; KEY_BYTES] {
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

    const TOKEN: &str = "xoxb-1234567890-abcdefWXYZ";

    fn connection(last: char) -> ConnectionId {
        ConnectionId::new(format!("01931c3e-7b1a-7c3e-8a55-0242ac12000{last}")).unwrap()
    }

    fn vault(byte: u8) -> TokenVault {
        TokenVault::new(&SecretKey::from_bytes([byte; 32]))
    }

    #[test]
    fn a_sealed_token_opens_with_its_key_in_its_row_only() {
        let token = SlackToken::parse(TOKEN).unwrap();
        let sealed = vault(1).seal(&connection('1'), &token).unwrap();
        assert_eq!(vault(1).open(&connection('1'), &sealed).unwrap(), token);
        assert!(matches!(
            vault(2).open(&connection('1'), &sealed),
            Err(StoreError::WrongKey)
        ));
        assert!(matches!(
            vault(1).open(&connection('2'), &sealed),
            Err(StoreError::WrongKey)
        ));
    }

    #[test]
    fn a_damaged_or_cut_token_is_refused() {
        let sealed = vault(1)
            .seal(&connection('1'), &SlackToken::parse(TOKEN).unwrap())
            .unwrap();
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(vault(1).open(&connection('1'), &damaged).is_err(), "byte {at}");
            assert!(
                vault(1).open(&connection('1'), &sealed[..at]).is_err(),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn the_same_token_is_sealed_differently_each_time_but_recognised() {
        let token = SlackToken::parse(TOKEN).unwrap();
        let vault = vault(1);
        assert_ne!(
            vault.seal(&connection('1'), &token).unwrap(),
            vault.seal(&connection('1'), &token).unwrap()
        );
        assert_eq!(vault.fingerprint(&token), vault.fingerprint(&token));
        let other = SlackToken::parse("xoxb-1234567890-abcdefWXYA").unwrap();
        assert_ne!(vault.fingerprint(&token), vault.fingerprint(&other));
    }

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
