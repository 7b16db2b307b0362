//! The functional vectors of the sync spec (12.9): rows of Magento against a CRM that knows some people already.

use jiff::Timestamp;

use super::waiting::{Gate, Waiting};
use super::{cart, credit_memo, customer, guest, newsletter, order};
use crate::clock::Clock;
use crate::crm::{Crm, CrmValue, Entity, Fields, IntegrationSettings, OriginId, Row};
use crate::quirk::{Profile, Quirk, Quirks};
use crate::secret::ApiKey;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::connector::Connector;
use crate::sync::outcome::{ConnectorOutcome, RunKind};
use crate::sync::scope::{Known, Scope};

const SHARED: &str = "family@example.com";

/// A CRM with a website, a store view, and three customers: John Doe alone, Jane and Joe Doe on the shared address.
fn settings() -> IntegrationSettings {
    IntegrationSettings {
        api_url: "http://shop/".into(),
        api_user: "oro".into(),
        api_key: ApiKey::new("oro-key-1"),
        ..IntegrationSettings::default()
    }
}

fn crm() -> (Crm, Scope) {
    let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
    let channel = crm.add_integration(&settings()).unwrap();
    let of_channel = || Fields::new().with("channel", channel.0);
    let group = of_channel().with("originId", 0).with("name", "NOT LOGGED IN");
    crm.insert(Entity::CustomerGroup, group).unwrap();
    for (id, code) in [(1, "base"), (2, "outlet")] {
        let named = of_channel().with("originId", id).with("code", code).with("name", code);
        let website = crm.insert(Entity::Website, named.clone()).unwrap();
        crm.insert(Entity::Store, named.with("website", website)).unwrap();
    }
    for (id, email, first) in [(1, "john@example.com", "John"), (2, SHARED, "Jane"), (3, SHARED, "Joe")] {
        let person = of_channel().with("originId", id).with("email", email).with("firstName", first);
        crm.insert(Entity::Customer, person.with("lastName", "Doe")).unwrap();
    }
    let scope = Scope {
        channel,
        owner: Some("admin".to_owned()),
        quirks: Quirks::default(),
        now: Timestamp::UNIX_EPOCH,
        guest_sync: true,
        shared_emails: vec![SHARED.to_owned()],
        looks_for_carts: true,
        is_incomplete: false,
        known: Known::default(),
    };
    (crm, scope)
}

fn order(number: &str) -> SoapStruct {
    SoapStruct::new()
        .with("increment_id", number)
        .with("order_id", number)
        .with("store_id", "1")
        .with("status", "pending")
        .with("created_at", "2020-01-01 00:00:00")
}

fn by(row: SoapStruct, email: &str, first: &str, last: &str) -> SoapStruct {
    row.with("customer_email", email).with("customer_firstname", first).with("customer_lastname", last)
}

fn outcome(connector: Connector) -> ConnectorOutcome {
    ConnectorOutcome::new(connector, RunKind::Incremental)
}

fn import_order(crm: &mut Crm, scope: &Scope, row: &SoapStruct) -> Row {
    let mut done = outcome(Connector::Order);
    order::import(crm, scope, row, &mut done).unwrap();
    assert_eq!(done.counts.invalid, 0, "{done:#?}");
    crm.find_one(Entity::Order, &[("incrementId", row.text("increment_id").into())]).unwrap().unwrap()
}

fn customer_of(crm: &Crm, row: &Row) -> Option<i64> {
    row.fields.link("customer").and_then(|id| crm.require(Entity::Customer, id).unwrap().fields.int("originId"))
}

/// Vectors 115 to 117.
#[test]
fn a_guest_is_made_when_nobody_is_that_person() {
    for (email, first, last, expected) in [
        ("homer@example.com", "Homer", "Simpson", 1),
        ("john@example.com", "John", "Doe", 0),
        (SHARED, "Jane", "Doe", 0),
        (SHARED, "Ned", "Flanders", 1),
        ("", "Nobody", "", 1),
    ] {
        let (mut crm, scope) = crm();
        let before = crm.count(Entity::Customer).unwrap();
        let row = by(order("100"), email, first, last);
        guest::create(&mut crm, &scope, &row, &mut outcome(Connector::Order)).unwrap();
        assert_eq!(crm.count(Entity::Customer).unwrap() - before, expected, "{first} {email}");
    }
}

