//! What is done with arbitrary bytes, one function a reader of ours: the fuzz targets give them bytes that cover new code,
//! the ordinary tests (`tests/shop/hostile_bytes.rs`) give them recordings with random damage. A body that returns is
//! content; it panics when a rule is broken that holds for any input.

#![allow(dead_code, reason = "each fuzz target is a program that runs one of them")]

use std::path::Path;
use std::sync::LazyLock;

use mockgento::clock::Clock;
use mockgento::doors::{json_rpc, xml_rpc};
use mockgento::magento::columns::SqlType;
use mockgento::magento::{BridgeRelease, Contract, Filters, Flavor, Module, Pager};
use mockgento::quirk::{Profile, Quirks};
use mockgento::record::{Cassette, Play, rebuild};
use mockgento::scenario::Scenario;
use mockgento::shop::dump::{Part, Tables};
use mockgento::shop::stubs::StubFile;
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::wsdl::{WsdlOptions, write};
use mockgento::soap::wsdl_reader;
use mockgento::soap::{Answer, Codec, SoapStruct, SoapValue, SoapVersion, WireStyle, version1};
use mockgento::sync::convert::{
    Record, RowError, address, cart, credit_memo, customer, dictionary, newsletter_subscriber, order,
};
use mockgento::xml::indent::indented;
use mockgento::xml::mask::Secrets;
use mockgento::xml::{Limits, decode, parse};

/// Both styles, with the newest bridge.
static CODECS: LazyLock<[Codec; 2]> = LazyLock::new(|| {
    let bridge = Some(BridgeRelease::newest());
    [WireStyle::RpcEncoded, WireStyle::WsI]
        .map(|mode| Codec::new(Contract::shared().schema(mode, bridge, Flavor::OpenMage194)))
});

static WSDLS: LazyLock<[String; 2]> = LazyLock::new(|| {
    CODECS.each_ref().map(|codec| write(codec.schema(), "http://shop.test/api/v2_soap/", &WsdlOptions::default()))
});

/// Operations whose answers have every shape there is.
const ANSWERS: [&str; 6] = [
    "customerCustomerList",
    "customerCustomerInfo",
    "salesOrderInfo",
    "catalogCategoryTree",
    "oroOrderList",
    "oroPing",
];

/// The reader of documents, and what is done with a document to show it.
pub fn xml(data: &[u8]) {
    for limits in [Limits::request(), Limits::answer(), Limits::wsdl()] {
        let Ok(text) = decode(data, None, &limits) else { continue };
        match parse(&text, &limits) {
            Ok(root) => assert!(root.offset < text.len(), "an element stands in the text"),
            Err(error) => assert!(error.to_string().len() < 2000 && error.line > 0, "a message is short"),
        }
        if let Some(lines) = indented(&text) {
            assert!(lines.len() <= 200 * text.len(), "{} bytes of {}", lines.len(), text.len());
        }
        let secrets = [text.chars().take(3).collect::<String>(), "*".to_owned()];
        let elements = ["apiKey", "password"];
        let hide = Secrets { elements: &elements, pairs: true, digests: true, texts: &secrets, is_cut: true };
        let hidden = hide.hide(&text);
        assert!(hidden.len() <= 3 * text.len(), "masks do not grow");
        let key = secrets[0].as_str();
        assert!(key.is_empty() || key.contains('*') || !hidden.contains(key), "a secret is shown");
    }
}

/// Requests of both styles, as a shop reads them.
pub fn request(data: &[u8]) {
    for codec in CODECS.iter() {
        match codec.read_request(data, None) {
            Ok(request) => {
                assert!(codec.schema().operation(&request.operation).is_some(), "an operation of the service");
                let limits = Limits::request();
                assert!(values(&request.arguments) <= limits.elements_max, "values are counted");
            }
            Err(error) => {
                let (_, body) = error.to_http(codec.outline(data, None).version);
                let text = decode(&body, None, &Limits::answer()).expect("UTF-8");
                parse(&text, &Limits::answer()).expect("a refusal is well-formed");
                assert!(body.len() < 4000, "a refusal is short");
            }
        }
    }
}

/// Answers of both styles, as a client reads and unwraps them. The first byte chooses the operation.
pub fn answer(data: &[u8]) {
    let (choice, body) = data.split_first().unwrap_or((&0, &[]));
    let operation = ANSWERS[usize::from(*choice) % ANSWERS.len()];
    for codec in CODECS.iter() {
        match codec.read_response(operation, body) {
            Ok(Answer::Value(value)) => {
                let unwrapped = mockgento::client::unwrap::unwrap(value, &Quirks::default());
                mockgento::client::collection(unwrapped);
            }
            Ok(Answer::Fault(fault)) => {
                // What one end writes, the other reads.
                let written = codec.write_fault(&fault);
                let again = codec.read_response(operation, &written);
                assert!(matches!(again, Ok(Answer::Fault(_)) | Err(_)), "a fault stays one: {again:?}");
            }
            Err(error) => assert!(error.to_string().len() < 2000, "a message is short"),
        }
    }
}

