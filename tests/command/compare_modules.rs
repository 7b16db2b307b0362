//! Operations of modules in `mockgento compare`: those that read are asked, none that writes is, and what was seen becomes
//! stubs of overrides, with which the fake answers as the shop did.

use std::path::Path;
use std::process::Output;

use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Contract, Module};
use mockgento::server::{FakeShop, ServerOptions};
use mockgento::shop::stubs::StubFile;
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;
use serde_json::{Value, json};
use tokio::process::Command;

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/modules/acme-loyalty");

/// A shop with the module of the examples; `upgraded` changes its stubs and its declarations.
async fn shop(mode: WireStyle, upgraded: impl Fn(&str) -> String) -> FakeShop {
    let read = |name: &str| upgraded(&std::fs::read_to_string(Path::new(MODULE).join(name)).unwrap());
    let texts = [read("etc/api.xml"), read("etc/wsdl.xml"), read("etc/wsi.xml")];
    let module = Module::of_texts("Acme_Loyalty", [0, 1, 2].map(|at| Some(texts[at].as_str()))).unwrap();
    let config = ShopConfig {
        mode,
        bridge: Some(BridgeRelease::newest()),
        contract: Contract::shared().with_modules(&[module]).unwrap(),
        ..ShopConfig::new(Clock::system())
    };
    let mut shop = Shop::new(config, Seed::parse(&read("seed.yaml"), "seed.yaml").unwrap()).unwrap();
    shop.install_stubs(&StubFile::parse(&read("stubs.yaml"), "stubs.yaml").unwrap()).unwrap();
    FakeShop::start(shop, ServerOptions::default()).await.unwrap()
}

async fn compare(shop: &FakeShop, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.args(["compare", "--url", shop.wsdl_url().as_str(), "--user", "loyalty"]).args(arguments);
    command.env("MOCKGENTO_API_KEY", "loyalty-key-1").env("NO_COLOR", "1").output().await.unwrap()
}

fn text(run: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr))
}

