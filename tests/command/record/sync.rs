//! A sync of ours that is recorded, in both styles: nothing personal in any file, and the same CRM without the shop.

use mockgento::testing::{Disruption, TestShop, When};
use serde_json::Value;

use super::{files, mockgento, originals, record, started};

#[tokio::test]
async fn a_recording_holds_nobody_and_replays_to_the_same_crm() {
    for (builder, style) in [
        (TestShop::builder(), &[][..]),
        (TestShop::builder().wsi().mended_wsdl(), &["--wsi"]),
        (TestShop::builder().without_bridge(), &[]),
    ] {
        let shop = started(builder).await;
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("recording");
        let run = record(&shop, &folder, style).await;
        assert!(run.status.success(), "{style:?} {run:#?}");

        let originals = originals(&shop);
        assert!(originals.len() > 30, "{originals:?}");
        let mut read = 0;
        for (name, text) in files(&folder) {
            read += text.len();
            for original in &originals {
                assert!(!text.contains(original.as_str()), "{original} is in {name}");
            }
        }
        assert!(read > 100_000);

        shop.forget_calls();
        let named = folder.display().to_string();
        let again = mockgento(&shop, &["replay", &named]).await;
        assert!(again.status.success(), "{again:#?}");
        let told = mockgento(&shop, &["run", &format!("{named}/scenario.yaml"), "--check"]).await;
        assert!(told.status.success(), "{told:#?}");
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(said.contains("it comes to the recorded CRM"), "{style:?} {said}");
        assert!(shop.received_calls().is_empty(), "a replay asks nobody");
        let crm: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("crm.json")).unwrap()).unwrap();
        assert!(crm["integrations"][0]["customers"].as_array().unwrap().len() > 3, "{style:?}");

        let path = folder.join("crm.json");
        let changed = std::fs::read_to_string(&path).unwrap().replacen("\"guest\": false", "\"guest\": true", 1);
        std::fs::write(&path, changed).unwrap();
        let differs = mockgento(&shop, &["replay", &named]).await;
        assert_eq!(differs.status.code(), Some(1), "{differs:#?}");
    }
}

#[tokio::test]
async fn one_key_replaces_a_person_by_the_same_person_and_no_key_by_somebody_else() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let key = place.path().join("key");
    std::fs::write(&key, "correct horse battery staple").unwrap();
    let key = key.display().to_string();
    let mut states = Vec::new();
    for (name, more) in [("a", vec!["--substitutes", &key]), ("b", vec!["--substitutes", &key]), ("c", vec![])] {
        let folder = place.path().join(name);
        let run = record(&shop, &folder, &more).await;
        assert!(run.status.success(), "{run:#?}");
        let crm: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("crm.json")).unwrap()).unwrap();
        states.push(crm["integrations"][0]["customers"][0]["email"].clone());
    }
    assert!(states[0] == states[1] && states[1] != states[2], "{states:?}");
    let taken = record(&shop, &place.path().join("a"), &[]).await;
    assert_eq!(taken.status.code(), Some(2), "a folder that holds something is left alone");
}

#[tokio::test]
async fn a_bad_night_is_recorded_with_its_faults() {
    let shop = started(TestShop::builder()).await;
    shop.keep_disrupting(
        Disruption::Status(500),
        When { operation: Some("oroOrderList".to_owned()), ..When::default() },
    );
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("night");
    let run = record(&shop, &folder, &[]).await;
    assert_eq!(run.status.code(), Some(1), "{run:#?}");
    let cassette = std::fs::read_to_string(folder.join("cassette.json")).unwrap();
    assert!(cassette.contains("\"status\": 500"));
    let again = mockgento(&shop, &["replay", &folder.display().to_string()]).await;
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(again.status.success() && said.contains("did not come through"), "{said}");
}

#[tokio::test]
async fn a_recording_that_is_stopped_says_so_and_replays_to_where_it_stood() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("stopped");
    let run = record(&shop, &folder, &["--limit", "9"]).await;
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(
        run.status.code() == Some(1) && said.contains("9 exchanges") && said.contains("stopped before"),
        "{run:#?}"
    );
    let named = folder.display().to_string();
    let again = mockgento(&shop, &["replay", &named]).await;
    assert!(again.status.success(), "{again:#?}");
    let told = mockgento(&shop, &["run", &format!("{named}/scenario.yaml"), "--check"]).await;
    assert!(told.status.success(), "{told:#?}");
}

#[tokio::test]
async fn a_shop_that_is_not_there_leaves_no_folder() {
    let shop = started(TestShop::builder()).await;
    shop.keep_disrupting(Disruption::Status(503), When::default());
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("nothing");
    let run = record(&shop, &folder, &[]).await;
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.code() == Some(2) && said.contains("nothing was written"), "{run:#?}");
    assert!(std::fs::read_dir(place.path()).unwrap().next().is_none());
}
