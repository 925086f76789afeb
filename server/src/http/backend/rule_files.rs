//! All rules as a file, for pages.

use std::collections::HashMap;

use async_trait::async_trait;
use leadbell_app::backend::RuleFiles;
use leadbell_app::error::AppError;
use leadbell_app::views::{ImportFate, ImportLook, ImportRow, Imported, RuleFileKind};
use leadbell_domain::{Duty, EntityId, FieldErrors, Level, Rule, Verb, filter_lines};
use serde_json::Value;

use super::{RequestBackend, rule_error};
use crate::http::rule_data::file_body;
use crate::names::{Names, filter_names};
use crate::rule_data::{self, Fate, FileFormat, ImportError, Plan, Planned};
use crate::rules::RuleError;

/// Rules of a file that a page shows.
const SHOWN: usize = 200;

/// Pages of a duty are not there for others.
fn error(error: RuleError) -> AppError {
    match error {
        RuleError::Forbidden => AppError::NotFound,
        other => rule_error(other),
    }
}

fn read(file: &[u8]) -> Result<Vec<Value>, AppError> {
    rule_data::read(FileFormat::guess(file), file).map_err(|error| match error {
        rule_data::FileError::Shape(errors) => {
            let said: Vec<String> = errors
                .0
                .into_iter()
                .map(|error| match error.field.as_str() {
                    "" => error.message,
                    field => format!("{field}: {}", error.message),
                })
                .collect();
            AppError::Fields(FieldErrors::one("text", said.join(" ")))
        }
        other => AppError::Fields(FieldErrors::one("text", other.to_string())),
    })
}

#[async_trait]
impl RuleFiles for RequestBackend {
    fn rule_file_duties(&self) -> (bool, bool) {
        let may = |verb| {
            self.viewer()
                .is_ok_and(|viewer| !viewer.duty(Duty::RuleData, verb).is_nothing())
        };
        (may(Verb::View), may(Verb::Manage))
    }

    async fn export_rules(&self, kind: RuleFileKind) -> Result<axum::body::Body, AppError> {
        let format = match kind {
            RuleFileKind::Json => FileFormat::Json,
            RuleFileKind::Yaml => FileFormat::Yaml,
        };
        let export = rule_data::export(&self.state, &self.viewer()?, format).await;
        Ok(file_body(export.map_err(error)?))
    }

    async fn look_at_rules(&self, file: &[u8]) -> Result<ImportLook, AppError> {
        let caller = self.caller()?;
        let plan = rule_data::plan(&self.state, &caller, &read(file)?).await;
        self.look(&plan.map_err(error)?).await
    }

    async fn import_rules(&self, file: &[u8], seen: i64) -> Result<Imported, AppError> {
        let caller = self.caller()?;
        match rule_data::apply(&self.state, &caller, &read(file)?, seen).await {
            Ok(plan) => {
                let count = |is: fn(&Fate) -> bool| plan.rules.iter().filter(|rule| is(&rule.fate)).count();
                let new = count(|fate| matches!(fate, Fate::New(_)));
                let changed = count(|fate| matches!(fate, Fate::Changed { .. }));
                Ok(Imported::Done(new, changed))
            }
            Err(ImportError::Changed) => self.look_at_rules(file).await.map(Imported::Again),
            Err(ImportError::Refused(plan)) => self.look(&plan).await.map(Imported::Again),
            Err(ImportError::Rule(other)) => Err(error(other)),
        }
    }
}

impl RequestBackend {
    async fn look(&self, plan: &Plan) -> Result<ImportLook, AppError> {
        let mut look = ImportLook {
            seen: plan.version,
            new: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            rows: Vec::new(),
            more: 0,
        };
        let mut shown: Vec<(usize, &Planned)> = Vec::new();
        for (at, rule) in plan.rules.iter().enumerate() {
            match &rule.fate {
                Fate::New(_) => look.new += 1,
                Fate::Changed { .. } => look.changed += 1,
                Fate::Refused(_) => look.refused += 1,
                Fate::Unchanged => {
                    look.unchanged += 1;
                    continue;
                }
            }
            shown.push((at, rule));
        }
        // What has to be mended first; the sort keeps the file's order otherwise.
        shown.sort_by_key(|(_, rule)| !matches!(rule.fate, Fate::Refused(_)));
        look.more = shown.len().saturating_sub(SHOWN);
        shown.truncate(SHOWN);
        let names = self.names(shown.iter().map(|(_, rule)| *rule)).await?;
        look.rows = shown
            .into_iter()
            .map(|(at, rule)| row(at, rule, &names))
            .collect();
        Ok(look)
    }

    /// Names for the filters of new rules, asked for once for each entity.
    async fn names<'a>(
        &self,
        rules: impl Iterator<Item = &'a Planned>,
    ) -> Result<HashMap<(Level, EntityId), Names>, AppError> {
        let mut by_entity: HashMap<(Level, EntityId), Vec<&Rule>> = HashMap::new();
        for rule in rules {
            if let Fate::New(new) = &rule.fate {
                by_entity
                    .entry((new.level, new.entity.clone()))
                    .or_default()
                    .push(new);
            }
        }
        let viewer = self.viewer()?;
        let mut names = HashMap::new();
        for ((level, entity), rules) in by_entity {
            let found = filter_names(&*self.state.store, &viewer, level, &entity, rules.into_iter())
                .await
                .map_err(super::store_error)?;
            names.insert((level, entity), found);
        }
        Ok(names)
    }
}

fn row(at: usize, rule: &Planned, names: &HashMap<(Level, EntityId), Names>) -> ImportRow {
    let fate = match &rule.fate {
        Fate::New(new) => {
            let known = names.get(&(new.level, new.entity.clone()));
            let lines = filter_lines(&new.filters, |key, id| known?.get(&(key, id.to_owned())).cloned());
            let mut all = vec![new.trigger.label().to_owned()];
            all.extend(lines);
            all.push(format!("To {}", new.action.target.id()));
            ImportFate::New(all)
        }
        Fate::Changed {
            changes, restored, ..
        } => match restored {
            true => ImportFate::Restored(changes.clone()),
            false => ImportFate::Changed(changes.clone()),
        },
        Fate::Refused(errors) => ImportFate::Refused(errors.clone()),
        Fate::Unchanged => ImportFate::Changed(Vec::new()),
    };
    ImportRow {
        position: at + 1,
        number: rule.number,
        name: rule.name.clone(),
        place: rule.place.clone(),
        fate,
    }
}
