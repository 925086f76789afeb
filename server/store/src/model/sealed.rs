//! What is encrypted, while the key is exchanged.

/// What became of sealing everything with the present key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Connections sealed anew.
    pub resealed: u64,
    /// Names of connections that none of the keys opens; they stay as they are.
    pub unreadable: Vec<String>,
}

/// Connections by the keys they are sealed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// With the present one.
    pub present: u64,
    /// With an earlier one.
    pub earlier: u64,
    /// With none that is known.
    pub unreadable: u64,
}
