//! A stream that spoils what is written through it: reset, close, stall, a false `Content-Length`, garbage. hyper must
//! stay honest (it refuses or truncates a body that contradicts its head), so the lie happens below it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::Disruption;

const GARBAGE: &[u8] = b"\x16\x03\x01 this is not the protocol you are looking for\r\n\r\n";

/// A stream that can end in a reset rather than in order.
pub trait Resettable {
    /// Makes the coming close a reset, where the carrier knows the difference.
    fn reset_on_close(&self);
}

impl Resettable for TcpStream {
    fn reset_on_close(&self) {
        if let Err(error) = self.set_zero_linger() {
            tracing::debug!(%error, "the connection will close in order instead of being reset");
        }
    }
}

impl Resettable for DuplexStream {
    fn reset_on_close(&self) {}
}

/// Orders for one connection, given before the answer that they spoil is written.
#[derive(Clone, Debug, Default)]
pub struct Orders(Arc<Mutex<Option<Order>>>);

#[derive(Debug)]
enum Order {
    End { left: usize, how: End },
    Lie { head: Vec<u8>, claimed: u64 },
    Garbage { sent: usize },
    Drip { bytes: usize, every: Duration, wait: Option<Pin<Box<Sleep>>> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Reset,
    Close,
    Stall,
}

impl Orders {
    /// Takes an order for the next bytes written; disruptions that do not concern the wire give none.
    pub fn give(&self, disruption: &Disruption) {
        let order = match disruption {
            Disruption::Reset { after_bytes } => Order::End { left: *after_bytes, how: End::Reset },
            Disruption::Close { after_bytes } => Order::End { left: *after_bytes, how: End::Close },
            Disruption::Stall { after_bytes } => Order::End { left: *after_bytes, how: End::Stall },
            Disruption::HalfOpen => Order::End { left: 0, how: End::Stall },
            Disruption::Refused => Order::End { left: 0, how: End::Reset },
            Disruption::ContentLength(claimed) => Order::Lie { head: Vec::new(), claimed: *claimed },
            Disruption::Garbage | Disruption::TlsFailure => Order::Garbage { sent: 0 },
            Disruption::Drip { bytes, every_seconds } => Order::Drip {
                bytes: usize::try_from(*bytes).unwrap_or(usize::MAX).max(1),
                every: Duration::from_secs(*every_seconds),
                wait: None,
            },
            _ => return,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(order);
    }
}

/// Whether the disruption is one of the wire, after which the connection cannot go on.
pub fn concerns_wire(disruption: &Disruption) -> bool {
    matches!(
        disruption,
        Disruption::Reset { .. }
            | Disruption::Close { .. }
            | Disruption::Stall { .. }
            | Disruption::HalfOpen
            | Disruption::Refused
            | Disruption::TlsFailure
            | Disruption::Drip { .. }
            | Disruption::ContentLength(_)
            | Disruption::Garbage
    )
}

/// The spoiling stream; transparent until there is an order.
#[derive(Debug)]
pub struct Wire<S> {
    stream: S,
    orders: Orders,
    /// Bytes to write before anything else: a rewritten head.
    pending: Vec<u8>,
}

impl<S> Wire<S> {
    /// Wraps `stream`; `orders` stays with whoever answers on it.
    pub fn new(stream: S, orders: Orders) -> Self {
        Self { stream, orders, pending: Vec::new() }
    }
}

impl<S: AsyncWrite + Resettable + Unpin> Wire<S> {
    fn write_spoiled(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.write_pending(cx))?;
        let orders = Arc::clone(&self.orders.0);
        let mut order = orders.lock().unwrap_or_else(PoisonError::into_inner);
        match order.as_mut() {
            None => Pin::new(&mut self.stream).poll_write(cx, buf),
            Some(Order::End { left: 0, how }) => self.end(*how),
            Some(Order::End { left, .. }) => {
                let allowed = buf.len().min(*left);
                let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &buf[..allowed]))?;
                *left -= written;
                Poll::Ready(Ok(written))
            }
            Some(Order::Garbage { sent }) => {
                while *sent < GARBAGE.len() {
                    *sent += ready!(Pin::new(&mut self.stream).poll_write(cx, &GARBAGE[*sent..]))?;
                }
                self.end(End::Close)
            }
            Some(Order::Drip { bytes, every, wait }) => {
                let pause = wait.get_or_insert_with(|| Box::pin(tokio::time::sleep(*every)));
                ready!(pause.as_mut().poll(cx));
                *wait = None;
                let allowed = buf.len().min(*bytes);
                Pin::new(&mut self.stream).poll_write(cx, &buf[..allowed])
            }
            Some(Order::Lie { head, claimed }) => {
                head.extend_from_slice(buf);
                if let Some(end) = head_end(head) {
                    self.pending = with_content_length(&head[..end], *claimed);
                    self.pending.extend_from_slice(&head[end..]);
                    *order = None;
                }
                Poll::Ready(Ok(buf.len()))
            }
        }
    }

    fn write_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    fn end(&self, how: End) -> Poll<io::Result<usize>> {
        match how {
            End::Stall => Poll::Pending,
            End::Close => Poll::Ready(Err(io::Error::new(io::ErrorKind::BrokenPipe, "closed by a disruption"))),
            End::Reset => {
                self.stream.reset_on_close();
                Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset by a disruption")))
            }
        }
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// The head with its `Content-Length` lines replaced by one false one.
fn with_content_length(head: &[u8], claimed: u64) -> Vec<u8> {
    let mut changed = Vec::with_capacity(head.len() + 32);
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let is_length = line.len() >= 15 && line[..15].eq_ignore_ascii_case(b"content-length:");
        if line == b"\r\n" {
            changed.extend_from_slice(format!("Content-Length: {claimed}\r\n").as_bytes());
        }
        if !is_length {
            changed.extend_from_slice(line);
        }
    }
    changed
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Resettable + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.write_spoiled(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_pending(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_pending(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nX: y\r\n\r\nbody";

    /// What the peer reads when `ANSWER` is written in pieces of seven bytes and the stream dropped.
    async fn seen(disruption: Option<Disruption>) -> Vec<u8> {
        let (ours, mut theirs) = tokio::io::duplex(4096);
        let orders = Orders::default();
        let mut wire = Wire::new(ours, orders.clone());
        if let Some(disruption) = disruption {
            orders.give(&disruption);
        }
        for piece in ANSWER.chunks(7) {
            if wire.write_all(piece).await.is_err() {
                break;
            }
        }
        let _ = wire.flush().await;
        drop(wire);
        let mut seen = Vec::new();
        theirs.read_to_end(&mut seen).await.unwrap();
        seen
    }

    #[tokio::test]
    async fn a_wire_without_orders_is_transparent() {
        assert_eq!(seen(None).await, ANSWER);
        assert_eq!(seen(Some(Disruption::HtmlPage)).await, ANSWER);
    }

    #[tokio::test]
    async fn an_end_comes_after_exactly_its_bytes() {
        assert_eq!(seen(Some(Disruption::Reset { after_bytes: 0 })).await, b"");
        assert_eq!(seen(Some(Disruption::Close { after_bytes: 45 })).await, &ANSWER[..45]);
        assert_eq!(seen(Some(Disruption::Garbage)).await, GARBAGE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_drip_brings_everything_in_its_time() {
        let before = tokio::time::Instant::now();
        assert_eq!(seen(Some(Disruption::Drip { bytes: 5, every_seconds: 2 })).await, ANSWER);
        // Seven bytes at a time are written, five and two: 48 bytes make fourteen pieces.
        assert_eq!(before.elapsed().as_secs(), 28);
    }

    #[tokio::test]
    async fn a_false_length_replaces_the_honest_one() {
        let expected = b"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 9000\r\n\r\nbody";
        assert_eq!(seen(Some(Disruption::ContentLength(9000))).await, expected);
    }
}
