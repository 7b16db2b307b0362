//! Vectors of the rules of edits.

use super::*;
use crate::clock::Clock;
use crate::crm::export_queue::SentFields;
use crate::crm::{ExportResult, IntegrationSettings};
use crate::quirk::{Profile, Quirk, Quirks};
use crate::secret::ApiKey;
use jiff::Timestamp;

fn crm(two_way: bool) -> (Crm, IntegrationId, RowId) {
    let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
    let settings = IntegrationSettings {
        api_url: "u".into(),
        api_user: "u".into(),
        api_key: ApiKey::new("k"),
        is_two_way_sync_enabled: two_way,
        ..IntegrationSettings::default()
    };
    let channel = crm.add_integration(&settings).unwrap();
    let website =
        Fields::new().with("channel", channel.0).with("code", "base").with("name", "Base").with("originId", 1);
    let website = crm.insert(Entity::Website, website).unwrap();
    let store = Fields::new().with("channel", channel.0).with("code", "default").with("name", "D").with("originId", 1);
    let store = crm.insert(Entity::Store, store.with("website", website)).unwrap();
    let group = Fields::new().with("channel", channel.0).with("name", "General").with("originId", 1);
    let group = crm.insert(Entity::CustomerGroup, group).unwrap();
    let customer = Fields::new().with("channel", channel.0).with("originId", 7).with("email", "jane@example.com");
    let customer =
        customer.with("firstName", "Jane").with("lastName", "O'Neil").with("store", store).with("group", group);
    let id = crm.insert(Entity::Customer, customer).unwrap();
    (crm, channel, id)
}

fn rename() -> CustomerEdit {
    CustomerEdit { fields: Fields::new().with("firstName", "Janet"), addresses: Vec::new() }
}

fn address(crm: &mut Crm, channel: IntegrationId, owner: RowId, origin_id: Option<i64>, city: &str) -> RowId {
    let fields = Fields::new().with("channel", channel.0).with("owner", owner).with("city", city);
    crm.insert(Entity::CustomerAddress, fields.with("originId", origin_id)).unwrap()
}

fn queue(crm: &Crm, channel: IntegrationId) -> Vec<(Entity, RowId, Vec<String>)> {
    let pending = crm.pending_exports(channel).unwrap();
    pending.into_iter().map(|p| (p.entity, p.row, p.change_set.into_keys().collect())).collect()
}

fn state(crm: &Crm, entity: Entity, id: RowId) -> Option<i64> {
    crm.require(entity, id).unwrap().fields.int("syncState")
}

#[test]
fn an_edit_marks_the_row_and_queues_what_changed() {
    let (mut crm, channel, id) = crm(true);
    crm.edit_customer(id, &rename()).unwrap();
    let pending = crm.pending_exports(channel).unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].change_set["firstName"], ("Jane".into(), "Janet".into()));
    assert_eq!(pending[0].before(), Fields::new().with("firstName", "Jane").with("syncState", 0));
    assert_eq!(state(&crm, Entity::Customer, id), Some(1));
    crm.finish_export(&pending[0], &ExportResult::Exported, &Quirks::default()).unwrap();
    assert!(crm.pending_exports(channel).unwrap().is_empty());
    assert_eq!(state(&crm, Entity::Customer, id), Some(0));
}

#[test]
fn a_failed_export_is_tried_again_a_few_times_or_forgotten_with_the_quirk() {
    for (quirks, tries) in [(Quirks::default(), 5), (Profile::OroCrm41.quirks(), 1)] {
        let (mut crm, channel, id) = crm(true);
        crm.edit_customer(id, &rename()).unwrap();
        let mut tried = 0;
        while let Some(export) = crm.pending_exports(channel).unwrap().pop() {
            tried += 1;
            crm.finish_export(&export, &ExportResult::Failed("no".into()), &quirks).unwrap();
        }
        assert_eq!(tried, tries);
        let given_up = quirks.has(Quirk::ExportFlagClearedOnFailure);
        assert_eq!(state(&crm, Entity::Customer, id), Some(i64::from(!given_up)));
        crm.edit_customer(id, &CustomerEdit { fields: Fields::new().with("vat", "1"), ..rename() }).unwrap();
        assert_eq!(crm.pending_exports(channel).unwrap().len(), 1, "another edit starts anew");
    }
}

#[test]
fn an_export_that_magento_never_answered_is_tried_until_it_does() {
    let (mut crm, channel, id) = crm(true);
    crm.edit_customer(id, &rename()).unwrap();
    for tries in 0..20 {
        let export = crm.pending_exports(channel).unwrap().remove(0);
        assert_eq!((export.attempts, export.was_tried), (0, tries > 0));
        if tries % 2 == 0 {
            crm.note_export_try(&export, SentFields::new()).unwrap();
        } else {
            crm.finish_export(&export, &ExportResult::Unanswered("HTTP 503".into()), &Quirks::default()).unwrap();
        }
    }
    // The reference client forgets it after one try, whatever the reason.
    let export = crm.pending_exports(channel).unwrap().remove(0);
    crm.finish_export(&export, &ExportResult::Unanswered("HTTP 503".into()), &Profile::OroCrm41.quirks()).unwrap();
    assert!(crm.export_queue(channel).unwrap().is_empty());
}

