//! People, for those whose duty they are. For everybody else there is nothing here.

use std::collections::BTreeMap;

use async_trait::async_trait;
use leadbell_app::backend::People;
use leadbell_app::error::AppError;
use leadbell_app::views::people::{Assignable, Handover, UserForm, UserRow, UserSearch, UserState, UserView};
use leadbell_app::views::{Choice, Listing};
use leadbell_domain::{
    AuditAction, Duty, Entity, EntityId, EntityKind, EntityStatus, FieldErrors, Role, Scope, UserId, Verb,
};
use leadbell_store::{
    EntityQuery, NO_PASSWORD, NewUser, PasswordLink, StoreError, User, UserQuery, UserRecord, UserStatus,
};

use super::{PAGE, RequestBackend, store_error};
use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::http::api_key::{hash, random_text};
use crate::ids::Fresh as _;
use crate::people::{self, Known};

/// How long a one-time link can be used, milliseconds.
const LINK_MS: i64 = 24 * 60 * 60 * 1_000;
/// Publishers or buyers offered at a time.
const OFFERED: i64 = 20;

fn state_of(record: &UserRecord) -> UserState {
    match record.status() {
        UserStatus::Active => UserState::Active,
        UserStatus::Invited => UserState::Invited,
        UserStatus::Disabled => UserState::Disabled,
    }
}

fn status_of(state: UserState) -> UserStatus {
    match state {
        UserState::Active => UserStatus::Active,
        UserState::Invited => UserStatus::Invited,
        UserState::Disabled => UserStatus::Disabled,
    }
}

fn choice(entity: Entity) -> Choice {
    Choice {
        id: entity.id.to_string(),
        name: entity.name,
        note: (entity.status != EntityStatus::Active).then(|| entity.status.label().to_owned()),
    }
}

fn ids(texts: &[String]) -> Vec<EntityId> {
    texts
        .iter()
        .filter_map(|text| EntityId::new(text.as_str()).ok())
        .collect()
}

/// Whose: a refusal of a person's change, at its field.
fn refused(error: StoreError) -> AppError {
    match error {
        StoreError::Taken(_) => AppError::Fields(FieldErrors::one(
            "address",
            "Somebody else has this address already.",
        )),
        StoreError::LastAdmin => AppError::Fields(FieldErrors::one(
            "role",
            "This is the last active Global Admin. Make somebody else one first.",
        )),
        other => store_error(other),
    }
}

impl RequestBackend {
    /// Lets in whose duty people are.
    pub(super) fn manager(&self) -> Result<Caller, AppError> {
        let caller = self.caller()?;
        if caller.duty(Duty::Users, Verb::Manage) == Scope::All {
            Ok(caller)
        } else {
            Err(AppError::NotFound)
        }
    }

    pub(super) async fn tell_of(&self, caller: &Caller, line: Line) {
        audit::record(&*self.state.store, &caller.actor, self.state.clock.now_ms(), line).await;
    }

    /// The entities of these ids, whatever their status.
    async fn entities_of(&self, kind: EntityKind, ids: Vec<EntityId>) -> Result<Vec<Entity>, AppError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = EntityQuery {
            limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
            ids: Some(ids),
            hide_deleted: false,
            ..EntityQuery::of(kind, Scope::All)
        };
        let page = self.state.store.list_entities(&query).await;
        Ok(page.map_err(store_error)?.rows)
    }

    /// What may be assigned of what was chosen.
    async fn known(&self, form: &UserForm, before: Option<&User>) -> Result<Known, AppError> {
        let of = async |kind, typed: &[String], had: Option<&Vec<EntityId>>| {
            let found = self.entities_of(kind, ids(typed)).await?;
            let mut known: Vec<EntityId> = found.into_iter().map(|entity| entity.id).collect();
            // People are often made before the catalog knows whose they are.
            known.extend(had.into_iter().flatten().cloned());
            Ok::<_, AppError>(known)
        };
        Ok(Known {
            publishers: of(
                EntityKind::Publisher,
                &form.publishers,
                before.map(|user| &user.publishers),
            )
            .await?,
            buyers: of(EntityKind::Buyer, &form.buyers, before.map(|user| &user.buyers)).await?,
        })
    }

    async fn record(&self, id: &UserId) -> Result<UserRecord, AppError> {
        let found = self.state.store.find_user_record(id).await;
        found.map_err(store_error)?.ok_or(AppError::NotFound)
    }

    async fn make_link(&self, user: &User) -> Result<Handover, AppError> {
        let token = random_text::<48>();
        let now = self.state.clock.now_ms();
        let link = PasswordLink {
            hash: hash(&token),
            user: user.id.clone(),
            created_at: now,
            expires_at: now + LINK_MS,
        };
        self.state
            .store
            .add_password_link(&link)
            .await
            .map_err(store_error)?;
        Ok(Handover {
            id: user.id.clone(),
            name: user.name.clone(),
            link: format!("{}/reset/{token}", self.state.public_url),
            until: link.expires_at,
        })
    }
}

