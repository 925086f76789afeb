//! The pages of Leadbell: Leptos components, rendered on the server and hydrated in the browser.
//!
//! Reaches the server only through [`backend::Backend`], which the server crate puts into every request. Forbidden
//! here: sqlx, tokio, reqwest, the server crates. What can be decided without a page lives in `domain`.

mod address;
mod api;
mod app;
#[cfg(feature = "ssr")]
pub mod backend;
#[cfg(feature = "ssr")]
mod desk;
pub mod error;
mod frame;
#[cfg(feature = "ssr")]
mod http;
mod logic;
mod parts;
mod rules;
pub mod views;

pub use app::App;
#[cfg(feature = "ssr")]
pub use desk::event_row_html;
#[cfg(feature = "ssr")]
pub use http::router;
