//! What the dashboard and the health of a rule ask of the counts.

use leadbell_domain::{Level, Scope};
use leadbell_store::{FiguresQuery, Pools, RuleScopes, hour_of};

use crate::figures::Question;
use crate::fill::{Log, entity};

/// Counts what was written past the store, as the migration counts what there was before it.
pub async fn count(pools: &Pools) {
    const MARK: &str = "-- The last fifteen days";
    let sql = match pools {
        Pools::Sqlite(_) => include_str!("../../../migrations/sqlite/0030_hours.sql"),
        Pools::Postgres(_) => include_str!("../../../migrations/postgres/0030_hours.sql"),
    };
    let (_, rest) = sql.split_once(MARK).expect("the counting of what there was");
    let statements = &rest[rest.find("INSERT").expect("statements")..];
    match pools {
        Pools::Sqlite(pool) => sqlx::raw_sql(statements).execute(pool).await.map(drop),
        Pools::Postgres(pool) => sqlx::raw_sql(statements).execute(pool).await.map(drop),
    }
    .expect("counted");
}

pub fn questions(log: &Log) -> Vec<Question> {
    let until = hour_of(log.day(40)) + 1;
    let everything: RuleScopes = Level::ALL.map(|level| (level, Scope::All)).to_vec();
    let publisher = vec![(Level::Publisher, Scope::Publishers(vec![entity(3)]))];
    [("staff", everything), ("a publisher", publisher)]
        .into_iter()
        .flat_map(|(who, scopes)| {
            let query = |hours: i64| FiguresQuery {
                scopes: scopes.clone(),
                from: until - hours,
                until,
            };
            let (two, one) = (query(48), query(24));
            let (day, week) = (one.clone(), query(7 * 24));
            vec![
                Question::new(format!("dashboard: hours, {who}"), move |store| {
                    let query = two.clone();
                    Box::pin(async move { store.hours(&query).await.expect("counts").len() })
                }),
                Question::new(format!("dashboard: delays, {who}"), move |store| {
                    let query = one.clone();
                    Box::pin(async move { store.delays(&query).await.expect("counts").len() })
                }),
                Question::new(format!("dashboard: noisiest rules, {who}"), move |store| {
                    let query = day.clone();
                    Box::pin(async move { store.noisiest_rules(&query, 8).await.expect("rules").len() })
                }),
                Question::new(format!("report: silent rules, {who}"), move |store| {
                    let query = week.clone();
                    Box::pin(async move { store.silent_rules(&query, 6).await.expect("rules").len() })
                }),
            ]
        })
        .collect()
}