#[async_trait]
impl People for RequestBackend {
    async fn users(&self, search: &UserSearch) -> Result<Listing<UserRow>, AppError> {
        self.manager()?;
        let query = UserQuery {
            search: search.q.clone(),
            role: Role::from_key(&search.role),
            status: UserState::from_key(&search.status).map(status_of),
            offset: i64::from(search.page.max(1) - 1) * PAGE,
            limit: PAGE,
        };
        let page = self.state.store.list_users(&query).await.map_err(store_error)?;
        let mut names: BTreeMap<(EntityKind, EntityId), String> = BTreeMap::new();
        let of = |pick: fn(&User) -> &Vec<EntityId>| -> Vec<EntityId> {
            let mut ids: Vec<EntityId> = page
                .rows
                .iter()
                .flat_map(|row| pick(&row.user).iter().take(4).cloned())
                .collect();
            ids.sort();
            ids.dedup();
            ids
        };
        let publishers = of(|user| &user.publishers);
        let buyers = of(|user| &user.buyers);
        for (kind, ids) in [(EntityKind::Publisher, publishers), (EntityKind::Buyer, buyers)] {
            for entity in self.entities_of(kind, ids).await? {
                names.insert((kind, entity.id), entity.name);
            }
        }
        let name = |kind, id: &EntityId| {
            let known = names.get(&(kind, id.clone()));
            known.map_or_else(|| id.to_string(), Clone::clone)
        };
        let rows = page
            .rows
            .iter()
            .map(|row| {
                let user = &row.user;
                let publishers = user.publishers.iter().map(|id| name(EntityKind::Publisher, id));
                let buyers = user.buyers.iter().map(|id| name(EntityKind::Buyer, id));
                UserRow {
                    id: user.id.clone(),
                    name: user.name.clone(),
                    email: user.email.clone(),
                    role: user.role,
                    state: state_of(row),
                    manages: publishers.chain(buyers).collect(),
                    last_login_at: row.last_login_at,
                }
            })
            .collect();
        Ok(Listing {
            rows,
            total: page.total,
            offset: query.offset,
            limit: PAGE,
        })
    }

    async fn user(&self, id: &UserId) -> Result<UserView, AppError> {
        let caller = self.manager()?;
        let record = self.record(id).await?;
        let user = &record.user;
        let texts = |ids: &[EntityId]| ids.iter().map(ToString::to_string).collect();
        Ok(UserView {
            id: user.id.clone(),
            form: UserForm {
                name: user.name.clone(),
                address: user.email.clone(),
                role: user.role.key().to_owned(),
                publishers: texts(&user.publishers),
                buyers: texts(&user.buyers),
                version: record.version,
            },
            state: state_of(&record),
            created_at: user.created_at,
            last_login_at: record.last_login_at,
            manages_until: self.elevated_until(user),
            own: caller.user.as_ref() == Some(id),
        })
    }

