//! No sync goes on for ever, whatever a shop answers and whatever the clocks say.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::world::{Setup, World, seed_of_customers, settings};
use mockgento::clock::Clock;
use mockgento::crm::{Entity, IntegrationSettings};
use mockgento::quirk::{Profile, Quirks};
use mockgento::soap::WireStyle;
use mockgento::sync::connector::Connector;
use mockgento::sync::driver;
use mockgento::transport::in_memory::InMemoryTransport;
use mockgento::transport::{HttpAnswer, HttpRequest, Sending, Transport};

const CUSTOMERS: i64 = 27;

fn world(quirks: Quirks) -> World {
    let settings =
        IntegrationSettings { sync_start_date: jiff::civil::date(2024, 1, 1), page_size: Some(25), ..settings() };
    World::new(Setup {
        seed: seed_of_customers(CUSTOMERS),
        clock: "2024-01-05T12:00:00Z",
        mode: WireStyle::RpcEncoded,
        bridge: Some("1.2.19"),
        settings,
        quirks,
    })
}

/// A shop, or a cache before it, that gives the first answer to an operation again and again.
struct Repeating {
    inner: InMemoryTransport,
    operation: &'static str,
    first: Mutex<Option<HttpAnswer>>,
    calls: Arc<AtomicUsize>,
}

impl Transport for Repeating {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        let is_meant = String::from_utf8_lossy(&request.body).contains(&format!("{}>", self.operation));
        Box::pin(async move {
            self.calls.fetch_add(1, Ordering::Relaxed);
            let known = self.first.lock().unwrap().clone().filter(|_| is_meant);
            if let Some(answer) = known {
                return Ok(answer);
            }
            let answer = self.inner.send(request).await?;
            // An empty page ends a list anyway.
            if is_meant && String::from_utf8_lossy(&answer.body).contains("c1@example.com") {
                *self.first.lock().unwrap() = Some(answer.clone());
            }
            Ok(answer)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_shop_that_repeats_itself_fails_the_connector_with_what_to_do() {
    for (quirks, words) in [
        (Quirks::default(), "asked for rows with customer_id gt 25"),
        (Profile::OroCrm41.quirks(), "page 2 held only rows that had come before"),
    ] {
        let mut world = world(quirks);
        let calls = Arc::new(AtomicUsize::new(0));
        let repeating = Repeating {
            inner: InMemoryTransport::new(world.shop.peer(), world.clock.clone()),
            operation: "oroCustomerList",
            first: Mutex::default(),
            calls: calls.clone(),
        };
        let integration = world.integration;
        let mut ignore = |_| {};
        let mut context = world.context(&mut ignore);
        context.transport = Arc::new(repeating);
        let outcome = driver::sync(&mut context, integration).await.unwrap();
        let failed = outcome.connectors.iter().find(|done| done.connector == Connector::CustomerInitial).unwrap();
        let message = failed.failures.join("\n");
        assert!(message.contains(words) && message.contains("mend that"), "{message}");
        assert!(calls.load(Ordering::Relaxed) < 250, "{calls:?}");
        assert_eq!(world.rows(Entity::Customer).len(), 25, "what came is not lost");
        // The shop is mended, and nothing is missing.
        world.advance(1);
        world.sync().await;
        assert_eq!(world.rows(Entity::Customer).len(), CUSTOMERS as usize);
    }
}

/// the shop's time says when the first sync began, so a clock years ahead makes no calls for years to come.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_years_ahead_costs_no_calls() {
    let real = Profile::OroCrm41.quirks();
    let mut calls = Vec::new();
    for quirks in [Quirks::default(), real] {
        let mut world = world(quirks);
        let own = Clock::virtual_at("2035-01-01T00:00:00Z".parse().unwrap());
        let integration = world.integration;
        let mut ignore = |_| {};
        let mut context = world.context(&mut ignore);
        context.clock = own;
        let outcome = driver::sync(&mut context, integration).await.unwrap();
        assert!(outcome.is_ok(), "{outcome:#?}");
        calls.push(world.exchanges().len());
        assert_eq!(world.rows(Entity::Customer).len(), CUSTOMERS as usize);
    }
    assert!(calls[0] < 250 && calls[1] > 1000, "{calls:?}");
}

/// The regions are read again after a day, unless skipping them counts as reading.
#[tokio::test(start_paused = true)]
async fn regions_are_read_again_after_a_day_unless_the_quirk_is_on() {
    for (quirks, times) in [(Quirks::default(), 2), (Profile::OroCrm41.quirks(), 1)] {
        let mut world = world(quirks);
        let mut read = 0;
        for _ in 0..3 {
            world.sync().await;
            let first = |entry: &&mockgento::server::JournalEntry| {
                entry.operation == "oroRegionList" && !format!("{:?}", entry.arguments).contains("region_id")
            };
            let pages: Vec<_> = world.exchanges().into_iter().collect();
            read += usize::from(pages.iter().find(first).is_some());
            world.advance(13);
        }
        assert_eq!(read, times);
    }
}
