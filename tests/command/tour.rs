//! The commands of the README, from the first of its tour to its last: typed in one project, with a shop that stays, every line of
//! output compared. A line of `…` stands for any lines; times, ports and numbers of rows are as they come.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PORT_OF_README: &str = "8085";

/// A command and what the README shows of its output.
struct Shown {
    command: String,
    output: String,
}

/// The commands of the tour and of what follows, in their order.
fn commands() -> Vec<Shown> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, tour) = readme.split_once("## Five minutes").unwrap();
    let mut shown: Vec<Shown> = Vec::new();
    for block in tour.split("```").skip(1).step_by(2) {
        let Some((_, text)) = block.split_once('\n').filter(|(_, text)| text.starts_with("$ ")) else { continue };
        for line in text.lines() {
            match (line.strip_prefix("$ "), shown.last_mut()) {
                (Some(command), _) => shown.push(Shown { command: command.to_owned(), output: String::new() }),
                (None, Some(last)) => last.output.push_str(&format!("{line}\n")),
                (None, None) => {}
            }
        }
    }
    shown
}

/// What stays the same from run to run. A customer that comes with an order of an earlier window is updated by the own one, so
/// how many rows are added and how many updated depends on where the day cuts the windows of the walk back; their sum does not.
fn settled(text: &str) -> String {
    let mut settled = text.trim_end().to_owned();
    for (changing, instead) in [
        (r"\d+ added, \d+ updated", "N added, N updated"),
        (r"\d+ ms", "N ms"),
        (r"in \d+(\.\d)? s", "in N s"),
        (r"(?m)^#\d+ +", "#N "),
        (r"  +", "  "),
    ] {
        settled = regex::Regex::new(changing).unwrap().replace_all(&settled, instead).into_owned();
    }
    settled
}

fn is_as_shown(printed: &str, shown: &str) -> bool {
    if shown.trim().is_empty() {
        return printed.trim().is_empty();
    }
    let lines: Vec<String> = settled(shown)
        .lines()
        .map(|line| match line {
            "…" => "(?:.*\n)*?".to_owned(),
            line => format!("{}\n", regex::escape(line)),
        })
        .collect();
    regex::Regex::new(&format!("^{}$", lines.concat())).unwrap().is_match(&format!("{}\n", settled(printed)))
}

/// The shop of the tour; it ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `mockgento serve` at a free port; what it prints before it serves, and the port.
fn serve(command: &mut Command, lines: usize) -> (Serving, String, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    for _ in 0..lines {
        output.read_line(&mut printed).unwrap();
    }
    let port = printed.split("127.0.0.1:").nth(1).unwrap().split('/').next().unwrap().to_owned();
    (Serving(child), printed, port)
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file())
    {
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(entry.path(), place).unwrap();
    }
}

#[test]
fn the_tour_prints_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["scenarios", "snapshots"] {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(part), &folder.path().join(part));
    }
    let program = Path::new(env!("CARGO_BIN_EXE_mockgento")).parent().unwrap().to_owned();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut serving: Option<(Serving, String)> = None;
    let mut exported = String::new();
    let mut wrong = Vec::new();
    let all = commands();
    assert!(all.len() >= 8, "the tour has {} commands", all.len());
    for shown in &all {
        if shown.command.starts_with("export ") {
            exported.push_str(&format!("{}\n", shown.command));
        }
        let port = serving.as_ref().map_or(PORT_OF_README, |(_, port)| port);
        let command = shown.command.replace(&format!(":{PORT_OF_README}"), &format!(":{port}"));
        let is_serve = command == "mockgento serve";
        let command = if is_serve { "exec mockgento serve --listen 127.0.0.1:0".to_owned() } else { command };
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{exported}{command}")]).current_dir(folder.path()).env("PATH", &path);
        shell.env("NO_COLOR", "1").env("MOCKGENTO_SLOW", "600").env_remove("CI").env_remove("COLUMNS");
        let printed = if is_serve {
            let (shop, printed, port) = serve(&mut shell, shown.output.lines().count());
            serving = Some((shop, port));
            printed
        } else {
            let ran = shell.output().unwrap();
            String::from_utf8(ran.stdout).unwrap()
        };
        let port = serving.as_ref().map_or(PORT_OF_README, |(_, port)| port);
        let printed = printed.replace(&format!(":{port}"), &format!(":{PORT_OF_README}"));
        if !is_as_shown(&printed, &shown.output) {
            wrong.push(format!("$ {}\nprints\n{printed}\nand the README shows\n{}", shown.command, shown.output));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
