//! What stubs cost a call that meets none: without any, with a hundred of other operations, and with ten of its own whose
//! conditions do not hold. The last is to stay within 5 % of the first.
//!
//! Run with `cargo bench --bench stubs`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run should say so and stop")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use mockgento::clock::Clock;
use mockgento::server::{EndpointOptions, HttpRequestParts, endpoint};
use mockgento::shop::stubs::StubFile;
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::SoapStruct;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const OPERATION: &str = "customerCustomerInfo";

fn file(count: usize, stub: impl Fn(usize) -> String) -> StubFile {
    let stubs: Vec<String> = (0..count).map(|number| format!("  - {{{}}}\n", stub(number))).collect();
    let list = if stubs.is_empty() { " []\n".to_owned() } else { format!("\n{}", stubs.concat()) };
    StubFile::parse(&format!("stubs:{list}"), "stubs.yaml").expect("stubs")
}

fn calls(criterion: &mut Criterion) {
    let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
    let mut group = criterion.benchmark_group("a call that meets no stub");
    for (name, stubs) in [
        ("no stubs", file(0, |_| String::new())),
        ("100 of other operations", file(100, |_| "operation: storeList, answer: []".to_owned())),
        (
            "10 of its own",
            file(10, |number| {
                format!("operation: {OPERATION}, when: {{customerId: {}}}, fault: {{code: 1}}", number + 1000)
            }),
        ),
    ] {
        let mut shop = Shop::new(ShopConfig::new(clock.clone()), Seed::corner_shop().expect("a seed")).expect("a shop");
        shop.install_stubs(&stubs).expect("stubs that fit");
        let user = SoapStruct::new().with("username", "oro").with("apiKey", "oro-key-1");
        let session = shop.dispatch("login", &user).expect("a session").to_text().expect("an id");
        let arguments = SoapStruct::new().with("sessionId", session).with("customerId", "1");
        let body = shop.codec().write_request(OPERATION, &arguments).expect("an envelope");
        let request = HttpRequestParts {
            method: "POST".to_owned(),
            path: "/api/v2_soap/".to_owned(),
            ..HttpRequestParts::default()
        };
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| endpoint::answer(&mut shop, &EndpointOptions::default(), &request, black_box(&body)));
        });
    }
    group.finish();
}

criterion_group!(benches, calls);
criterion_main!(benches);
