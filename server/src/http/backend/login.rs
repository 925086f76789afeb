//! Logging in and out. A login has a row of its own in the store, and the session holds its id: it is worth something
//! only as long as that row is there, so ending one works at once, wherever its cookie is.

use leadbell_app::error::AppError;
use leadbell_domain::{FieldErrors, SessionId};
use leadbell_store::{NewSession, StoreError, User, UserSession};
use secrecy::SecretString;
use tower_sessions::Session;

use super::{RequestBackend, internal, store_error};
use crate::http::password;
use crate::http::session::SEEN_EVERY_MS;
use crate::ids::Fresh as _;
use crate::state::AppState;

/// Session keys.
const LOGIN: &str = "login";
const SEEN: &str = "seen";

/// The person of the session and his login, if still allowed in. A database that does not answer logs nobody in.
pub(super) async fn logged_in(state: &AppState, session: &Session) -> Option<(User, SessionId)> {
    let login = match session.get::<SessionId>(LOGIN).await {
        Ok(login) => login?,
        Err(error) => {
            tracing::error!(%error, "a session can't be read");
            return None;
        }
    };
    match state.store.session_user(&login).await {
        Ok(user) => {
            let user = user?;
            keep_alive(state, session, &login).await;
            Some((user, login))
        }
        Err(error) => {
            tracing::error!(%error, "a session's user can't be read");
            None
        }
    }
}

/// Puts the session's end off. A session is saved, and its end moved, only when something in it changes; a visit every
/// so often is such a change.
async fn keep_alive(state: &AppState, session: &Session, login: &SessionId) {
    let now = state.clock.now_ms();
    let seen = session.get::<i64>(SEEN).await.ok().flatten();
    if seen.is_some_and(|seen| now - seen < SEEN_EVERY_MS) {
        return;
    }
    if let Err(error) = session.insert(SEEN, now).await {
        tracing::warn!(%error, "a session's end can't be put off");
    }
    if let Err(error) = state.store.touch_session(login, now).await {
        tracing::warn!(%error, "a visit can't be noted");
    }
}

impl RequestBackend {
    pub(super) async fn start_login(&self, email: &str, password: &str) -> Result<(), AppError> {
        let refused = |message: &str| AppError::Fields(FieldErrors::one("email", message));
        let wrong = || refused("The e-mail address or the password is wrong.");
        let address: String = email.trim().to_lowercase().chars().take(320).collect();
        let now = self.state.clock.now_ms();
        if !self.throttle.may_try(&address, now) {
            return Err(refused(
                "Too many tries for this e-mail address. Wait a quarter of an hour and try again.",
            ));
        }
        let Some((user, password_hash)) = self.try_log_in(&address, password).await? else {
            self.throttle.failed(&address, now);
            return Err(wrong());
        };
        self.throttle.succeeded(&address);
        // A fresh id, so that a session id planted before the login is worth nothing after it.
        self.session.cycle_id().await.map_err(|error| internal(&error))?;
        // In one browser, one login ends where the next begins.
        self.forget_login().await?;
        let session = UserSession {
            id: SessionId::fresh(),
            device: self.device.clone(),
            started_at: now,
            seen_at: now,
        };
        let login = session.id.clone();
        let new = NewSession {
            session,
            user: user.id,
            password_hash,
        };
        match self.state.store.start_session(&new).await {
            Ok(()) => {}
            // Disabled, or his password changed, since it was looked at a moment ago.
            Err(StoreError::NotFound) => return Err(wrong()),
            Err(error) => return Err(store_error(error)),
        }
        self.session
            .insert(SEEN, now)
            .await
            .map_err(|error| internal(&error))?;
        self.session
            .insert(LOGIN, login)
            .await
            .map_err(|error| internal(&error))
    }

    /// The person of this address with the hash that the password fits.
    async fn try_log_in(&self, address: &str, password: &str) -> Result<Option<(User, String)>, AppError> {
        let found = self
            .state
            .store
            .find_user_by_email(address)
            .await
            .map_err(store_error)?;
        let hash = found.as_ref().map(|(_, hash)| hash.clone());
        let fits = password::verify(hash, SecretString::from(password.to_owned())).await;
        Ok(found.filter(|(user, _)| fits && user.active))
    }

    async fn forget_login(&self) -> Result<(), AppError> {
        let (Some(user), Some(login)) = (&self.user, &self.login) else {
            return Ok(());
        };
        match self.state.store.end_session(&user.id, login).await {
            Ok(()) | Err(StoreError::NotFound) => Ok(()),
            Err(error) => Err(store_error(error)),
        }
    }

    pub(super) async fn end_login(&self) -> Result<(), AppError> {
        self.forget_login().await?;
        self.session.flush().await.map_err(|error| internal(&error))
    }
}