/// Filters and pagers of a call, applied to columns of every kind.
pub fn filters(data: &[u8]) {
    const COLUMNS: [Option<&str>; 6] =
        [None, Some(""), Some("7"), Some("1.5000"), Some("Zürich"), Some("2026-01-31 09:00:00")];
    const TYPES: [SqlType; 3] =
        [SqlType::Varchar(50), SqlType::Decimal { precision: 12, scale: 4 }, SqlType::Timestamp];
    for codec in CODECS.iter() {
        let Ok(request) = codec.read_request(data, None) else { continue };
        let mode = codec.schema().mode;
        let Ok(filters) = Filters::from_value(request.arguments.get("filters"), mode) else { continue };
        for condition in filters.fields.values() {
            for sql_type in TYPES {
                // A condition that the database refuses is refused for the whole column.
                let Ok(test) = condition.test(sql_type) else { continue };
                for column in COLUMNS {
                    let _ = test.passes(column);
                }
            }
            assert!(condition.to_sql("c").len() <= 8 * data.len() + 64, "a condition is about as long as it came");
        }
        filters.moment_spans();
        filters.ids("entity_id");
        let _ = Pager::from_value(request.arguments.get("pager")).map(|pager| pager.slice(vec![1, 2, 3]));
    }
}

/// Service descriptions of any shop.
pub fn wsdl(data: &[u8]) {
    match wsdl_reader::read(data, None) {
        Ok(facts) => assert!(!facts.address.trim().is_empty(), "an address is one"),
        Err(error) => assert!(!error.to_string().is_empty(), "a refusal says something"),
    }
}

/// A scenario's text, with everything that is checked before it runs.
pub fn scenario(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Err(error) = Scenario::from_text(Path::new("scenarios/fuzzed.yaml"), text) {
        assert!(!error.to_string().is_empty(), "a refusal says something");
    }
}

/// A seed as YAML or JSON and a dump of a shop, and the shop that it makes.
pub fn seed(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = [Seed::parse_within(text, "fuzzed", 10_000), Seed::from_recorded(text, "fuzzed")];
    for seed in parsed.into_iter().flatten() {
        let clock = Clock::virtual_at("2026-01-31T09:00:00Z".parse().expect("an instant"));
        if let Ok(shop) = Shop::new(ShopConfig::new(clock), seed) {
            assert!(shop.state().is_object(), "a shop that opens can be looked at");
        }
    }
}

/// A row of any list, as each connector converts it.
pub fn convert(data: &[u8]) {
    type Convert = fn(&SoapStruct, &Quirks) -> Result<Record, RowError>;
    const CONVERTERS: [Convert; 10] = [
        customer::customer,
        address::customer_address,
        cart::cart,
        order::order,
        credit_memo::credit_memo,
        newsletter_subscriber::subscriber,
        dictionary::website,
        dictionary::store,
        dictionary::customer_group,
        dictionary::region,
    ];
    let Ok(json) = serde_json::from_slice(data) else { return };
    let SoapValue::Struct(row) = value(json) else { return };
    for quirks in [Quirks::default(), Profile::OroCrm41.quirks()] {
        for convert in CONVERTERS {
            let _ = convert(&row, &quirks).map_err(|error| assert!(!error.to_string().is_empty()));
        }
    }
}

/// A recording that is replayed.
pub fn cassette(data: &[u8]) {
    let Ok(mut cassette) = serde_json::from_slice::<Cassette>(data) else { return };
    // It is a file of its own, and `wsdl` reads any.
    cassette.wsdl = WSDLS[usize::from(cassette.meta.wsi)].clone();
    if let Ok(play) = Play::new(&cassette) {
        for exchange in &cassette.exchanges {
            play.answer(exchange.answer.as_bytes());
        }
    }
    // What cannot be rebuilt says so.
    let _ = rebuild(&cassette);
}

/// Requests in XML-RPC, and the answers that repeat their values.
pub fn xml_rpc(data: &[u8]) {
    let well_formed = |answer: Vec<u8>| {
        let text = String::from_utf8(answer).expect("UTF-8");
        parse(&text, &Limits::answer()).expect("an answer is well-formed");
    };
    match xml_rpc::read(data) {
        Ok(request) => {
            let read: SoapValue = request.parameters.clone().into();
            assert!(count(&read) <= Limits::request().elements_max, "values are counted");
            well_formed(xml_rpc::write(&read));
            match request.resolve() {
                Ok(xml_rpc::Asked::Many(requests)) => {
                    assert!(requests.len() <= Limits::request().elements_max, "calls are counted");
                    requests.into_iter().filter_map(Result::ok).for_each(|request| drop(request.resolve()));
                }
                Ok(xml_rpc::Asked::Answer(value)) => well_formed(xml_rpc::write(&value)),
                Ok(xml_rpc::Asked::Handler(_)) => {}
                Err(fault) => well_formed(xml_rpc::write_fault(&fault)),
            }
        }
        Err(fault) => well_formed(xml_rpc::write_fault(&fault)),
    }
}

