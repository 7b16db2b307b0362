//! A shop for tests of the HTTP face: OpenMage as recorded, on a clock that stands at the first recording's second.

#![allow(dead_code, reason = "not every test binary wants all of it")]

pub mod record;
pub mod sales;
pub mod served;
pub mod wire;

use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Flavor};
use mockgento::shop::seed::SeedUser;
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;

pub fn clock() -> Clock {
    Clock::virtual_at("2026-11-23T09:26:30Z".parse().expect("a timestamp"))
}

pub fn shop(clock: &Clock) -> Shop {
    open(ShopConfig { flavor: Flavor::OpenMage194, ..ShopConfig::new(clock.clone()) })
}

/// WS-I with the newest bridge, its malformed operations mended or as they are.
#[allow(dead_code, reason = "not every test file wants one")]
pub fn wsi_shop(clock: &Clock, mended: bool) -> Shop {
    let bridge = Some(BridgeRelease::newest());
    open(ShopConfig { mode: WireStyle::WsI, bridge, mended, ..ShopConfig::new(clock.clone()) })
}

fn open(config: ShopConfig) -> Shop {
    let mut seed = Seed::corner_shop_people().expect("the built-in seed");
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    Shop::new(config, seed).expect("a shop")
}
