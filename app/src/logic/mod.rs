//! Decisions of pages, without pages: pure and tested.

pub(crate) mod ago;
pub(crate) mod fit;
pub(crate) mod form_pairs;
pub(crate) mod mrkdwn;
pub(crate) mod query;
