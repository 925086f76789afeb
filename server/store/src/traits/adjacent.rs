//! Finding rules that may fire together.

use async_trait::async_trait;
use leadbell_domain::StoredRule;

use crate::{ActiveRules, StoreError};

/// Finding rules that may fire together.
#[async_trait]
pub trait AdjacentStore: Send + Sync {
    /// The active rules of each question, in the order of the questions, asked all at once.
    async fn active_rules(&self, questions: &[ActiveRules]) -> Result<Vec<Vec<StoredRule>>, StoreError>;
}
