//! A shop for tests of the HTTP face: OpenMage as recorded, on a clock that stands at the first recording's second.

use mockgento::clock::Clock;
use mockgento::magento::Flavor;
use mockgento::shop::seed::SeedUser;
use mockgento::shop::{Seed, Shop, ShopConfig};

pub fn clock() -> Clock {
    Clock::virtual_at("2026-11-23T09:26:30Z".parse().expect("a timestamp"))
}

pub fn shop(clock: &Clock) -> Shop {
    let config = ShopConfig { flavor: Flavor::OpenMage194, ..ShopConfig::new(clock.clone()) };
    let mut seed = Seed::corner_shop().expect("the built-in seed");
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    Shop::new(config, seed).expect("a shop")
}
