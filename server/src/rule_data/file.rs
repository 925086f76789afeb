//! The file as a whole: JSON or YAML, a list of rules with a word around it.

use leadbell_domain::FieldErrors;
use serde_json::Value;

/// Most rules of one file that is imported.
pub const MAX_RULES: usize = 10_000;
/// What a file of ours says it is.
pub(super) const FORMAT: &str = "leadbell-rules";
/// Its version.
pub(super) const VERSION: i64 = 1;
/// Deepest nesting; a rule has five levels.
const MAX_DEPTH: usize = 32;
/// Most values in a file of [`MAX_RULES`] rules with long lists.
const MAX_NODES: usize = 2_000_000;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// JSON, a rule per line.
    Json,
    /// YAML, for people and for version control.
    Yaml,
}

impl FileFormat {
    /// Both formats.
    pub const ALL: [FileFormat; 2] = [FileFormat::Json, FileFormat::Yaml];

    /// The name in addresses, and the ending of the file.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            FileFormat::Json => "json",
            FileFormat::Yaml => "yaml",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<FileFormat> {
        FileFormat::ALL.into_iter().find(|format| format.key() == key)
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            FileFormat::Json => "application/json",
            FileFormat::Yaml => "application/yaml",
        }
    }

    /// The format of a media type in lower case, without parameters.
    #[must_use]
    pub fn of_media_type(kind: &str) -> Option<FileFormat> {
        match kind {
            "application/json" => Some(FileFormat::Json),
            "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml" => Some(FileFormat::Yaml),
            _ => None,
        }
    }

    /// What a file looks like that does not say what it is.
    #[must_use]
    pub fn guess(bytes: &[u8]) -> FileFormat {
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            Some(b'{' | b'[') => FileFormat::Json,
            _ => FileFormat::Yaml,
        }
    }
}

/// Why a file as a whole can't be imported.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is not what it is said to be.
    #[error("{0}")]
    Malformed(String),
    /// It holds something else than rules.
    #[error("{0}")]
    Shape(FieldErrors),
    /// It holds too many rules.
    #[error("A file may hold at most 10,000 rules; import it in parts.")]
    TooMany,
}

/// The rules of a file, as they are written.
pub fn read(format: FileFormat, bytes: &[u8]) -> Result<Vec<Value>, FileError> {
    let whole = match format {
        FileFormat::Json => json(bytes)?,
        FileFormat::Yaml => yaml(bytes)?,
    };
    let rules = match whole {
        Value::Array(rules) => rules,
        Value::Object(mut map) => {
            let mut errors = FieldErrors::new();
            for (name, value) in &map {
                match name.as_str() {
                    "rules" | "rules_version" => {}
                    "format" if value == FORMAT => {}
                    "format" => errors.add(name, format!("This is not {FORMAT}.")),
                    "version" if *value == VERSION => {}
                    "version" => errors.add(
                        name,
                        format!("Only version {VERSION} of the format is known here."),
                    ),
                    _ => errors.add(
                        name,
                        "There is no such field; there are format, version, rules_version, rules.",
                    ),
                }
            }
            let rules = match map.remove("rules") {
                Some(Value::Array(rules)) => rules,
                Some(_) => {
                    errors.add("rules", "Expected a list of rules.");
                    Vec::new()
                }
                None => {
                    errors.add("rules", "This field is required.");
                    Vec::new()
                }
            };
            if !errors.is_empty() {
                return Err(FileError::Shape(errors));
            }
            rules
        }
        _ => {
            let message = "A file is a list of rules, or an object with a list called rules.";
            return Err(FileError::Shape(FieldErrors::one("", message)));
        }
    };
    if rules.len() > MAX_RULES {
        return Err(FileError::TooMany);
    }
    Ok(rules)
}

fn json(bytes: &[u8]) -> Result<Value, FileError> {
    serde_json::from_slice(bytes)
        .map_err(|error| FileError::Malformed(format!("This is not valid JSON: {error}.")))
}

