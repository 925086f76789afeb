//! Settings: environment first, then `leadbell.toml`, then defaults. A wrong one stops the start with one line that
//! names it. The secret key shows in no `Debug` and no error.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leadbell_dispatch::SlackApp;
use leadbell_store::{Keys, SecretKey};
use secrecy::SecretString;

/// Every setting, its default and what it is for; README's table and `--help` say the same.
pub const SETTINGS: [(&str, &str, &str); 12] = [
    (
        "LEADBELL_LISTEN",
        "127.0.0.1:3000",
        "address and port to serve on",
    ),
    (
        "LEADBELL_DATABASE_URL",
        "sqlite://data/leadbell.db",
        "sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME",
    ),
    (
        "LEADBELL_SLACK_API_URL",
        "https://slack.com/api",
        "where Slack's Web API is (the sandbox, for trials)",
    ),
    (
        "LEADBELL_SECRET_KEY",
        "",
        "32 bytes in base64 or hex; encrypts Slack tokens",
    ),
    (
        "LEADBELL_SECRET_KEY_FILE",
        "data/secret.key",
        "file with that key; made, readable by its owner only, if absent",
    ),
    (
        "LEADBELL_SECRET_KEY_PREVIOUS",
        "",
        "earlier keys, separated by commas, while LEADBELL_SECRET_KEY is exchanged",
    ),
    (
        "LEADBELL_SLACK_CLIENT_ID",
        "",
        "client id of a Slack app, for the button “Add to Slack”",
    ),
    ("LEADBELL_SLACK_CLIENT_SECRET", "", "its client secret"),
    (
        "LEADBELL_SLACK_CLIENT_SECRET_FILE",
        "",
        "file with its client secret, instead",
    ),
    (
        "LEADBELL_PUBLIC_URL",
        "http://LEADBELL_LISTEN",
        "address people reach Leadbell under; https makes cookies Secure",
    ),
    (
        "LEADBELL_LOG",
        "info",
        "log filter, such as info,leadbell_dispatch=debug",
    ),
    (
        "LEADBELL_SANDBOX_LISTEN",
        "127.0.0.1:3001",
        "address of the Slack sandbox that `demo` serves",
    ),
];

/// The settings in force.
#[derive(Clone)]
pub struct Config {
    /// Where to serve.
    pub listen: SocketAddr,
    /// Which database.
    pub database_url: String,
    /// Slack's Web API.
    pub slack_api_url: String,
    /// Encrypt tokens.
    pub keys: Arc<Keys>,
    /// The Slack app that people add, if there is one.
    pub slack_app: Option<Arc<SlackApp>>,
    /// How people reach us, without a trailing slash.
    pub public_url: String,
    /// Log filter.
    pub log: String,
    /// Where the demo's sandbox listens.
    pub sandbox_listen: SocketAddr,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("slack_api_url", &self.slack_api_url)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// One line that names the setting and says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct ConfigError {
    setting: String,
    problem: String,
}

fn wrong(setting: &str, problem: impl Into<String>) -> ConfigError {
    ConfigError {
        setting: setting.to_owned(),
        problem: problem.into(),
    }
}

/// Reads the settings of this process.
pub fn load() -> Result<Config, ConfigError> {
    let path = Path::new("leadbell.toml");
    let file = match std::fs::read_to_string(path) {
        Ok(text) => parse_file(&text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(wrong("leadbell.toml", format!("can't be read: {error}"))),
    };
    from(|name| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.is_empty())
            .or_else(|| file.get(name).cloned())
    })
}

/// `listen = "…"` in the file is LEADBELL_LISTEN in the environment.
fn parse_file(text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong("leadbell.toml", error.message().to_owned()))?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let name = format!("LEADBELL_{}", key.to_uppercase());
        if !SETTINGS.iter().any(|(known, _, _)| *known == name) {
            return Err(wrong("leadbell.toml", format!("there is no setting {key:?}")));
        }
        let toml::Value::String(value) = value else {
            return Err(wrong("leadbell.toml", format!("{key} must be a text in quotes")));
        };
        values.insert(name, value);
    }
    Ok(values)
}

