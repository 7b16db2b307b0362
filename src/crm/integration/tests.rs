//! The rules of the form and of what is stored with it, vector by vector.

use super::*;
use jiff::civil::Date;

use crate::clock::Clock;

fn settings() -> IntegrationSettings {
    IntegrationSettings {
        api_url: "http://shop/api/v2_soap/?wsdl=1".to_owned(),
        api_user: "oro".to_owned(),
        api_key: ApiKey::new("oro-key-1"),
        ..IntegrationSettings::default()
    }
}

/// The one program looks whether the website is taken while the other has not committed yet.
#[test]
fn two_programs_that_add_the_same_website_at_once_make_one_integration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.sqlite");
    let open = || Crm::open(&path, Clock::virtual_at(jiff::Timestamp::UNIX_EPOCH)).unwrap();
    let mut first = open();
    let mut second = open();
    let added = std::thread::scope(|threads| {
        first
            .transaction(|first| {
                first.add_integration(&IntegrationSettings { name: "First".to_owned(), ..settings() })?;
                let second = threads
                    .spawn(|| second.add_integration(&IntegrationSettings { name: "Second".to_owned(), ..settings() }));
                // Whoever does not wait has looked by then; who waits looks after the commit, however long it takes.
                std::thread::sleep(std::time::Duration::from_millis(200));
                Ok::<_, CrmError>(second)
            })
            .unwrap()
            .join()
            .unwrap()
    });
    assert!(added.is_err(), "the website was taken");
    assert_eq!(first.integrations().unwrap().len(), 1);
}

fn crm() -> Crm {
    Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap()
}

#[test]
fn edits_that_wait_never_go_to_another_shop() {
    let mut crm = crm();
    let id = crm.add_integration(&IntegrationSettings { is_two_way_sync_enabled: true, ..settings() }).unwrap();
    let at = |url: &str| IntegrationSettings { api_url: url.to_owned(), ..settings() };
    let row = crm.insert(Entity::Customer, Fields::new().with("channel", id.0).with("originId", 7)).unwrap();
    let change = ("firstName".to_owned(), ("Ada".into(), "Augusta".into()));
    crm.queue_export(id, Entity::Customer, row, [change].into_iter().collect()).unwrap();
    for same in ["https://shop/index.php/api/v2_soap/?wsdl", "http://joe:secret@shop/api/v2_soap/?wsdl=1"] {
        crm.save_integration(id, &at(same), &Quirks::default()).unwrap();
    }
    for other in
        ["http://other/api/v2_soap/?wsdl=1", "http://shop:8080/api/v2_soap/?wsdl=1", "http://shop/b/api/v2_soap/"]
    {
        let refused = crm.save_integration(id, &at(other), &Quirks::default()).unwrap_err().to_string();
        assert!(refused.contains("1 edit waits in") && !refused.contains("secret"), "{other}: {refused}");
    }
    let waiting = crm.export_queue(id).unwrap();
    crm.finish_export(&waiting[0], &crate::crm::ExportResult::Exported, &crate::quirk::Quirks::default()).unwrap();
    crm.save_integration(id, &at("http://other/api/v2_soap/?wsdl=1"), &Quirks::default()).unwrap();
}

/// Vectors 94 and 95.
#[test]
fn a_stored_start_date_only_moves_earlier_and_an_empty_key_keeps_the_stored_one() {
    let mut crm = crm();
    let id = crm.add_integration(&settings()).unwrap();
    let later = IntegrationSettings { sync_start_date: Date::constant(2014, 1, 1), ..settings() };
    let error = crm.save_integration(id, &later, &Quirks::default()).unwrap_err().to_string();
    assert!(error.contains("New date should be less or equals than previously defined."), "{error}");
    let earlier =
        IntegrationSettings { sync_start_date: Date::constant(2006, 1, 1), api_key: ApiKey::new(""), ..settings() };
    crm.save_integration(id, &earlier, &Quirks::default()).unwrap();
    assert_eq!(crm.integration(id).unwrap().settings.api_key.expose_secret(), "oro-key-1");
}

