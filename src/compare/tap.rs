//! A transport that keeps the last answer as it came: what a client makes of it says little of how it looked.

use std::sync::{Arc, Mutex, PoisonError};

use crate::transport::{AllowedOrigins, HttpAnswer, HttpRequest, Sending, Transport};

pub(super) struct Tap {
    inner: Arc<dyn Transport>,
    last: Mutex<Option<HttpAnswer>>,
}

impl Tap {
    pub(super) fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner, last: Mutex::default() }
    }

    /// The last answer; it is given once.
    pub(super) fn take(&self) -> Option<HttpAnswer> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Transport for Tap {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(async move {
            self.take();
            let answer = self.inner.send(request).await;
            if let Ok(answer) = &answer {
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer.clone());
            }
            answer
        })
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        self.inner.allowed_origins()
    }
}