    async fn assignable(&self, kind: EntityKind, q: &str, chosen: &[String]) -> Result<Assignable, AppError> {
        self.manager()?;
        let chosen = ids(chosen);
        let mut known = self.entities_of(kind, chosen.clone()).await?;
        let kept = chosen.iter().map(|id| {
            let at = known.iter().position(|entity| entity.id == *id);
            match at {
                Some(at) => choice(known.swap_remove(at)),
                None => Choice {
                    id: id.to_string(),
                    name: id.to_string(),
                    note: Some("Not in the catalog".to_owned()),
                },
            }
        });
        let kept: Vec<Choice> = kept.collect();
        let query = EntityQuery {
            search: q.trim().to_owned(),
            limit: OFFERED,
            ..EntityQuery::of(kind, Scope::All)
        };
        let page = self
            .state
            .store
            .list_entities(&query)
            .await
            .map_err(store_error)?;
        let more = page.total - i64::try_from(page.rows.len()).unwrap_or_default();
        let found = page
            .rows
            .into_iter()
            .filter(|entity| !chosen.contains(&entity.id))
            .map(choice)
            .collect();
        Ok(Assignable {
            chosen: kept,
            found,
            more: more.max(0),
        })
    }

    async fn add_user(&self, form: &UserForm) -> Result<Handover, AppError> {
        let caller = self.manager()?;
        let known = self.known(form, None).await?;
        let parsed = people::parse(form, &known).map_err(AppError::Fields)?;
        let user = User {
            id: UserId::fresh(),
            email: parsed.email,
            name: parsed.name,
            role: parsed.role,
            publishers: parsed.publishers,
            buyers: parsed.buyers,
            active: true,
            manages_until: None,
            created_at: self.state.clock.now_ms(),
        };
        let new = NewUser {
            user: user.clone(),
            password_hash: NO_PASSWORD.to_owned(),
        };
        self.state.store.insert_user(&new).await.map_err(refused)?;
        let line = Line::user(AuditAction::UserCreated, &user).detail(people::describe_new(&user));
        self.tell_of(&caller, line).await;
        self.make_link(&user).await
    }

    async fn change_user(&self, id: &UserId, form: &UserForm) -> Result<(), AppError> {
        let caller = self.manager()?;
        let before = self.record(id).await?;
        let known = self.known(form, Some(&before.user)).await?;
        let change = people::parse(form, &known).map_err(AppError::Fields)?;
        if caller.user.as_ref() == Some(id) && change.role != before.user.role {
            return Err(AppError::Fields(FieldErrors::one(
                "role",
                "You can't change your own role. Another Global Admin can.",
            )));
        }
        let was = self
            .state
            .store
            .update_user(id, &change, Some(form.version))
            .await
            .map_err(refused)?;
        let detail = people::describe(&was, &change);
        if !detail.is_empty() {
            let now = User {
                name: change.name,
                ..was
            };
            let line = Line::user(AuditAction::UserChanged, &now).detail(detail);
            self.tell_of(&caller, line).await;
        }
        Ok(())
    }

    async fn switch_user(&self, id: &UserId, active: bool) -> Result<String, AppError> {
        let caller = self.manager()?;
        if caller.user.as_ref() == Some(id) {
            return Err(AppError::Request(
                "You can't disable yourself. Another Global Admin can.".to_owned(),
            ));
        }
        let was = self.state.store.set_user_active(id, active).await;
        let was = was.map_err(|error| match error {
            StoreError::LastAdmin => AppError::Request(
                "This is the last active Global Admin. Make somebody else one first.".to_owned(),
            ),
            other => store_error(other),
        })?;
        if was.active != active {
            let action = if active {
                AuditAction::UserEnabled
            } else {
                AuditAction::UserDisabled
            };
            self.tell_of(&caller, Line::user(action, &was)).await;
        }
        Ok(was.name)
    }

    async fn hand_over(&self, id: &UserId) -> Result<Handover, AppError> {
        let caller = self.manager()?;
        let user = self.record(id).await?.user;
        if !user.active {
            return Err(AppError::Request(
                "This user is disabled. Enable them first.".to_owned(),
            ));
        }
        let made = self.make_link(&user).await?;
        let line = Line::user(AuditAction::UserPasswordLink, &user).detail("Valid for a day, once.");
        self.tell_of(&caller, line).await;
        Ok(made)
    }
}
