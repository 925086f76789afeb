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

/// Some of the trigrams of a needle, all of which a text that holds it has, as a question to FTS5; `None` when it is too
/// short to have any. Each costs a walk through all texts that have it, so the ones with digits, which are rare, come
/// first, and of others some are enough.
pub(crate) fn some_trigrams(needle: &str) -> Option<String> {
    const MOST: usize = 6;
    let letters: Vec<char> = needle.chars().collect();
    let (mut chosen, others): (Vec<&[char]>, Vec<&[char]>) = letters
        .windows(3)
        .partition(|three| three.iter().any(|letter| letter.is_ascii_digit()));
    chosen.truncate(MOST);
    let free = MOST - chosen.len();
    chosen.extend(
        others
            .iter()
            .step_by(others.len().div_ceil(free.max(1)).max(1))
            .take(free),
    );
    let quoted: Vec<String> = chosen
        .into_iter()
        .map(|three| format!("\"{}\"", three.iter().collect::<String>().replace('"', "\"\"")))
        .collect();
    (!quoted.is_empty()).then(|| quoted.join(" AND "))
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
    fn trigrams_of_a_needle_are_few_and_quoted() {
        assert_eq!(some_trigrams("ab"), None);
        assert_eq!(some_trigrams("üb\"r").unwrap(), "\"üb\"\"\" AND \"b\"\"r\"");
        assert_eq!(some_trigrams("abc 1").unwrap(), "\"c 1\" AND \"abc\" AND \"bc \"");
        let long = some_trigrams("lead 90418277 of blue traffic sold to nobody at all").unwrap();
        assert_eq!(long.matches(" AND ").count(), 5, "{long}");
        let words = some_trigrams("blue traffic sold to nobody at all").unwrap();
        assert!(words.matches(" AND ").count() >= 3, "{words}");
    }

    #[test]
    fn ids_survive_the_way_through_json() {
        assert_eq!(json_list(["a\"b", "ü"]), r#"["a\"b","ü"]"#);
        assert_eq!(json_list(Vec::<String>::new()), "[]");
    }
}
