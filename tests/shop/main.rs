//! The fake shop: what its SOAP face, its control API and its HTTP server answer, judged by recordings of real shops.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

mod admin;
mod attributes;
mod bridge_releases;
mod catalog;
mod catalog_rules;
mod checkpoints;
mod composites;
mod disruptions;
mod door_calls;
mod door_features;
mod dump;
mod faults;
mod hostile_bytes;
mod mistakes;
mod modules;
mod odd_calls;
mod own_operations;
mod sales;
mod sales_engine;
mod server_http;
mod stubs;
#[path = "../support/mod.rs"]
mod support;
mod testing;
mod transport;
mod values;
mod verify;
