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

/// Client id and secret of an `Authorization: Basic` header, with a colon between.
pub(crate) fn given_basic(header: &str) -> Option<String> {
    let (scheme, text) = header.split_once(' ')?;
    let bytes = base64(text.trim()).filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    String::from_utf8(bytes).ok()
}

/// Base64, as far as a header needs it.
fn base64(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        bits = (bits << 6 | u32::try_from(value).ok()?) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
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
