//! What becomes of a list whose answers are spoiled on their way, until that is mended: how often it is asked for, whether
//! its connector fails, whether its bookmark moves. In `documented` nothing is lost and nothing that can be read is asked for
//! again; `orocrm-4.1` does what the reference client's library does.

use crate::world::{Setup, World, settings};
use mockgento::crm::{Entity, IntegrationSettings};
use mockgento::disrupt::{Armed, Disruption, When};
use mockgento::quirk::Profile;
use mockgento::shop::Seed;
use mockgento::soap::WireStyle;
use serde_json::json;

const SEED: &str = "
config: {general/locale/timezone: UTC}
websites:
- {website_id: 1, code: base, name: Boutique, is_default: 1}
store_views:
- {store_id: 1, code: default, website_id: 1, name: English}
customers:
- {customer_id: 1, email: ada@example.com, firstname: Ada, lastname: Lovelace, created_at: 2024-01-02 09:00:00}
";

const LIST: &str = "oroCustomerList";

/// What a list that is spoiled comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    /// It is read as if nothing were wrong.
    Read,
    /// It fails, after so many calls.
    Failed(usize),
    /// It has no rows, and is done.
    Nothing,
}

async fn check(disruption: Disruption, profile: Profile, style: WireStyle, expected: Comes) {
    let what = format!("{} in {profile}, {style:?}", disruption.name());
    let settings = IntegrationSettings {
        sync_start_date: jiff::civil::date(2024, 1, 1),
        connectors: [
            "website_dictionary",
            "store_dictionary",
            "customer_group_dictionary",
            "customer_initial",
            "customer",
        ]
        .map(str::to_owned)
        .to_vec(),
        is_extension_installed: true,
        extension_version: Some("1.2.19".to_owned()),
        ..settings()
    };
    let mut world = World::new(Setup {
        seed: Seed::parse(SEED, "the seed of this test").unwrap(),
        clock: "2024-01-05T12:00:00Z",
        mode: style,
        bridge: Some("1.2.19"),
        settings,
        quirks: profile.quirks(),
    });
    world.sync().await;
    world.advance(1);
    world.update_in_shop("customer", 1, json!({ "lastname": "King" }));
    world.advance(1);
    let when = When { operation: Some(LIST.to_owned()), ..When::default() };
    world.shop.arm(Armed { times: 1000, ..Armed::once(disruption, when) });
    world.exchanges();
    let bookmark = |world: &World| world.crm.bookmark(world.integration, "customer").unwrap();
    let before = bookmark(&world);
    let outcome = world.sync().await;
    let name = |world: &World| world.row(Entity::Customer, 1).fields.text("lastName").unwrap().to_owned();
    let calls = world.exchanges().iter().filter(|entry| entry.operation == LIST).count();
    let customers = outcome.connectors.iter().find(|done| done.connector.name() == "customer").unwrap();
    let found = match (customers.is_ok(), name(&world).as_str()) {
        (true, "King") => Comes::Read,
        (true, _) => Comes::Nothing,
        (false, _) => Comes::Failed(calls),
    };
    assert_eq!(found, expected, "{what}: {}", customers.message());
    assert_eq!(bookmark(&world) > before, customers.is_ok(), "{what}: the bookmark");
    if expected == Comes::Nothing {
        assert_eq!(calls, 1, "{what}: one call");
    }
    world.shop.plan().clear();
    world.advance(1);
    world.sync().await;
    let is_lost = name(&world) != "King";
    assert_eq!(is_lost, expected == Comes::Nothing, "{what}: the change is there once the trouble is over");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_spoiled_loses_nothing_or_what_the_reference_client_loses() {
    use Comes::{Failed, Nothing, Read};
    for (disruption, documented, real) in [
        (Disruption::EmptyBody, Failed(4), Nothing),
        (Disruption::Garbage, Failed(4), Nothing),
        (Disruption::Gzip, Read, Read),
        (Disruption::ContentLength(90_000), Read, Read),
        (Disruption::ByteOrderMark, Read, Read),
        (Disruption::Close { after_bytes: 400 }, Failed(4), Failed(1)),
        (Disruption::InvalidUtf8, Failed(4), Failed(4)),
        (Disruption::HtmlPage, Failed(4), Failed(4)),
        (Disruption::Status(503), Failed(4), Failed(4)),
        (Disruption::TruncatedXml, Failed(1), Failed(1)),
    ] {
        for style in [WireStyle::RpcEncoded, WireStyle::WsI] {
            check(disruption.clone(), Profile::Documented, style, documented).await;
            check(disruption.clone(), Profile::OroCrm41, style, real).await;
        }
    }
}
