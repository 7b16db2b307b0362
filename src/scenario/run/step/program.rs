//! `run`: a program of somebody else talks to the shop. It is given what it needs in its environment, a time to do it in,
//! and room for what it says; whatever it does, the scenario goes on.

use crate::scenario::run::cannot_work::CannotWork;
use std::process::Stdio;
use std::time::Duration;

use regex::Regex;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::scenario::language::step::run::RunStep;
use crate::scenario::run::network::Served;
use crate::scenario::run::world::{LastOutcome, World};
use crate::secret::MASK;
use crate::server::wsdl_url;
use crate::soap::WireStyle;

const TIMEOUT: Duration = Duration::from_secs(30);
/// What is kept of each stream.
const OUTPUT_MAX: usize = 64 * 1024;
/// Session ids are 32 hexadecimal digits.
const SESSION: &str = r"\b[0-9a-f]{32}\b";

impl World<'_> {
    /// Runs it to its end; how that was is the outcome that `expect` looks at.
    pub(in crate::scenario) async fn run_program(&mut self, step: &RunStep) -> Result<(), CannotWork> {
        let words = shell_words::split(&step.command)?;
        let Some((program, arguments)) = words.split_first() else { return Err(CannotWork::EmptyCommand) };
        let shop = self.shop(step.shop.as_ref())?;
        let Served::Tcp(served) = shop else {
            return Err(CannotWork::NeedsSocket);
        };
        let base = format!("http://{}/", served.address());
        let url = base.parse()?;
        let settings = self.integration.and_then(|id| self.crm.integration(id).ok()).map(|known| known.settings);
        let (user, key) = settings
            .map(|settings| (settings.api_user, settings.api_key.expose_secret().to_owned()))
            .unwrap_or_default();
        let (named, is_wsi) = shop.with_shop(|shop| (shop.base_url(), shop.mode() == WireStyle::WsI));
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("MAGENTO_URL", &base)
            .env("MAGENTO_WSDL_URL", wsdl_url(&url).as_str())
            .env("MAGENTO_API_USER", user)
            .env("MAGENTO_API_KEY", &key)
            .env("MAGENTO_WSI", if is_wsi { "1" } else { "0" })
            .env("MAGENTO_NOW", self.clock.now().to_string())
            .envs(&step.env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Whatever it starts itself is stopped with it.
        #[cfg(unix)]
        command.process_group(0);
        if let Some(folder) = self.case.scenario.file.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            command.current_dir(folder);
        }
        // The WSDL must lead to the socket while somebody reads it.
        shop.with_shop(|shop| shop.set_base_url(&base));
        let limit = step.timeout.map_or(TIMEOUT, |limit| limit.0.unsigned_abs());
        let ended = run(&mut command, limit).await;
        self.shop(step.shop.as_ref())?.with_shop(|shop| shop.set_base_url(named));
        let ended = ended.map_err(|cause| CannotWork::NotStarted { program: program.clone(), cause })?;
        self.last = Some(ended.outcome(&key, limit));
        Ok(())
    }
}

/// How a program ended.
struct Ended {
    /// Nothing when it was stopped, or killed by a signal.
    code: Option<i32>,
    timed_out: bool,
    output: String,
}

async fn run(command: &mut Command, limit: Duration) -> std::io::Result<Ended> {
    let mut child = command.spawn()?;
    let group = Group::of(&child);
    let (mut said, mut complained) = (Kept::default(), Kept::default());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let (_, _, status) = tokio::join!(said.read(stdout), complained.read(stderr), child.wait());
        status.map(|status| status.code())
    };
    let ended = tokio::time::timeout(limit, work).await;
    group.stop();
    let (code, timed_out) = match ended {
        Ok(code) => (code?, false),
        Err(_) => (None, true),
    };
    Ok(Ended { code, timed_out, output: said.text() + &complained.text() })
}

/// A program and what it has started.
struct Group(Option<u32>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id())
    }

    /// Ends all that is left of it.
    #[cfg(unix)]
    fn stop(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // Nobody is left when it has ended as it should.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }

    /// The program itself is killed when it is dropped.
    #[cfg(not(unix))]
    fn stop(&self) {}
}

/// The beginning of a stream; the rest is read and counted.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    more: usize,
}

impl Kept {
    async fn read(&mut self, stream: Option<impl AsyncRead + Unpin>) {
        let Some(mut stream) = stream else { return };
        let mut buffer = [0_u8; 8192];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            let room = read.min(OUTPUT_MAX - self.bytes.len());
            self.bytes.extend_from_slice(&buffer[..room]);
            self.more += read - room;
        }
    }

    fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.bytes).into_owned();
        if self.more > 0 {
            text.push_str(&format!("\n… and {} bytes more\n", self.more));
        }
        text
    }
}

impl Ended {
    fn outcome(self, key: &str, limit: Duration) -> LastOutcome {
        let mut output = self.output;
        if !key.is_empty() {
            output = output.replace(key, MASK);
        }
        if let Ok(session) = Regex::new(SESSION) {
            output = session.replace_all(&output, MASK).into_owned();
        }
        let how = match (self.timed_out, self.code) {
            (true, _) => format!("stopped after {} s; it may take longer with `timeout: …`", limit.as_secs_f64()),
            (false, Some(code)) => format!("exit code {code}"),
            (false, None) => "killed by a signal".to_owned(),
        };
        let success = self.code == Some(0);
        let word = if success { "success" } else { "failure" };
        let lines: Vec<&str> = output.lines().collect();
        LastOutcome {
            success,
            message: format!("{how}\n{output}"),
            shown: json!({ "run": word, "ended": how, "output": lines }),
        }
    }
}
