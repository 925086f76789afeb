//! Who calls: finds the token, and what a method demands of it.

use super::reply::Reply;
use crate::model::{Token, TokenKind, TokenState};
use crate::workspace::Workspace;

/// The token as given in the header, or else as a form field.
pub(crate) fn given_token(authorization: Option<&str>, form: Option<&str>) -> Option<String> {
    let header = authorization.and_then(|h| {
        let (scheme, token) = h.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().to_owned())
    });
    header
        .or_else(|| form.map(str::to_owned))
        .filter(|t| !t.is_empty())
}

/// The token's record.
///
/// # Errors
/// `not_authed`, `invalid_auth`, `token_revoked`, `account_inactive` or `token_expired`.
pub(crate) fn find(workspace: &Workspace, given: Option<&str>) -> Result<Token, Reply> {
    let given = given.ok_or_else(|| Reply::error("not_authed"))?;
    let token = workspace
        .tokens
        .get(given)
        .ok_or_else(|| Reply::error("invalid_auth"))?;
    match token.state {
        TokenState::Active => Ok(token.clone()),
        TokenState::Revoked => Err(Reply::error("token_revoked")),
        TokenState::AccountInactive => Err(Reply::error("account_inactive")),
        TokenState::Expired => Err(Reply::error("token_expired")),
    }
}

/// Scopes of which a method wants at least one; the first is named in `missing_scope`.
pub(crate) fn accepted_scopes(method: &str, kind: TokenKind) -> &'static [&'static str] {
    match (method, kind) {
        ("chat.postMessage" | "chat.update", _) => &["chat:write"],
        ("conversations.join", TokenKind::Bot) => &["channels:join"],
        // channels:join and chat:write.public exist for bots only.
        ("conversations.join", TokenKind::User) => &["channels:write"],
        ("conversations.open", _) => &["im:write", "mpim:write", "groups:write", "channels:manage"],
        _ => &[],
    }
}

/// Checks that the token has one of the method's scopes.
///
/// # Errors
/// `missing_scope`.
pub(crate) fn check_scope(token: &Token, accepted: &[&str]) -> Result<(), Reply> {
    match accepted.first() {
        Some(first) if !accepted.iter().any(|s| token.has(s)) => {
            Err(Reply::missing_scope(first, &token.scopes))
        }
        _ => Ok(()),
    }
}
