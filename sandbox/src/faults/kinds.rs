//! The kinds of faults as they can be ordered.

/// A kind of fault as it can be ordered.
pub(crate) struct Kind {
    pub name: &'static str,
    /// On the page.
    pub label: &'static str,
    /// Its own fields.
    pub params: &'static [&'static str],
    /// Whether the call may have done its work when it strikes.
    pub may_follow_work: bool,
}

const fn of(
    name: &'static str,
    label: &'static str,
    params: &'static [&'static str],
    may_follow_work: bool,
) -> Kind {
    Kind {
        name,
        label,
        params,
        may_follow_work,
    }
}

/// Every kind, in the order of the page's list.
pub(crate) const KINDS: [Kind; 15] = [
    of("rate_limited", "429 Too Many Requests", &["retry_after_s"], false),
    of("http_error", "HTTP error with an HTML page", &["status"], true),
    of("internal_error", "internal_error", &[], true),
    of("fatal_error", "fatal_error", &[], true),
    of("is_archived", "Channel archived: is_archived", &[], false),
    of("token_revoked", "Token revoked: token_revoked", &[], false),
    of(
        "missing_scope",
        "Scope missing: missing_scope",
        &["needed"],
        false,
    ),
    of("error", "Another error code of Slack", &["code", "fields"], true),
    of("hang", "No answer at all", &[], true),
    of("slow", "Slow answer", &["ms"], true),
    of("connection_reset", "Connection reset", &[], true),
    of("cut_off", "Answer cut off in the middle", &[], true),
    of("html", "200 with HTML instead of JSON", &[], true),
    of("client_msg_id", "Repeated client_msg_id", &["honoured"], false),
    of("reply", "Any HTTP answer", &["status", "headers", "body"], true),
];

/// Fields every kind has.
pub(super) const COMMON: [&str; 10] = [
    "fault",
    "after_the_work",
    "method",
    "channel",
    "token",
    "times",
    "every",
    "percent",
    "seed",
    "seconds",
];

/// The kind with this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}
