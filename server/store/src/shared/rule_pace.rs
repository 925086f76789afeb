//! What a rule with caps or a beginning has sent.

use leadbell_domain::{RulePace, Window};

use super::fields::Fields;
use super::{Connection, LOCK, Result};

/// Reads and holds it; nothing for a rule that has sent nothing yet.
pub(super) async fn read(db: &mut Connection, rule: &str) -> Result<RulePace> {
    let text = format!(
        "SELECT rule_id, minute_from, minute_sent, hour_from, hour_sent, day_from, day_sent, first_from, first_sent \
         FROM rule_pace WHERE rule_id = $1{LOCK}"
    );
    let Some(row) = sqlx::query(&text).bind(rule).fetch_optional(db).await? else {
        return Ok(RulePace::default());
    };
    let fields = Fields::of(&row, "rule_pace", "rule_id")?;
    let window = |from: &str, sent: &str| -> Result<Window> {
        Ok(Window {
            from: fields.get(from)?,
            sent: u32::try_from(fields.get::<i64>(sent)?).unwrap_or(u32::MAX),
        })
    };
    Ok(RulePace {
        minute: window("minute_from", "minute_sent")?,
        hour: window("hour_from", "hour_sent")?,
        day: window("day_from", "day_sent")?,
        first: window("first_from", "first_sent")?,
    })
}

pub(super) async fn write(db: &mut Connection, rule: &str, pace: &RulePace) -> Result<()> {
    let mut query = sqlx::query(
        "INSERT INTO rule_pace (rule_id, minute_from, minute_sent, hour_from, hour_sent, day_from, day_sent, \
         first_from, first_sent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (rule_id) DO UPDATE SET minute_from = excluded.minute_from, minute_sent = excluded.minute_sent, \
         hour_from = excluded.hour_from, hour_sent = excluded.hour_sent, day_from = excluded.day_from, \
         day_sent = excluded.day_sent, first_from = excluded.first_from, first_sent = excluded.first_sent",
    )
    .bind(rule);
    for window in [pace.minute, pace.hour, pace.day, pace.first] {
        query = query.bind(window.from).bind(i64::from(window.sent));
    }
    query.execute(db).await?;
    Ok(())
}
