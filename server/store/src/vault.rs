//! Encrypts, decrypts and recognises what Slack gave us, with the present key and with those before it.
//!
//! What is sealed reads `format byte (1) · key id (4 bytes) · nonce (24) · ciphertext with tag`. The connection's id is
//! associated data, so what was copied into another row does not open there. The key id tells with which key it was
//! sealed: while a key is exchanged, what is stored is sealed with two of them, and a server has to know both. It looks
//! into the file of the keys again before it seals anything, and when it meets a key that it does not know: so a key
//! can be exchanged without stopping it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use leadbell_domain::{ConnectionId, SlackToken};
use rand::RngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::keys::Keys;
use crate::secret::{KEY_BYTES, keyed_hash};
use crate::{SecretKey, StoreError};

/// The only layout of what is sealed so far.
const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
/// A key made ready for use.
struct Ready {
    cipher: XChaCha20Poly1305,
    id: [u8; KEY_ID_BYTES],
    fingerprint: SecretBox<[u8; KEY_BYTES]>,
}

impl Ready {
    fn of(key: &SecretKey) -> Self {
        let sealing = key.derive("leadbell slack token sealing v1");
        let id = key.derive("leadbell slack token key id v1");
        Self {
            cipher: XChaCha20Poly1305::new(&sealing.into()),
            id: [id[0], id[1], id[2], id[3]],
            fingerprint: SecretBox::new(Box::new(key.derive("leadbell slack token fingerprint v1"))),
        }
    }

    fn seal(&self, aad: &str, text: &str) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        OsRng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: aad.as_bytes(),
        };
        // Fails only for messages beyond 256 GiB; a token has 512 characters at most.
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| StoreError::WrongKey)?;
        Ok([&[FORMAT][..], &self.id, &nonce, &sealed].concat())
    }

    /// `rest` follows the key id.
    fn open(&self, aad: &str, rest: &[u8]) -> Result<SecretString, StoreError> {
        let (nonce, cipher_text) = rest.split_at_checked(NONCE_BYTES).ok_or(StoreError::WrongKey)?;
        let payload = Payload {
            msg: cipher_text,
            aad: aad.as_bytes(),
        };
        let plain = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| StoreError::WrongKey)?;
        let text = String::from_utf8(plain).map_err(|_| StoreError::WrongKey)?;
        Ok(SecretString::from(text))
    }

    fn fingerprint(&self, token: &SlackToken) -> Vec<u8> {
        keyed_hash(self.fingerprint.expose_secret(), token.reveal().as_bytes()).to_vec()
    }
}

/// The keys known at a moment.
struct Ring {
    present: Ready,
    previous: Vec<Ready>,
}

impl Ring {
    fn of(keys: &Keys) -> Self {
        let present = Ready::of(keys.present());
        let previous = keys.previous().iter().map(Ready::of).collect();
        Self { present, previous }
    }

    fn find(&self, id: [u8; KEY_ID_BYTES]) -> Option<&Ready> {
        std::iter::once(&self.present)
            .chain(&self.previous)
            .find(|ready| ready.id == id)
    }

    fn is_same(&self, other: &Ring) -> bool {
        let ids = |ring: &Ring| -> Vec<[u8; KEY_ID_BYTES]> {
            std::iter::once(&ring.present)
                .chain(&ring.previous)
                .map(|ready| ready.id)
                .collect()
        };
        ids(self) == ids(other)
    }
}

/// A token ready to be stored.
pub(crate) struct SealedToken {
    /// Encrypted with the present key.
    pub(crate) sealed: Vec<u8>,
    /// Always the same for the same token and key, and tells nothing without the key.
    pub(crate) fingerprint: Vec<u8>,
    /// The same by earlier keys, under which the token may be stored already.
    pub(crate) earlier_fingerprints: Vec<Vec<u8>>,
}

/// What tells one state of a file from another.
type Stamp = (Option<SystemTime>, u64, u64);