/// Requests in JSON-RPC, and the answers that repeat their values.
pub fn json_rpc(data: &[u8]) {
    let envelope = match json_rpc::read(data) {
        Ok(json_rpc::Request { parameters, envelope, .. }) => {
            let read = match parameters {
                json_rpc::Parameters::Positional(values) => values.into(),
                json_rpc::Parameters::Named(values) => values.into(),
            };
            assert!(count(&read) <= Limits::request().elements_max, "values are counted");
            let answer = json_rpc::write(&envelope, &read);
            assert!(serde_json::from_slice::<serde_json::Value>(&answer).is_ok(), "an answer is JSON");
            envelope
        }
        Err((_, envelope)) => envelope,
    };
    let refusal = json_rpc::write_error(&envelope, json_rpc::SERVER_ERROR, &String::from_utf8_lossy(data));
    assert!(serde_json::from_slice::<serde_json::Value>(&refusal).is_ok(), "an error is JSON");
}

/// Requests of SOAP v1, whose values nobody declares, and answers that repeat them.
pub fn version1(data: &[u8]) {
    static CODEC: LazyLock<Codec> =
        LazyLock::new(|| Codec::of_version1(version1::service("urn:Magento", "Mage_Api_Model_Server_Handler")));
    let Ok(request) = CODEC.read_request(data, None) else { return };
    assert!(values(&request.arguments) <= Limits::request().elements_max, "values are counted");
    for version in [SoapVersion::V11, SoapVersion::V12] {
        for value in
            [SoapValue::from(request.arguments.clone()), SoapValue::List(vec![request.arguments.clone().into()])]
        {
            for operation in ["call", "multiCall"] {
                let answer = version1::write_response("urn:Magento", version, operation, &value);
                let text = String::from_utf8(answer).expect("UTF-8");
                parse(&text, &Limits::answer()).expect("an answer is well-formed");
            }
        }
    }
}

/// Files of somebody's module, as what each of them may be, and joined with Magento's own.
pub fn module(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let some = Some(text);
    let files = [[some, None, None], [None, some, None], [None, None, some], [some; 3]];
    let read = files.map(|texts| Module::of_texts("Acme_Fuzzed", texts));
    for module in read.into_iter().chain([Module::read_wsdl(text, "fuzzed.wsdl")]) {
        let joined = module.and_then(|module| Contract::shared().with_modules(&[module]));
        match joined {
            Ok(contract) => {
                for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
                    let schema = contract.schema(mode, Some(BridgeRelease::newest()), Flavor::OpenMage194);
                    let text = write(&schema, "http://shop.test/api/v2_soap/", &WsdlOptions::default());
                    parse(&text, &Limits::wsdl()).expect("a service description is well-formed");
                }
            }
            Err(error) => assert!(error.to_string().len() < 4000, "a message is short"),
        }
    }
}

/// A dump of a shop's database, and the shop that it makes.
pub fn dump(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Tables::of_sql(text, "fuzzed.sql") {
        Ok(tables) => {
            let seed = tables.convert(None, &Part::default()).seed;
            let yaml = seed.to_yaml().expect("a seed is written");
            let clock = Clock::virtual_at("2026-01-31T09:00:00Z".parse().expect("an instant"));
            let shop = Shop::new(ShopConfig::new(clock), seed);
            // What a shop can be made of is what its file makes.
            if shop.is_ok() {
                Seed::parse_within(&yaml, "written", 100_000).expect("what was written is read");
            }
        }
        Err(error) => assert!(error.to_string().len() < 2000, "a message is short"),
    }
}

/// Stubs of somebody's own.
pub fn stubs(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    static SHOP: LazyLock<Shop> = LazyLock::new(|| {
        let clock = Clock::virtual_at("2026-01-31T09:00:00Z".parse().expect("an instant"));
        Shop::new(ShopConfig::new(clock), Seed::default()).expect("an empty shop")
    });
    for file in [StubFile::parse(text, "fuzzed.yaml"), StubFile::parse_one(text, "fuzzed.yaml")] {
        match file {
            Ok(file) => drop(SHOP.clone().add_stubs(&file)),
            Err(error) => assert!(!error.to_string().is_empty(), "a refusal says something"),
        }
    }
}

fn count(value: &SoapValue) -> usize {
    values(&SoapStruct::new().with("value", value.clone()))
}

fn values(arguments: &SoapStruct) -> usize {
    fn of(value: &SoapValue) -> usize {
        1 + match value {
            SoapValue::List(items) => items.iter().map(of).sum(),
            SoapValue::Struct(members) => values(members),
            _ => 0,
        }
    }
    arguments.iter().map(|(_, value)| of(value)).sum()
}

fn value(json: serde_json::Value) -> SoapValue {
    use serde_json::Value;
    match json {
        Value::Null => SoapValue::Nil,
        Value::Bool(b) => b.into(),
        Value::Number(n) => n.as_i64().map_or_else(|| n.as_f64().unwrap_or_default().into(), SoapValue::from),
        Value::String(text) => text.into(),
        Value::Array(items) => items.into_iter().map(value).collect::<Vec<_>>().into(),
        Value::Object(members) => members.into_iter().map(|(k, v)| (k, value(v))).collect::<SoapStruct>().into(),
    }
}
