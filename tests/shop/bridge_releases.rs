//! Every release of the OroCRM bridge answers as that release did: its ping, its operations, its fields. The numbers are
//! those of the releases' own packages, not read from this program's tables.

use crate::support::wire::{STYLES, Wire};
use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::server::{EndpointOptions, HttpRequestParts, endpoint};
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;
use serde_json::{Value, json};

use crate::support::sales;
use crate::support::wire;

/// Release, the version its ping tells, how many operations it adds to Magento's.
const RELEASES: &[(&str, &str, usize)] = &[
    ("1.1.3", "1.1.0", 8),
    ("1.1.4", "1.1.0", 8),
    ("1.1.4.1", "1.1.0", 8),
    ("1.1.4.2", "1.1.0", 8),
    ("1.1.4.3", "1.1.0", 8),
    ("1.1.4.4", "1.1.0", 8),
    ("1.2.0", "1.2.0", 19),
    ("1.2.1", "1.2.0", 19),
    ("1.2.2", "1.2.0", 19),
    ("1.2.3", "1.2.3", 19),
    ("1.2.4", "1.2.4", 19),
    ("1.2.5", "1.2.5", 19),
    ("1.2.6", "1.2.6", 21),
    ("1.2.7", "1.2.7", 21),
    ("1.2.8", "1.2.8", 21),
    ("1.2.9", "1.2.9", 21),
    ("1.2.10", "1.2.10", 21),
    ("1.2.11", "1.2.11", 21),
    ("1.2.12", "1.2.12", 21),
    ("1.2.13", "1.2.13", 21),
    ("1.2.14", "1.2.14", 22),
    ("1.2.15", "1.2.14", 22),
    ("1.2.16", "1.2.16", 22),
    ("1.2.17", "1.2.17", 22),
    ("1.2.18", "1.2.18", 22),
    ("1.2.19", "1.2.19", 22),
];

/// Releases whose WS-I document declares operations without their messages.
const BROKEN_IN_WSI: &[&str] = &["1.2.6", "1.2.7"];

/// Where a release begins to answer a field: operation, its arguments, the field.
fn later_fields() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let all = json!({"filters": {}, "pager": {"page": 1, "pageSize": 10}});
    vec![
        // Declared since 1.2.6, sent since 1.2.7.
        ("1.2.7", "oroPing", json!({}), "customer_scope"),
        ("1.2.3", "oroOrderList", all.clone(), "coupon_code"),
        ("1.2.0", "oroOrderList", all.clone(), "address_id"),
        ("1.2.0", "oroCustomerList", all.clone(), "attributes"),
        ("1.2.0", "oroQuoteList", all.clone(), "product_url"),
        ("1.2.9", "oroQuoteList", all, "categories"),
    ]
}

/// What a shop answers to a call without arguments, as a client of the newest bridge names it.
fn asked_like_the_newest(wire: &mut Wire, operation: &str) -> String {
    let schema = Contract::shared().schema(wire.shop.mode(), Some(BridgeRelease::newest()), Flavor::default());
    let named = match wire.shop.mode() {
        WireStyle::RpcEncoded => operation.to_owned(),
        WireStyle::WsI => {
            let declared = schema.operation(operation).and_then(|operation| operation.request.element.clone());
            declared.unwrap_or_else(|| format!("{operation}RequestParam"))
        }
    };
    let body = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:{named} \
         xmlns:m=\"urn:Magento\"/></e:Body></e:Envelope>"
    );
    let request = HttpRequestParts {
        method: "POST".to_owned(),
        path: "/api/v2_soap/".to_owned(),
        content_type: Some("text/xml; charset=utf-8".to_owned()),
        ..HttpRequestParts::default()
    };
    let answer = endpoint::answer(&mut wire.shop, &EndpointOptions::default(), &request, body.as_bytes());
    String::from_utf8(answer.body).expect("UTF-8")
}

fn added_operations() -> Vec<&'static str> {
    Contract::shared().operations().filter(|facts| facts.since.is_some()).map(|facts| facts.name.as_str()).collect()
}

/// How many of the bridge's operations a shop has heard of.
fn known_operations(style: WireStyle, bridge: Option<&str>) -> usize {
    let mut wire = Wire::tea_shop(style, bridge);
    let added = added_operations();
    // Without arguments a known operation complains about its session.
    added.iter().filter(|name| !asked_like_the_newest(&mut wire, name).contains("not present</faultstring>")).count()
}

#[test]
fn every_release_is_known() {
    let known: Vec<&str> = BridgeRelease::all().iter().map(BridgeRelease::short).collect();
    let expected: Vec<&str> = RELEASES.iter().map(|(release, ..)| *release).collect();
    assert_eq!(known, expected);
}

#[test]
fn each_release_has_its_ping_and_its_operations() {
    for style in STYLES {
        for (release, ping, operations) in RELEASES {
            let mut wire = Wire::tea_shop(style, Some(release));
            let answer = wire.record("oroPing", json!({}));
            assert_eq!(answer.text("version").as_deref(), Some(*ping), "{release}");
            assert_eq!(answer.text("mage_version").as_deref(), Some("1.9.4.5"), "{release}");
            // Mended, the two releases whose WS-I document is broken do without the two operations that break it.
            let broken = style == WireStyle::WsI && BROKEN_IN_WSI.contains(release);
            let expected = operations - if broken { 2 } else { 0 };
            assert_eq!(known_operations(style, Some(release)), expected, "{release} in {style:?}");
        }
    }
}

