//! Pieces that several pages use.

pub(crate) mod badge;
pub(crate) mod dialog;
pub(crate) mod dom;
pub(crate) mod head;
pub(crate) mod pager;
pub(crate) mod toolbar;
pub(crate) mod trouble;
pub(crate) mod view;
pub(crate) mod when;
