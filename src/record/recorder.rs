//! A transport that remembers what went through it.

use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::breakage::Broken;
use super::bytes;
use crate::clock::Clock;
use crate::transport::{AllowedOrigins, Breakage, HttpRequest, Method, Sending, Transport, TransportError, masked};
use crate::xml::limits::ANSWER_BYTES_MAX;

/// Bytes of requests and answers that are kept: a recording is made in memory, and nobody debugs more than this.
pub const RECORDED_BYTES_MAX: usize = 512 * 1024 * 1024;

/// A [`Transport`] that passes calls on and remembers them.
pub struct Recorder {
    inner: Arc<dyn Transport>,
    heard: Mutex<Tape>,
    /// The clock of a sync whose waits are only told; they are waited for here.
    paced_by: Option<Clock>,
    /// After how many calls it stops by itself.
    calls_max: Option<usize>,
    stopped: watch::Sender<bool>,
}

#[derive(Default)]
struct Tape {
    heard: Vec<Heard>,
    bytes: usize,
    calls: usize,
    waited_until: Option<jiff::Timestamp>,
}

/// One exchange as it went over the wire. It holds secrets and is never written.
#[derive(Default)]
pub struct Heard {
    pub(super) is_call: bool,
    pub(super) path: String,
    pub(super) request: Vec<u8>,
    pub(super) status: Option<u16>,
    pub(super) date: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) is_gzip: bool,
    pub(super) answer: String,
    pub(super) is_binary: bool,
    pub(super) broken: Option<Broken>,
}

impl Recorder {
    /// Remembers what goes through `inner`.
    pub fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner, heard: Mutex::default(), paced_by: None, calls_max: None, stopped: watch::channel(false).0 }
    }

    /// Waits for real what a sync waits on this clock, so that a shop in trouble gets the time between retries.
    #[must_use]
    pub fn paced_by(mut self, clock: Clock) -> Self {
        self.paced_by = Some(clock);
        self
    }

    /// Stops by itself after so many calls.
    #[must_use]
    pub fn with_calls_max(mut self, calls_max: Option<usize>) -> Self {
        self.calls_max = calls_max;
        self
    }

    /// Whether nothing but silence and refusals was heard: no call was answered.
    pub fn is_mute(&self) -> bool {
        !self.locked().heard.iter().any(|heard| heard.is_call && heard.status.is_some())
    }

    /// Calls so far, answered or not.
    pub fn calls(&self) -> usize {
        self.locked().calls
    }

    /// Lets nothing through any more, and remembers nothing.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Waits until it is stopped.
    pub async fn stopping(&self) {
        // The sender lives as long as this does.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Everything so far; it is forgotten here.
    pub fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.locked().heard)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Tape> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the sync has waited on its clock since the last call.
    fn pause(&self) -> std::time::Duration {
        let Some(clock) = &self.paced_by else { return std::time::Duration::ZERO };
        let now = clock.now();
        let before = self.locked().waited_until.replace(now);
        before.and_then(|before| now.duration_since(before).try_into().ok()).unwrap_or_default()
    }

    fn keep(&self, heard: Heard) {
        let mut tape = self.locked();
        tape.bytes += heard.request.len() + heard.answer.len();
        tape.calls += usize::from(heard.is_call);
        tape.heard.push(heard);
        let is_full = tape.bytes > RECORDED_BYTES_MAX;
        if is_full {
            tracing::warn!("the recording is {} MB long and ends here", tape.bytes / (1024 * 1024));
        }
        if is_full || self.calls_max.is_some_and(|most| tape.calls >= most) {
            self.stop();
        }
    }
}

impl Transport for Recorder {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(async move {
            let (url, detail) = (masked(&request.url), "the recording was stopped".to_owned());
            let stopped = TransportError::Broken { url, breakage: Breakage::BeforeAnswer, detail };
            let pause = self.pause();
            let asked = Heard {
                is_call: request.method == Method::Post,
                path: path_of(&request.url),
                request: request.body.clone(),
                ..Heard::default()
            };
            let exchange = async {
                if !pause.is_zero() {
                    Clock::system().sleep(pause).await;
                }
                self.inner.send(request).await
            };
            // Whoever stops a recording does not want to wait for a shop that hangs.
            let answer = tokio::select! {
                biased;
                () = self.stopping() => return Err(stopped),
                answer = exchange => answer,
            };
            self.keep(match &answer {
                Ok(answer) => {
                    let header = |name: &str| answer.header(name).map(str::to_owned);
                    let is_gzip =
                        answer.header("content-encoding").is_some_and(|value| value.eq_ignore_ascii_case("gzip"));
                    let plain = if is_gzip { unpacked(&answer.body) } else { None };
                    let (text, is_binary) = bytes::to_text(plain.as_deref().unwrap_or(&answer.body));
                    Heard {
                        status: Some(answer.status),
                        date: header("date"),
                        content_type: header("content-type"),
                        location: header("location"),
                        is_gzip: plain.is_some(),
                        answer: text,
                        is_binary,
                        ..asked
                    }
                }
                Err(error) => Heard { broken: Some(Broken::of(error)), ..asked },
            });
            answer
        })
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        self.inner.allowed_origins()
    }
}

pub(super) fn path_of(url: &url::Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// What was compressed; nothing when it is not, or is longer than an answer may be.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let limit = ANSWER_BYTES_MAX as u64;
    let read = flate2::read::MultiGzDecoder::new(packed).take(limit + 1).read_to_end(&mut plain).ok()?;
    (read as u64 <= limit).then_some(plain)
}

/// The same compressed again.
pub(super) fn packed(plain: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    // Writing into memory does not fail.
    written.unwrap_or_default()
}
