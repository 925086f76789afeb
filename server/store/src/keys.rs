//! The master keys: the present one, which seals from now on, and those before it, which only open.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use crate::{InvalidKey, SecretKey};

/// The keys in use. `Debug` shows how many there are.
pub struct Keys {
    keys: Vec<SecretKey>,
    file: Option<PathBuf>,
}

/// Why a file of keys can't be used. Names the file and never what is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It can't be read or written.
    #[error("{} can't be used: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is no key.
    #[error("{} does not hold 32 bytes in base64 or hex in line {line}", file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// From 1.
        line: usize,
    },
    /// There is no key in it.
    #[error("{} does not hold 32 bytes in base64 or hex", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
}

impl Keys {
    /// This key alone.
    #[must_use]
    pub fn only(present: SecretKey) -> Self {
        Self::with_previous(present, Vec::new())
    }

    /// A key and those before it.
    #[must_use]
    pub fn with_previous(present: SecretKey, previous: Vec<SecretKey>) -> Self {
        let mut keys = vec![present];
        keys.extend(previous);
        Self { keys, file: None }
    }

    /// Reads a file of keys, the newest first, one a line; `#` begins a comment.
    pub fn read(file: &Path) -> Result<Self, KeyFileError> {
        let text = std::fs::read_to_string(file).map_err(|source| KeyFileError::File {
            file: file.to_path_buf(),
            source,
        })?;
        let mut keys = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            keys.push(SecretKey::parse(line).map_err(|InvalidKey| KeyFileError::Line {
                file: file.to_path_buf(),
                line: number + 1,
            })?);
        }
        if keys.is_empty() {
            return Err(KeyFileError::Empty {
                file: file.to_path_buf(),
            });
        }
        Ok(Self {
            keys,
            file: Some(file.to_path_buf()),
        })
    }

    /// Writes such a file at one stroke: whoever reads it meanwhile reads the old one or the new one. Nobody but its
    /// owner can read it at any moment; an old file's owner and mode stay.
    pub fn write(file: &Path, keys: &[&SecretKey]) -> Result<(), KeyFileError> {
        write(file, keys).map_err(|source| KeyFileError::File {
            file: file.to_path_buf(),
            source,
        })
    }

    /// Seals from now on.
    #[must_use]
    pub fn present(&self) -> &SecretKey {
        // Never empty: no way to make one leaves it without a key.
        &self.keys[0]
    }

    /// Open what was sealed with them.
    #[must_use]
    pub fn previous(&self) -> &[SecretKey] {
        &self.keys[1..]
    }

    /// The newest first.
    pub fn iter(&self) -> impl Iterator<Item = &SecretKey> {
        self.keys.iter()
    }

    /// How many there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The file they come from, which may have others later; `None` when they are settings.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.keys.len())
    }
}

fn write(file: &Path, keys: &[&SecretKey]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut text = String::new();
    for (place, key) in keys.iter().enumerate() {
        let remark = if place == 0 { "" } else { "  # earlier: opens only" };
        let _ = writeln!(text, "{}{remark}", key.encode().expose_secret());
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // Left over from a try that was cut short.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(&beside)?;
    made.write_all(text.as_bytes())?;
    keep_owner(file, &beside)?;
    made.sync_all()?;
    std::fs::rename(&beside, file)
}

/// The service may run as somebody else than who exchanges the key: it must be able to read the new file, too.
fn keep_owner(old: &Path, new: &Path) -> std::io::Result<()> {
    let Ok(was) = std::fs::metadata(old) else {
        return Ok(());
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let is = std::fs::metadata(new)?;
        if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
            std::os::unix::fs::chown(new, Some(was.uid()), Some(was.gid()))?;
        }
    }
    std::fs::set_permissions(new, was.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_keys_is_read_newest_first_with_comments_and_empty_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/secret.key");
        let (new, old) = (SecretKey::from_bytes([2; 32]), SecretKey::from_bytes([1; 32]));
        Keys::write(&file, &[&new, &old]).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("# ours\n\n{text}")).unwrap();
        let keys = Keys::read(&file).unwrap();
        assert_eq!(keys.len(), 2);
        assert_eq!(keys.present().derive("x"), new.derive("x"));
        assert_eq!(keys.previous()[0].derive("x"), old.derive("x"));
        assert_eq!(keys.file(), Some(file.as_path()));
        assert_eq!(format!("{keys:?}"), "Keys(2)");
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused_without_repeating_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        for (text, told) in [("", "does not hold"), ("# x\nhunter2\n", "in line 2")] {
            std::fs::write(&file, text).unwrap();
            let error = Keys::read(&file).unwrap_err().to_string();
            assert!(error.contains(told) && !error.contains("hunter2"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_its_owners_only_and_an_old_ones_mode_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        Keys::write(&file, &[&SecretKey::generate()]).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        Keys::write(&file, &[&SecretKey::generate()]).unwrap();
        assert_eq!(mode(), 0o640);
    }
}
