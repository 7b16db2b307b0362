//! Every page on a telephone of 420 pixels: nothing stands beyond its edge, what people filter by is in the address, and calls
//! that repeat each other are one line.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::console::called;
use crate::devtools::Page;
use crate::need;

const WIDTH: u32 = 420;

/// What stands beyond the right edge, but for what can be scrolled in a box of its own.
const BEYOND: &str = "(() => { \
    const scrolls = (one) => ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(one).overflowX); \
    const boxed = (one) => { for (let at = one.parentElement; at && at !== document.body; at = at.parentElement) if (scrolls(at)) return true; return false; }; \
    const wide = [...document.querySelectorAll('body *')].filter((one) => { const box = one.getBoundingClientRect(); \
      return box.width > 0 && box.height > 0 && (box.right > 421 || box.left < -1) && !boxed(one); }); \
    return [document.documentElement.scrollWidth > 421 ? document.documentElement.scrollWidth : 0, ...wide.slice(0, 4).map((one) => `${one.tagName}#${one.id}.${one.className} ${one.textContent.slice(0, 40)}`)].join('|'); })()";

/// Boxes that hold text and are too narrow for a word.
const SQUEEZED: &str = "[...document.querySelectorAll('td, th, dd, dt, li, p, h1, h2, h3')].filter((one) => { const box = one.getBoundingClientRect(); \
    return box.width > 0 && box.width < 40 && one.textContent.trim().length > 8 && box.height > 120; }).slice(0, 3).map((one) => one.textContent.slice(0, 40)).join('|')";

async fn fits(page: &mut Page, what: &str) {
    assert_eq!(page.value(BEYOND).await, json!("0"), "{what}");
    assert_eq!(page.value(SQUEEZED).await, json!(""), "{what}");
}

fn mockgento(folder: &Path, arguments: &[&str], code: i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    let ran = command.current_dir(folder).env("NO_COLOR", "1").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {said}{}", String::from_utf8_lossy(&ran.stdout));
}

const WRONG: &str = r#"title: A customer is expected who has another name
clock: 2014-01-15 12:00:00
tags: [wrong]
integration: {sync start date: 2013-11-01, entities: [customer]}
steps:
  - sync
  - expect: {crm: {rows: customer, where: {email: anna@example.com}, have: {firstName: Somebody}}}
  - snapshot: end
"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    mockgento(folder.path(), &["init", "."], 0);
    mockgento(folder.path(), &["run", "--accept"], 0);
    std::fs::write(folder.path().join("scenarios/wrong.yaml"), WRONG).unwrap();
    mockgento(folder.path(), &["run", "--report", "html=report.html"], 1);
    folder
}

pub async fn the_report_fits_keeps_its_filter_in_the_address_and_groups_calls() {
    let (folder, profile) = (project(), tempfile::tempdir().unwrap());
    let address = format!("file://{}", folder.path().join("report.html").display());
    let mut page = Page::of_width(need::browser(), profile.path(), WIDTH).await;
    page.open(&address, "document.querySelector('#list a')").await;
    fits(&mut page, "the list").await;
    page.open(&format!("{address}#s/wrong"), "document.querySelector('.step .call')").await;
    fits(&mut page, "a scenario").await;
    let told = page.value("byId('scenario').textContent").await;
    let told = told.as_str().unwrap();
    assert!(told.contains("Run it again: mockgento run scenarios/wrong.yaml"), "{told}");
    assert!(regex::Regex::new(r"took \d+").unwrap().is_match(told), "{told}");

    let times = page.value("document.querySelector('.call.group .times').textContent").await;
    let times: usize = times.as_str().unwrap().trim_end_matches([' ', '×']).parse().unwrap();
    assert!(times >= 4, "{times}");
    let calls = format!("document.querySelectorAll('.call:not(.group)').length >= {times}");
    page.value("document.querySelector('.call.group').click()").await;
    page.wait_for(&calls).await;
    page.value("document.querySelector('.call').click()").await;
    page.wait_for("document.querySelector('.panel.messages')").await;
    fits(&mut page, "a call that is open").await;

    page.open(&format!("{address}#coverage"), "document.querySelector('.matrix')").await;
    fits(&mut page, "the coverage").await;

    page.open(&format!("{address}#?status=passed"), "document.querySelector('#list a')").await;
    assert_eq!(
        page.value("[...document.querySelectorAll('#list a')].map((one) => one.dataset.name).join()").await,
        json!("first-sync")
    );
    page.value("byId('filter').elements.status.value = ''; byId('filter').elements.text.value = 'another name'; byId('filter').dispatchEvent(new Event('input'))").await;
    assert_eq!(page.value("location.hash").await, json!("#?text=another+name"));
    assert_eq!(
        page.value("document.querySelector('#list a').getAttribute('href')").await,
        json!("#s/wrong?text=another+name")
    );
    page.open(&format!("{address}#s/nobody"), "!byId('notice').hidden").await;
}

