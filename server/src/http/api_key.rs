//! API keys: `Authorization: Bearer lbk_…`. Only their SHA-256 is stored; they are long random texts, so a fast hash
//! is enough (nothing can be guessed), and every request can afford it.

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use leadbell_domain::{Role, Timestamp, Viewer};
use leadbell_store::{ApiKey, Store, StoreError};
use rand::RngCore;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::actor::{Actor, Caller};
use crate::ids::Fresh;
use crate::state::AppState;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiScope {
    /// Post events.
    Ingest,
    /// Change the catalog.
    Catalog,
    /// Change rules and connections.
    Rules,
    /// Read everything.
    Read,
}

impl ApiScope {
    /// Every scope.
    pub const ALL: [ApiScope; 4] = [
        ApiScope::Ingest,
        ApiScope::Catalog,
        ApiScope::Rules,
        ApiScope::Read,
    ];

    /// The name in settings and in the database.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            ApiScope::Ingest => "ingest",
            ApiScope::Catalog => "catalog",
            ApiScope::Rules => "rules",
            ApiScope::Read => "read",
        }
    }

    /// The scope of this name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<ApiScope> {
        ApiScope::ALL.into_iter().find(|scope| scope.key() == key)
    }
}

/// Longest key looked at, in bytes; ours have 47.
const MAX_KEY: usize = 200;

/// What is stored of a long random text.
pub fn hash(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}

/// Makes a key and stores its hash. The key itself is in the answer and nowhere else.
pub async fn create(
    store: &dyn Store,
    name: &str,
    scopes: &[ApiScope],
    now: Timestamp,
) -> Result<SecretString, StoreError> {
    Ok(make(store, name, scopes, now).await?.1)
}

/// Like [`create`], with what is stored of the key.
pub async fn make(
    store: &dyn Store,
    name: &str,
    scopes: &[ApiScope],
    now: Timestamp,
) -> Result<(ApiKey, SecretString), StoreError> {
    let text = format!("lbk_{}", random_text::<32>());
    let key = ApiKey {
        id: Fresh::fresh(),
        name: name.to_owned(),
        prefix: text[..8].to_owned(),
        scopes: scopes.iter().map(|scope| scope.key().to_owned()).collect(),
        created_at: now,
    };
    store.insert_api_key(&key, &hash(&text)).await?;
    Ok((key, SecretString::from(text)))
}

/// So many random bytes, as text for addresses and headers.
pub fn random_text<const BYTES: usize>() -> String {
    let mut bytes = [0u8; BYTES];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key of a request, if it is valid and has this scope. A key acts as a Global Admin within its scopes.
pub async fn authenticate(state: &AppState, headers: &HeaderMap, scope: ApiScope) -> Result<Caller, Problem> {
    let text = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
        .ok_or_else(|| unauthorized("Send your API key as “Authorization: Bearer lbk_…”."))?;
    check(state, text, scope).await
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, detail)
}

/// The same for a key that came another way: platforms that can only call a URL have no headers to set.
pub async fn check(state: &AppState, text: &str, scope: ApiScope) -> Result<Caller, Problem> {
    let found = match text.starts_with("lbk_") && text.len() <= MAX_KEY {
        true => state.store.find_api_key(&hash(text)).await?,
        false => None,
    };
    let key = found.ok_or_else(|| unauthorized("This API key is not valid."))?;
    if !key.scopes.iter().any(|granted| granted == scope.key()) {
        let detail = format!("This API key lacks the scope “{}”.", scope.key());
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    Ok(Caller {
        viewer: Viewer {
            user: None,
            role: Role::GlobalAdmin,
            publishers: Vec::new(),
            buyers: Vec::new(),
            elevated: false,
            policy: state.settings.now().policy,
        },
        actor: Actor::Key {
            id: key.id,
            name: key.name,
        },
    })
}