#[test]
fn saving_the_form_queues_the_customer_then_its_addresses_then_new_ones() {
    let (mut crm, channel, id) = crm(true);
    let known = address(&mut crm, channel, id, Some(4), "Paris");
    let other = address(&mut crm, channel, id, Some(5), "Rome");
    let addresses = vec![
        AddressEdit::Add(
            Fields::new()
                .with("street", "1 Fjord St")
                .with("city", "Oslo")
                .with("postalCode", "0150")
                .with("country", "NO"),
        ),
        AddressEdit::Change { id: other, fields: Fields::new().with("city", "Turin") },
    ];
    crm.edit_customer(id, &CustomerEdit { fields: Fields::new(), addresses }).unwrap();
    let queue = queue(&crm, channel);
    let fields = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        queue[..3],
        [
            (Entity::Customer, id, fields(&["syncState"])),
            (Entity::CustomerAddress, known, fields(&["syncState"])),
            (Entity::CustomerAddress, other, fields(&["city", "syncState"])),
        ]
    );
    assert_eq!((queue.len(), queue[3].0, &queue[3].2), (4, Entity::CustomerAddress, &fields(&[])));
    crm.delete(Entity::CustomerAddress, known).unwrap();
    assert_eq!(self::queue(&crm, channel).len(), 3, "an edit goes with its row");
}

#[test]
fn a_second_edit_joins_the_one_that_waits() {
    let (mut crm, channel, id) = crm(true);
    crm.edit_customer(id, &rename()).unwrap();
    let fields = Fields::new().with("firstName", "Jana").with("vat", "12");
    crm.edit_customer(id, &CustomerEdit { fields, addresses: Vec::new() }).unwrap();
    let pending = crm.pending_exports(channel).unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].change_set["firstName"], ("Jane".into(), "Jana".into()));
    assert_eq!(pending[0].change_set["vat"], (serde_json::Value::Null, "12".into()));
    let back = CustomerEdit { fields: Fields::new().with("firstName", "Jane"), addresses: Vec::new() };
    crm.edit_customer(id, &back).unwrap();
    assert!(!crm.pending_exports(channel).unwrap()[0].change_set.contains_key("firstName"));
}

#[test]
fn guests_and_rows_gone_in_magento_are_edited_without_an_export() {
    let (mut crm, channel, id) = crm(true);
    crm.update(Entity::Customer, id, &Fields::new().with("guest", true).with("originId", CrmValue::Null)).unwrap();
    let home = address(&mut crm, channel, id, None, "Paris");
    crm.edit_customer(id, &rename()).unwrap();
    assert!(queue(&crm, channel).is_empty());
    crm.register_guest(id).unwrap();
    assert_eq!((queue(&crm, channel).len(), state(&crm, Entity::Customer, id)), (1, Some(1)));
    // Vector 155: once Magento has the customer its addresses follow.
    let export = crm.pending_exports(channel).unwrap().remove(0);
    crm.update(Entity::Customer, id, &Fields::new().with("originId", 7)).unwrap();
    crm.finish_export(&export, &ExportResult::Exported, &Quirks::default()).unwrap();
    crm.queue_addresses(id).unwrap();
    assert_eq!(queue(&crm, channel), [(Entity::CustomerAddress, home, Vec::new())]);
    assert_eq!((state(&crm, Entity::Customer, id), state(&crm, Entity::CustomerAddress, home)), (Some(0), Some(1)));
    crm.mark_removed(Entity::Customer, id).unwrap();
    assert_eq!((state(&crm, Entity::Customer, id), state(&crm, Entity::CustomerAddress, home)), (Some(2), Some(2)));
    crm.edit_customer(id, &CustomerEdit { fields: Fields::new().with("vat", "1"), ..rename() }).unwrap();
    assert!(queue(&crm, channel).is_empty());
}

#[test]
fn a_password_is_in_no_change_set_and_in_no_output_and_goes_with_the_export() {
    let (mut crm, channel, id) = crm(true);
    let edit = CustomerEdit { fields: Fields::new().with("password", "s3cret-pass"), addresses: Vec::new() };
    crm.edit_customer(id, &edit).unwrap();
    let row = crm.require(Entity::Customer, id).unwrap();
    let export = crm.pending_exports(channel).unwrap().remove(0);
    assert_eq!(row.fields.text("password"), Some("s3cret-pass"));
    let printed = format!("{edit:?} {row:?} {export:?} {}", crm.state().unwrap());
    assert!(!printed.contains("s3cret-pass"), "{printed}");
    crm.finish_export(&export, &ExportResult::Exported, &Quirks::default()).unwrap();
    assert_eq!(crm.require(Entity::Customer, id).unwrap().fields.text("password"), None);
    let short = CustomerEdit { fields: Fields::new().with("password", "12345"), addresses: Vec::new() };
    assert!(crm.edit_customer(id, &short).is_err());
}

