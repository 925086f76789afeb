//! Fills an empty database with the demo's business, through the same doors as everybody else.

use leadbell_domain::{EntityId, Level, Policy, Role, RuleDraft, SecretText, SlackToken, Viewer};
use leadbell_store::{ApiKey, ConnectionOwner, EntityUpsert, NewUser, User};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::business::{CATALOG, Entry, PEOPLE, RULES};
use super::{API_KEY, PASSWORD};
use crate::actor::{Actor, Caller};
use crate::cli::CliError;
use crate::http::api_key::ApiScope;
use crate::http::password;
use crate::ids::Fresh;
use crate::state::AppState;
use crate::{connections, rules};

/// Fills the database unless somebody lives there already. Answers whether it did.
pub async fn fill_if_empty(state: &AppState) -> Result<bool, CliError> {
    if state.store.count_users().await? > 0 {
        return Ok(false);
    }
    let now = state.clock.now_ms();
    let catalog = CATALOG.iter().map(upsert).collect::<Result<Vec<_>, _>>()?;
    state.store.upsert_entities(&catalog, now).await?;

    let mut authors: Vec<(&str, Actor)> = Vec::new();
    let password_hash = password::hash(SecretString::from(PASSWORD)).await?;
    for person in PEOPLE {
        let user = User {
            id: Fresh::fresh(),
            email: person.email.to_owned(),
            name: person.name.to_owned(),
            role: person.role,
            publishers: ids(person.publisher)?,
            buyers: ids(person.buyer)?,
            active: true,
            manages_until: None,
            created_at: now,
        };
        let actor = Actor::Person {
            id: user.id.clone(),
            name: user.name.clone(),
        };
        authors.push((person.email, actor));
        state
            .store
            .insert_user(&NewUser {
                user,
                password_hash: password_hash.clone(),
            })
            .await?;
    }
    let key = ApiKey {
        id: Fresh::fresh(),
        name: "Demo".to_owned(),
        prefix: API_KEY[..8].to_owned(),
        scopes: ApiScope::ALL.map(|scope| scope.key().to_owned()).to_vec(),
        created_at: now,
    };
    state
        .store
        .insert_api_key(&key, &Sha256::digest(API_KEY.as_bytes()))
        .await?;
    add_rules(state, &authors).await?;
    Ok(true)
}

fn ids(id: Option<&str>) -> Result<Vec<EntityId>, CliError> {
    id.map(|id| EntityId::new(id).map_err(Into::into))
        .into_iter()
        .collect()
}

fn upsert(entry: &Entry) -> Result<EntityUpsert, CliError> {
    let id = |id: Option<&str>| id.map(EntityId::new).transpose();
    Ok(EntityUpsert {
        kind: entry.kind,
        id: EntityId::new(entry.id)?,
        name: Some(entry.name.to_owned()),
        platform: entry.platform,
        status: Some(entry.status),
        product: id(entry.product)?,
        publisher: id(entry.publisher)?,
        buyer: id(entry.buyer)?,
        campaigns: (!entry.campaigns.is_empty())
            .then(|| entry.campaigns.iter().map(|id| EntityId::new(*id)).collect())
            .transpose()?,
        discovered: false,
    })
}

async fn add_rules(state: &AppState, authors: &[(&str, Actor)]) -> Result<(), CliError> {
    let token = |text| SlackToken::parse(text).map_err(CliError::from);
    let bot = token(leadbell_sandbox::demo::BOT_TOKEN)?;
    let (connection, _) =
        connections::keep_token(state, &Actor::System, ConnectionOwner::Staff, &bot).await?;
    for rule in RULES {
        let mut draft = RuleDraft::from_json(&serde_json::from_str(rule.json)?)?;
        draft.connection_id = connection.id.to_string();
        draft.auth_token = SecretText::default();
        let author = authors
            .iter()
            .find(|(email, _)| *email == rule.author)
            .map_or(Actor::System, |(_, actor)| actor.clone());
        let caller = Caller {
            viewer: Viewer {
                user: author.user().cloned(),
                role: Role::GlobalAdmin,
                publishers: Vec::new(),
                buyers: Vec::new(),
                elevated: false,
                policy: Policy::default(),
            },
            actor: author,
        };
        let level: Level = rule.level;
        rules::save(
            state,
            &caller,
            level,
            &EntityId::new(rule.entity)?,
            None,
            &draft,
            rules::Flood::Remarked,
        )
        .await?;
    }
    Ok(())
}
