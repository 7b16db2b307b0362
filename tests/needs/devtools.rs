//! A headless Chromium that is asked what it shows, through the pipe of its developer tools.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A browser that has not answered by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A page in a window of some width.
pub struct Page {
    /// Ends with the page.
    _browser: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    last: u64,
}

impl Page {
    /// A browser with one page of so many pixels in width.
    pub async fn of_width(browser: &str, profile: &Path, width: u32) -> Self {
        // The browser reads from descriptor 3 and writes to 4.
        let script = "exec \"$0\" \"$@\" 3<&0 4>&1 >/dev/null 2>&1 </dev/null";
        let mut started = Command::new("sh")
            .args(["-c", script, browser, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (input, output) = (started.stdin.take().unwrap(), BufReader::new(started.stdout.take().unwrap()));
        let mut page = Self { _browser: started, input, output, session: None, last: 0 };
        let target = page.ask("Target.createTarget", json!({ "url": "about:blank" })).await["targetId"].clone();
        let attached = page.ask("Target.attachToTarget", json!({ "targetId": target, "flatten": true })).await;
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        let window = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": true });
        page.ask("Emulation.setDeviceMetricsOverride", window).await;
        page
    }

    /// Opens an address and waits until `ready`, an expression, is true.
    pub async fn open(&mut self, address: &str, ready: &str) {
        // A page that differs in its fragment only would not be loaded again.
        self.ask("Page.navigate", json!({ "url": "about:blank" })).await;
        self.ask("Page.navigate", json!({ "url": address })).await;
        let loaded = format!("document.readyState === 'complete' && Boolean({ready})");
        self.wait_for(&loaded).await;
    }

    /// Waits until an expression is true.
    pub async fn wait_for(&mut self, expression: &str) {
        for _ in 0..200 {
            if self.value(&format!("Boolean({expression})")).await == json!(true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let shown = self.value("document.body ? document.body.innerText.slice(0, 2000) : ''").await;
        panic!("never: {expression}\n{shown}");
    }

    /// What an expression is, or what a promise comes to.
    pub async fn value(&mut self, expression: &str) -> Value {
        let wanted = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        self.ask("Runtime.evaluate", wanted).await["result"]["value"].clone()
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut asked = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            asked["sessionId"] = json!(session);
        }
        let bytes = [asked.to_string().as_bytes(), b"\0"].concat();
        self.input.write_all(&bytes).await.unwrap();
        tokio::time::timeout(PATIENCE, self.answer()).await.expect("an answer of the browser in time")
    }

    /// The answer to what was asked last; events are passed over.
    async fn answer(&mut self) -> Value {
        loop {
            let mut bytes = Vec::new();
            self.output.read_until(0, &mut bytes).await.unwrap();
            assert_eq!(bytes.pop(), Some(0), "the browser has ended");
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == json!(self.last) {
                assert!(answer.get("error").is_none(), "{answer}");
                return answer["result"].clone();
            }
        }
    }
}
