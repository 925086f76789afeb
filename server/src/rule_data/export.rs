//! All rules that somebody may see as one file, a page of rules at a time: always in the same order, so that two files
//! can be compared by any tool.

use std::collections::HashMap;

use bytes::Bytes;
use futures::Stream;
use leadbell_domain::{ConnectionId, Duty, EntityId, Level, Scope, StoredRule, Verb, Viewer};
use leadbell_store::{Connection, ConnectionScope, StoreError};
use serde::Serialize;
use serde_json::Value;

use super::file::{FORMAT, FileFormat, VERSION};
use crate::rules::RuleError;
use crate::state::AppState;

/// Rules read at a time.
const PAGE: i64 = 500;

/// A file on its way out.
pub struct Export {
    state: AppState,
    scope: Scope,
    format: FileFormat,
    connections: HashMap<ConnectionId, Connection>,
    version: i64,
    stage: Stage,
    empty: bool,
}

enum Stage {
    Head,
    Rules(usize, Option<(EntityId, i64)>),
    End,
    Over,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a ConnectionId,
    name: Option<&'a str>,
    workspace: Option<&'a str>,
}

/// The rule in the order in which people read it.
#[derive(Serialize)]
struct Exported<'a> {
    id: &'a str,
    number: i64,
    name: &'a str,
    note: &'a str,
    level: &'static str,
    entity_id: &'a str,
    trigger: &'static str,
    filters: Value,
    include_test: bool,
    include_duplicates: bool,
    action: Action<'a>,
    preset_id: Option<&'a str>,
    status: &'static str,
}

#[derive(Serialize)]
struct Action<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    connection: Named<'a>,
    target: Value,
    text: &'a str,
    personal_data: &'a str,
    sending: Value,
    layout: Value,
}

/// Begins the export of everything this viewer may see. `Forbidden` when it is none of his duties.
pub async fn export(state: &AppState, viewer: &Viewer, format: FileFormat) -> Result<Export, RuleError> {
    let scope = viewer.duty(Duty::RuleData, Verb::View);
    if scope.is_nothing() {
        return Err(RuleError::Forbidden);
    }
    let connections = state.store.list_connections(&ConnectionScope::All).await?;
    Ok(Export {
        version: state.store.rules_version().await?,
        connections: connections
            .into_iter()
            .map(|connection| (connection.id.clone(), connection))
            .collect(),
        state: state.clone(),
        scope,
        format,
        stage: Stage::Head,
        empty: true,
    })
}

impl Export {
    /// The file in pieces.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
        futures::stream::try_unfold(self, async |mut export| {
            let piece = export.next().await?;
            Ok(piece.map(|piece| (Bytes::from(piece), export)))
        })
    }

    async fn next(&mut self) -> Result<Option<String>, StoreError> {
        loop {
            match &self.stage {
                Stage::Head => {
                    self.stage = Stage::Rules(0, None);
                    return Ok(Some(self.head()));
                }
                Stage::Rules(at, after) => {
                    let Some(level) = Level::ALL.get(*at).copied() else {
                        self.stage = Stage::End;
                        continue;
                    };
                    let after = after.as_ref().map(|(entity, number)| (entity, *number));
                    let page = self
                        .state
                        .store
                        .rules_after(level, &self.scope, after, PAGE)
                        .await?;
                    let Some(last) = page.last() else {
                        self.stage = Stage::Rules(*at + 1, None);
                        continue;
                    };
                    self.stage = Stage::Rules(*at, Some((last.rule.entity.clone(), last.number)));
                    let piece = page
                        .iter()
                        .map(|rule| self.rule(rule))
                        .collect::<Result<String, _>>();
                    return piece.map(Some);
                }
                Stage::End => {
                    self.stage = Stage::Over;
                    let end = match (self.format, self.empty) {
                        (FileFormat::Json, _) => "\n]}\n",
                        (FileFormat::Yaml, true) => " []\n",
                        (FileFormat::Yaml, false) => "",
                    };
                    return Ok(Some(end.to_owned()));
                }
                Stage::Over => return Ok(None),
            }
        }
    }

    fn head(&self) -> String {
        let seen = self.version;
        match self.format {
            FileFormat::Json => {
                format!(
                    "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"rules_version\":{seen},\"rules\":["
                )
            }
            FileFormat::Yaml => {
                format!("format: {FORMAT}\nversion: {VERSION}\nrules_version: {seen}\nrules:")
            }
        }
    }

    fn rule(&mut self, stored: &StoredRule) -> Result<String, StoreError> {
        let first = std::mem::replace(&mut self.empty, false);
        let exported = self.exported(stored);
        let unwritable = |error: String| StoreError::Inconsistent {
            table: "rules",
            row: stored.id.to_string(),
            detail: format!("it can't be exported: {error}"),
        };
        match self.format {
            FileFormat::Json => {
                let line = serde_json::to_string(&exported).map_err(|error| unwritable(error.to_string()))?;
                Ok(format!("{}\n{line}", if first { "" } else { "," }))
            }
            FileFormat::Yaml => {
                let text =
                    serde_saphyr::to_string(&[exported]).map_err(|error| unwritable(error.to_string()))?;
                Ok(format!("{}{text}", if first { "\n" } else { "" }))
            }
        }
    }

    fn exported<'a>(&'a self, stored: &'a StoredRule) -> Exported<'a> {
        let rule = &stored.rule;
        let known = self.connections.get(&rule.action.connection);
        // What the contract says of filters, targets and choices, it says here too.
        let json = stored.to_json();
        let kind = "send_slack_message";
        Exported {
            id: stored.id.as_str(),
            number: stored.number,
            name: &rule.name,
            note: &rule.note,
            level: rule.level.key(),
            entity_id: rule.entity.as_str(),
            trigger: rule.trigger.key(),
            filters: json["filters"].clone(),
            include_test: rule.includes_test_leads,
            include_duplicates: rule.includes_duplicates,
            action: Action {
                kind,
                connection: Named {
                    id: &rule.action.connection,
                    name: known.map(|known| known.name.as_str()),
                    workspace: known.and_then(|known| known.team.as_deref()),
                },
                target: json["action"]["target"].clone(),
                text: rule.action.template.text(),
                personal_data: if rule.action.shows_personal_data {
                    "shown"
                } else {
                    "masked"
                },
                sending: json["action"]["sending"].clone(),
                layout: json["action"]["layout"].clone(),
            },
            preset_id: rule.preset.as_ref().map(leadbell_domain::PresetId::as_str),
            status: rule.status.key(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn yaml_gives_every_text_back_as_it_was(texts in proptest::collection::vec("\\PC{0,12}|[ -~\n\r\t:#'\"|>&*!%@`{}\\[\\],?-]{0,20}|.{0,8}", 1..6)) {
            let value = json!([{"name": texts[0], "filters": {"channel": {"any_of": texts}}}]);
            let yaml = serde_saphyr::to_string(&value).unwrap();
            let read = super::super::read(super::FileFormat::Yaml, yaml.as_bytes());
            prop_assert_eq!(json!(read.unwrap()), value, "{}", yaml);
        }
    }
}