fn from(get: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let text = |name: &str| -> String {
        let default = SETTINGS
            .iter()
            .find(|(known, _, _)| *known == name)
            .map_or("", |(_, default, _)| default);
        get(name).unwrap_or_else(|| default.to_owned())
    };
    let address = |name: &str| -> Result<SocketAddr, ConfigError> {
        text(name)
            .parse()
            .map_err(|_| wrong(name, "must be an address and port, such as 127.0.0.1:3000"))
    };
    let listen = address("LEADBELL_LISTEN")?;
    let public_url = get("LEADBELL_PUBLIC_URL").unwrap_or_else(|| format!("http://{listen}"));
    Ok(Config {
        listen,
        database_url: text("LEADBELL_DATABASE_URL"),
        slack_api_url: web_address("LEADBELL_SLACK_API_URL", &text("LEADBELL_SLACK_API_URL"))?,
        keys: Arc::new(secret_keys(
            get("LEADBELL_SECRET_KEY"),
            get("LEADBELL_SECRET_KEY_PREVIOUS"),
            &PathBuf::from(text("LEADBELL_SECRET_KEY_FILE")),
        )?),
        slack_app: slack_app(&get)?.map(Arc::new),
        public_url: web_address("LEADBELL_PUBLIC_URL", &public_url)?,
        log: text("LEADBELL_LOG"),
        sandbox_listen: address("LEADBELL_SANDBOX_LISTEN")?,
    })
}

fn web_address(name: &str, value: &str) -> Result<String, ConfigError> {
    let value = value.trim_end_matches('/');
    match reqwest::Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(value.to_owned()),
        _ => Err(wrong(
            name,
            "must be a web address that begins with http:// or https://",
        )),
    }
}

