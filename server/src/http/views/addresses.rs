//! Addresses of pages, as parts of them are written in an address.

use leadbell_domain::{EntityId, EntityKind, Level, Role, Viewer};

/// An id as a step of an address.
pub(in crate::http) fn step(id: &str) -> String {
    let bytes: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    bytes.replace('+', "%20")
}

/// The page of an entity of a level.
pub(in crate::http) fn entity(level: Level, id: &EntityId) -> String {
    format!("/{}/{}", EntityKind::from(level).plural(), step(id.as_str()))
}

/// The Tracking tab of an entity, as this viewer reaches it: a publisher's own is in his profile.
pub(in crate::http) fn tracking(viewer: &Viewer, level: Level, id: &EntityId) -> String {
    let own = viewer.role == Role::Publisher && viewer.publishers.first() == Some(id);
    if level == Level::Publisher && own {
        return "/profile/tracking".to_owned();
    }
    format!("{}/tracking", entity(level, id))
}