fn yaml(bytes: &[u8]) -> Result<Value, FileError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        FileError::Malformed(format!(
            "This is not valid UTF-8 (at byte {}).",
            error.valid_up_to()
        ))
    })?;
    let mut budget = serde_saphyr::Budget::default();
    // A file of ours has none, and a file of somebody else's must not grow on being read.
    budget.max_anchors = 0;
    budget.max_aliases = 0;
    budget.max_merge_keys = 0;
    budget.max_depth = MAX_DEPTH;
    budget.max_nodes = MAX_NODES;
    budget.max_events = 2 * MAX_NODES;
    budget.max_total_scalar_bytes = crate::http::request::MAX_BODY;
    let mut options = serde_saphyr::Options::default();
    options.budget = Some(budget);
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let said = error.to_string();
        let line = said.lines().next().unwrap_or_default();
        let line = line.strip_prefix("error: ").unwrap_or(line);
        FileError::Malformed(format!("This is not YAML that can be read here: {line}."))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(text: &str) -> FieldErrors {
        match read(FileFormat::Yaml, text.as_bytes()) {
            Err(FileError::Shape(errors)) => errors,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_list_and_an_object_with_a_list_are_files_in_both_formats() {
        let rules = vec![json!({"name": "Sales"}), json!("x")];
        for (format, text) in [
            (FileFormat::Json, r#"[{"name":"Sales"},"x"]"#),
            (
                FileFormat::Json,
                r#"{"format":"leadbell-rules","version":1,"rules_version":7,"rules":[{"name":"Sales"},"x"]}"#,
            ),
            (FileFormat::Yaml, "- name: Sales\n- x\n"),
            (FileFormat::Yaml, "rules:\n- name: Sales\n- x\n"),
        ] {
            assert_eq!(FileFormat::guess(text.as_bytes()), format);
            assert_eq!(read(format, text.as_bytes()).unwrap(), rules, "{text}");
        }
    }

    #[test]
    fn what_is_no_file_of_rules_is_refused_with_the_field() {
        assert!(shape("name: x\nrules: []\n").of("name").is_some());
        assert!(shape("format: other\nrules: []\n").of("format").is_some());
        assert!(shape("version: 2\nrules: []\n").of("version").is_some());
        assert!(shape("rules: 5\n").of("rules").is_some());
        assert!(shape("format: leadbell-rules\n").of("rules").is_some());
        assert!(shape("5\n").of("").is_some());
        assert!(shape("").of("").is_some());
    }

    #[test]
    fn yaml_that_grows_on_being_read_or_nests_too_deep_is_refused() {
        let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nrules: [*b,*b]\n";
        let deep = format!("rules: {}", "[".repeat(100_000));
        let merge = "a: &a {x: 1}\nrules: [{<<: *a}]\n";
        for text in [bomb, &deep, merge, "rules: [", "a: 1\na: 2\n", "--- []\n--- []\n"] {
            let refused = read(FileFormat::Yaml, text.as_bytes());
            assert!(matches!(refused, Err(FileError::Malformed(_))), "{refused:?}");
        }
        let latin = read(FileFormat::Yaml, b"rules: [\"\xff\"]");
        assert!(matches!(latin, Err(FileError::Malformed(_))), "{latin:?}");
    }

    #[test]
    fn ten_thousand_rules_and_one_are_too_many() {
        let file = json!(vec![
            json!({"filters": {"channel": {"any_of": vec!["1"; 20]}}});
            MAX_RULES
        ]);
        assert_eq!(
            read(FileFormat::Json, file.to_string().as_bytes()).unwrap().len(),
            MAX_RULES
        );
        let yaml = serde_saphyr::to_string(&file).unwrap();
        assert_eq!(read(FileFormat::Yaml, yaml.as_bytes()).unwrap().len(), MAX_RULES);
        let more = json!(vec![json!({}); MAX_RULES + 1]).to_string();
        assert_eq!(read(FileFormat::Json, more.as_bytes()), Err(FileError::TooMany));
    }
}
