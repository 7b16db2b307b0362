//! Reading a request's body: bounded in length and time, chunked or not, plain or compressed.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::xml::limits::REQUEST_BYTES_MAX;

/// A longer body than the longest document is not read.
pub(super) const BODY_MAX: usize = REQUEST_BYTES_MAX;
/// What is read and thrown away of a body that is too long, so that the client, which sends all before it reads, gets
/// its answer. Beyond it the connection is simply closed.
const DRAIN_MAX: usize = 512 * 1024 * 1024;
/// A client that sends nothing for so long is gone or means harm.
const PIECE_TIMEOUT: Duration = Duration::from_secs(30);
/// Nor may a body come one byte at a time for ever.
const BODY_TIMEOUT: Duration = Duration::from_secs(300);
/// Bodies up to this length come at any time; longer ones take turns.
const SMALL_MAX: usize = 1024 * 1024;
/// What all longer bodies of a server may take at once.
const ROOM_BYTES: usize = BODY_MAX;

/// The body of a request, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// All of it, decompressed.
    Whole(Vec<u8>),
    /// The body is longer than [`BODY_MAX`].
    TooLong,
    /// Not there in time.
    Late,
}

/// Where a server's long bodies are held. Whoever finds it full waits before reading on, which ends because nobody may
/// take longer than [`BODY_TIMEOUT`] to send and everybody's limits bound the rest.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<Semaphore>);

/// A place in the room, as long as the body is needed.
pub(super) struct Place(Option<OwnedSemaphorePermit>);

impl Room {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ROOM_BYTES)))
    }

    async fn place(&self, bytes: usize) -> Place {
        let bytes = u32::try_from(bytes.min(ROOM_BYTES)).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        Place(Arc::clone(&self.0).acquire_many_owned(bytes).await.ok())
    }
}

/// Reads `incoming`; `announced_wait` is true when the client waits for `100 Continue` before it sends. Without a room
/// the peer is trusted: it has all the time and memory it wants.
///
/// # Errors
/// What hyper says when the client goes away or breaks the framing.
pub(super) async fn read(
    incoming: Incoming,
    encoding: Option<&str>,
    announced_wait: bool,
    room: Option<&Room>,
) -> Result<(Body, Place), hyper::Error> {
    let announced = incoming.size_hint().exact();
    if announced_wait && announced.is_some_and(|bytes| bytes > BODY_MAX as u64) {
        return Ok((Body::TooLong, Place(None)));
    }
    let mut place = Place(None);
    let reading = collect(incoming, room, &mut place);
    let read = match room {
        None => reading.await?,
        Some(_) => match tokio::time::timeout(BODY_TIMEOUT, reading).await {
            Ok(read) => read?,
            Err(_) => Body::Late,
        },
    };
    let Body::Whole(bytes) = read else { return Ok((read, Place(None))) };
    if encoding.is_none_or(|encoding| !is_compressed(encoding)) {
        return Ok((Body::Whole(bytes), place));
    }
    let Some(room) = room else { return Ok((decompressed(bytes, encoding, BODY_MAX), place)) };
    // What it becomes is not known before; its own place would only stand in the way.
    drop(place);
    let place = room.place(BODY_MAX).await;
    let encoding = encoding.map(str::to_owned);
    let unpacking = tokio::task::spawn_blocking(move || decompressed(bytes, encoding.as_deref(), BODY_MAX));
    // The only way to fail is a panic, after which there is no body.
    Ok((unpacking.await.unwrap_or(Body::Whole(Vec::new())), place))
}

async fn collect(mut incoming: Incoming, room: Option<&Room>, place: &mut Place) -> Result<Body, hyper::Error> {
    let announced = incoming.size_hint().exact().map_or(0, |bytes| bytes.min(BODY_MAX as u64 + 1) as usize);
    let mut bytes = Vec::with_capacity(announced.min(64 * 1024));
    let mut seen = 0_usize;
    loop {
        let frame = match room {
            None => incoming.frame().await,
            Some(_) => match tokio::time::timeout(PIECE_TIMEOUT, incoming.frame()).await {
                Ok(frame) => frame,
                Err(_) => return Ok(Body::Late),
            },
        };
        let Some(Ok(data)) = frame.transpose()?.map(Frame::into_data) else { break };
        seen = seen.saturating_add(data.len());
        if seen > DRAIN_MAX {
            break;
        }
        if seen > BODY_MAX {
            bytes = Vec::new();
            *place = Place(None);
            continue;
        }
        if seen > SMALL_MAX
            && place.0.is_none()
            && let Some(room) = room
        {
            // All at once: two that each had a half would wait for each other.
            let whole = if announced > 0 { announced.min(BODY_MAX) } else { BODY_MAX };
            *place = room.place(whole).await;
            bytes.reserve_exact(whole - bytes.len().min(whole));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(if seen > BODY_MAX { Body::TooLong } else { Body::Whole(bytes) })
}

fn is_compressed(encoding: &str) -> bool {
    matches!(encoding.to_ascii_lowercase().as_str(), "gzip" | "x-gzip" | "deflate")
}

/// Undoes `Content-Encoding`; bytes that are not what it says stay as they are and fail as XML.
fn decompressed(bytes: Vec<u8>, encoding: Option<&str>, limit: usize) -> Body {
    let plain = match encoding.map(str::to_ascii_lowercase).as_deref() {
        Some("gzip" | "x-gzip") => bounded(flate2::read::MultiGzDecoder::new(bytes.as_slice()), limit),
        Some("deflate") => bounded(flate2::read::ZlibDecoder::new(bytes.as_slice()), limit),
        _ => return Body::Whole(bytes),
    };
    match plain {
        Ok(plain) if plain.len() > limit => Body::TooLong,
        Ok(plain) => Body::Whole(plain),
        Err(_) => Body::Whole(bytes),
    }
}

fn bounded(reader: impl Read, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_compressed_body_is_undone_within_its_limit() {
        let packed = gzip(&[b'x'; 1000]);
        for (limit, expected) in [(1000, Body::Whole(vec![b'x'; 1000])), (999, Body::TooLong)] {
            assert_eq!(decompressed(packed.clone(), Some("GZIP"), limit), expected);
        }
    }

    #[test]
    fn a_body_that_is_not_what_its_encoding_says_stays_as_it_is() {
        assert_eq!(decompressed(b"<a/>".to_vec(), Some("gzip"), 100), Body::Whole(b"<a/>".to_vec()));
        assert_eq!(decompressed(b"<a/>".to_vec(), Some("br"), 100), Body::Whole(b"<a/>".to_vec()));
    }
}
