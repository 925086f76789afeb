//! Reads columns into domain types. A value that does not parse names its table and row.

use std::fmt::Display;

use leadbell_domain::{Blocks, Target};
use serde::de::DeserializeOwned;
use sqlx::{Decode, Row as _, Type};

use super::{Db, Result, Row};
use crate::StoreError;

/// One row of a table.
pub(super) struct Fields<'r> {
    row: &'r Row,
    table: &'static str,
    key: &'r str,
}

impl<'r> Fields<'r> {
    /// The row of `table` whose key is in the column `key`.
    pub(super) fn of(row: &'r Row, table: &'static str, key: &str) -> Result<Self> {
        Ok(Self {
            row,
            table,
            key: row.try_get(key)?,
        })
    }

    fn wrong(&self, column: &str, why: impl Display) -> StoreError {
        // Not the value itself: it can be personal data.
        StoreError::Inconsistent {
            table: self.table,
            row: self.key.to_owned(),
            detail: format!("{column}: {why}"),
        }
    }

    /// A value as the database has it.
    pub(super) fn get<T: Decode<'r, Db> + Type<Db>>(&self, column: &str) -> Result<T> {
        Ok(self.row.try_get(column)?)
    }

    /// 0 or 1.
    pub(super) fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.get::<i64>(column)? != 0)
    }

    /// An id, or whatever else is made from text.
    pub(super) fn id<T: TryFrom<String, Error: Display>>(&self, column: &str) -> Result<T> {
        T::try_from(self.get::<String>(column)?).map_err(|error| self.wrong(column, error))
    }

    /// An id that may be missing.
    pub(super) fn opt_id<T: TryFrom<String, Error: Display>>(&self, column: &str) -> Result<Option<T>> {
        self.get::<Option<String>>(column)?
            .map(|text| T::try_from(text).map_err(|error| self.wrong(column, error)))
            .transpose()
    }

    /// A name in data, such as a status.
    pub(super) fn key<T>(&self, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        parse(self.get(column)?).ok_or_else(|| self.wrong(column, "not a known name"))
    }

    /// A name in data that may be missing.
    pub(super) fn opt_key<T>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.get::<Option<&str>>(column)? {
            None => Ok(None),
            Some(text) => parse(text)
                .map(Some)
                .ok_or_else(|| self.wrong(column, "not a known name")),
        }
    }

    /// JSON text.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        // The position only: serde's words can repeat the value.
        serde_json::from_str(self.get(column)?)
            .map_err(|error| self.wrong(column, format!("unreadable JSON at column {}", error.column())))
    }

    /// JSON text that may be missing.
    pub(super) fn opt_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        match self.get::<Option<&str>>(column)? {
            None => Ok(None),
            Some(_) => self.json(column).map(Some),
        }
    }

    /// The card of a message. What can't be read is left out: the text says the same, and nothing may hold a queue up.
    pub(super) fn blocks(&self) -> Result<Option<Blocks>> {
        let text = self.get::<Option<&str>>("blocks")?;
        Ok(text.and_then(|text| {
            serde_json::from_str(text)
                .inspect_err(|_| tracing::error!(row = self.key, "the card of a message can't be read"))
                .ok()
        }))
    }

    /// `target_kind` and `target_id`.
    pub(super) fn target(&self) -> Result<Target> {
        match self.get("target_kind")? {
            "channel" => Ok(Target::Channel(self.id("target_id")?)),
            "member" => Ok(Target::Member(self.id("target_id")?)),
            _ => Err(self.wrong("target_kind", "not a known name")),
        }
    }
}