/// The Slack app: its id and its secret, both or neither.
fn slack_app(get: impl Fn(&str) -> Option<String>) -> Result<Option<SlackApp>, ConfigError> {
    const ID: &str = "LEADBELL_SLACK_CLIENT_ID";
    const SECRET: &str = "LEADBELL_SLACK_CLIENT_SECRET";
    const FILE: &str = "LEADBELL_SLACK_CLIENT_SECRET_FILE";
    let secret = match (get(SECRET), get(FILE)) {
        (Some(secret), _) => Some(secret),
        (None, Some(file)) => Some(
            std::fs::read_to_string(&file)
                .map_err(|error| wrong(FILE, format!("{file} can't be read: {error}")))?,
        ),
        (None, None) => None,
    };
    let secret = secret
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    match (get(ID), secret) {
        (Some(id), Some(secret)) => Ok(Some(SlackApp {
            client_id: id.trim().to_owned(),
            client_secret: SecretString::from(secret),
        })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(wrong(ID, format!("goes with {SECRET} or {FILE}"))),
        (None, Some(_)) => Err(wrong(SECRET, format!("goes with {ID}"))),
    }
}

/// The keys: of the settings, or else of the file, which is made if it is not there.
fn secret_keys(given: Option<String>, previous: Option<String>, file: &Path) -> Result<Keys, ConfigError> {
    const PREVIOUS: &str = "LEADBELL_SECRET_KEY_PREVIOUS";
    if let Some(text) = given {
        let read = |name: &str, text: &str| {
            SecretKey::parse(text).map_err(|_| {
                wrong(
                    name,
                    "must be 32 bytes in base64 or hex (try: openssl rand -base64 32)",
                )
            })
        };
        let earlier = previous.unwrap_or_default();
        let earlier = earlier.split(',').map(str::trim).filter(|text| !text.is_empty());
        let earlier = earlier
            .map(|text| read(PREVIOUS, text))
            .collect::<Result<_, _>>()?;
        return Ok(Keys::with_previous(read("LEADBELL_SECRET_KEY", &text)?, earlier));
    }
    if previous.is_some() {
        return Err(wrong(
            PREVIOUS,
            "goes with LEADBELL_SECRET_KEY; a key file holds its earlier keys itself, a line each",
        ));
    }
    const NAME: &str = "LEADBELL_SECRET_KEY_FILE";
    if !file.exists() {
        Keys::write(file, &[&SecretKey::generate()]).map_err(|error| wrong(NAME, error.to_string()))?;
    }
    Keys::read(file).map_err(|error| wrong(NAME, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn with(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let mut map: BTreeMap<String, String> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        map.entry("LEADBELL_SECRET_KEY".to_owned())
            .or_insert_with(|| KEY.to_owned());
        from(|name| map.get(name).cloned())
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let config = with(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.database_url, "sqlite://data/leadbell.db");
        assert_eq!(config.slack_api_url, "https://slack.com/api");
        assert_eq!(config.public_url, "http://127.0.0.1:3000");
    }

    #[test]
    fn a_wrong_setting_is_named_in_one_line() {
        for (name, value) in [
            ("LEADBELL_LISTEN", "localhost"),
            ("LEADBELL_SLACK_API_URL", "slack.com"),
            ("LEADBELL_PUBLIC_URL", "ftp://x"),
            ("LEADBELL_SECRET_KEY", "shortsecret"),
        ] {
            let message = with(&[(name, value)]).unwrap_err().to_string();
            assert!(message.starts_with(name) && !message.contains('\n'), "{message}");
            assert!(!message.contains("shortsecret"));
        }
    }

    #[test]
    fn a_slack_app_has_an_id_and_a_secret_or_is_none() {
        const ID: (&str, &str) = ("LEADBELL_SLACK_CLIENT_ID", "1.2");
        const SECRET: (&str, &str) = ("LEADBELL_SLACK_CLIENT_SECRET", "hidden");
        assert!(with(&[]).unwrap().slack_app.is_none());
        let app = with(&[ID, SECRET]).unwrap().slack_app.unwrap();
        assert!(!format!("{app:?}").contains("hidden"));
        for half in [ID, SECRET] {
            let message = with(&[half]).unwrap_err().to_string();
            assert!(
                message.starts_with(half.0) && !message.contains("hidden"),
                "{message}"
            );
        }
        let lost = [ID, ("LEADBELL_SLACK_CLIENT_SECRET_FILE", "/nowhere/secret")];
        assert!(with(&lost).unwrap_err().to_string().contains("_SECRET_FILE"));
    }

    #[test]
    fn the_file_may_hold_known_settings_only() {
        assert_eq!(
            parse_file("listen = \"0.0.0.0:80\"").unwrap()["LEADBELL_LISTEN"],
            "0.0.0.0:80"
        );
        assert!(
            parse_file("lisen = \"x\"")
                .unwrap_err()
                .to_string()
                .contains("lisen")
        );
        assert!(parse_file("listen = 80").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_missing_key_file_is_made_for_its_owner_only_and_read_again() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/secret.key");
        let key = || secret_keys(None, None, &file).unwrap().present().derive("test");
        let made = key();
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(key(), made);
    }

    #[test]
    fn earlier_keys_go_with_a_key_that_is_a_setting() {
        let two = format!("{KEY}, {}", "0f".repeat(32));
        let config = with(&[("LEADBELL_SECRET_KEY_PREVIOUS", &two)]).unwrap();
        assert_eq!((config.keys.len(), config.keys.file()), (3, None));
        let wrong = with(&[("LEADBELL_SECRET_KEY_PREVIOUS", "hunter2")]).unwrap_err();
        let wrong = wrong.to_string();
        assert!(wrong.starts_with("LEADBELL_SECRET_KEY_PREVIOUS") && !wrong.contains("hunter2"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        let refused = secret_keys(None, Some(KEY.to_owned()), &file).unwrap_err();
        assert!(refused.to_string().contains("goes with LEADBELL_SECRET_KEY"));
    }
}
