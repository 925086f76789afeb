//! Passwords: argon2id, checked off the async threads, the same work for an unknown person as for a wrong password.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use leadbell_domain::FieldErrors;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Shortest password, in characters (NIST SP 800-63B asks for at least 8).
pub const MIN_PASSWORD: usize = 8;
/// Shortest password that is chosen in pages, in characters: longer than the command line insists on, where whoever
/// types may have reasons.
pub const MIN_CHOSEN: usize = 10;
/// Longest password, in bytes: hashing time must not be the sender's to choose.
pub const MAX_PASSWORD: usize = 1_024;

/// Hashes at a time: each takes 19 MiB (argon2's default, OWASP's first choice), and the cores have other work.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// Compared with when there is no such person, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::generate(&mut argon2::password_hash::rand_core::OsRng);
    Ok(Argon2::default()
        .hash_password(password.as_bytes(), &salt)?
        .to_string())
}

/// Hashes a new password in PHC form. The error says what is wrong with it.
pub async fn hash(password: SecretString) -> Result<String, String> {
    let text = password.expose_secret();
    if text.chars().count() < MIN_PASSWORD {
        return Err(format!("A password has at least {MIN_PASSWORD} characters."));
    }
    if text.len() > MAX_PASSWORD {
        return Err(format!("A password has at most {MAX_PASSWORD} bytes."));
    }
    off_thread(move || hash_now(password.expose_secret()))
        .await
        .map_err(|_| "The password could not be hashed.".to_owned())
}

/// A password that somebody chose for himself, typed twice, if it can be one. `email` is his address.
pub fn chosen(new: &str, again: &str, email: &str) -> Result<SecretString, FieldErrors> {
    let mut errors = FieldErrors::new();
    if new.chars().count() < MIN_CHOSEN {
        errors.add(
            "new_password",
            format!("A password has at least {MIN_CHOSEN} characters."),
        );
    } else if new.len() > MAX_PASSWORD {
        errors.add(
            "new_password",
            format!("A password has at most {MAX_PASSWORD} bytes."),
        );
    } else if new.trim().to_lowercase() == email.to_lowercase() {
        errors.add("new_password", "Choose something else than your e-mail address.");
    } else if new != again {
        errors.add("new_password_again", "This is not the same as above.");
    }
    if errors.is_empty() {
        Ok(SecretString::from(new.to_owned()))
    } else {
        Err(errors)
    }
}

/// Whether the password fits the hash; without a hash, never, in the same time.
pub async fn verify(hash: Option<String>, password: SecretString) -> bool {
    if password.expose_secret().len() > MAX_PASSWORD {
        return false;
    }
    off_thread(move || {
        // Who has not chosen a password yet has no hash either, and is answered as slowly.
        let hash = hash.filter(|text| PasswordHash::new(text).is_ok());
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&text).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.expose_secret().as_bytes(), &parsed)
                .is_ok()
        });
        known && fits
    })
    .await
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    // The semaphore is never closed.
    let _turn = Arc::clone(&TURNS).acquire_owned().await;
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_person_fits() {
        let hashed = hash("correct horse".into()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify(Some(hashed.clone()), "correct horse".into()).await);
        assert!(!verify(Some(hashed), "wrong horse".into()).await);
        assert!(!verify(None, "nobody has this password".into()).await);
        for nothing in ["", "!"] {
            assert!(!verify(Some(nothing.to_owned()), "nobody has this password".into()).await);
            assert!(!verify(Some(nothing.to_owned()), nothing.into()).await);
        }
    }

    #[test]
    fn a_chosen_password_is_long_no_address_and_typed_twice_alike() {
        let email = "ann.kim@example.com";
        let refused = |new: &str, again: &str| chosen(new, again, email).unwrap_err().0[0].field.clone();
        assert!(chosen("ten letter", "ten letter", email).is_ok());
        assert_eq!(refused("nine char", "nine char"), "new_password");
        assert_eq!(
            refused("Ann.Kim@example.com", "Ann.Kim@example.com"),
            "new_password"
        );
        let endless = "x".repeat(MAX_PASSWORD + 1);
        assert_eq!(refused(&endless, &endless), "new_password");
        assert_eq!(refused("ten letter", "ten lettre"), "new_password_again");
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        assert!(hash("short".into()).await.is_err());
        assert!(hash("x".repeat(MAX_PASSWORD + 1).into()).await.is_err());
    }
}