/// Vectors 118, 139 and 140: an address is one whatever its case, a shared one as many guests as there are names, and a
/// guest without address is always somebody else.
#[test]
fn guests_of_one_batch_are_the_same_by_address_and_on_the_list_by_name_too() {
    for (people, expected) in [
        ([("TEST@test.com", "Ann"), ("test@test.com", "Bob")], 1),
        ([("ZOË@test.com", "Ann"), ("zoë@test.com", "Ann")], 1),
        ([("test@test.com", "Ann"), ("other@test.com", "Ann")], 2),
        ([("Family@example.com", "Ann"), (SHARED, "Bob")], 2),
        ([("Family@example.com", "Ann"), (SHARED, "Ann")], 1),
        ([("JOHN@example.com", "Jack"), (SHARED, "Jane")], 0),
        ([("", "Ann"), ("", "Ann")], 2),
    ] {
        let (mut crm, scope) = crm();
        let before = crm.count(Entity::Customer).unwrap();
        for (email, first) in people {
            let row = by(order("100"), email, first, "Doe");
            guest::create(&mut crm, &scope, &row, &mut outcome(Connector::Order)).unwrap();
        }
        assert_eq!(crm.count(Entity::Customer).unwrap() - before, expected, "{people:?}");
    }
}

/// Vector 119, with the two ways an existing customer may be found on the list.
#[test]
fn a_guest_order_goes_to_who_has_its_address_and_on_the_list_its_name() {
    for (email, first, expected) in [
        ("new@example.com", "New", None),
        ("john@example.com", "Jack", Some(1)),
        (SHARED, "Joe", Some(3)),
        (SHARED, "Jim", None),
    ] {
        let (mut crm, scope) = crm();
        let row = by(order("100"), email, first, "Doe");
        let mut waiting = Waiting::default();
        let gate = order::gate(&crm, &scope, &row, &mut waiting).unwrap();
        assert_eq!(
            (gate == Gate::Postpone, waiting.guests.len()),
            (expected.is_none(), usize::from(expected.is_none()))
        );
        let stored = import_order(&mut crm, &scope, &row);
        assert_eq!(customer_of(&crm, &stored), expected, "{first}");
    }
    // by the address alone, the first one wins.
    let (mut crm, scope) = crm();
    let scope = Scope { quirks: Quirks::default().with(Quirk::SharedEmailIgnoresNames, true), ..scope };
    let stored = import_order(&mut crm, &scope, &by(order("100"), SHARED, "Joe", "Doe"));
    assert_eq!(customer_of(&crm, &stored), Some(2));
}

/// Vectors 120 to 122: lists that got something, in the order customers, carts, guests.
#[test]
fn an_order_notes_everything_that_it_misses() {
    let cart = |row: SoapStruct| row.with("quote_id", "7");
    for (row, guest_sync, looks_for_carts, expected) in [
        (cart(order("1")).with("customer_id", "99"), true, true, [1, 1, 0]),
        (cart(by(order("1"), "john@example.com", "", "")), true, true, [0, 1, 0]),
        (cart(by(order("1"), "new@example.com", "", "")), true, true, [0, 1, 1]),
        (cart(by(order("1"), "new@example.com", "", "")), false, true, [0, 1, 0]),
        // without the stored flag nobody looks for carts.
        (cart(order("1")).with("customer_id", "1"), true, false, [0, 0, 0]),
    ] {
        let (crm, scope) = crm();
        let scope = Scope { guest_sync, looks_for_carts, ..scope };
        let mut waiting = Waiting::default();
        let gate = order::gate(&crm, &scope, &row, &mut waiting).unwrap();
        assert_eq!([waiting.customers.len(), waiting.carts.len(), waiting.guests.len()], expected);
        assert_eq!(gate == Gate::Postpone, expected != [0, 0, 0]);
    }
}

/// Vectors 124 and 125: origin id, website, e-mail of a customer of Magento; whether a row is added.
#[test]
fn a_customer_is_known_by_the_origin_id_first() {
    for (id, website, email, added) in
        [(1, 2, "john@example.com", 0), (1, 1, "other@example.com", 0), (50, 1, "john@example.com", 1)]
    {
        let (mut crm, scope) = crm();
        let before = crm.count(Entity::Customer).unwrap();
        let row = SoapStruct::new().with("customer_id", id).with("website_id", website).with("email", email);
        customer::import(&mut crm, &scope, &row, &mut outcome(Connector::Customer)).unwrap();
        assert_eq!(crm.count(Entity::Customer).unwrap() - before, added, "{id} {email}");
    }
}