/// Encrypts, decrypts and recognises.
pub(crate) struct TokenVault {
    ring: RwLock<Arc<Ring>>,
    file: Option<PathBuf>,
    /// The file as it was read last.
    read: Mutex<Option<Stamp>>,
}

impl TokenVault {
    pub(crate) fn new(keys: &Keys) -> Self {
        Self {
            ring: RwLock::new(Arc::new(Ring::of(keys))),
            file: keys.file().map(Path::to_path_buf),
            read: Mutex::new(None),
        }
    }

    /// Encrypts a token for the row of this connection.
    pub(crate) fn seal(&self, id: &ConnectionId, token: &SlackToken) -> Result<SealedToken, StoreError> {
        let ring = self.newest();
        Ok(SealedToken {
            sealed: ring.present.seal(id.as_str(), token.reveal())?,
            fingerprint: ring.present.fingerprint(token),
            earlier_fingerprints: ring.previous.iter().map(|key| key.fingerprint(token)).collect(),
        })
    }

    /// Encrypts what the next token of this connection is fetched with.
    pub(crate) fn seal_refresh(&self, id: &ConnectionId, text: &SecretString) -> Result<Vec<u8>, StoreError> {
        self.newest().present.seal(&refresh_of(id), text.expose_secret())
    }

    /// Decrypts the token of this connection. `WrongKey` for anything that was not sealed for it with a known key.
    pub(crate) fn open(&self, id: &ConnectionId, sealed: &[u8]) -> Result<SlackToken, StoreError> {
        let text = self.open_text(id.as_str(), sealed)?;
        SlackToken::parse(text.expose_secret()).map_err(|_| StoreError::Inconsistent {
            table: "connections",
            row: id.to_string(),
            detail: "the token is not of a usable shape".to_owned(),
        })
    }

    /// Decrypts what the next token is fetched with.
    pub(crate) fn open_refresh(&self, id: &ConnectionId, sealed: &[u8]) -> Result<SecretString, StoreError> {
        self.open_text(&refresh_of(id), sealed)
    }

    fn open_text(&self, aad: &str, sealed: &[u8]) -> Result<SecretString, StoreError> {
        let rest = sealed.strip_prefix(&[FORMAT]).ok_or(StoreError::WrongKey)?;
        let (key, rest) = rest
            .split_first_chunk::<KEY_ID_BYTES>()
            .ok_or(StoreError::WrongKey)?;
        if let Some(ready) = self.known().find(*key) {
            return ready.open(aad, rest);
        }
        self.read_file();
        match self.known().find(*key) {
            Some(ready) => ready.open(aad, rest),
            None => Err(StoreError::WrongKey),
        }
    }

    /// Whether this was sealed with the present key.
    pub(crate) fn is_present(&self, sealed: &[u8]) -> bool {
        let ring = self.known();
        sealed
            .strip_prefix(&[FORMAT])
            .is_some_and(|rest| rest.starts_with(&ring.present.id))
    }

    fn known(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys as the file has them now. Sealing is rare, and the file a few bytes.
    fn newest(&self) -> Arc<Ring> {
        self.read_file();
        self.known()
    }

    /// Takes over the keys of the file, if it is another by now. One that can't be used changes nothing.
    fn read_file(&self) {
        let Some(file) = &self.file else { return };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(file);
        if stamp.is_some() && *read == stamp {
            return;
        }
        *read = stamp;
        let keys = match Keys::read(file) {
            Ok(keys) => keys,
            Err(error) => {
                tracing::error!(%error, "the file of the secret keys can't be used; those known stay in use");
                return;
            }
        };
        let ring = Ring::of(&keys);
        let mut known = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        if !known.is_same(&ring) {
            *known = Arc::new(ring);
            tracing::info!(keys = keys.len(), "the secret keys were read anew");
        }
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let found = std::fs::metadata(file).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let number = 0;
    Some((found.modified().ok(), found.len(), number))
}

/// Other associated data than the token's, so that neither can stand in the other's place.
fn refresh_of(id: &ConnectionId) -> String {
    format!("{id} refresh")
}

#[cfg(test)]
mod tests;
