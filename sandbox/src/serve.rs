//! Serving: on a listener of the caller's, or on a free port in the background.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::breaker::{Breakable, Breaker};
use crate::{Sandbox, SandboxHandle};

impl Sandbox {
    /// Serves until the future is dropped.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        let app = self.router().into_make_service_with_connect_info::<Breaker>();
        axum::serve(Breakable(listener), app).await
    }

    /// Serves on a free port of 127.0.0.1 until the value is dropped.
    ///
    /// # Errors
    /// If no port could be opened.
    pub async fn spawn(self) -> io::Result<Running> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let handle = self.handle();
        let task = tokio::spawn(async move {
            if let Err(error) = self.serve(listener).await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        });
        Ok(Running {
            address,
            handle,
            task,
        })
    }
}

/// A sandbox being served in the background; dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    handle: SandboxHandle,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the page is, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What to put in the place of `https://slack.com/api`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.url())
    }

    /// Looks into it and steers it.
    pub fn handle(&self) -> &SandboxHandle {
        &self.handle
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
