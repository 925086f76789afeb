//! How others and the dispatcher tell each other that something happened, without polling.

use std::sync::Arc;

use tokio::sync::{Notify, watch};

/// Wakes the dispatcher: call it after a commit that added deliveries. Cheap to clone and to call; calls made while
/// the dispatcher is busy count as one.
#[derive(Clone, Debug, Default)]
pub struct WakeHandle(Arc<Notify>);

impl WakeHandle {
    /// Makes the dispatcher look for work now. A call between its look and its sleep is not lost: the
    /// notification is kept for it.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn woken(&self) {
        self.0.notified().await;
    }
}

/// What a dispatcher has done since its start. Pages and tests wait for it to change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Times it looked for work, to the end of the look.
    pub looks: u64,
    /// Results on disk.
    pub recorded: u64,
    /// Deliveries whose lease was found to have run out.
    pub rescued: u64,
    /// Updates of threads' lines that were made, or put off.
    pub lines: u64,
    /// Times the database did not give work or take results.
    pub failures: u64,
}

/// The dispatcher's end of it.
#[derive(Clone, Debug)]
pub(crate) struct Reporter(watch::Sender<Progress>);

impl Reporter {
    pub fn new() -> Self {
        Self(watch::Sender::new(Progress::default()))
    }

    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.0.subscribe()
    }

    pub fn change(&self, change: impl FnOnce(&mut Progress)) {
        self.0.send_modify(change);
    }
}
