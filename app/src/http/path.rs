//! Addresses to go on to after logging in: only our own.

/// The path to go on to, if it is one of this site: begins with one slash, and nothing in it lets a browser read
/// another host out of it (`//host`, `/\host`, control characters that browsers skip).
pub(super) fn same_site(next: &str) -> Option<&str> {
    let safe = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.chars().all(|letter| !letter.is_control())
        && next.len() <= 2_000;
    // Coming back to the door after having opened it would only confuse.
    let door = next == "/login" || next.starts_with("/login?") || next.starts_with("/logout");
    (safe && !door).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::same_site;

    #[test]
    fn only_paths_of_this_site_are_gone_on_to() {
        for good in [
            "/",
            "/products/218/tracking?q=a%20b",
            "/profile/tracking/new?step=2",
        ] {
            assert_eq!(same_site(good), Some(good));
        }
        for bad in [
            "",
            "products",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "/login?next=/",
            "/logout",
        ] {
            assert_eq!(same_site(bad), None, "{bad:?}");
        }
    }
}
