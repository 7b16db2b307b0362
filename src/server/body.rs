//! Reading a request's body: bounded, chunked or not, plain or compressed.

use std::io::Read;

use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};

/// PHP's `post_max_size` is 8 MB by default; product images arrive as base64 in the envelope, so shops raise it.
pub(super) const BODY_MAX: usize = 32 * 1024 * 1024;
/// What is read and thrown away of a body that is too long, so that the client, which sends all before it reads, gets
/// its answer. Beyond it the connection is simply closed.
const DRAIN_MAX: usize = 512 * 1024 * 1024;

/// A request's body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// All of it, decompressed.
    Whole(Vec<u8>),
    /// Longer than [`BODY_MAX`].
    TooLong,
}

/// Reads `incoming`; `announced_wait` is true when the client waits for `100 Continue` before it sends.
///
/// # Errors
/// What hyper says when the client goes away or breaks the framing.
pub(super) async fn read(
    mut incoming: Incoming,
    encoding: Option<&str>,
    announced_wait: bool,
) -> Result<Body, hyper::Error> {
    let announced = incoming.size_hint().exact();
    if announced_wait && announced.is_some_and(|bytes| bytes > BODY_MAX as u64) {
        return Ok(Body::TooLong);
    }
    let mut bytes = Vec::with_capacity(announced.map_or(0, |bytes| bytes.min(64 * 1024) as usize));
    let mut seen = 0_usize;
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if seen <= BODY_MAX {
            bytes.extend_from_slice(&data);
        } else if seen > DRAIN_MAX {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    if seen > BODY_MAX {
        return Ok(Body::TooLong);
    }
    Ok(decompressed(bytes, encoding, BODY_MAX))
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