#[test]
fn after_a_sync_the_start_date_stays_unless_the_quirk_is_on() {
    for (quirks, expected) in [
        (Quirks::default(), Some("impossible to change it (2007-01-01 is stored, not 2006-01-01)")),
        (Quirks::default().with(Quirk::StartDateMovesEarlier, true), None),
    ] {
        let mut crm = crm();
        let id = crm.add_integration(&settings()).unwrap();
        let from = |year| IntegrationSettings { sync_start_date: Date::constant(year, 1, 1), ..settings() };
        crm.set_initial_sync_start_date(id, Some(Timestamp::UNIX_EPOCH)).unwrap();
        crm.save_integration(id, &from(2007), &quirks).unwrap();
        let said = crm.save_integration(id, &from(2006), &quirks).map_err(|error| error.to_string()).err();
        assert_eq!(said.is_some(), expected.is_some(), "{said:?}");
        assert!(said.unwrap_or_default().contains(expected.unwrap_or_default()));
    }
}

#[test]
fn a_website_of_a_url_is_used_once_and_all_excludes_the_rest() {
    for (first, second, allowed) in [(1, 2, true), (1, 1, false), (-1, 1, false), (1, -1, false)] {
        let mut crm = crm();
        crm.add_integration(&IntegrationSettings { website_id: WebsiteId(first), ..settings() }).unwrap();
        let result = crm.add_integration(&IntegrationSettings {
            name: "Second".to_owned(),
            website_id: WebsiteId(second),
            ..settings()
        });
        assert_eq!(result.is_ok(), allowed, "{first} then {second}");
    }
}

#[test]
fn forms_that_lack_something_are_refused_in_its_words() {
    for (broken, expected) in [
        (IntegrationSettings { name: "ab".to_owned(), ..settings() }, "Name: between 3 and 255 characters, not 2"),
        (
            IntegrationSettings { api_user: String::new(), ..settings() },
            "SOAP API User: this value should not be blank",
        ),
        (
            IntegrationSettings {
                is_extension_installed: true,
                shared_guest_email_list: vec!["x".to_owned()],
                ..settings()
            },
            "Split By Full Name: This \"x\" is not a valid email address.",
        ),
    ] {
        assert_eq!(crm().add_integration(&broken).unwrap_err().to_string(), expected);
    }
    let mut crm = self::crm();
    crm.add_integration(&settings()).unwrap();
    let again = crm.add_integration(&IntegrationSettings { api_url: "http://other/".to_owned(), ..settings() });
    let expected = "Name: an integration named \"Magento\" exists already; choose another name";
    assert_eq!(again.unwrap_err().to_string(), expected);
}

/// Vectors 91 and 92: a list that the form does not offer is not submitted.
#[test]
fn without_the_bridge_no_email_is_shared() {
    for (installed, expected) in [(false, vec![]), (true, vec!["a@x.com".to_owned()])] {
        let mut crm = crm();
        let shared_guest_email_list = vec!["a@x.com".to_owned()];
        let form = IntegrationSettings { is_extension_installed: installed, shared_guest_email_list, ..settings() };
        let id = crm.add_integration(&form).unwrap();
        assert_eq!(crm.integration(id).unwrap().settings.shared_guest_email_list, expected);
    }
}

#[test]
fn an_owner_set_later_becomes_the_owner_of_ownerless_rows_only() {
    let mut crm = crm();
    let id = crm.add_integration(&IntegrationSettings { default_user_owner: None, ..settings() }).unwrap();
    let mut owners = Vec::new();
    for (email, owner) in [("a@x.com", None), ("b@x.com", Some("jane"))] {
        let fields = Fields::new().with("channel", id.0).with("email", email).with("owner", owner);
        let customer = crm.insert(Entity::Customer, fields).unwrap();
        crm.customer_created(customer, &Quirks::default()).unwrap();
    }
    let owned = IntegrationSettings { default_user_owner: Some("john".to_owned()), ..settings() };
    crm.save_integration(id, &owned, &Quirks::default()).unwrap();
    for entity in [Entity::Customer, Entity::Account, Entity::Contact] {
        for row in crm.find(entity, &[]).unwrap() {
            owners.push(row.fields.text("owner").unwrap_or("nobody").to_owned());
        }
    }
    assert_eq!(owners, ["john", "jane", "john", "jane", "john", "jane"]);
}

#[test]
fn the_url_comes_back_with_its_password() {
    let mut crm = crm();
    let api_url = "http://user:hush-hush@shop/?wsdl=1".to_owned();
    let id = crm.add_integration(&IntegrationSettings { api_url: api_url.clone(), ..settings() }).unwrap();
    assert_eq!(crm.integration(id).unwrap().settings.api_url, api_url);
    assert!(!crm.state().unwrap().to_string().contains("hush-hush"));
}
