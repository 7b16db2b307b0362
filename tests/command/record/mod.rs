//! `mockgento record`, `replay` and `serve --cassette`: recordings of a sync and of other people's clients.

mod personal;
mod proxy;
mod sync;
mod trouble;

use std::path::Path;
use std::process::Output;

use mockgento::testing::TestShop;

pub use crate::support::record::{Running, days_ago, files, mockgento, originals, started};

pub async fn record(shop: &TestShop, folder: &Path, more: &[&str]) -> Output {
    let (url, folder) = (shop.wsdl_url().to_string(), folder.display().to_string());
    let common = ["record", "--url", &url, "--user", shop.user(), "--out", &folder, "--start-date", &days_ago(20)];
    mockgento(shop, &[&common, more].concat()).await
}
