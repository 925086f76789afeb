//! The pages of Leadbell: Leptos components, rendered on the server and hydrated in the browser.
//!
//! Reaches the server only through [`backend::Backend`], which the server crate puts into every request. Forbidden
//! here: sqlx, tokio, reqwest, the server crates. What can be decided without a page lives in `domain`.

#[cfg(feature = "ssr")]
pub mod backend;
pub mod error;
pub mod views;
