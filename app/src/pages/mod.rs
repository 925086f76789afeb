//! One page a file.

pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod missing;
pub(crate) mod overview;
pub(crate) mod slack_help;
