//! PHP's SoapClient and zeep through the proxy: recorded, told again with a shop of the fake, answered from the recording.
//! A client that is not installed is skipped and says so; with `MOCKGENTO_REQUIRE_CLIENTS=1` it fails.

use std::path::{Path, PathBuf};

use mockgento::testing::TestShop;
use tokio::process::Command;

use super::proxy::Running;
use super::{files, mockgento, originals, started};

async fn is_installed(program: &str, probe: &[&str]) -> bool {
    let found = Command::new(program).args(probe).output().await.is_ok_and(|output| output.status.success());
    let required = std::env::var_os("MOCKGENTO_REQUIRE_CLIENTS").is_some_and(|value| value == "1");
    assert!(found || !required, "{program} is required and not installed; run ci/install");
    if !found {
        eprintln!("SKIPPED: {program} with its SOAP client is not installed; run ci/install");
    }
    found
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/record").join(name)
}

async fn records_tells_and_answers(program: &str, script: &Path) {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("recording");
    let (url, named) = (shop.wsdl_url().to_string(), folder.display().to_string());
    let command = format!("{program} {}", script.display());
    let arguments = ["record", "--proxy", "--client", &command, "--url", &url, "--user", shop.user(), "--out", &named];
    let run = mockgento(&shop, &arguments).await;
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success() && said.contains("it comes to the same calls"), "{run:#?}");
    assert!(said.contains("customers, the first is") && said.contains("start it with --allow-writes"), "{said}");

    shop.forget_calls();
    let told = mockgento(&shop, &["run", &format!("{named}/scenario.yaml"), "--check"]).await;
    assert!(told.status.success(), "{told:#?}");
    for (name, text) in files(&folder) {
        for original in originals(&shop) {
            assert!(!text.contains(original.as_str()), "{original} is in {name}");
        }
    }

    let served = Running::start(&["serve", "--listen", "127.0.0.1:0", "--cassette", &named]).await;
    let answered = Command::new(program)
        .arg(script)
        .env("MAGENTO_WSDL_URL", format!("http://{}{}", served.address, served.wsdl))
        .env("MAGENTO_API_USER", "anybody")
        .env("MAGENTO_API_KEY", "any key")
        .output();
    let answered = answered.await.unwrap();
    assert!(answered.status.success(), "{answered:#?}");
    assert!(shop.received_calls().is_empty(), "neither asks the shop");
}

#[tokio::test]
async fn php() {
    if is_installed("php", &["-r", "exit(extension_loaded('soap') ? 0 : 1);"]).await {
        records_tells_and_answers("php", &script("client.php")).await;
    }
}

#[tokio::test]
async fn zeep() {
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/clients/.venv/bin/python");
    let python = if venv.exists() { venv.display().to_string() } else { "python3".to_owned() };
    if is_installed(&python, &["-c", "import zeep"]).await {
        records_tells_and_answers(&python, &script("client.py")).await;
    }
}
