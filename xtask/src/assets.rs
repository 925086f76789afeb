//! Content hashes, and each file's compressed forms beside it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The first 64 bits of the content's SHA-256, in hex: enough to tell versions of a file apart.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Bytes of a file as it is, and over the wire.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Uncompressed.
    pub plain: u64,
    /// Brotli, quality 11; `None` if not compressed.
    pub brotli: Option<u64>,
    /// gzip, level 9; `None` if not compressed.
    pub gzip: Option<u64>,
}

/// Files of these kinds shrink; pictures and fonts are compressed already.
pub fn compressible(path: &Path) -> bool {
    const KINDS: [&str; 9] = [
        "js",
        "wasm",
        "css",
        "svg",
        "html",
        "txt",
        "json",
        "xml",
        "webmanifest",
    ];
    path.extension()
        .and_then(|ext| ext.to_str())
        .is_some_and(|ext| KINDS.contains(&ext))
}

/// Writes the file and, if `compress`, its `.br` and `.gz`, each appearing whole or not at all: a server may be
/// serving the folder meanwhile.
pub fn write(path: &Path, bytes: &[u8], compress: bool) -> Result<Sizes> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let (brotli_path, gzip_path) = (with_suffix(path, "br"), with_suffix(path, "gz"));
    let mut sizes = Sizes {
        plain: bytes.len() as u64,
        brotli: None,
        gzip: None,
    };
    if compress && compressible(path) {
        let unchanged = fs::read(path).is_ok_and(|old| old == bytes);
        if !unchanged || !brotli_path.exists() {
            replace(&brotli_path, &brotli(bytes)?)?;
        }
        if !unchanged || !gzip_path.exists() {
            replace(&gzip_path, &gzip(bytes)?)?;
        }
        sizes.brotli = Some(fs::metadata(&brotli_path)?.len());
        sizes.gzip = Some(fs::metadata(&gzip_path)?.len());
    } else {
        // Left by a build of the other kind, they would be served instead of the new file.
        for old in [brotli_path, gzip_path] {
            if old.exists() {
                fs::remove_file(old)?;
            }
        }
    }
    replace(path, bytes)?;
    Ok(sizes)
}

/// Replaces a file in one step, unless it already has this content.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let temporary = with_suffix(path, "new");
    fs::write(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("writing {}", path.display()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sixteen_hex_digits_of_the_content() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea");
    }

    #[test]
    fn an_uncompressed_build_removes_the_compressed_forms_of_the_one_before() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.js");
        let sizes = write(&path, b"let a = 1;", true)?;
        assert!(sizes.brotli.is_some() && folder.path().join("a.js.br").exists());
        write(&path, b"let a = 2;", false)?;
        assert!(!folder.path().join("a.js.br").exists());
        assert!(!folder.path().join("a.js.gz").exists());
        Ok(())
    }

    #[test]
    fn compressed_forms_follow_their_file() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.css");
        write(&path, b"a{}", true)?;
        let first = fs::read(folder.path().join("a.css.gz"))?;
        write(&path, b"b{color:red}", true)?;
        assert_ne!(first, fs::read(folder.path().join("a.css.gz"))?);
        Ok(())
    }
}