fn called(shop: &FakeShop, operation: &str) -> usize {
    shop.journal().entries().iter().filter(|entry| entry.operation == operation).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_module_was_seen_to_answer_is_what_the_fake_answers() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
        let file = folder.path().join(format!("{}.yaml", mode.as_str())).display().to_string();
        let real = shop(mode, str::to_owned).await;
        let run = compare(&real, &["--write-overrides", &file, "--json"]).await;
        let told: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"));
        assert_eq!(told["overrides"]["left"], json!([]), "{mode:?}: {told:#}");
        let why = "its name does not say that it only reads";
        let not_called = json!([{"operation": "acmeLoyaltyCreate", "why": why}]);
        assert_eq!(told["not_called"]["of_modules"], not_called);
        // Two customers, and one that is not there; one page of the list.
        assert_eq!(["Info", "List", "Create"].map(|name| called(&real, &format!("acmeLoyalty{name}"))), [3, 1, 0]);
        let written = std::fs::read_to_string(&file).unwrap();
        for word in ["ann@", "2024-02-01", "Lee", "127.0.0.1", "loyalty-key-1"] {
            assert!(!written.contains(word), "{word} is in {written}");
        }

        // The file as it is: in the fake that comparisons make, for a build, and in a shop that is served with it.
        let alike = compare(&real, &["--overrides", &file]).await;
        assert!(alike.status.success() && text(&alike).contains("both answer alike"), "{mode:?}: {}", text(&alike));
        let quiet = compare(&real, &["--overrides", &file, "--quiet"]).await;
        assert_eq!((quiet.status.code(), text(&quiet).lines().count()), (Some(0), 1), "{quiet:#?}");
        let mut serve = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        serve
            .args(["serve", "--overrides", &file, "--listen", "127.0.0.1:0", "--seed"])
            .arg(Path::new(MODULE).join("seed.yaml"));
        let mut served = serve
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = tokio::io::BufReader::new(served.stdout.take().unwrap());
        let mut head = String::new();
        while !head.contains("WSDL at ") {
            assert!(tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut head).await.unwrap() > 0, "{head}");
        }
        let url = head.lines().find_map(|line| line.strip_prefix("WSDL at ")).unwrap().to_owned();
        let both = compare(&real, &["--with", &url]).await;
        let differs = text(&both);
        assert!(!differs.contains("What the WSDL declares") && !differs.contains("Operations of modules"), "{differs}");
        served.kill().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_upgrade_of_a_module_changed_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.yaml").display().to_string();
    let before = shop(WireStyle::RpcEncoded, str::to_owned).await;
    assert_eq!(compare(&before, &["--write-overrides", &file]).await.status.code(), Some(1));
    for (from, to, expected) in [
        // The declaration, a fault of the module, a field that is not sent any more, rows that have changed only.
        ("name=\"points\" type=\"xsd:int\"", "name=\"points\" type=\"xsd:string\"", Some("acmeLoyaltyEntity (fields)")),
        ("<code>101</code>", "<code>404</code>", Some("acmeLoyaltyInfo: one that is not there (fault code)")),
        ("rows of: acme_loyalty\n", "fault: {code: 3, string: gone}\n", Some("acmeLoyaltyList")),
        ("points: 120, level: gold", "points: 7, level: bronze", None),
        ("customer_id: 2, points: 15", "customer_id: 9, points: 15", None),
    ] {
        let after = shop(WireStyle::RpcEncoded, |text| text.replace(from, to)).await;
        let run = compare(&after, &["--overrides", &file, "--quiet"]).await;
        let said = text(&run);
        assert_eq!((run.status.code(), said.lines().count()), (Some(i32::from(expected.is_some())), 1), "{to}: {said}");
        assert!(said.contains(expected.unwrap_or("unchanged: ")), "{to}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_besides_is_up_to_whoever_answers_for_it() {
    // No name that reads, and an argument that nothing is known of.
    let renames = [
        ("acmeLoyaltyInfo", "acmeLoyaltyPoints"),
        ("<info ", "<points "),
        ("</info>", "</points>"),
        ("acmeLoyaltyList", "acmeLoyaltyItems"),
        ("<list ", "<items "),
        ("</list>", "</items>"),
        ("name=\"customerId\"", "name=\"cardCode\""),
        ("customerId: 13", "cardCode: 13"),
    ];
    let renamed = |text: &str| renames.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let own = shop(WireStyle::RpcEncoded, renamed).await;
    for (asked, code, expected) in [
        (&[][..], 1, "acmeLoyaltyPoints: its name does not say that it only reads"),
        (&["--ask", "acmeLoyaltyPoints"], 1, "acmeLoyaltyPoints: nothing is known to ask with for cardCode"),
        (&["--ask", "acmeLoyaltyPoints={cardCode: 1}"], 1, "wsdl: operations"),
        (&["--ask", "acmeLoyaltyPoint"], 2, "did you mean acmeLoyaltyPoints?"),
        (&["--ask", "acmeLoyaltyPoints={card: 1}"], 2, "it has cardCode"),
        (&["--ask", "customerCustomerDelete={customerId: 1}"], 2, "no operation of a module"),
    ] {
        let run = compare(&own, &[&["--with", "fake"][..], asked].concat()).await;
        let said = text(&run).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((run.status.code(), said.contains(expected)), (Some(code), true), "{asked:?}: {said}");
    }
    assert_eq!((called(&own, "acmeLoyaltyPoints"), called(&own, "acmeLoyaltyCreate")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_asked_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.yaml").display().to_string();
    // Nothing but --ask makes anybody call it.
    let renamed = |text: &str| {
        let text = text.replace("acmeLoyaltyInfo", "acmeLoyaltyPoints");
        text.replace("<info ", "<points ").replace("</info>", "</points>")
    };
    let before = shop(WireStyle::RpcEncoded, renamed).await;
    let asked = ["--ask", "acmeLoyaltyPoints={customerId: 1}", "--ask", "acmeLoyaltyPoints={customerId: 77}"];
    let run = compare(&before, &[&asked[..], &["--write-overrides", &file]].concat()).await;
    assert_eq!(run.status.code(), Some(1), "{}", text(&run));
    assert_eq!(called(&before, "acmeLoyaltyPoints"), 2, "every question is asked");
    let quiet = compare(&before, &["--overrides", &file, "--quiet"]).await;
    assert_eq!((quiet.status.code(), called(&before, "acmeLoyaltyPoints")), (Some(0), 4), "{}", text(&quiet));
    let after = shop(WireStyle::RpcEncoded, |text| renamed(text).replace("name=\"level\"", "name=\"grade\"")).await;
    let gone = compare(&after, &["--overrides", &file, "--quiet"]).await;
    assert_eq!(gone.status.code(), Some(1), "{}", text(&gone));
    let stub = |text: &str| renamed(text).replace("level: gold", "level: ~").replace("<code>101<", "<code>107<");
    let other = shop(WireStyle::RpcEncoded, stub).await;
    let changed = compare(&other, &["--overrides", &file, "--quiet"]).await;
    assert_eq!(changed.status.code(), Some(1), "{}", text(&changed));
    // With an address of somebody's it is not kept, and that is said.
    let kept = folder.path().join("kept.yaml").display().to_string();
    let run =
        compare(&before, &["--ask", "acmeLoyaltyPoints={customerId: ann@example.com}", "--write-overrides", &kept])
            .await;
    assert!(text(&run).contains("is personal data and is not written"), "{}", text(&run));
    assert!(!std::fs::read_to_string(&kept).unwrap().contains("ann@"));
    // An operation that an upgrade took away is a change of the shop, no mistake of the caller.
    let without = shop(WireStyle::RpcEncoded, str::to_owned).await;
    let run = compare(&without, &["--overrides", &file, "--quiet"]).await;
    assert_eq!((run.status.code(), text(&run).contains("operations")), (Some(1), true), "{}", text(&run));
    std::fs::write(&kept, "asked: [\"acmeLoyaltyInfo=42\"]\n").unwrap();
    let wrong = compare(&before, &["--overrides", &kept, "--quiet"]).await;
    assert!(
        text(&wrong).contains("kept.yaml: line 1: asked: acmeLoyaltyInfo=42: the arguments are no"),
        "{}",
        text(&wrong)
    );
}

#[tokio::test]
async fn stubs_of_overrides_that_do_not_fit_are_told_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.yaml");
    for (stubs, expected) in [
        ("  - operation: storeLst\n    answer: []\n", "own.yaml:3:16: this shop has no operation storeLst"),
        ("  - operation: storeInfo\n    answer: {nme: x}\n", "own.yaml:4:14: storeEntity has no field nme"),
        ("  - operation: storeInfo\n    answer: \"{{ x\"\n", "own.yaml:4:13:"),
        ("  - operation: storeInfo\n    reply: []\n", "own.yaml:4:5:"),
    ] {
        std::fs::write(&file, format!("bridge: none\nstubs:\n{stubs}")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--overrides"]).arg(&file).kill_on_drop(true);
        let run = tokio::time::timeout(std::time::Duration::from_secs(20), command.output()).await.unwrap().unwrap();
        let said = text(&run).replace(['\n', '│', '|'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((run.status.code(), said.contains(expected)), (Some(2), true), "{said}");
    }
}
