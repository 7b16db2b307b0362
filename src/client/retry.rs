//! Which failures are tried again, and after how long: sync spec, section 2.7.

use std::time::Duration;

use crate::transport::{HttpAnswer, TransportError};

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
    pub fn delay(self, outcome: &Result<HttpAnswer, TransportError>, attempts: usize) -> Option<Duration> {
        if self == Self::Off || !worth_repeating(outcome) {
            return None;
        }
        DELAYS_S.get(attempts.saturating_sub(1)).map(|seconds| Duration::from_secs(*seconds))
    }
}

/// Faults that no repetition cures, whatever the status they come with.
const FINAL: [&str; 2] = ["is not a valid method", "Procedure 'ACTION' not present"];

/// No answer at all, a gateway's trouble, or an answer with status 200 that is no XML document. What another attempt
/// cannot change is left out.
fn worth_repeating(outcome: &Result<HttpAnswer, TransportError>) -> bool {
    match outcome {
        Err(
            TransportError::Address { .. }
            | TransportError::Tls { .. }
            | TransportError::TooLarge { .. }
            | TransportError::MayWrite { .. }
            | TransportError::Redirected { .. },
        ) => false,
        Err(_) => true,
        Ok(answer) => match answer.status {
            502..=504 => !is_final(&answer.body),
            200 => !answer.body.starts_with(b"<?xml") && !is_final(&answer.body),
            _ => false,
        },
    }
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
            assert_eq!(Retries::Standard.delay(&outcome, 1).is_some(), repeated, "{outcome:?}");
            assert_eq!(Retries::Off.delay(&outcome, 1), None);
        }
        let delays: Vec<_> = (1..6).filter_map(|n| Retries::Standard.delay(&answer(502, ""), n)).collect();
        assert_eq!(delays, [5, 10, 20].map(Duration::from_secs));
    }
}