pub async fn the_plan_and_the_conformance_of_a_client_fit() {
    let (folder, profile) = (project(), tempfile::tempdir().unwrap());
    let shop = called().await;
    let url = shop.wsdl_url().to_string();
    let key = folder.path().join("key");
    std::fs::write(&key, "apikey123").unwrap();
    let sync =
        ["sync", "--dry-run", "--url", &url, "--user", "apiuser", "--api-key-file", "key", "--crm", "crm.sqlite"];
    mockgento(folder.path(), &[&sync[..], &["--start-date", "2026-11-01", "--html", "plan.html"]].concat(), 0);
    let client = "title: Nobody's client with a long name\ncommands: {reset: 'true', sync: 'true'}\ncrm: {command: 'echo {\"customer\": [{\"email\": \"somebody.with.a.long.address@example.com\"}]}'}\n";
    std::fs::write(folder.path().join("client.yaml"), client).unwrap();
    mockgento(folder.path(), &["conform", "--client", "client.yaml", "--report", "html=conform.html"], 1);
    let mut page = Page::of_width(need::browser(), profile.path(), WIDTH).await;
    for name in ["plan.html", "conform.html"] {
        let address = format!("file://{}", folder.path().join(name).display());
        page.open(&address, "document.querySelector('h1')").await;
        fits(&mut page, name).await;
    }
}

pub async fn the_console_fits_keeps_its_filter_in_the_address_and_groups_calls() {
    let profile = tempfile::tempdir().unwrap();
    let shop = called().await;
    let address = shop.admin_url().to_string();
    let mut page = Page::of_width(need::browser(), profile.path(), WIDTH).await;
    page.open(&address, "document.querySelector('#calls-rows tr')").await;
    fits(&mut page, "calls").await;
    page.open(&format!("{address}#calls/1"), "document.querySelector('#call pre')").await;
    fits(&mut page, "a call").await;
    page.open(&format!("{address}#shop/customer"), "document.querySelector('#rows-body tr')").await;
    fits(&mut page, "the shop").await;
    page.open(&format!("{address}#disruptions"), "byId('arm').elements.kind.options.length").await;
    fits(&mut page, "disruptions").await;
    page.open(&format!("{address}#settings"), "byId('values').rows.length").await;
    fits(&mut page, "settings").await;

    page.open(&format!("{address}#calls?operation=lst"), "document.querySelector('#calls-rows tr')").await;
    assert_eq!(page.value("byId('calls-rows').rows.length").await, json!(1));
    page.value("byId('calls-filter').elements.operation.value = 'login'; byId('calls-filter').dispatchEvent(new Event('input'))").await;
    assert_eq!(page.value("location.hash").await, json!("#calls?operation=login"));

    let wsdl = "fetch('/index.php/api/v2_soap/?wsdl=1').then((answer) => answer.text())";
    page.value(&format!("(async () => {{ for (let n = 0; n < 6; n += 1) await {wsdl}; return 1; }})()")).await;
    page.open(&format!("{address}#calls"), "document.querySelector('#calls-rows .group')").await;
    let group = page.value("document.querySelector('#calls-rows .group').textContent").await;
    assert!(group.as_str().unwrap().contains("6 ×"), "{group}");
    page.value("document.querySelector('#calls-rows .group').click()").await;
    page.wait_for("!document.querySelector('#calls-rows .group') && byId('calls-rows').rows.length >= 9").await;
}
