//! The fake shop: what its SOAP face, its control API and its HTTP server answer, judged by recordings of real shops.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

mod admin;
mod bridge_releases;
mod catalog;
mod disruptions;
mod door_calls;
mod doors;
mod faults;
mod hostile_bytes;
mod recorded_heads;
mod recordings;
mod reported;
mod sales;
mod sales_documents;
mod sales_engine;
mod server_http;
#[path = "../support/mod.rs"]
mod support;
mod testing;
mod transport;
mod values;
mod wire_bytes;
mod wsdl;
