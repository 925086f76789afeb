//! Connections that can be reset by order: no answer, no farewell, an RST on the wire.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Breaks the connection a request came on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker(Arc<AtomicBool>);

impl Breaker {
    /// Whatever is written next is thrown away and the connection is reset.
    pub fn trip(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_tripped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Connected<IncomingStream<'_, Breakable>> for Breaker {
    fn connect_info(stream: IncomingStream<'_, Breakable>) -> Self {
        stream.io().breaker.clone()
    }
}

/// A listener whose connections have a [`Breaker`].
#[derive(Debug)]
pub(crate) struct Breakable(pub TcpListener);

impl Listener for Breakable {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (tcp, from) = Listener::accept(&mut self.0).await;
        // Answers are small; waiting to fill a packet would only blur latencies measured against the sandbox.
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let breaker = Breaker::default();
        (Connection { tcp, breaker }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that can be reset.
#[derive(Debug)]
pub(crate) struct Connection {
    tcp: TcpStream,
    breaker: Breaker,
}

impl Connection {
    /// The stream, unless it is to be reset: then the error makes the server drop it.
    fn unbroken(self: Pin<&mut Self>) -> io::Result<Pin<&mut TcpStream>> {
        let this = self.get_mut();
        if this.breaker.is_tripped() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(Pin::new(&mut this.tcp))
    }
}

impl Drop for Connection {
    /// A socket closed without lingering sends RST instead of a farewell.
    fn drop(&mut self) {
        if self.breaker.is_tripped()
            && let Err(error) = self.tcp.set_zero_linger()
        {
            tracing::debug!(%error, "the connection is closed instead of reset");
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.unbroken()?.poll_read(cx, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.unbroken()?.poll_write(cx, from)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.unbroken()?.poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unbroken()?.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unbroken()?.poll_shutdown(cx)
    }
}
