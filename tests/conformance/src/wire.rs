//! WebSockets and HTTP, by hand where a case has to.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::case::{Outcome, Stop, fail};
use crate::schema::look_at_frame;

/// Where a server is.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Host and port.
    pub(crate) authority: String,
    /// The path of the transport under test.
    pub(crate) path: String,
    /// How long to wait for what has to come.
    pub(crate) patience: Duration,
}

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Binary(Bytes),
    Ping,
    Pong,
    /// The end of the line, with the code of its close frame, if there was one.
    End {
        code: Option<u16>,
    },
}

/// A WebSocket. Pings are answered by themselves whenever it is read.
pub(crate) struct Link {
    socket: WebSocketStream<TcpStream>,
    patience: Duration,
    /// The subprotocol the server named.
    pub(crate) subprotocol: Option<String>,
    /// The cookie the server gave.
    pub(crate) cookie: Option<String>,
    code: Option<u16>,
}

/// Why a WebSocket could not be opened.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// The handshake was answered with this status.
    Status(u16),
    /// There is nobody, or nobody who speaks HTTP.
    Broken(String),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Fail(match refused {
            Refused::Status(status) => format!("the WebSocket is refused with status {status}"),
            Refused::Broken(text) => format!("no WebSocket can be opened: {text}"),
        })
    }
}

impl Link {
    /// Opens a WebSocket at a path of the server.
    pub(crate) async fn open(
        server: &Server,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Refused> {
        let broken = |error: &dyn std::fmt::Display| Refused::Broken(error.to_string());
        let url = format!("ws://{}{path}", server.authority);
        let mut request = url.into_client_request().map_err(|error| broken(&error))?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).map_err(|error| broken(&error))?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        let opening = async {
            let stream = TcpStream::connect(&server.authority).await.map_err(Error::Io)?;
            let _ = stream.set_nodelay(true);
            tokio_tungstenite::client_async(request, stream).await
        };
        match timeout(server.patience, opening).await {
            Ok(Ok((socket, response))) => {
                let header = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
                let subprotocol = header("sec-websocket-protocol");
                let cookie = header("set-cookie");
                Ok(Self { socket, patience: server.patience, subprotocol, cookie, code: None })
            }
            Ok(Err(Error::Http(response))) => Err(Refused::Status(response.status().as_u16())),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(Refused::Broken("no answer to the handshake".to_owned())),
        }
    }

    /// The next frame, however long it takes.
    pub(crate) async fn next(&mut self) -> Frame {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Frame::Text(text.as_str().to_owned()),
                Some(Ok(Message::Binary(bytes))) => return Frame::Binary(bytes),
                Some(Ok(Message::Ping(_))) => return Frame::Ping,
                Some(Ok(Message::Pong(_))) => return Frame::Pong,
                Some(Ok(Message::Close(close))) => {
                    self.code = close.map(|close| close.code.into());
                }
                Some(Ok(Message::Frame(_))) => {}
                Some(Err(_)) | None => return Frame::End { code: self.code },
            }
        }
    }

    /// The next frame that is no ping or pong, within the patience there is.
    pub(crate) async fn frame(&mut self) -> Outcome<Frame> {
        let patience = self.patience;
        let next = async {
            loop {
                let frame = self.next().await;
                if !matches!(frame, Frame::Ping | Frame::Pong) {
                    return frame;
                }
            }
        };
        let waited = timeout(patience, next).await;
        waited.map_err(|_| Stop::Fail(format!("no frame within {patience:?}")))
    }

    /// The next frame, which has to be text.
    pub(crate) async fn text(&mut self) -> Outcome<String> {
        match self.frame().await? {
            Frame::Text(text) => Ok(text),
            other => fail(format!("expected text, got {other:?}")),
        }
    }

    /// The next frame, which has to be one of the raw WebSocket.
    pub(crate) async fn json(&mut self) -> Outcome<serde_json::Value> {
        let text = self.text().await?;
        let failed = |error| Stop::Fail(format!("{error}: {text}"));
        let frame = serde_json::from_str(&text).map_err(failed)?;
        look_at_frame(&frame)?;
        Ok(frame)
    }

    /// Reads until the end; the code of the close frame.
    pub(crate) async fn end(&mut self) -> Outcome<Option<u16>> {
        loop {
            if let Frame::End { code } = self.frame().await? {
                return Ok(code);
            }
        }
    }

    pub(crate) async fn send_text(&mut self, text: impl Into<String>) -> Outcome {
        self.send(Message::Text(Utf8Bytes::from(text.into()))).await
    }

    pub(crate) async fn send_binary(&mut self, bytes: Bytes) -> Outcome {
        self.send(Message::Binary(bytes)).await
    }

    pub(crate) async fn send(&mut self, message: Message) -> Outcome {
        let sent = timeout(self.patience, self.socket.send(message)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => fail(format!("cannot be sent: {error}")),
            Err(_) => fail("the server takes nothing"),
        }
    }

    /// Bytes that are no WebSocket frame, or not a whole one.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) -> Outcome {
        let sent = self.socket.get_mut().write_all(bytes).await;
        sent.map_err(|error| Stop::Fail(format!("cannot be sent: {error}")))
    }

    /// Closes with a code, and waits a little for the server to do the same.
    pub(crate) async fn close(&mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from_static("") };
        let _ = timeout(self.patience, self.socket.close(Some(frame))).await;
        let _ = timeout(self.patience, async { while self.socket.next().await.is_some() {} }).await;
    }

    /// Closes without a code.
    pub(crate) async fn close_without_code(&mut self) {
        let _ = timeout(self.patience, self.socket.close(None)).await;
        let _ = timeout(self.patience, async { while self.socket.next().await.is_some() {} }).await;
    }
}

/// An HTTP answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// One HTTP request, on a connection of its own.
pub(crate) async fn http(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Outcome<Response> {
    let broken = |error: std::io::Error| Stop::Fail(format!("{method} {path}: {error}"));
    let exchange = async {
        let mut stream = TcpStream::connect(&server.authority).await.map_err(broken)?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", server.authority);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method == "POST" {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        // Who refuses a body early may have closed before it was all sent: the answer counts.
        let _ = stream.write_all(body).await;
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes).await;
        if bytes.is_empty() {
            read.map_err(broken)?;
        }
        Ok::<_, Stop>(bytes)
    };
    let bytes = timeout(server.patience * 2, exchange).await;
    let bytes = bytes.map_err(|_| Stop::Fail(format!("{method} {path}: no answer")))??;
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(head) = head else { return fail(format!("{method} {path}: no HTTP answer")) };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: Vec<(String, String)> = headers.collect();
    let mut body = bytes[head + 4..].to_vec();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        body = unchunked(&body);
    }
    Ok(Response { status: status.unwrap_or(0), headers, body })
}

/// What is in the chunks of a body; as far as they are whole.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let digits = String::from_utf8_lossy(&body[..end]).into_owned();
        let size = usize::from_str_radix(digits.trim(), 16).unwrap_or(0);
        let Some(chunk) = body.get(end + 2..end + 2 + size).filter(|chunk| !chunk.is_empty())
        else {
            break;
        };
        whole.extend_from_slice(chunk);
        body = body.get(end + 4 + size..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    #[test]
    fn chunks_are_put_together() {
        assert_eq!(super::unchunked(b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"), b"abc0123456789");
    }
}
