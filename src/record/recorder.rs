//! A transport that remembers what went through it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::transport::{HttpRequest, Method, Sending, Transport};

/// [`Transport`] that remembers.
pub struct Recorder {
    inner: Arc<dyn Transport>,
    heard: Mutex<Vec<Heard>>,
}

/// One exchange as it went over the wire. It holds secrets and is never written.
pub struct Heard {
    pub(super) method: Method,
    pub(super) request: Vec<u8>,
    pub(super) status: Option<u16>,
    pub(super) date: Option<String>,
    pub(super) answer: String,
}

impl Recorder {
    /// Remembers what goes through `inner`.
    pub fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner, heard: Mutex::default() }
    }

    /// Whether nothing but silence and refusals was heard: no call was answered.
    pub fn is_mute(&self) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        !heard.iter().any(|heard| heard.method == Method::Post && heard.status.is_some())
    }

    /// Everything so far; it is forgotten here.
    pub fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Transport for Recorder {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(async move {
            let (method, body) = (request.method, request.body.clone());
            let answer = self.inner.send(request).await;
            let heard = match &answer {
                Ok(answer) => Heard {
                    method,
                    request: body,
                    status: Some(answer.status),
                    date: answer.header("date").map(str::to_owned),
                    answer: String::from_utf8_lossy(&answer.body).into_owned(),
                },
                Err(_) => Heard { method, request: body, status: None, date: None, answer: String::new() },
            };
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
            answer
        })
    }
}
