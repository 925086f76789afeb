//! Refuses changes that another site's page sends with our visitor's cookie.
//!
//! Browsers tell where a request comes from (`Sec-Fetch-Site`, else `Origin`) on every POST; programs that are no
//! browsers send neither and carry no cookie that anybody could have borrowed. REST is outside: it takes keys only.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::plain;
use crate::state::AppState;

/// Lets requests through that read, or that come from our own pages.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(request.headers(), &state.public_url) {
        return next.run(request).await;
    }
    plain(
        StatusCode::FORBIDDEN,
        "This request came from another site and was refused.",
    )
}

fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else {
        return !headers.contains_key(header::ORIGIN);
    };
    let host = text("host").unwrap_or_default();
    origin == public_url
        || origin
            .split_once("://")
            .is_some_and(|(_, origin_host)| !host.is_empty() && origin_host == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_own(&headers, "https://bell.example.com")
    }

    #[test]
    fn only_our_own_pages_and_programs_may_change_things() {
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://bell.example.com")
        ]));
        assert!(own(&[
            ("origin", "https://bell.example.com"),
            ("host", "10.0.0.1")
        ]));
        assert!(own(&[
            ("origin", "http://127.0.0.1:3000"),
            ("host", "127.0.0.1:3000")
        ]));
        assert!(!own(&[
            ("origin", "https://evil.example"),
            ("host", "bell.example.com")
        ]));
        assert!(!own(&[("origin", "null"), ("host", "bell.example.com")]));
        assert!(own(&[("host", "bell.example.com")]));
    }
}
