//! `mockgento run --console`: the console of the scenario's shops, in the process that runs the scenario.

use std::io::Write as _;

use crate::scenario::attendant::{Attendant, Stage};
use crate::scenario::result::CaseResult;
use crate::server::{BaseUrl, FakeShop, ServerOptions};

pub(super) struct Console {
    to_stderr: bool,
    /// Whether the end is waited for; else somebody else has stopped at the last step already.
    waits: bool,
    served: Option<Served>,
}

/// Sockets on threads of their own: the scenario's thread has a clock that does not move, and waits for a person at times.
struct Served {
    runtime: tokio::runtime::Runtime,
    shops: Vec<FakeShop>,
}

impl Console {
    pub(super) fn new(to_stderr: bool, waits: bool) -> Self {
        Self { to_stderr, waits, served: None }
    }
}

impl Served {
    fn of(stage: &Stage<'_>) -> Result<(Self, String), String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| format!("--console: cannot start its threads: {error}"))?;
        let shops: Vec<_> = stage.shops().filter_map(|name| Some((name, stage.served(name)?))).collect();
        let (mut served, mut said) = (Vec::new(), String::new());
        for (name, shop) in &shops {
            let options = ServerOptions { base_url: BaseUrl::Seeded, ..ServerOptions::default() };
            // A thread that runs a runtime must not wait for another one.
            let started =
                std::thread::scope(|scope| scope.spawn(|| runtime.block_on(FakeShop::attach(shop, options))).join());
            let started =
                started.map_err(|_| "it broke".to_owned()).and_then(|ok| ok.map_err(|error| error.to_string()));
            let running = started.map_err(|error| format!("--console: {error}"))?;
            let of = if shops.len() > 1 { format!(" of {name}") } else { String::new() };
            said.push_str(&format!("Console{of} at {}\n", running.admin_url()));
            served.push(running);
        }
        Ok((Self { runtime, shops: served }, said))
    }
}

impl Attendant for Console {
    fn begins(&mut self, stage: &Stage<'_>) -> Result<(), String> {
        let (served, said) = Served::of(stage)?;
        self.served = Some(served);
        let mut out = super::output(self.to_stderr);
        let _ = out.write_all(said.as_bytes()).and_then(|()| out.flush());
        Ok(())
    }

    fn ends(&mut self, _: &Stage<'_>, result: &CaseResult) -> Result<(), String> {
        if self.waits {
            let how = if result.failed() { "failed" } else { "passed" };
            let mut out = super::output(self.to_stderr);
            let _ = writeln!(out, "{} has {how}; its shops stay until Enter.", result.name).and_then(|()| out.flush());
            // The end of the input is an answer too.
            let _ = std::io::stdin().read_line(&mut String::new());
        }
        if let Some(Served { runtime, shops }) = self.served.take() {
            drop(shops);
            runtime.shutdown_background();
        }
        Ok(())
    }
}