#[test]
fn what_the_form_does_not_offer_is_refused() {
    let (mut crm, channel, id) = crm(true);
    let settings = IntegrationSettings {
        name: "Other".into(),
        api_url: "v".into(),
        api_user: "u".into(),
        api_key: ApiKey::new("k"),
        is_two_way_sync_enabled: true,
        ..IntegrationSettings::default()
    };
    let other = crm.add_integration(&settings).unwrap();
    let foreign = Fields::new().with("channel", other.0).with("name", "General").with("originId", 1);
    let foreign = crm.insert(Entity::CustomerGroup, foreign).unwrap();
    let row = crm.require(Entity::Customer, id).unwrap();
    let elsewhere = address(&mut crm, channel, id, Some(9), "Paris");
    for (fields, address, expected) in [
        (Fields::new().with("originId", 9), None, "originId is kept by the CRM itself; leave it out"),
        (Fields::new().with("group", foreign), None, "group belongs to another integration"),
        (Fields::new().with("store", CrmValue::Null), None, "store of an existing customer is fixed; leave it out"),
        (Fields::new(), Some(RowId(elsewhere.0 + 1)), "the address belongs to another customer, or to none"),
    ] {
        let change = |id| AddressEdit::Change { id, fields: Fields::new() };
        let edit = CustomerEdit { fields, addresses: address.map(change).into_iter().collect() };
        assert_eq!(crm.edit_customer(id, &edit).unwrap_err().to_string(), expected);
    }
    let same_store = Fields::new().with("store", row.fields.get("store").cloned().unwrap());
    crm.edit_customer(id, &CustomerEdit { fields: same_store, addresses: Vec::new() }).unwrap();
}

#[test]
fn an_email_is_free_when_nobody_else_has_it() {
    // Vector 97; the CRM's customer is number 1.
    for (holders, expected) in [
        (vec![], true),
        (vec![None], false),
        (vec![Some(1)], true),
        (vec![Some(1), None], false),
        (vec![Some(1), Some(2)], false),
    ] {
        let holders: Vec<_> = holders.into_iter().map(|holder: Option<i64>| holder.map(OriginId)).collect();
        assert_eq!(email_is_free(&holders, Some(OriginId(1))), expected, "{holders:?}");
    }
    assert!(!email_is_free(&[None], None));
}

/// Vector 153.
#[test]
fn edits_are_refused_for_the_documented_reasons() {
    let (mut crm, _, id) = crm(false);
    let off = crm.edit_customer(id, &rename()).unwrap_err().to_string();
    assert_eq!(
        off,
        "customers of \"Magento\" cannot be created or edited in the CRM: two way sync is off; switch it on in the integration's settings first"
    );
    let (mut crm, channel, id) = self::crm(true);
    let blank = CustomerEdit { fields: Fields::new().with("lastName", ""), addresses: Vec::new() };
    let error = crm.edit_customer(id, &blank).unwrap_err().to_string();
    assert_eq!(error, "Last name (lastName): this value should not be blank");
    let row = crm.require(Entity::Customer, id).unwrap();
    let mut fields = Fields::new().with("firstName", "New").with("lastName", "One").with("email", "new@example.com");
    for name in ["store", "group"] {
        fields.set(name, row.fields.get(name).cloned().unwrap());
    }
    let new = crm.create_customer(channel, &CustomerEdit { fields, addresses: Vec::new() }).unwrap();
    let pending = crm.edit_customer(new, &rename()).unwrap_err().to_string();
    assert!(pending.contains("still to be exported"), "{pending}");
}

#[test]
fn values_that_the_form_does_not_offer_are_refused_with_those_it_does() {
    let (mut crm, channel, id) = crm(true);
    let home = address(&mut crm, channel, id, Some(4), "Paris");
    let customer = |name: &'static str, value: CrmValue| CustomerEdit {
        fields: Fields::new().with(name, value),
        addresses: Vec::new(),
    };
    let changed = |name: &'static str, value: &str| CustomerEdit {
        fields: Fields::new(),
        addresses: vec![AddressEdit::Change {
            id: home,
            fields: Fields::new().with("country", "US").with(name, value),
        }],
    };
    for (edit, expected) in [
        (customer("gender", "7".into()), "Gender (gender): 7 is no choice; write male or female"),
        (
            customer("birthday", CrmValue::Date("2999-01-01".parse().unwrap())),
            "Birthday (birthday): 2999-01-01 is to come",
        ),
        (customer("email", "nobody".into()), "Email (email): nobody is not a valid email address"),
        (changed("country", "Germany"), "Country (country): Germany is no choice; write its code"),
        (changed("region", "California"), "Region (region): California is no region of US; did you mean US-CA?"),
        (changed("region", "US-XX"), "Region (region): US-XX is no region of US; did you mean US-"),
        (changed("city", " "), "City (city): this value should not be blank"),
    ] {
        let said = crm.edit_customer(id, &edit).unwrap_err().to_string();
        assert!(said.starts_with(expected), "{said}");
    }
    for edit in [customer("gender", "female".into()), customer("gender", CrmValue::Null), changed("region", "US-CA")] {
        crm.edit_customer(id, &edit).unwrap();
    }
}
