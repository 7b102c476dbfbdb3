//! Answers to what never became a request. hyper says a bare status where a head cannot be read or is too long; here those
//! words become ours, with an id and the companions that every answer has (P11).

use crate::problem::LastWords;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use warp::http::StatusCode;

/// Says what is answered under a status where no request was read.
pub type Unread = Arc<dyn Fn(StatusCode) -> LastWords + Send + Sync>;

const IDLE: u8 = 0;
const ASKED: u8 = 1;
const SAID: u8 = 2;

/// Where a connection stands: nobody asked, a request is being answered, or its answer is said and not yet sent. What is
/// written while nobody asked are hyper's own words.
#[derive(Clone, Default)]
pub(super) struct Turn(Arc<AtomicU8>);

impl Turn {
    /// A request was read.
    pub(super) fn asked(&self) {
        self.0.store(ASKED, Ordering::Release);
    }
    fn said(&self) {
        self.0.store(SAID, Ordering::Release);
    }
    fn sent(&self) {
        let _ = self.0.compare_exchange(SAID, IDLE, Ordering::AcqRel, Ordering::Relaxed);
    }
    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Acquire) == IDLE
    }
}

/// The body of an answer; it is said once hyper lets go of it.
pub(super) struct Told<B> {
    body: B,
    turn: Turn,
}

impl<B> Told<B> {
    pub(super) fn new(body: B, turn: Turn) -> Self {
        Self { body, turn }
    }
}

impl<B> Drop for Told<B> {
    fn drop(&mut self) {
        self.turn.said();
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Told<B> {
    type Data = Bytes;
    type Error = B::Error;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The stream below hyper: what hyper writes while nobody asked is said in our words instead. They are the last on a
/// connection, since hyper closes it after its own.
pub(super) struct Ours<S> {
    stream: S,
    turn: Turn,
    unread: Unread,
    words: Option<Vec<u8>>,
    sent: usize,
}

impl<S: AsyncWrite + Unpin> Ours<S> {
    pub(super) fn new(stream: S, turn: Turn, unread: Unread) -> Self {
        Self { stream, turn, unread, words: None, sent: 0 }
    }

    /// Whether hyper speaks for itself; then our words are ready to be sent.
    fn is_unread(&mut self, head: &[u8]) -> bool {
        if self.words.is_none() && self.turn.is_idle() && !head.is_empty() {
            self.words = Some(instead(head, &self.unread));
        }
        self.words.is_some()
    }

    /// Sends our words where hyper believes that its `bytes` go.
    fn poll_words(&mut self, cx: &mut Context<'_>, bytes: usize) -> Poll<io::Result<usize>> {
        let words = self.words.as_deref().unwrap_or_default();
        while self.sent < words.len() {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, &words[self.sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent += count,
            }
        }
        Poll::Ready(Ok(bytes))
    }
}

/// What somebody is told who has too many connections.
pub(super) fn turned_away(unread: &Unread) -> Vec<u8> {
    instead(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", unread)
}

/// Our words under hyper's status line and date.
fn instead(head: &[u8], unread: &Unread) -> Vec<u8> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|it| StatusCode::from_bytes(it.as_bytes()).ok());
    let date = lines.find(|it| it.starts_with("date: "));
    let LastWords { headers, page, .. } = unread(status.unwrap_or(StatusCode::BAD_REQUEST));
    let mut all = format!("{first}\r\nconnection: close\r\ncontent-length: {}\r\n", page.len()).into_bytes();
    if let Some(date) = date {
        all.extend_from_slice(format!("{date}\r\n").as_bytes());
    }
    for (name, value) in &headers {
        all.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    all.extend_from_slice(b"\r\n");
    all.extend_from_slice(page.as_bytes());
    all
}

impl<S: AsyncRead + Unpin> AsyncRead for Ours<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Ours<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_unread(buf) {
            return self.poll_words(cx, buf.len());
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = bufs.iter().find(|it| !it.is_empty());
        if self.is_unread(first.map_or(&[], |it| it)) {
            return self.poll_words(cx, bufs.iter().map(|it| it.len()).sum());
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.turn.sent();
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