#[test]
fn a_shop_without_the_bridge_has_never_heard_of_it() {
    for style in STYLES {
        assert_eq!(known_operations(style, None), 0);
        let schema = Contract::shared().schema(style, None, Flavor::default());
        assert!(added_operations().iter().all(|name| schema.operation(name).is_none()));
    }
}

#[test]
fn a_shop_that_cannot_read_its_own_wsdl_answers_nothing_else() {
    for (release, style, flavor) in [
        (Some("1.2.6"), WireStyle::WsI, Flavor::Magento194),
        (Some("1.2.7"), WireStyle::WsI, Flavor::Magento194),
        (Some("1.2.19"), WireStyle::RpcEncoded, Flavor::OpenMage2016),
    ] {
        let mut wire = Wire::tea_shop(style, release);
        wire.shop = unmended(style, release, flavor);
        let answer = asked_like_the_newest(&mut wire, "oroPing");
        let expected = match style {
            WireStyle::RpcEncoded => "<faultcode>WSDL</faultcode><faultstring>SOAP-ERROR: Parsing WSDL: ",
            WireStyle::WsI => "error processing your request",
        };
        assert!(answer.contains(expected), "{release:?} {answer}");
    }
    for (release, style, flavor) in [
        (Some("1.2.6"), WireStyle::RpcEncoded, Flavor::Magento194),
        (Some("1.2.8"), WireStyle::WsI, Flavor::Magento194),
        (Some("1.2.19"), WireStyle::WsI, Flavor::OpenMage2016),
        (None, WireStyle::RpcEncoded, Flavor::OpenMage2016),
    ] {
        let mut wire = Wire::tea_shop(style, release);
        wire.shop = unmended(style, release, flavor);
        let answer = asked_like_the_newest(&mut wire, "magentoInfo");
        assert!(answer.contains("faultcode"), "{release:?} {answer}");
    }
}

fn unmended(mode: WireStyle, bridge: Option<&str>, flavor: Flavor) -> Shop {
    let bridge = bridge.map(|version| BridgeRelease::find(version).expect("a release"));
    let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().expect("an instant"));
    let config = ShopConfig { mode, bridge, flavor, ..ShopConfig::new(clock) };
    Shop::new(config, Seed::corner_shop_people().expect("a seed")).expect("a shop")
}

#[test]
fn wishlists_are_declared_a_release_before_they_work() {
    let all = json!({"filters": {}, "pager": {"page": 1, "pageSize": 10}});
    for (release, expected) in [("1.2.6", Err("3 Invalid api path.")), ("1.2.7", Ok(())), ("1.2.19", Ok(()))] {
        let mut wire = Wire::tea_shop(WireStyle::RpcEncoded, Some(release));
        for operation in ["oroWishlistList", "oroWishlistStatusList"] {
            let answer = wire.call(operation, all.clone()).map(|_| ());
            assert_eq!(answer.as_ref().map_err(String::as_str).copied(), expected, "{operation} of {release}");
        }
    }
}

#[test]
fn order_notes_carry_their_ids_from_1_2_19_on() {
    for (release, has_id) in [("1.2.18", false), ("1.2.19", true)] {
        let mut wire = Wire::tea_shop(WireStyle::RpcEncoded, Some(release));
        let order = sales::order(&mut wire);
        let note = json!({"orderIncrementId": order, "status": "pending", "comment": "Gift wrap", "notify": "0"});
        wire.ok("salesOrderAddComment", note);
        let order = wire.record("oroOrderInfo", json!({"orderIncrementId": order}));
        let notes = wire::rows(order.get("status_history").expect("a history"));
        assert!(!notes.is_empty());
        assert_eq!(notes.iter().all(|note| note.text("increment_id").is_some()), has_id, "{release}: {notes:?}");
    }
}

#[test]
fn orders_can_be_filtered_by_website_from_1_2_18_on() {
    let filter =
        json!({"filters": {"filter": [{"key": "website_id", "value": "1"}]}, "pager": {"page": 1, "pageSize": 9}});
    for (release, works) in [("1.2.17", false), ("1.2.18", true)] {
        let mut wire = Wire::tea_shop(WireStyle::RpcEncoded, Some(release));
        sales::order(&mut wire);
        let answer = wire.call("oroOrderList", filter.clone());
        assert_eq!(answer.is_ok(), works, "{release}: {answer:?}");
        let refused = answer.err().unwrap_or_else(|| "Unknown column".to_owned());
        assert!(refused.contains("Unknown column"), "{release}: {refused}");
    }
}

#[test]
fn fields_come_with_the_release_that_added_them() {
    let attributes = [("oro/api/enable_attributes".to_owned(), "1".to_owned())];
    for style in STYLES {
        for (release, ..) in RELEASES {
            let mut wire = Wire::configured_tea_shop(style, Some(release), &attributes);
            sales::order_with_coupon(&mut wire, "SAVE10");
            sales::cart(&mut wire);
            for (since, operation, arguments, field) in later_fields() {
                let since_is_here = BridgeRelease::find(release).expect("a release").at_least(since);
                let answer = wire.call(operation, arguments).expect("an answer");
                let has = format!("{answer:?}").contains(&format!("{field:?}: "));
                assert_eq!(has, since_is_here, "{operation} of {release} in {style:?}: {field} {answer:?}");
            }
        }
    }
}
