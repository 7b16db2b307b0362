//! A request to stop: what is in hand is written, and nothing else is waited for.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

use crate::transport::{AllowedOrigins, HttpRequest, Sending, Transport, TransportError, masked};

/// A request to stop, shared with whoever may make it.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<State>);

#[derive(Debug, Default)]
struct State {
    is_set: watch::Sender<bool>,
    /// How many things are in hand whose calls are waited for all the same.
    in_hand: AtomicUsize,
}

impl StopFlag {
    /// Asks the sync to stop at the next batch boundary, and to wait for no answer but those that what it has in hand needs.
    pub fn stop(&self) {
        self.0.is_set.send_replace(true);
    }

    /// Whether somebody asked the sync to stop.
    pub fn is_set(&self) -> bool {
        *self.0.is_set.borrow()
    }

    /// Something is in hand until what this returns is dropped: a batch whose details are asked for, an edit that is
    /// written to the shop.
    pub(super) fn in_hand(&self) -> InHand {
        self.0.in_hand.fetch_add(1, Ordering::Relaxed);
        InHand(self.clone())
    }

    /// Comes to an end when an answer is not to be waited for any more.
    async fn gives_up(&self) {
        // The sender lives as long as this does.
        let _ = self.0.is_set.subscribe().wait_for(|is_set| *is_set).await;
        if self.0.in_hand.load(Ordering::Relaxed) > 0 {
            std::future::pending::<()>().await;
        }
    }
}

/// Something is in hand.
pub(super) struct InHand(StopFlag);

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.0.in_hand.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A [`Transport`] whose answers are waited for until somebody asks to stop.
pub(super) struct Stoppable {
    pub(super) inner: Arc<dyn Transport>,
    pub(super) stop: StopFlag,
}

impl Transport for Stoppable {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(async move {
            let url = masked(&request.url);
            tokio::select! {
                biased;
                () = self.stop.gives_up() => Err(TransportError::GivenUp { url }),
                answer = self.inner.send(request) => answer,
            }
        })
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        self.inner.allowed_origins()
    }

    fn given_up(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.stop.gives_up())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    impl Transport for Silent {
        fn send(&self, _: HttpRequest) -> Sending<'_> {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_given_up_unless_something_is_in_hand() {
        let stop = StopFlag::default();
        let stoppable = Stoppable { inner: Arc::new(Silent), stop: stop.clone() };
        let ask = || stoppable.send(HttpRequest::get("http://joe:pw@shop.example/".parse().unwrap()));
        let soon = std::time::Duration::from_secs(60);
        assert!(tokio::time::timeout(soon, ask()).await.is_err(), "nobody asked to stop");
        let in_hand = stop.in_hand();
        stop.stop();
        assert!(tokio::time::timeout(soon, ask()).await.is_err(), "a batch is in hand");
        drop(in_hand);
        let given_up = tokio::time::timeout(soon, ask()).await.unwrap().unwrap_err();
        assert!(given_up.to_string().contains("http://***@shop.example/ was not waited for"), "{given_up}");
        tokio::time::timeout(soon, stoppable.given_up()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_waited_for_is_given_up_when_somebody_asks_to_stop() {
        let stop = StopFlag::default();
        let stoppable = Stoppable { inner: Arc::new(Silent), stop: stop.clone() };
        let ask = stoppable.send(HttpRequest::get("http://shop.example/".parse().unwrap()));
        let (answer, ()) = tokio::join!(ask, async { stop.stop() });
        assert!(matches!(answer, Err(TransportError::GivenUp { .. })));
    }
}
