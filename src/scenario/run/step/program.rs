//! `run`: a program of somebody else talks to the shop. It is given what it needs in its environment, a time to do it in,
//! and room for what it says; whatever it does, the scenario goes on.

use crate::scenario::run::cannot_work::CannotWork;
use std::time::Duration;

use serde_json::json;
use tokio::process::Command;

use crate::scenario::actor::program::{self, Ended, OUTPUT_MAX, masked};
use crate::scenario::language::step::run::RunStep;
use crate::scenario::run::network::Served;
use crate::scenario::run::world::{LastOutcome, World};
use crate::server::wsdl_url;
use crate::soap::WireStyle;

const TIMEOUT: Duration = Duration::from_secs(30);

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
            .envs(&step.env);
        if let Some(folder) = self.case.scenario.file.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            command.current_dir(folder);
        }
        // The WSDL must lead to the socket while somebody reads it.
        shop.with_shop(|shop| shop.set_base_url(&base));
        let limit = step.timeout.map_or(TIMEOUT, |limit| limit.0.unsigned_abs());
        let ended = program::run(&mut command, None, limit, OUTPUT_MAX).await;
        self.shop(step.shop.as_ref())?.with_shop(|shop| shop.set_base_url(named));
        let ended = ended.map_err(|cause| CannotWork::NotStarted { program: program.clone(), cause })?;
        self.last = Some(outcome(&ended, &key, limit));
        Ok(())
    }
}

fn outcome(ended: &Ended, key: &str, limit: Duration) -> LastOutcome {
    let output = masked(ended.said(), &[key.to_owned()]);
    let how = ended.how(limit);
    let success = ended.code == Some(0);
    let word = if success { "success" } else { "failure" };
    let lines: Vec<&str> = output.lines().collect();
    LastOutcome {
        success,
        message: format!("{how}\n{output}"),
        shown: json!({ "run": word, "ended": how, "output": lines }),
    }
}
