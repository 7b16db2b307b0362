//! What servers and proxies do to a body on its way, undone: compression that nobody asked for, a byte order mark. PHP's SOAP
//! client, with which the reference client calls, minds neither (sync spec 2.7). The transport leaves both, because whoever
//! records wants the bytes.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use crate::transport::HttpAnswer;
use crate::transport::tcp::BODY_MAX;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The answer as it was meant.
pub(super) fn readable(answer: HttpAnswer) -> HttpAnswer {
    let mut answer = unzipped(answer, BODY_MAX);
    if answer.body.starts_with(BYTE_ORDER_MARK) {
        answer.body.drain(..BYTE_ORDER_MARK.len());
    }
    answer
}

/// The answer with its body unzipped, if the head says that it is zipped. What cannot be unzipped, or would be longer than the
/// limit, stays as it is, so that it is no XML document.
fn unzipped(mut answer: HttpAnswer, limit: usize) -> HttpAnswer {
    let is_zipped = |name: &str| matches!(name.trim().to_ascii_lowercase().as_str(), "gzip" | "x-gzip");
    if !answer.header("content-encoding").is_some_and(is_zipped) {
        return answer;
    }
    let mut plain = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(answer.body.as_slice()).take(bound).read_to_end(&mut plain);
    if read.is_err() || plain.len() > limit {
        return answer;
    }
    answer.headers.retain(|(name, _)| !matches!(name.as_str(), "content-encoding" | "content-length"));
    HttpAnswer { body: plain, ..answer }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Deadline;
    use std::io::Write as _;

    fn zipped(body: &[u8]) -> HttpAnswer {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        let headers = ["content-encoding", "content-length"].map(|name| (name.to_owned(), "gzip".to_owned()));
        HttpAnswer {
            status: 200,
            headers: headers.to_vec(),
            body: encoder.finish().unwrap(),
            deadline: Deadline::never(),
        }
    }

    #[test]
    fn a_zipped_body_is_unzipped_up_to_the_limit() {
        let body = vec![b'a'; 1000];
        let found = unzipped(zipped(&body), 1000);
        assert_eq!((found.body, found.headers.len()), (body.clone(), 0));
        assert_eq!(unzipped(zipped(&body), 999), zipped(&body), "a small body may be a very long one");
        let broken = HttpAnswer { body: b"no gzip".to_vec(), ..zipped(&body) };
        assert_eq!(unzipped(broken.clone(), 1000), broken);
        let plain = HttpAnswer { headers: Vec::new(), ..zipped(&body) };
        assert_eq!(unzipped(plain.clone(), 10), plain, "nothing is guessed from the bytes");
    }

    #[test]
    fn a_byte_order_mark_goes_wherever_it_was_put() {
        let marked = "\u{feff}<?xml?>".as_bytes();
        let plain = HttpAnswer { headers: Vec::new(), body: marked.to_vec(), ..zipped(b"") };
        for answer in [plain, zipped(marked)] {
            assert_eq!(readable(answer).body, b"<?xml?>");
        }
    }
}
