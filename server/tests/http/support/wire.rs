//! A request written byte by byte, for what no client would send.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{TestApp, soon};

pub struct Wire(TcpStream);

impl Wire {
    /// Connects and sends the head of a POST to the REST interface.
    pub async fn post(app: &TestApp, path: &str, headers: &str) -> Self {
        let address = app.url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n{headers}\r\n",
            app.key
        );
        stream.write_all(head.as_bytes()).await.expect("the head is sent");
        Self(stream)
    }

    /// Sends chunks of a body until the other side has had enough; how many bytes it took.
    pub async fn chunks_until_refused(&mut self, at_most: usize) -> usize {
        const CHUNK: usize = 64 * 1024;
        let chunk = [
            format!("{CHUNK:x}\r\n").into_bytes(),
            vec![b' '; CHUNK],
            b"\r\n".to_vec(),
        ]
        .concat();
        let mut sent = 0;
        let (mut reader, mut writer) = self.0.split();
        let mut first = [0];
        // An answer, or the end of the connection, is the sign to stop.
        let mut answered = std::pin::pin!(reader.peek(&mut first));
        while sent < at_most {
            tokio::select! {
                _ = &mut answered => break,
                written = writer.write_all(&chunk) => match written {
                    Ok(()) => sent += CHUNK,
                    Err(_) => break,
                },
            }
        }
        sent
    }

    /// Everything that is answered until the connection closes or the answer is whole.
    pub async fn answer(mut self) -> String {
        let mut bytes = Vec::new();
        let read = async {
            let mut part = [0; 4096];
            loop {
                match self.0.read(&mut part).await {
                    Ok(0) | Err(_) => break,
                    Ok(count) => bytes.extend_from_slice(&part[..count]),
                }
                if bytes.ends_with(b"}") {
                    break;
                }
            }
        };
        soon(read).await;
        String::from_utf8(bytes).expect("text")
    }
}
