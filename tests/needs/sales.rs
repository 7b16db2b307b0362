//! A real shop's carts, orders, credit memos and subscribers arrive in the CRM, with and without the bridge, in either
//! style, with everything that hangs on them.

use crate::need;
use crate::world::{Setup, World, recorded_seed, settings};
use mockgento::crm::{Entity, IntegrationSettings};
use mockgento::quirk::Quirks;
use mockgento::soap::WireStyle;
use mockgento::sync::outcome::RunKind;
use serde_json::Value;

const VARIANTS: [(WireStyle, Option<&str>); 4] = [
    (WireStyle::RpcEncoded, Some("1.2.19")),
    (WireStyle::WsI, Some("1.2.19")),
    (WireStyle::RpcEncoded, None),
    (WireStyle::WsI, None),
];

/// The real shop of the recordings, on the day they end.
fn real_shop(mode: WireStyle, bridge: Option<&'static str>) -> World {
    let seed = recorded_seed(&need::recordings());
    let sync_start_date = jiff::civil::date(2025, 9, 1);
    World::new(Setup {
        seed,
        clock: "2026-11-23T09:00:00Z",
        mode,
        bridge,
        settings: IntegrationSettings { sync_start_date, ..settings() },
        quirks: Quirks::default(),
    })
}

fn counted(world: &World) -> Vec<(&'static str, usize)> {
    const SALES: &[Entity] = &[
        Entity::Customer,
        Entity::CustomerAddress,
        Entity::Order,
        Entity::OrderItem,
        Entity::OrderAddress,
        Entity::OrderNote,
        Entity::Cart,
        Entity::CartItem,
        Entity::CartAddress,
        Entity::CreditMemo,
        Entity::CreditMemoItem,
        Entity::NewsletterSubscriber,
    ];
    SALES.iter().map(|entity| (entity.table(), world.rows(*entity).len())).collect()
}

/// The integration's orders and credit memos as the state tree has them, without what only the bridge can know.
fn sales(world: &World) -> Vec<Value> {
    let state = world.crm.state().unwrap();
    let integration = &state["integrations"][0];
    let mut rows = Vec::new();
    for list in ["orders", "creditMemos"] {
        for row in integration[list].as_array().unwrap() {
            let mut row = row.clone();
            row.as_object_mut().unwrap().retain(|name, _| !["cart", "notes", "giftMessage"].contains(&name.as_str()));
            rows.push(row);
        }
    }
    rows
}

pub async fn a_real_shop_arrives_whole_in_every_variant() {
    let mut first: Option<Vec<Value>> = None;
    for (mode, bridge) in VARIANTS {
        let what = format!("{mode:?}, bridge {bridge:?}");
        let mut world = real_shop(mode, bridge);
        let outcome = world.sync().await;
        assert!(outcome.is_ok(), "{what}: {outcome:#?}");
        // The seed holds 130 customers, 14 orders of four guests, 144 comments of which 26 say something, and 78 carts of
        // which seven have neither e-mail nor phone. `Shared.Guest@Example.com` is `shared.guest@example.com`: the reference
        // client and its database compare addresses without case, so that both are one guest.
        let with_bridge = bridge.is_some();
        let of_bridge = |rows| if with_bridge { rows } else { 0 };
        let expected = [
            ("customer", 134),
            ("customerAddress", 186),
            ("order", 51),
            ("orderItem", 124),
            ("orderAddress", 99),
            ("orderNote", of_bridge(26)),
            ("cart", of_bridge(71)),
            ("cartItem", of_bridge(158)),
            ("cartAddress", of_bridge(140)),
            ("creditMemo", 14),
            ("creditMemoItem", 23),
            ("newsletterSubscriber", of_bridge(26)),
        ];
        assert_eq!(counted(&world), expected, "{what}");
        let warnings: Vec<_> = outcome.connectors.iter().flat_map(|done| &done.warnings).collect();
        assert!(warnings.is_empty(), "{what}: {warnings:#?}");
        let found = sales(&world);
        let first = first.get_or_insert_with(|| found.clone());
        for (found, expected) in found.iter().zip(first.iter()) {
            assert_eq!(found, expected, "{what}");
        }

        // Nothing changes in the shop: the next sync has nothing to do.
        let before = world.crm.state().unwrap();
        world.advance(1);
        let again = world.sync().await;
        assert!(again.is_ok(), "{what}: {again:#?}");
        let read =
            again.connectors.iter().filter(|done| done.kind == RunKind::Incremental).map(|done| done.counts.read);
        assert_eq!(read.sum::<usize>(), 0, "{what}: {again:#?}");
        assert_eq!(world.crm.state().unwrap()["integrations"][0]["orders"], before["integrations"][0]["orders"]);
    }
}
