//! A headless Chromium for tests of what a person sees.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// A browser that has not drawn the page by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The document as it is after its scripts have had so much of the browser's own time.
pub async fn dom(browser: &str, profile: &Path, address: &str, time: Duration) -> String {
    let process = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000", "--dump-dom"])
        .arg(format!("--virtual-time-budget={}", time.as_millis()))
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(address)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, process).await.expect("a page in time").unwrap();
    let dom = String::from_utf8(output.stdout).unwrap();
    assert!(dom.contains("</html>"), "{address}: {}", String::from_utf8_lossy(&output.stderr));
    dom
}