/// the reference client cannot import a customer whose row has no website.
#[test]
fn a_customer_without_website_fails_the_row_only_unless_the_quirk_is_on() {
    for (quirks, fails) in [(Quirks::default(), false), (Profile::OroCrm41.quirks(), true)] {
        let (mut crm, scope) = crm();
        let row = SoapStruct::new().with("customer_id", 60).with("email", "nowhere@example.com");
        let mut done = outcome(Connector::Customer);
        let result = customer::import(&mut crm, &Scope { quirks, ..scope }, &row, &mut done);
        assert_eq!(result.is_err(), fails);
        assert_eq!(done.counts.invalid, usize::from(!fails), "{done:#?}");
    }
}

fn cart(id: i64) -> SoapStruct {
    SoapStruct::new()
        .with("entity_id", id)
        .with("store_id", "1")
        .with("is_active", "1")
        .with("customer_is_guest", "0")
        .with("items_qty", "1.0000")
        .with("store_to_base_rate", "1.0")
        .with("store_to_quote_rate", "1.0")
        .with("base_currency_code", "USD")
        .with("store_currency_code", "USD")
        .with("quote_currency_code", "USD")
}

/// Vector 130.
#[test]
fn an_address_of_a_cart_without_a_known_country_is_dropped() {
    for (country, expected) in [(SoapValue::Nil, 0), ("Narnia".into(), 0), ("US".into(), 1)] {
        let (mut crm, scope) = crm();
        let address = SoapStruct::new().with("city", "Here").with("country_id", country);
        let row = cart(5).with("customer_email", "a@x.com").with("billing_address", address);
        cart::import(&mut crm, &scope, &row, &mut outcome(Connector::Cart)).unwrap();
        let addresses = crm.find(Entity::CartAddress, &[]).unwrap();
        assert_eq!(addresses.len(), expected);
        assert!(addresses.iter().all(|row| row.fields.text("countryText").is_none()));
    }
}

/// a cart of another integration whose address has the same number loses it to this one.
#[test]
fn an_address_of_another_integrations_cart_is_taken_only_with_the_quirk() {
    let shared = Quirks::default().with(Quirk::RegionsSharedByIntegrations, true);
    for (quirks, left) in [(Quirks::default(), 1), (shared, 0)] {
        let (mut crm, scope) = crm();
        let settings = IntegrationSettings { name: "Other".into(), api_url: "http://other/".into(), ..settings() };
        let other = crm.add_integration(&settings).unwrap();
        let theirs = Fields::new().with("channel", other.0).with("originId", 9).with("status", "open");
        let theirs = crm.insert(Entity::Cart, theirs).unwrap();
        let address =
            Fields::new().with("cart", theirs).with("originId", 77).with("kind", "billing").with("city", "There");
        crm.insert(Entity::CartAddress, address).unwrap();

        let ours = SoapStruct::new().with("address_id", "77").with("city", "Here").with("country_id", "US");
        let row = cart(5).with("customer_email", "a@x.com").with("billing_address", ours);
        let scope = Scope { quirks, ..scope };
        cart::import(&mut crm, &scope, &row, &mut outcome(Connector::Cart)).unwrap();
        assert_eq!(crm.find(Entity::CartAddress, &[("cart", theirs.into())]).unwrap().len(), left);
    }
}

/// Vector 131.
#[test]
fn a_customer_without_address_gets_the_carts() {
    let (mut crm, scope) = crm();
    let john = crm.find_one(Entity::Customer, &[("originId", 1.into())]).unwrap().unwrap();
    crm.update(Entity::Customer, john.id, &Fields::new().with("email", CrmValue::Null)).unwrap();
    let row = cart(5).with("customer_id", "1").with("customer_email", "cart@example.com");
    cart::import(&mut crm, &scope, &row, &mut outcome(Connector::Cart)).unwrap();
    assert_eq!(crm.require(Entity::Customer, john.id).unwrap().fields.text("email"), Some("cart@example.com"));
}

/// Sync spec 5.9: what validation asks of a cart.
#[test]
fn a_cart_that_lacks_something_is_named_and_left_out() {
    let (mut crm, scope) = crm();
    let mut done = outcome(Connector::Cart);
    let mut row = cart(5).with("customer_email", "a@x.com");
    row.remove("base_currency_code");
    cart::import(&mut crm, &scope, &row, &mut done).unwrap();
    let warnings: Vec<String> = done.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["cart 5: required field \"base_currency_code\" is missing or empty"]);
    assert_eq!(crm.count(Entity::Cart).unwrap(), 0);
}

