//! Shops in trouble while they are recorded: a recording finishes or explains itself, replays to the same CRM, and its
//! scenario has the same trouble.

use mockgento::testing::{Disruption, TestShop, When};
use tokio::task::JoinSet;

use super::{files, mockgento, originals, record, started};

fn fault(code: &str, string: &str) -> Disruption {
    Disruption::Fault { code: code.to_owned(), string: string.to_owned() }
}

/// What happens to the second list of customers, and how the scenario says it.
fn troubles() -> Vec<(Disruption, &'static str)> {
    vec![
        (Disruption::Status(502), "with: {status: 502}"),
        (Disruption::HtmlPage, "with: html-page"),
        (Disruption::TruncatedXml, "with: truncated-xml"),
        (Disruption::PhpWarning, "with: php-warning"),
        (Disruption::InvalidUtf8, "with: invalid-utf8"),
        (Disruption::EmptyBody, "with: empty-body"),
        (Disruption::Gzip, "with: gzip"),
        (Disruption::SessionExpired, r#"code: "5""#),
        (fault("SOAP-ENV:Server", "gone away"), "string: gone away"),
        (Disruption::Reset { after_bytes: 0 }, "with: {reset: {after_bytes: 0}}"),
        (Disruption::Close { after_bytes: 600 }, "with: {close"),
        (Disruption::Garbage, "with: garbage"),
        (Disruption::Redirect("http://elsewhere.acme.example/".to_owned()), r#"{redirect: "http://shop.example/"}"#),
    ]
}

/// Whether a name is one of a website too: of somebody whom the trouble kept out of the recording it remains there.
fn is_of_the_shop(shop: &TestShop, text: &str) -> bool {
    shop.rows("core_website").iter().any(|website| website["name"].as_str().is_some_and(|name| name.contains(text)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_kind_of_trouble_is_recorded_replayed_and_told_again() {
    let mut running = JoinSet::new();
    for (disruption, told) in troubles() {
        running.spawn(async move {
            let shop = started(TestShop::builder()).await;
            shop.disrupt(disruption.clone(), When::nth_of("oroCustomerList", 2));
            let place = tempfile::tempdir().unwrap();
            let folder = place.path().join("night");
            let run = record(&shop, &folder, &[]).await;
            assert!(matches!(run.status.code(), Some(0 | 1)), "{disruption:?} {run:#?}");
            let scenario = std::fs::read_to_string(folder.join("scenario.yaml")).unwrap();
            assert!(scenario.contains(told), "{disruption:?} {scenario}");
            for (name, text) in files(&folder) {
                for original in originals(&shop).iter().filter(|text| !is_of_the_shop(&shop, text)) {
                    assert!(!text.contains(original.as_str()), "{disruption:?}: {original} is in {name}");
                }
            }
            let named = folder.display().to_string();
            let again = mockgento(&shop, &["replay", &named]).await;
            assert!(again.status.success(), "{disruption:?} {again:#?}");
            let again = mockgento(&shop, &["run", &format!("{named}/scenario.yaml"), "--check"]).await;
            assert!(again.status.success(), "{disruption:?} {again:#?}");
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}
