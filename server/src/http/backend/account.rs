//! One's own account, and the way in by a one-time link.

use async_trait::async_trait;
use leadbell_app::backend::Account;
use leadbell_app::error::AppError;
use leadbell_app::views::people::{AccountView, SessionRow};
use leadbell_domain::{AuditAction, FieldErrors, SessionId};
use leadbell_store::{Actor, User};
use secrecy::SecretString;

use super::{RequestBackend, internal, store_error};
use crate::audit::{self, Line, changed};
use crate::http::api_key::hash;
use crate::http::password;
use crate::http::session::ENDED_MS;
use crate::people;

/// So much of a link's token says which link somebody tries; the rest is what he would have to guess.
const LINK_NAME: usize = 16;
/// Longest token looked at, in bytes; ours have 64.
const MAX_TOKEN: usize = 200;

/// In upper case, so that no e-mail address, which is in lower case, is ever throttled by it.
fn link_key(token: &str) -> String {
    let name: String = token.chars().take(LINK_NAME).collect();
    format!("LINK {name}")
}

impl RequestBackend {
    fn own(&self) -> Result<(&User, &SessionId), AppError> {
        self.user
            .as_ref()
            .zip(self.login.as_ref())
            .ok_or(AppError::LoggedOut)
    }

    /// The person a link is for; counts tries with links that are none.
    async fn owner_of(&self, token: &str) -> Result<User, AppError> {
        let now = self.state.clock.now_ms();
        let key = link_key(token);
        if !self.throttle.may_try(&key, now) {
            return Err(AppError::Request(
                "Too many tries with this link. Wait a quarter of an hour and try again.".to_owned(),
            ));
        }
        let found = if token.len() <= MAX_TOKEN {
            let store = &self.state.store;
            store
                .find_password_link(&hash(token), now)
                .await
                .map_err(store_error)?
        } else {
            None
        };
        found.ok_or_else(|| {
            self.throttle.failed(&key, now);
            AppError::NotFound
        })
    }

    async fn tell(&self, user: &User, line: Line) {
        let actor = Actor::Person {
            id: user.id.clone(),
            name: user.name.clone(),
        };
        audit::record(&*self.state.store, &actor, self.state.clock.now_ms(), line).await;
    }
}

#[async_trait]
impl Account for RequestBackend {
    async fn account(&self) -> Result<AccountView, AppError> {
        let (user, login) = self.own()?;
        let since = self.state.clock.now_ms() - ENDED_MS;
        let sessions = self.state.store.list_sessions(&user.id, since).await;
        let sessions = sessions
            .map_err(store_error)?
            .into_iter()
            .map(|session| SessionRow {
                this: session.id == *login,
                id: session.id,
                device: session.device,
                started_at: session.started_at,
                seen_at: session.seen_at,
            })
            .collect();
        Ok(AccountView {
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role,
            manages_until: self.elevated_until(user),
            sessions,
        })
    }

    async fn rename(&self, name: &str) -> Result<(), AppError> {
        let (user, _) = self.own()?;
        let name =
            people::name(name).map_err(|message| AppError::Fields(FieldErrors::one("name", message)))?;
        self.state
            .store
            .rename_user(&user.id, &name)
            .await
            .map_err(store_error)?;
        if let Some(detail) = changed("Name", &user.name, &name) {
            let line = Line::user(AuditAction::UserChanged, user).detail(detail);
            self.tell(user, line).await;
        }
        Ok(())
    }

    async fn change_password(&self, old: &str, new: &str, again: &str) -> Result<(), AppError> {
        let (user, login) = self.own()?;
        let refused = |message: &str| AppError::Fields(FieldErrors::one("old_password", message));
        let key = format!("ACCOUNT {}", user.id);
        let now = self.state.clock.now_ms();
        if !self.throttle.may_try(&key, now) {
            return Err(refused(
                "Too many tries. Wait a quarter of an hour and try again.",
            ));
        }
        let stored = self.state.store.find_user_by_email(&user.email).await;
        let stored = stored.map_err(store_error)?.map(|(_, hash)| hash);
        if !password::verify(stored, SecretString::from(old.to_owned())).await {
            self.throttle.failed(&key, now);
            return Err(refused("This is not your present password."));
        }
        self.throttle.succeeded(&key);
        let new = password::chosen(new, again, &user.email).map_err(AppError::Fields)?;
        let new = password::hash(new).await.map_err(|error| internal(&error))?;
        self.state
            .store
            .set_password(&user.id, &new, Some(login))
            .await
            .map_err(store_error)?;
        // Whoever copied the cookie of before is left without.
        self.session.cycle_id().await.map_err(|error| internal(&error))?;
        self.tell(user, Line::user(AuditAction::UserPasswordChanged, user))
            .await;
        Ok(())
    }

    async fn end_session(&self, id: &SessionId) -> Result<bool, AppError> {
        let (user, login) = self.own()?;
        if id == login {
            self.end_login().await?;
            return Ok(true);
        }
        self.state
            .store
            .end_session(&user.id, id)
            .await
            .map_err(store_error)?;
        Ok(false)
    }

    async fn end_other_sessions(&self) -> Result<u64, AppError> {
        let (user, login) = self.own()?;
        self.state
            .store
            .end_other_sessions(&user.id, Some(login))
            .await
            .map_err(store_error)
    }

    async fn link_owner(&self, token: &str) -> Result<String, AppError> {
        Ok(self.owner_of(token).await?.name)
    }

    async fn use_link(&self, token: &str, new: &str, again: &str) -> Result<(), AppError> {
        let user = self.owner_of(token).await?;
        let new = password::chosen(new, again, &user.email).map_err(AppError::Fields)?;
        let new = password::hash(new).await.map_err(|error| internal(&error))?;
        let now = self.state.clock.now_ms();
        let used = self.state.store.use_password_link(&hash(token), &new, now).await;
        let user = used.map_err(store_error)?.ok_or(AppError::NotFound)?;
        self.throttle.succeeded(&user.email);
        let line = Line::user(AuditAction::UserPasswordReset, &user).detail("By a one-time link.");
        self.tell(&user, line).await;
        Ok(())
    }
}
