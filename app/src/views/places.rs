//! Channels and members that rules send to.

/// What the page offers.
#[derive(Clone, Debug, Default)]
pub struct PlaceForm {
    /// Connections by id, with their names.
    pub connections: Vec<(String, String)>,
}

/// What a look at a place came to.
#[derive(Clone, Debug)]
pub struct PlaceView {
    /// `#sales (C0SALES01)`, or the id alone.
    pub place: String,
    /// Messages arrive; `None` when only sending tells.
    pub open: Option<bool>,
    /// That in words.
    pub means: String,
    /// What is to be done; empty for nothing.
    pub advice: String,
    /// Whether the test message was posted, and what Slack said.
    pub sent: Option<(bool, String)>,
}
