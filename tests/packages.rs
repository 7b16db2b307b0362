//! The packages of other languages: each is built, installed where nothing else is, and tested, with the example of its page
//! (`ci/packages`). A stack that is not installed is skipped and says so; with `MOCKGENTO_REQUIRE_CLIENTS=1` it fails.

use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

const STACKS: &[&str] = &["python", "node", "php", "java"];

fn script() -> Command {
    let mut command = Command::new("bash");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/packages"));
    command.env("MOCKGENTO_BIN", env!("CARGO_BIN_EXE_mockgento")).stdin(Stdio::null());
    command
}

fn says_yes(question: &str, stack: &str) -> bool {
    let answer = script().args([question, stack]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    answer.is_ok_and(|status| status.success())
}

fn check(stack: &str) -> Result<(), Failed> {
    let run = script().arg(stack).output()?;
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    // The script's last word: nothing before it was left out.
    let is_done = said.contains(&format!("ok: the package for {stack}, its tests and its page"));
    if run.status.success() && is_done { Ok(()) } else { Err(said.into()) }
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = STACKS.iter().map(|stack| {
        let is_there = says_yes("--probe", stack);
        let is_due = std::env::var_os("MOCKGENTO_REQUIRE_CLIENTS").is_some();
        if !is_there && !is_due {
            eprintln!("SKIPPED: the package for {stack} is not tested: its tools are missing; run ci/install");
        }
        let test = move || match is_there {
            true => check(stack),
            false => Err(format!("what the package for {stack} is tested with is missing; run ci/install").into()),
        };
        Trial::test(format!("{stack}::its_tests_and_its_page"), test).with_ignored_flag(!is_there && !is_due)
    });
    let trials = trials.collect();
    libtest_mimic::run(&arguments, trials).exit();
}
