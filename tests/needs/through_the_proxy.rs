//! PHP's SoapClient and zeep through the proxy: recorded, told again with a shop of the fake, answered from the recording.

use std::path::{Path, PathBuf};

use mockgento::testing::TestShop;
use tokio::process::Command;

use crate::need;
use crate::support::record::{Running, files, mockgento, originals, started};

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

pub async fn php() {
    records_tells_and_answers("php", &script("client.php")).await;
}

pub async fn zeep() {
    records_tells_and_answers(&need::python(), &script("client.py")).await;
}
