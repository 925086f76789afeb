//! From a URL to a store: what works, and what the person who mistyped it is told.

use leadbell_store::{Pools, SecretKey, StoreError, open};

fn key() -> SecretKey {
    SecretKey::from_bytes([7; 32])
}

async fn refused(url: &str) -> StoreError {
    match open(url, &key()).await {
        Ok(_) => panic!("{url} must be refused"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_database_in_memory_works_and_is_its_own() {
    let opened = open("sqlite::memory:", &key()).await.unwrap();
    opened.store.migrate().await.unwrap();
    assert_eq!(opened.store.count_users().await.unwrap(), 0);
    assert!(matches!(opened.pools, Pools::Sqlite(_)));
    let other = open("sqlite::memory:", &key()).await.unwrap();
    assert!(other.store.count_users().await.is_err(), "it has no tables yet");
    other.store.migrate().await.unwrap();
}

#[tokio::test]
async fn the_folder_of_the_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a/b/leadbell.db");
    let opened = open(&format!("sqlite://{}", file.display()), &key())
        .await
        .unwrap();
    opened.store.migrate().await.unwrap();
    assert!(file.exists());
}

#[tokio::test]
async fn a_url_that_can_not_work_is_refused_in_one_line_that_names_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not-a-database");
    std::fs::write(&file, "hello ".repeat(1_000)).unwrap();
    let below_a_file = format!("sqlite://{}/leadbell.db", file.display());
    let not_a_database = format!("sqlite://{}", file.display());
    for url in [
        "",
        "data/leadbell.db",
        "mysql://localhost/x",
        "sqlite://",
        &below_a_file,
        &not_a_database,
    ] {
        let error = refused(url).await;
        assert!(matches!(error, StoreError::BadUrl(_)), "{url} {error:?}");
        let shown = error.to_string();
        assert!(
            shown.contains("LEADBELL_DATABASE_URL") && !shown.contains('\n'),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn no_error_repeats_the_password() {
    // An address that answers at once that nobody listens, a port that is none, and odd characters.
    for url in [
        "postgres://ann:hunter2@127.0.0.1:1/leadbell",
        "postgres://ann:hunter2@127.0.0.1:notaport/leadbell",
        "postgres://ann:hunter2#x@127.0.0.1/leadbell",
        "postgresql://ann:hunter2@[::bad/leadbell",
        "mysql://ann:hunter2@127.0.0.1/leadbell",
        "ann:hunter2@127.0.0.1/leadbell",
    ] {
        let error = refused(url).await;
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unavailable() {
    let error = refused("postgres://ann:hunter2@127.0.0.1:1/leadbell").await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
