//! The websocket behind Leptos's `<AutoReload>`: tells open pages to load anew.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tungstenite::{Message, WebSocket};

use crate::server::RELOAD_PORT;

/// The open pages.
#[derive(Debug, Clone)]
pub struct Pages(Arc<Mutex<Vec<WebSocket<TcpStream>>>>);

impl Pages {
    /// Listens on the loopback interface and collects pages as they connect.
    pub fn listen() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", RELOAD_PORT))
            .with_context(|| format!("port {RELOAD_PORT} (another `make dev`?)"))?;
        let pages = Self(Arc::default());
        let collected = pages.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A stranger that is no websocket is simply not collected.
                if let Ok(page) = tungstenite::accept(stream) {
                    collected
                        .0
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(page);
                }
            }
        });
        Ok(pages)
    }

    /// Makes every open page load anew. Pages closed meanwhile drop out.
    pub fn reload(&self) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.retain_mut(|page| page.send(Message::text(r#"{"all":"changed"}"#)).is_ok());
    }
}
