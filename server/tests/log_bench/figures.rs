//! Asking, and the table of what it took.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::{Duration, Instant};

use leadbell_store::Store;

/// Asks the store something and answers how many rows came.
pub type Ask = Box<dyn for<'a> Fn(&'a dyn Store) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>>>;

/// A question and what it is called.
pub struct Question {
    pub name: String,
    pub ask: Ask,
}

impl Question {
    /// `Question::new("name", |store| Box::pin(async move { … the number of rows … }))`.
    pub fn new(
        name: impl Into<String>,
        ask: impl for<'a> Fn(&'a dyn Store) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            ask: Box::new(ask),
        }
    }
}

struct Figure {
    /// The first answer: what it read was in nobody's memory yet.
    first: Duration,
    /// The median of five further ones.
    then: Duration,
    rows: usize,
}

/// What was measured: for each question, for each database; and what is no time of an answer.
#[derive(Default)]
pub struct Figures {
    order: Vec<String>,
    found: BTreeMap<(String, &'static str), Figure>,
    databases: Vec<&'static str>,
    missed: Vec<String>,
}

impl Figures {
    /// Asks every question.
    pub async fn ask(&mut self, database: &'static str, store: &dyn Store, questions: Vec<Question>) {
        for Question { name, ask } in questions {
            self.time(database, &name, async || ask(store).await).await;
        }
    }

    /// Measures one answer: it tells how many rows, or bytes, came.
    pub async fn time(&mut self, database: &'static str, name: &str, ask: impl AsyncFn() -> usize) {
        let start = Instant::now();
        let rows = ask().await;
        let first = start.elapsed();
        let mut times = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            ask().await;
            times.push(start.elapsed());
        }
        times.sort();
        if !self.databases.contains(&database) {
            self.databases.push(database);
        }
        if !self.order.iter().any(|known| known == name) {
            self.order.push(name.to_owned());
        }
        let figure = Figure {
            first,
            then: times[2],
            rows,
        };
        self.found.insert((name.to_owned(), database), figure);
    }

    /// Prints another figure, and remembers one that is not what it must be.
    pub fn note(&mut self, database: &'static str, name: &str, value: &str, met: bool) {
        let line = format!("{database}: {name}: {value}");
        println!("{line}{}", if met { "" } else { "  ← MISSED" });
        if !met {
            self.missed.push(line);
        }
    }

    /// The table: milliseconds of the median, of the first answer in brackets, and how many rows came.
    pub fn print(&self) {
        let widest = self
            .order
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        print!("\n{:widest$}", "ms (first answer), rows");
        for database in &self.databases {
            print!(" | {database:>28}");
        }
        println!();
        for name in &self.order {
            print!("{name:widest$}");
            for database in &self.databases {
                let cell = self.found.get(&(name.clone(), *database)).map_or_else(
                    || "–".to_owned(),
                    |figure| {
                        let ms = |time: Duration| time.as_secs_f64() * 1e3;
                        format!(
                            "{:.1} ({:.0}) {:>5}",
                            ms(figure.then),
                            ms(figure.first),
                            figure.rows
                        )
                    },
                );
                print!(" | {cell:>28}");
            }
            println!();
        }
    }

    /// With `LEADBELL_LOG_LIMIT_MS`, fails where a median is above it, or another figure is not what it must be.
    pub fn check_limit(&self) {
        let limit = std::env::var("LEADBELL_LOG_LIMIT_MS").ok();
        let Some(limit) = limit
            .and_then(|limit| limit.parse().ok())
            .map(Duration::from_millis)
        else {
            return;
        };
        let slow: Vec<_> = self
            .found
            .iter()
            .filter(|(_, figure)| figure.then > limit)
            .map(|((name, database), figure)| (name, database, figure.then))
            .collect();
        assert!(slow.is_empty(), "slower than {limit:?}: {slow:?}");
        assert!(self.missed.is_empty(), "missed: {:?}", self.missed);
    }
}
