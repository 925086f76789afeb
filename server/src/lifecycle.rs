//! The composition of all parts, and their orderly start and end.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use leadbell_dispatch::{Clock, DispatchConfig, Dispatcher, Progress, SlackClient, SlackConfig, SystemClock};
use leadbell_store::{Opened, Store, StoreError};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::alerts;
use crate::backtest::{self, Jobs};
use crate::cli::CliError;
use crate::config::Config;
use crate::connections;
use crate::export::Exports;
use crate::http::{self, AnySessionStore, Web};
use crate::ingest::Committer;
use crate::keeping;
use crate::settings::LiveSettings;
use crate::state::{AppState, LiveRules};
use crate::telemetry;
use crate::weekly;

/// How often rules are compared with the database's, for changes made by other servers.
const RULES_POLL: Duration = Duration::from_secs(1);
/// How often Slack tokens that end are looked for.
const TOKENS_POLL: Duration = Duration::from_secs(2);
/// How often ended sessions are removed.
const SESSION_SWEEP: Duration = Duration::from_secs(3_600);
/// How long requests under way may take at the end.
const REQUEST_GRACE: Duration = Duration::from_secs(10);

/// All parts, put together and working, except that nothing listens yet.
pub struct Server {
    /// What requests reach.
    pub state: AppState,
    /// Answers requests.
    pub router: Router,
    /// What sending has achieved so far, to wait for.
    pub progress: watch::Receiver<Progress>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    // Held as long as the server lives.
    _lock: Option<File>,
}

impl Server {
    /// Opens the database, brings it up to date, loads the rules and starts sending.
    pub async fn start(
        config: &Config,
        clock: Arc<dyn Clock>,
        dispatch: impl FnOnce(DispatchConfig) -> DispatchConfig,
        metrics: Option<PrometheusHandle>,
    ) -> Result<Server, CliError> {
        let lock = lock_database(&config.database_url)?;
        let opened = open_database(config).await?;
        let store = opened.store;
        store.link_logs_to(&config.public_url);
        let sessions = AnySessionStore::open(opened.pools).await?;
        let rules = Arc::new(LiveRules::load(&*store).await?);
        let settings = Arc::new(LiveSettings::load(&*store).await?);
        let slack = SlackClient::new(&SlackConfig::new(config.slack_api_url.clone()))?;

        let stop = CancellationToken::new();
        let dispatcher = Dispatcher::new(
            Arc::clone(&store),
            slack.clone(),
            Arc::clone(&clock),
            dispatch(DispatchConfig::for_slack(&slack)),
        );
        let wake = dispatcher.wake_handle();
        let progress = dispatcher.progress();
        let state = AppState {
            committer: Committer::start(Arc::clone(&store), wake.clone()),
            store,
            rules,
            settings,
            wake,
            slack,
            slack_app: config.slack_app.clone(),
            clock,
            backtests: Jobs::new(stop.clone()),
            exports: Exports::default(),
            public_url: Arc::from(config.public_url.as_str()),
        };
        let tasks = vec![
            tokio::spawn(dispatcher.run(stop.clone())),
            tokio::spawn(follow_rules(state.clone(), stop.clone())),
            tokio::spawn(alerts::watch(state.clone(), stop.clone())),
            tokio::spawn(keeping::watch(state.clone(), stop.clone())),
            tokio::spawn(weekly::watch(state.clone(), stop.clone())),
            tokio::spawn(refresh_tokens(state.clone(), stop.clone())),
            tokio::spawn(sweep_sessions(state.clone(), sessions.clone(), stop.clone())),
        ];
        let router = http::router(
            state.clone(),
            Web {
                leptos: leptos_options(config),
                sessions,
                metrics,
            },
        );
        Ok(Server {
            state,
            router,
            progress,
            stop,
            tasks,
            _lock: lock,
        })
    }

    /// Stops claiming, waits for what is being sent, records it.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task ended badly");
            }
        }
        self.state.backtests.idle().await;
    }
}

/// Opens the database of the settings and brings its schema up to date. An error names the setting.
pub async fn open_database(config: &Config) -> Result<Opened, CliError> {
    let named = |error: StoreError| -> CliError {
        match error {
            StoreError::BadUrl(line) => line.into(),
            other => format!("LEADBELL_DATABASE_URL: {other}").into(),
        }
    };
    let opened = leadbell_store::open_with(&config.database_url, &config.keys)
        .await
        .map_err(named)?;
    opened.store.migrate().await.map_err(named)?;
    Ok(opened)
}

/// Serves until interrupted.
pub async fn serve(config: &Config) -> Result<(), CliError> {
    let listener = listen(config).await?;
    let server = Server::start(
        config,
        Arc::new(SystemClock),
        |dispatch| dispatch,
        telemetry::start_metrics(),
    )
    .await?;
    // Not the setting's: port 0 there means any.
    let address = listener.local_addr()?;
    tracing::info!(%address, public_url = config.public_url, "serving");
    run(listener, server).await
}

