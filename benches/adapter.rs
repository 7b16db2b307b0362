//! What a step costs that an adapter is asked for, beyond the adapter's own work: a scenario of many syncs with an adapter that
//! does nothing, against the same program asked line by line over the same kind of pipe. A step is to stay under 5 ms.
//!
//! Run with `cargo bench --bench adapter`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run has nothing to say")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mockgento::scenario::Scenario;
use mockgento::scenario::actor::Testee;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::snapshot::Mode;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STEPS: u32 = 500;

/// Says yes to everything, without a program for each line.
const ADAPTER: &str = r#"while IFS= read -r line; do
  id=${line#*\"id\":}; id=${id%%[!0-9]*}
  printf '{"id":%s,"ok":true}\n' "$id"
done
"#;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("adapter.sh"), ADAPTER).unwrap();
    let file = folder.path().join("client.yaml");
    std::fs::write(&file, "title: Says yes\nadapter: sh adapter.sh\nsupports: [customer]\n").unwrap();
    let bare = bare(folder.path()) / STEPS;
    let (one, many) = (told(&file, 1), told(&file, STEPS + 1));
    let step = many.saturating_sub(one) / STEPS;
    let ratio = step.as_secs_f64() / bare.as_secs_f64();
    println!("a step with an adapter: {step:.2?}, {ratio:.1} times a bare question and answer ({bare:.2?})");
    assert!(step < Duration::from_millis(5), "a step costs {step:.2?}");
}

/// As many questions and answers with nothing around them.
fn bare(folder: &Path) -> Duration {
    let mut program =
        Command::new("sh").arg(folder.join("adapter.sh")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut questions, mut answers) = (program.stdin.take().unwrap(), BufReader::new(program.stdout.take().unwrap()));
    let mut line = String::new();
    let began = Instant::now();
    for id in 0..STEPS {
        writeln!(questions, "{{\"id\":{id},\"request\":\"sync\",\"now\":\"2024-01-10T12:00:00Z\"}}").unwrap();
        line.clear();
        answers.read_line(&mut line).unwrap();
    }
    let elapsed = began.elapsed();
    drop(questions);
    program.wait().unwrap();
    elapsed
}

/// How long a scenario of so many syncs takes.
fn told(client: &Path, steps: u32) -> Duration {
    let text =
        format!("title: Syncs\nintegration: {{entities: [customer]}}\nsteps:\n{}", "  - sync\n".repeat(steps as usize));
    let scenario = Scenario::from_text(&client.with_file_name("syncs.yaml"), &text).unwrap();
    let case = scenario.cases().remove(0).told_by(&Testee::load(client).unwrap());
    let began = Instant::now();
    let result = run(&case, RunOptions::new(Carrier::InMemory, Mode::Check));
    assert!(result.failures.is_empty(), "{:?}", result.failures);
    began.elapsed()
}
