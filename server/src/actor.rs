//! Who changes something, and how far he may go: every change takes both.

use std::ops::Deref;

use leadbell_domain::Viewer;
pub use leadbell_store::Actor;

/// A viewer together with the name under which his changes are kept. Stands wherever a viewer is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How far he may go.
    pub viewer: Viewer,
    /// Who it is.
    pub actor: Actor,
}

impl Deref for Caller {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.viewer
    }
}
