//! The site's files: precompressed, and kept by browsers for good where their name holds a hash of their content.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use leptos::config::LeptosOptions;
use tower_http::services::{ServeDir, ServeFile};

/// Serves `/pkg/…` and the icons.
pub fn router(options: &LeptosOptions) -> Router {
    let root = Path::new(&*options.site_root);
    let package = &*options.site_pkg_dir;
    let files = ServeDir::new(root.join(package))
        .precompressed_br()
        .precompressed_gzip();
    Router::new()
        .nest_service(&format!("/{package}"), files)
        .route_service("/favicon.svg", ServeFile::new(root.join("favicon.svg")))
        .route_service("/favicon.ico", ServeFile::new(root.join("favicon.ico")))
        .layer(from_fn(cache))
}

async fn cache(request: Request, next: Next) -> Response {
    // `leadbell.3f2a….wasm`: a name of three parts is hashed.
    let hashed = request
        .uri()
        .path()
        .rsplit('/')
        .next()
        .is_some_and(|name| name.split('.').count() >= 3);
    let mut response = next.run(request).await;
    if response.status().is_success() {
        let rule = if hashed {
            "public, max-age=31536000, immutable"
        } else {
            "public, max-age=3600"
        };
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static(rule));
    }
    response
}
