//! Reports, parts of a suite and their merging, as a user and as the shipped CI files ask for them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Scenarios that pass, and one that does not.
fn project(passing: &[&str], failing: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = folder.path().join("scenarios");
    std::fs::create_dir(&scenarios).unwrap();
    for name in passing {
        let scenario = format!("title: The scenario {name}\nsteps:\n  - advance: 1 hour\n");
        std::fs::write(scenarios.join(format!("{name}.yaml")), scenario).unwrap();
    }
    for name in failing {
        let scenario =
            format!("title: The scenario {name}\nsteps:\n  - expect:\n      calls: {{to: login, count: 7}}\n");
        std::fs::write(scenarios.join(format!("{name}.yaml")), scenario).unwrap();
    }
    folder
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.current_dir(folder).env("NO_COLOR", "1").env_remove("CI");
    command
}

fn mockgento(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_lines_on_standard_output_leave_the_rest_to_standard_error() {
    let folder = project(&["good"], &["bad"]);
    let ran = mockgento(folder.path(), &["run", "--report", "json"]);
    assert_eq!(ran.status.code(), Some(1));
    let lines = lines(&out(&ran));
    let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["run", "scenario", "scenario", "summary"]);
    assert_eq!((&lines[1]["status"], &lines[2]["status"]), (&"failed".into(), &"passed".into()));
    let failure = &lines[1]["failures"][0];
    assert_eq!((&failure["line"], &failure["step"], &failure["kind"]), (&4.into(), &"expect".into(), &"unmet".into()));
    // On a busy machine the sum also counts slow cases.
    assert!(err(&ran).contains("1 passed, 1 failed"), "{}", err(&ran));
}

#[test]
fn every_format_can_be_had_at_once_and_is_written_whole() {
    let folder = project(&["good"], &["bad"]);
    let ran = mockgento(
        folder.path(),
        &["run", "--report", "github", "--report", "tap=r.tap", "--report", "junit=r.xml", "--report", "json=r.jsonl"],
    );
    assert!(
        out(&ran).starts_with("::error file=scenarios/bad.yaml,line=4,title=bad%3A expect::"),
        "{}{}",
        out(&ran),
        err(&ran)
    );
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("r.tap").starts_with("TAP version 14\nnot ok 1 - bad # time="));
    assert!(read("r.xml").contains("tests=\"2\" failures=\"1\" errors=\"0\""));
    assert_eq!(lines(&read("r.jsonl")).len(), 4);
}

#[test]
fn quiet_says_failures_and_the_sum() {
    let folder = project(&["good"], &["bad"]);
    let ran = mockgento(folder.path(), &["run", "--quiet"]);
    let text = out(&ran);
    assert!(text.starts_with("\nbad: The scenario bad\n") && text.contains("1 passed, 1 failed"), "{text}");
}