/// guest carts.
#[test]
fn a_cart_of_an_unknown_guest_is_kept_unless_the_quirk_drops_it() {
    for (quirks, kept) in [(Quirks::default(), 1), (Profile::OroCrm41.quirks(), 0)] {
        let (mut crm, scope) = crm();
        let scope = Scope { quirks, ..scope };
        let row = cart(5).with("customer_email", "new@example.com");
        let mut waiting = Waiting::default();
        let gate = cart::gate(&crm, &scope, &row, &mut waiting).unwrap();
        assert_eq!(gate == Gate::Import, kept == 1);
        cart::import(&mut crm, &scope, &row, &mut outcome(Connector::Cart)).unwrap();
        assert_eq!(crm.count(Entity::Cart).unwrap(), kept);
    }
}

/// Vector 133.
#[test]
fn a_credit_memo_waits_for_an_order_that_nobody_knows() {
    let (mut crm, scope) = crm();
    let known = import_order(&mut crm, &scope, &order("55").with("customer_id", "1"));
    let item = SoapStruct::new().with("item_id", "9").with("qty", "1");
    let memo = |order: &str| {
        SoapStruct::new()
            .with("creditmemo_id", "3")
            .with("increment_id", "300")
            .with("order_id", order)
            .with("items", item.clone())
    };
    let mut waiting = Waiting::default();
    assert_eq!(credit_memo::gate(&crm, &scope, &memo("123123"), &mut waiting).unwrap(), Gate::Postpone);
    assert_eq!(waiting.orders, [OriginId(123_123)]);
    assert_eq!(credit_memo::gate(&crm, &scope, &memo("55"), &mut waiting).unwrap(), Gate::Import);
    credit_memo::import(&mut crm, &scope, &memo("55"), &mut outcome(Connector::CreditMemo)).unwrap();
    let stored = crm.find_one(Entity::CreditMemo, &[("originId", 3.into())]).unwrap().unwrap();
    assert_eq!((stored.fields.link("order"), stored.fields.text("owner")), (Some(known.id), Some("admin")));
    let items = crm.find(Entity::CreditMemoItem, &[("creditMemo", stored.id.into())]).unwrap();
    assert_eq!(items.len(), 1);
}

/// Vector 135.
#[test]
fn a_subscriber_waits_for_a_customer_that_nobody_knows() {
    for (customer, expected) in [("0", vec![]), ("1", vec![]), ("99", vec![OriginId(99)])] {
        let (crm, scope) = crm();
        let row = SoapStruct::new().with("subscriber_id", "1").with("customer_id", customer);
        let mut waiting = Waiting::default();
        newsletter::gate(&crm, &scope, &row, &mut waiting).unwrap();
        assert_eq!(waiting.customers, expected);
    }
}

/// An order that is imported again changes its rows and makes no others.
#[test]
fn an_order_that_comes_twice_is_one_order() {
    let (mut crm, scope) = crm();
    let address = |kind: &str| {
        SoapStruct::new()
            .with("address_id", "4")
            .with("address_type", kind)
            .with("city", "Paris")
            .with("country_id", "FR")
    };
    let item =
        SoapStruct::new().with("item_id", "9").with("sku", "mug").with("qty_ordered", "1").with("tax_percent", "19");
    let note = SoapStruct::new().with("increment_id", "8").with("comment", "hello");
    let row = order("55")
        .with("customer_id", "1")
        .with("order_currency_code", "CHF")
        .with("subtotal", "12.50")
        .with("billing_address", address("billing"))
        .with("items", vec![item.into()])
        .with("status_history", vec![note.into()]);
    import_order(&mut crm, &scope, &row);
    let again = import_order(&mut crm, &scope, &row.with("status", "complete"));
    assert_eq!(again.fields.text("status"), Some("complete"));
    for (entity, count) in
        [(Entity::Order, 1), (Entity::OrderAddress, 1), (Entity::OrderItem, 1), (Entity::OrderNote, 1)]
    {
        assert_eq!(crm.count(entity).unwrap(), count, "{entity:?}");
    }
    let john = crm.find_one(Entity::Customer, &[("originId", 1.into())]).unwrap().unwrap();
    let decimal = |text: &str| CrmValue::Decimal(text.parse().unwrap());
    assert_eq!((john.fields.text("currency"), john.fields.get("lifetime")), (Some("CHF"), Some(&decimal("12.50"))));
    let items = crm.find(Entity::OrderItem, &[]).unwrap();
    assert_eq!(items[0].fields.get("taxPercent"), Some(&decimal("0.19")));
}
