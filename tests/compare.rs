//! `mockgento compare`: two shops alike, and two of which one has an old bridge.

use mockgento::testing::TestShop;
use tokio::process::Command;

#[tokio::test]
async fn what_differs_between_two_shops_is_told_and_nothing_is_written() {
    let one = TestShop::start().await;
    let same = TestShop::start().await;
    let older = TestShop::builder().bridge("1.2.0").start().await;
    for (other, code, expected) in [(&same, 0, "both answer alike"), (&older, 1, "wsdl: operations differ\n  < ")] {
        let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(["compare", "--url", one.wsdl_url().as_str(), "--with", other.wsdl_url().as_str()])
            .args(["--user", one.user()])
            .env("MOCKGENTO_API_KEY", one.key())
            .output()
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert_eq!((run.status.code(), said.contains(expected)), (Some(code), true), "{run:#?}");
    }
}
