//! Which failures are tried again, and after how long: sync spec, section 2.7.

use std::time::Duration;

use crate::quirk::{Quirk, Quirks};
use crate::transport::{Breakage, HttpAnswer, TransportError};

/// Seconds between attempts. The reference list has a fourth entry that is never used.
const DELAYS_S: [u64; 3] = [5, 10, 20];

/// Whether a client tries again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retries {
    /// Up to three further attempts.
    #[default]
    Standard,
    /// None, as Check Connection does.
    Off,
}

impl Retries {
    /// How long to wait after that many attempts before the next one; `None` when there is none.
    pub fn delay(
        self,
        outcome: &Result<HttpAnswer, TransportError>,
        attempts: usize,
        quirks: &Quirks,
    ) -> Option<Duration> {
        if self == Self::Off || !worth_repeating(outcome, quirks) {
            return None;
        }
        DELAYS_S.get(attempts.saturating_sub(1)).map(|seconds| Duration::from_secs(*seconds))
    }
}

/// Faults that no repetition cures, whatever the status they come with.
const FINAL: [&str; 2] = ["is not a valid method", "Procedure 'ACTION' not present"];

/// Whether the reference client's library takes an outcome for an answer of nothing: nothing came, or nothing that is
/// HTTP. It asks whether to call again only after an exception, and this is none (sync spec 2.7).
pub(super) fn is_nothing(outcome: &Result<HttpAnswer, TransportError>, quirks: &Quirks) -> bool {
    let is_empty = match outcome {
        Ok(answer) => answer.status == 200 && answer.body.is_empty(),
        Err(error) => matches!(error, TransportError::Broken { breakage: Breakage::NotHttp, .. }),
    };
    is_empty && quirks.has(Quirk::NoAnswerIsNothing)
}

/// No answer at all, a gateway's trouble, or an answer with status 200 that is no XML document. What another attempt
/// cannot change is left out.
fn worth_repeating(outcome: &Result<HttpAnswer, TransportError>, quirks: &Quirks) -> bool {
    match outcome {
        // What came began as a document does, so the reference client leaves it at that.
        Err(TransportError::Broken { breakage: Breakage::InsideBody, .. }) => !quirks.has(Quirk::NoAnswerIsNothing),
        outcome if is_nothing(outcome, quirks) => false,
        Err(
            TransportError::Address { .. }
            | TransportError::Tls { .. }
            | TransportError::TooLarge { .. }
            | TransportError::MayWrite { .. }
            | TransportError::GivenUp { .. }
            | TransportError::Redirected { .. },
        ) => false,
        Err(_) => true,
        Ok(answer) => match answer.status {
            502..=504 => !is_final(&answer.body),
            200 => !is_document(&answer.body) && !is_final(&answer.body),
            _ => false,
        },
    }
}

/// Whether a body begins as an XML document does and is text.
fn is_document(body: &[u8]) -> bool {
    body.starts_with(b"<?xml") && (std::str::from_utf8(body).is_ok() || !is_said_to_be_utf8(body))
}

/// XML without another word is UTF-8.
fn is_said_to_be_utf8(body: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&body[..body.len().min(100)]).to_ascii_lowercase();
    head.split_once("encoding=").is_none_or(|(_, rest)| rest.trim_start_matches(['"', '\'']).starts_with("utf-8"))
}

fn is_final(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    FINAL.iter().any(|fault| text.contains(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<HttpAnswer, TransportError> {
        Ok(HttpAnswer {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            deadline: crate::clock::Deadline::never(),
        })
    }

    /// Vectors 80 to 82 and the rules beside them.
    #[test]
    fn gateways_and_pages_are_tried_again_three_times_and_faults_are_not() {
        let xml = "<?xml version=\"1.0\"?><a/>";
        for (outcome, repeated) in [
            (answer(502, ""), true),
            (answer(503, xml), true),
            (answer(504, ""), true),
            (answer(200, "<html>maintenance</html>"), true),
            (answer(200, xml), false),
            (answer(500, xml), false),
            (answer(404, ""), false),
            (answer(503, "<faultstring>Procedure 'ACTION' not present</faultstring>"), false),
            (answer(200, "Function (\"oroPong\") is not a valid method for this service"), false),
            (Err(TransportError::Connect { url: String::new(), detail: String::new() }), true),
            (Err(TransportError::TooLarge { url: String::new(), limit: 1 }), false),
        ] {
            let quirks = Quirks::default();
            assert_eq!(Retries::Standard.delay(&outcome, 1, &quirks).is_some(), repeated, "{outcome:?}");
            assert_eq!(Retries::Off.delay(&outcome, 1, &quirks), None);
        }
        let delays: Vec<_> =
            (1..6).filter_map(|n| Retries::Standard.delay(&answer(502, ""), n, &Quirks::default())).collect();
        assert_eq!(delays, [5, 10, 20].map(Duration::from_secs));
    }
}
