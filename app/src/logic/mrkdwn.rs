//! Slack text as a tree.
