//! Text on its way into the database.

/// The text without NUL characters, which PostgreSQL can't store: one of them in a lead's name must not keep a whole
/// batch of events out. SQLite gets the same, so that both behave alike.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// [`clean`] for what may be missing.
pub(crate) fn clean_opt(text: Option<&str>) -> Option<String> {
    text.map(clean)
}

/// What a search looks in: the parts in lower case, one a line. Computed here and not in SQL, because SQLite lowers
/// ASCII letters only and PostgreSQL what its locale knows.
pub(crate) fn search_text(parts: &[&str]) -> String {
    clean(&parts.join("\n").to_lowercase())
}

/// What a person typed into a search box, in the form of [`search_text`]; `None` when it is empty.
pub(crate) fn needle(typed: &str) -> Option<String> {
    let typed = typed.trim();
    (!typed.is_empty()).then(|| clean(&typed.to_lowercase()))
}

/// Texts as JSON: how a list of ids goes into a query as one parameter.
pub(crate) fn json_list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts = texts
        .into_iter()
        .map(|text| serde_json::Value::from(text.as_ref()))
        .collect();
    serde_json::Value::Array(texts).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_ignores_case_in_every_alphabet() {
        assert!(search_text(&["ÜBER Ärzte", "ЛИДЫ"]).contains(&needle(" Über ").unwrap()));
        assert!(search_text(&["ÜBER Ärzte", "ЛИДЫ"]).contains(&needle("лиды").unwrap()));
        assert_eq!(needle("  "), None);
    }

    #[test]
    fn ids_survive_the_way_through_json() {
        assert_eq!(json_list(["a\"b", "ü"]), r#"["a\"b","ü"]"#);
        assert_eq!(json_list(Vec::<String>::new()), "[]");
    }
}
