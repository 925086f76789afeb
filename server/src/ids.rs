//! Fresh ids: UUIDv7, whose order is the order of making within one process.

use leadbell_domain::{
    ApiKeyId, AuditId, BacktestId, ConnectionId, DeliveryId, EventKey, InvalidId, PresetId, RuleId,
    SessionId, TestRunId, UserId,
};

/// A kind of id that can be made.
pub trait Fresh: Sized {
    /// Makes one.
    fn fresh() -> Self;
}

fn make<T>(new: impl Fn(String) -> Result<T, InvalidId>) -> T {
    let text = uuid::Uuid::now_v7().hyphenated().to_string();
    new(text).unwrap_or_else(|_| unreachable!("a hyphenated UUID has the shape of our ids"))
}

macro_rules! fresh {
    ($($name:ident),*) => {
        $(impl Fresh for $name {
            fn fresh() -> Self {
                make($name::new)
            }
        })*
    };
}
fresh!(
    ApiKeyId,
    AuditId,
    BacktestId,
    ConnectionId,
    DeliveryId,
    EventKey,
    PresetId,
    RuleId,
    SessionId,
    TestRunId,
    UserId
);