#[test]
fn what_is_asked_wrong_is_refused() {
    let folder = project(&["good"], &[]);
    std::fs::write(folder.path().join("not-a-report"), "hello\n").unwrap();
    mockgento(folder.path(), &["run", "--report", "junit=one.xml", "--report", "json=one.jsonl"]);
    for (arguments, expected) in [
        (vec!["run", "--report", "pdf=x"], "`pdf` is no format; there are junit, json, tap"),
        (vec!["run", "--report", "json="], "a file is missing behind `json=`"),
        (vec!["run", "--report", "json", "--report", "tap"], "only one report can go to standard output"),
        (vec!["run", "--report", "json=no/such/folder/x"], "cannot write the report no/such/folder/x"),
        (vec!["run", "--report", "html=no/such/folder/x"], "cannot write the report no/such/folder/x"),
        (vec!["run", "--shard", "3/2"], "expected I/N with I from 1 to N"),
        (vec!["run", "--durations", "one.jsonl"], "--shard"),
        (vec!["run", "--shard", "1/2", "--durations", "not-a-report"], "not-a-report is no report: line 1"),
        (vec!["run", "--shard", "1/2", "--durations", "absent"], "cannot read absent"),
        (vec!["report", "merge", "not-a-report"], "not-a-report is neither JSON lines nor JUnit XML"),
        (vec!["report", "merge", "one.xml", "one.jsonl"], "reports of different kinds cannot be merged"),
        (vec!["report", "merge", "one.xml", "--report", "tap"], "out of JUnit XML only junit can be made"),
    ] {
        let ran = mockgento(folder.path(), &arguments);
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}: {}", err(&ran));
        assert!(err(&ran).contains(expected), "{arguments:?}: {}", err(&ran));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_and_a_closed_pipe_are_said() {
    let folder = project(&["good"], &[]);
    let full = || Stdio::from(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let ran = command(folder.path()).args(["run", "--report", "json"]).stdout(full()).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(err(&ran).contains("cannot write the report to standard output: No space left"), "{}", err(&ran));
    let ran = command(folder.path()).arg("run").stdout(full()).output().unwrap();
    assert!(err(&ran).contains("cannot print the results: No space left"), "{}", err(&ran));
    let mut child = command(folder.path())
        .args(["run", "--report", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = child.wait_with_output().unwrap();
    assert!(err(&ran).contains("cannot write the report to standard output: Broken pipe"), "{}", err(&ran));
}

const NAMES: &[&str] = &["a", "b", "c", "d", "e", "f", "g", "h", "i"];

#[test]
fn parts_hold_every_scenario_once_by_name_and_by_time() {
    let folder = project(NAMES, &[]);
    mockgento(folder.path(), &["run", "--report", "json=all.jsonl"]);
    for more in [&[][..], &["--durations", "all.jsonl"]] {
        let mut seen = Vec::new();
        for shard in ["1/3", "2/3", "3/3"] {
            let report = format!("json={}.jsonl", shard.replace('/', "-"));
            let arguments = ["run", "--shard", shard, "--report", &report];
            let ran = command(folder.path()).args(arguments).args(more).output().unwrap();
            assert!(ran.status.success(), "{}{}", out(&ran), err(&ran));
            let text = std::fs::read_to_string(folder.path().join(&report[5..])).unwrap();
            let names = lines(&text).into_iter().filter_map(|line| line["name"].as_str().map(str::to_owned));
            seen.push(names.collect::<Vec<_>>());
        }
        let all: BTreeSet<_> = seen.iter().flatten().cloned().collect();
        assert_eq!((all.len(), seen.iter().map(Vec::len).sum::<usize>()), (9, 9), "{more:?}: {seen:?}");
        let merged = mockgento(folder.path(), &["report", "merge", "1-3.jsonl", "2-3.jsonl", "3-3.jsonl"]);
        assert!(merged.status.success() && err(&merged).contains("9 passed, 0 failed"), "{}", err(&merged));
    }
    let missing = mockgento(folder.path(), &["report", "merge", "1-3.jsonl", "3-3.jsonl"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(err(&missing).contains("parts are missing: 2/3"), "{}", err(&missing));
}

/// A shell script as the CI would start it, with `mockgento` on the path.
fn shell(folder: &Path, script: &str, environment: &[(&str, &str)]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_mockgento")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-ec", script]).current_dir(folder).env("PATH", path).env("NO_COLOR", "1");
    command.envs(environment.iter().copied()).output().unwrap()
}

fn ci_file(name: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ci").join(name)).unwrap()
}

fn script<'a>(steps: &'a Value, name: &str) -> &'a str {
    let step = steps.as_array().unwrap().iter().find(|step| step["name"] == name).unwrap();
    step["run"].as_str().unwrap()
}

#[test]
#[cfg(unix)]
fn the_github_workflow_runs_every_scenario_once_and_merges() {
    let workflow: Value = serde_saphyr::from_str(&ci_file("github-actions/scenarios.yml")).unwrap();
    let folder = project(&NAMES[1..], &["a"]);
    let run = script(&workflow["jobs"]["scenarios"]["steps"], "run");
    let shards = workflow["jobs"]["scenarios"]["strategy"]["matrix"]["shard"].as_array().unwrap();
    let mut annotations = String::new();
    for shard in shards {
        let run = run.replace("${{ matrix.shard }}", &shard.to_string());
        assert!(!run.contains("${{"), "{run}");
        annotations += &out(&shell(folder.path(), &run, &[]));
    }
    assert_eq!(annotations.matches("::error file=scenarios/a.yaml,line=4").count(), 1, "{annotations}");
    let merged = shell(folder.path(), script(&workflow["jobs"]["report"]["steps"], "merge"), &[]);
    assert_eq!(merged.status.code(), Some(1));
    assert!(err(&merged).contains("8 passed, 1 failed"), "{}", err(&merged));
    assert!(folder.path().join("scenarios.xml").exists());
}

/// A `kubectl` that runs the pods of a job one after another when it is made, with `/reports` below `STATE`.
#[cfg(unix)]
const KUBECTL: &str = r#"#!/usr/bin/env bash
set -u
case "$1 $2" in
  "get job")
    [ -f "$STATE/$3.yaml" ] || exit 1
    [ $# -eq 3 ] || cat "$STATE/$3.status"
    ;;
  "create -f")
    text=$(cat)
    name=$(sed -n 's/^  name: //p' <<< "$text" | head -1)
    [ ! -f "$STATE/$name.yaml" ] || exit 1
    printf '%s\n' "$text" > "$STATE/$name.yaml"
    script=$(awk '/^            - \|$/ { on = 1; next } on && /^              / { print substr($0, 15); next } on { exit }' <<< "$text")
    reports=$(sed -n 's/.*REPORTS, value: \(.*\)}.*/\1/p' <<< "$text")
    pods=$(sed -n 's/^  completions: //p' <<< "$text")
    status=Complete
    for ((pod = 0; pod < ${pods:-1}; pod++)); do
      JOB_COMPLETION_INDEX=$pod SHARDS=$(sed -n 's/.*SHARDS, value: "\(.*\)"}.*/\1/p' <<< "$text") REPORTS=$STATE$reports \
        sh -ec "$script" >> "$STATE/$name.log" 2>&1 || status=Failed
      [ -z "${LOSE:-}" ] || rm -f "$STATE$reports/$LOSE"
    done
    echo "$status" > "$STATE/$name.status"
    ;;
  "logs job"/*) cat "$STATE/${2#job/}.log" ;;
  *) exit 1 ;;
esac
"#;

#[test]
#[cfg(unix)]
fn a_run_in_kubernetes_runs_every_scenario_once_ends_with_its_end_and_merges_nothing_of_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let state = tempfile::tempdir().unwrap();
    let kubectl = state.path().join("kubectl");
    std::fs::write(&kubectl, KUBECTL).unwrap();
    std::fs::set_permissions(&kubectl, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (kubectl, place) = (kubectl.display().to_string(), state.path().display().to_string());
    let command = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/kubernetes/run");
    let run = |folder: &Path, name: &str, lose: &str| {
        let environment = [("KUBECTL", kubectl.as_str()), ("STATE", &place), ("LOSE", lose), ("POLL_SECONDS", "0.01")];
        let ran = shell(folder, &format!("{} {name}", command.display()), &environment);
        (ran.status.code(), out(&ran) + &err(&ran))
    };
    let (green, red) = (project(NAMES, &[]), project(&NAMES[1..], &["a"]));

    let (code, said) = run(red.path(), "first", "");
    assert!(code == Some(1) && said.contains("8 passed, 1 failed"), "a red run has its report and ends: {said}");
    assert!(said.contains("scenarios-first: failed") && said.contains("scenarios-report-first: failed"), "{said}");
    let (code, said) = run(green.path(), "second", "");
    assert!(code == Some(0) && said.contains("9 passed, 0 failed"), "nothing of the first run is in it: {said}");

    let (code, said) = run(green.path(), "second", "");
    assert!(code == Some(2) && said.contains("there is a run second already"), "{said}");
    let (code, said) = run(green.path(), "Third_one", "");
    assert!(code == Some(2) && said.contains("is no name of a run"), "{said}");
    let (code, said) = run(green.path(), "lost", "2.jsonl");
    assert!(code == Some(1) && said.contains("parts are missing: 2/4"), "{said}");
    assert_eq!(said.matches("parts are missing").count(), 1, "a merge that failed is not tried again: {said}");

    let job: Value = serde_saphyr::from_str(&ci_file("kubernetes/scenarios.yaml")).unwrap();
    let shards = &job["spec"]["template"]["spec"]["containers"][0]["env"][0];
    assert_eq!(shards["value"], job["spec"]["completions"].to_string(), "SHARDS and completions say the same");
    let report: Value = serde_saphyr::from_str(&ci_file("kubernetes/report.yaml")).unwrap();
    assert_eq!(report["spec"]["backoffLimit"], 0);
}
