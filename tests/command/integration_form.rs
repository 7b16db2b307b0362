//! The integration form in a terminal: `mockgento check --crm` saves it, `mockgento integration` shows and changes it.

use std::path::PathBuf;
use std::process::Command;

use mockgento::testing::TestShop;
use tempfile::TempDir;

const KEY: &str = "oro-key-1";

struct CrmFile(TempDir);

impl CrmFile {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("crm.sqlite")
    }

    /// Exit code, and all that was said.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(arguments).arg("--crm").arg(self.path());
        let ran = command.env("NO_COLOR", "1").env("MOCKGENTO_API_KEY", KEY).output().unwrap();
        (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (code, text) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {text}");
        text
    }

    /// An integration that was checked and saved.
    async fn checked(bridge: Option<&str>) -> (Self, TestShop) {
        let shop = TestShop::builder().user("oro", KEY).running_clock();
        let shop = match bridge {
            Some(version) => shop.bridge(version),
            None => shop.without_bridge(),
        };
        let (file, shop) = (Self::new(), shop.start().await);
        let text =
            file.done(&["check", "--url", shop.wsdl_url().as_str(), "--user", "oro", "--start-date", "2013-11-01"]);
        assert!(text.contains("Made the integration \"Magento\" in"), "{text}");
        (file, shop)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_saved_fills_in_what_the_shop_offers() {
    let (file, shop) = CrmFile::checked(Some("1.2.19")).await;
    let form = file.done(&["integration", "show"]);
    for line in [
        "Name                                  Magento\n",
        "Status                                Active\n",
        "SOAP API Key                          ***\n",
        "Sync start date                       2013-11-01\n",
        "Website                               All web sites\n",
        "Import Order Comments as Order Notes  yes\n",
        "Bridge                                1.2.19\n",
    ] {
        assert!(form.contains(line), "{line}{form}");
    }
    assert!(form.contains("/index.php/admin/"), "the admin URL is the shop's: {form}");
    let json = file.done(&["integration", "show", "--json"]);
    assert!(!json.contains(KEY) && json.contains("\"websites\""), "{json}");

    let again = file.done(&["check", "--url", shop.wsdl_url().as_str(), "--user", "oro"]);
    assert!(again.contains("Saved the integration"), "the list of websites can be read anew: {again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_says_without_the_bridge_what_is_missing_and_refuses_what_needs_it() {
    let (file, _shop) = CrmFile::checked(None).await;
    let form = file.done(&["integration", "show"]);
    assert!(form.ends_with("Native Magento API is used; only customers and orders will be synced\n"), "{form}");
    for (field, value, expected) in [
        ("--split-by-full-name", "a@example.com", "Split By Full Name: needs the bridge"),
        ("--order-notes", "yes", "Import Order Comments as Order Notes: needs bridge 1.2.19 or newer"),
    ] {
        let (code, text) = file.run(&["integration", "set", field, value]);
        assert!(code == Some(2) && text.contains(expected) && text.contains("mockgento check --crm"), "{text}");
    }
    let (file, _shop) = CrmFile::checked(Some("1.1.4")).await;
    let form = file.done(&["integration", "show"]);
    assert!(form.ends_with("OroBridge v.1.1.0 is used—outdated version\n"), "1.1.4 says 1.1.0 of itself: {form}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_can_be_changed_and_is_checked_in_the_words_of_the_form() {
    let (file, _shop) = CrmFile::checked(Some("1.2.19")).await;
    for (arguments, expected) in [
        (&["--website", "2"][..], "Website                               Website ID: 2, Stores: Outlet"),
        (&["--start-date", "2013-01-01"], "Sync start date                       2013-01-01\n"),
        (&["--guest-customer-sync", "no"], "Guest Customer Sync                   no\n"),
        (&["--order-notes", "no"], "Import Order Comments as Order Notes  no\n"),
        (
            &["--split-by-full-name", "a@x.com; A@X.com,b@y.de"],
            "Split By Full Name                    a@x.com, b@y.de\n",
        ),
        (&["--split-by-full-name", ""], "Split By Full Name\n"),
        (&["--default-owner", "jane"], "Default owner                         jane\n"),
        (&["--two-way", "local"], "Sync priority                         Local wins\n"),
        (&["--entities", "order,customer"], "Entities                              order, customer\n"),
        (&["--admin-url", "http://admin.example/"], "Admin url                             http://admin.example/\n"),
        (&["--wsi", "yes"], "WS-I Compliance                       yes\n"),
        (
            &["--url", "http://ann:hush@shop.example/"],
            "SOAP WSDL URL                         http://ann:***@shop.example/\n",
        ),
        (&["--rename", "Production"], "Name                                  Production\n"),
    ] {
        let form = file.done(&[&["integration", "set"], arguments].concat());
        assert!(form.contains(expected), "{arguments:?}: {form}");
    }
    for (arguments, expected) in [
        (&["--website", "7"][..], "Website: 7 is not offered; choose one of -1 (All web sites), 1 ("),
        (&["--start-date", "2014-01-01"], "New date should be less or equals than previously defined."),
        (&["--split-by-full-name", "nobody"], "Split By Full Name: This \"nobody\" is not a valid email address."),
        (&["--rename", "X"], "Name: between 3 and 255 characters, not 1"),
        (&["--page-size", "10"], "Page size: at least 25 rows, not 10"),
        (&["--key-file", "no-such-file"], "cannot read no-such-file"),
        (&["--guest-customer-sync", "maybe"], "[possible values: yes, no]"),
    ] {
        let (code, text) = file.run(&[&["integration", "set"], arguments].concat());
        let text = text.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
        assert!(code == Some(2) && text.contains(expected), "{arguments:?}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_that_is_not_active_is_not_synced_until_it_is_activated() {
    let (file, shop) = CrmFile::checked(Some("1.2.19")).await;
    let url = shop.wsdl_url().to_string();
    assert_eq!(file.done(&["integration", "deactivate"]), "\"Magento\" is not active now\n");
    let calls = shop.received_calls().len();
    let (code, text) = file.run(&["sync", "--url", &url, "--user", "oro"]);
    assert!(code == Some(1) && text.contains("is not active") && text.contains("integration activate"), "{text}");
    assert_eq!(shop.received_calls().len(), calls, "the shop was not asked");
    assert_eq!(file.done(&["integration", "activate"]), "\"Magento\" is active now\n");
    file.done(&["sync", "--url", &url, "--user", "oro"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_integration_leaves_accounts_and_contacts_and_doubles_them_when_made_anew() {
    let (file, shop) = CrmFile::checked(Some("1.2.19")).await;
    let url = shop.wsdl_url().to_string();
    let sync = ["sync", "--url", &url, "--user", "oro", "--start-date", "2007-01-01"];
    let rows = |entity: &str| file.run(&["crm", "show", entity, "--json"]).1.matches("\"row\"").count();
    file.done(&sync);
    let (customers, accounts, contacts) = (rows("customer"), rows("account"), rows("contact"));
    assert!(customers > 0 && accounts > 0 && contacts > 0);
    let (code, text) = file.run(&["integration", "delete"]);
    assert!(code == Some(2) && text.contains("give --yes"), "nobody is there to ask: {text}");
    file.done(&["integration", "delete", "--yes"]);
    assert_eq!((rows("customer"), rows("account"), rows("contact")), (0, accounts, contacts));
    file.done(&sync);
    assert_eq!((rows("customer"), rows("account"), rows("contact")), (customers, 2 * accounts, 2 * contacts));
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_discovered_as_the_file_is_configured() {
    let (file, shop) = CrmFile::checked(Some("1.2.19")).await;
    let discovery = |more: &[&str]| file.run(&[&["integration", "discovery"], more].concat());
    assert!(discovery(&[]).1.contains("the oldest customer with the same firstName, lastName, email;"));
    let (code, text) = discovery(&["--fields", "emial"]);
    assert!(code == Some(2) && text.contains("did you mean \"email\"?"), "{text}");
    let (_, text) =
        discovery(&["--fields", "lastName,addresses", "--address-fields", "city", "--match", "latest", "--empty"]);
    assert!(
        text.contains("the newest customer with the same lastName and city of any address, empty fields"),
        "{text}"
    );
    assert_eq!(discovery(&["--fields", "none"]).1, "Every new customer gets an account of their own.\n");
    let url = shop.wsdl_url().to_string();
    file.done(&["sync", "--url", &url, "--user", "oro", "--start-date", "2007-01-01"]);
    let rows = |entity: &str| file.run(&["crm", "show", entity, "--json"]).1.matches("\"row\"").count();
    assert_eq!(rows("account"), rows("customer"), "nobody shares an account");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sync_without_a_check_knows_the_bridge_too() {
    let shop = TestShop::builder().user("oro", KEY).running_clock().start().await;
    let file = CrmFile::new();
    file.done(&["sync", "--url", shop.wsdl_url().as_str(), "--user", "oro", "--start-date", "2014-01-01"]);
    assert!(file.done(&["integration", "show"]).contains("Bridge                                1.2.19\n"));
}
