//! Reading and writing a page of a hundred customers and one of a hundred orders, in both styles; and what it costs to
//! read the contract's tables and to make the schema of a style and bridge release of them.
//!
//! Run with `cargo bench --bench soap_codec`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run should say so and stop")]

#[path = "support/pages.rs"]
mod pages;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::soap::WireStyle;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn codec(criterion: &mut Criterion) {
    for (name, operation) in [("100 customers", "oroCustomerList"), ("100 orders", "oroOrderList")] {
        let mut group = criterion.benchmark_group(name);
        for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
            let mut shop = pages::shop(mode);
            let arguments = pages::arguments(&mut shop);
            let codec = shop.codec().clone();
            let value = shop.dispatch(operation, &arguments).expect("a page");
            let bytes = codec.write_response(operation, &value).expect("an answer");
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_function(BenchmarkId::new("read", mode.as_str()), |bencher| {
                bencher.iter(|| codec.read_response(operation, black_box(&bytes)).expect("an answer"));
            });
            group.bench_function(BenchmarkId::new("write", mode.as_str()), |bencher| {
                bencher.iter(|| codec.write_response(operation, black_box(&value)).expect("an answer"));
            });
        }
        group.finish();
    }
}

fn contract(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("contract");
    group.bench_function("read the tables", |bencher| bencher.iter(|| black_box(Contract::load())));
    let bridge = Some(BridgeRelease::find("1.2.19").expect("a release"));
    group.bench_function("read the tables and make a schema", |bencher| {
        bencher.iter(|| Contract::load().schema(WireStyle::WsI, black_box(bridge), Flavor::default()));
    });
    group.finish();
}

criterion_group!(benches, codec, contract);
criterion_main!(benches);