/// Opens the address of the settings.
pub async fn listen(config: &Config) -> Result<TcpListener, CliError> {
    TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("LEADBELL_LISTEN: {} can't be opened: {error}", config.listen).into())
}

/// Answers requests until interrupted, then ends in order: no new requests, the old ones answered, messages under way
/// sent and recorded.
pub async fn run(listener: TcpListener, server: Server) -> Result<(), CliError> {
    // Answers are small and people wait for them.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    let asked = CancellationToken::new();
    let signal = {
        let asked = asked.clone();
        async move {
            interrupted().await;
            tracing::info!("stopping");
            asked.cancel();
        }
    };
    let serving = axum::serve(listener, server.router.clone())
        .with_graceful_shutdown(signal)
        .into_future();
    let grace = async {
        asked.cancelled().await;
        tokio::time::sleep(REQUEST_GRACE).await;
    };
    let served = tokio::select! {
        served = serving => served,
        () = grace => Ok(()),
    };
    server.stop().await;
    Ok(served?)
}

async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt => {}
            () = terminate => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}

/// SQLite serves one server: a second one on the same file would take the first one's leases for its own.
pub(crate) fn lock_database(url: &str) -> Result<Option<File>, CliError> {
    let Some(path) = url
        .strip_prefix("sqlite://")
        .and_then(|rest| rest.split('?').next())
        .filter(|path| !path.is_empty())
    else {
        return Ok(None);
    };
    let lock = PathBuf::from(format!("{path}.lock"));
    if let Some(folder) = lock.parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            format!(
                "LEADBELL_DATABASE_URL: {} can't be made: {error}",
                folder.display()
            )
        })?;
    }
    let file = File::create(&lock).map_err(|error| {
        format!(
            "LEADBELL_DATABASE_URL: {} can't be written: {error}",
            lock.display()
        )
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "LEADBELL_DATABASE_URL: another Leadbell is serving {path}; SQLite is for one server"
        )
        .into()),
        // Some network file systems have no locks; the database itself is in no danger there.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "the database's lock file can't be locked");
            Ok(Some(file))
        }
    }
}

/// Where the site's files are: set by the build program, else beside the program, else in the checkout.
fn leptos_options(config: &Config) -> LeptosOptions {
    let beside = || Some(std::env::current_exe().ok()?.parent()?.join("site"));
    let root = std::env::var("LEPTOS_SITE_ROOT")
        .ok()
        .map(PathBuf::from)
        .or_else(|| beside().filter(|path| path.is_dir()))
        .unwrap_or_else(|| PathBuf::from("target/site"));
    let root = std::path::absolute(&root).unwrap_or(root);
    let hash_file = root.join("hash.txt");
    let hashed = hash_file.is_file();
    if !hashed && !root.join("pkg").is_dir() {
        tracing::warn!(site = %root.display(), "the site's files are not there: pages come without style and scripts");
    }
    let text = |path: &Path| Arc::from(path.to_string_lossy().as_ref());
    LeptosOptions::builder()
        .output_name("leadbell")
        .site_root(text(&root))
        .site_pkg_dir("pkg")
        .site_addr(config.listen)
        .hash_file(text(&hash_file))
        .hash_files(hashed)
        .build()
}

/// Takes over what other servers change: rules and settings.
async fn follow_rules(state: AppState, stop: CancellationToken) {
    let mut turns = tokio::time::interval(RULES_POLL);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = turns.tick() => {}
        }
        if let Err(error) = state.rules.refresh_if_stale(&*state.store as &dyn Store).await {
            tracing::error!(%error, "the rules can't be compared with the database's");
        }
        if let Err(error) = state.settings.refresh(&*state.store).await {
            tracing::error!(%error, "the settings can't be read");
        }
    }
}

/// Exchanges Slack tokens that end.
async fn refresh_tokens(state: AppState, stop: CancellationToken) {
    let mut turns = tokio::time::interval(TOKENS_POLL);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while state.slack_app.is_some() {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = turns.tick() => {}
        }
        if let Err(error) = connections::refresh_due(&state).await {
            tracing::error!(?error, "Slack tokens that end can't be exchanged");
        }
    }
}

async fn sweep_sessions(state: AppState, sessions: AnySessionStore, stop: CancellationToken) {
    let mut turns = tokio::time::interval(SESSION_SWEEP);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = turns.tick() => {}
        }
        if let Err(error) = sessions.sweep().await {
            tracing::error!(%error, "ended sessions can't be removed");
        }
        let now = state.clock.now_ms();
        if let Err(error) = state.store.sweep_accounts(now - http::LOGIN_ENDED_MS, now).await {
            tracing::error!(%error, "ended logins can't be removed");
        }
        if let Err(error) = backtest::sweep(&state, now).await {
            tracing::error!(%error, "old backtests can't be removed");
        }
    }
}
