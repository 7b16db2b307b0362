//! How a CI gets the program, as `action.yml` and the workflow of `mockgento init` do it: of a release that is what its checksum
//! says, or built where there is none. Their scripts run here, with folders in the place of the network and of cargo.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const ARCHIVE: &str = "mockgento-x86_64-unknown-linux-musl.tar.xz";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn sh(folder: &Path, script: &str, environment: &[(&str, String)]) -> (Option<i32>, String) {
    let mut command = Command::new("bash");
    command.args(["-eo", "pipefail", "-c", script]).current_dir(folder);
    let run = command.envs(environment.iter().map(|(name, value)| (name, value.as_str()))).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    (run.status.code(), said)
}

/// A place without the program: its `cargo` writes one down that says it was built.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        let cargo = "#!/usr/bin/env bash\nroot=$HOME/.cargo\necho \"cargo $*\"\n\
                     while [ $# -gt 0 ]; do [ \"$1\" != --root ] || root=$2; shift; done\nmkdir -p \"$root/bin\"\n\
                     printf '#!/bin/sh\\necho built \"$@\"\\n' > \"$root/bin/mockgento\"; chmod +x \"$root/bin/mockgento\"\n";
        program(&machine.path("fakes/cargo"), cargo);
        std::fs::create_dir_all(machine.path("temp")).unwrap();
        machine.commit();
        machine
    }

    /// Somebody works on the project; the commit's id.
    fn commit(&self) -> String {
        let git = "git -c user.name=a -c user.email=a@example.com";
        let script = format!(
            "[ -e repository.git ] || (git init --quiet repository; ln -s repository repository.git); cd repository; \
             {git} commit --quiet --allow-empty -m work; git rev-parse HEAD"
        );
        let (code, said) = sh(self.folder.path(), &script, &[]);
        assert_eq!(code, Some(0), "{said}");
        said.trim().to_owned()
    }

    fn tag(&self, tag: &str) {
        let (code, said) = sh(&self.path("repository"), &format!("git tag {tag}"), &[]);
        assert_eq!(code, Some(0), "{said}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn repository(&self) -> String {
        format!("file://{}", self.path("repository.git").display())
    }

    /// A release of that version, with its checksum.
    fn release(&self, version: &str) {
        let folder = self.path(&format!("repository/releases/download/v{version}"));
        program(&folder.join("mockgento-x86_64-unknown-linux-musl/mockgento"), "#!/bin/sh\necho released \"$@\"\n");
        let script = format!("tar -cJf {ARCHIVE} mockgento-*/ && sha256sum {ARCHIVE} > {ARCHIVE}.sha256");
        let (code, said) = sh(&folder, &script, &[]);
        assert_eq!(code, Some(0), "{said}");
    }

    /// What came on the way is not what was published.
    fn tamper(&self, version: &str) {
        let archive = self.path(&format!("repository/releases/download/v{version}/{ARCHIVE}"));
        let mut bytes = std::fs::read(&archive).unwrap();
        bytes.push(0);
        std::fs::write(&archive, bytes).unwrap();
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let path = format!("{}:{}", self.path("fakes").display(), std::env::var("PATH").unwrap());
        let (home, temp) = (self.folder.path().display().to_string(), self.path("temp").display().to_string());
        vec![("PATH", path), ("HOME", home), ("RUNNER_TEMP", temp)]
    }
}

fn steps(workflow: &Value) -> &Vec<Value> {
    let steps =
        if workflow["runs"].is_object() { &workflow["runs"]["steps"] } else { &workflow["jobs"]["scenarios"]["steps"] };
    steps.as_array().unwrap()
}

fn script_of<'a>(workflow: &'a Value, name: &str) -> &'a str {
    steps(workflow).iter().find(|step| step["name"] == name).unwrap()["run"].as_str().unwrap()
}

/// What the program is kept under, as the step before the cache says it.
fn revision(machine: &Machine, script: &str, environment: &[(&str, String)]) -> String {
    let output = machine.path("output");
    let _ = std::fs::remove_file(&output);
    let environment = [environment, &[("GITHUB_OUTPUT", output.display().to_string())]].concat();
    let (code, said) = sh(machine.folder.path(), script, &environment);
    assert_eq!(code, Some(0), "{said}");
    let written = std::fs::read_to_string(output).unwrap();
    written.trim().strip_prefix("revision=").unwrap().to_owned()
}

/// Installs on a machine; how it ended, and what was said there and by the program.
type Install = Box<dyn Fn(&Machine) -> (Option<i32>, String)>;

/// Those of both.
fn installations() -> Vec<(&'static str, Install)> {
    let action: Value = serde_saphyr::from_str(&std::fs::read_to_string(root().join("action.yml")).unwrap()).unwrap();
    let project = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_mockgento")).arg("init").current_dir(project.path()).output().unwrap();
    assert!(made.status.success());
    let workflow = std::fs::read_to_string(project.path().join(".github/workflows/scenarios.yml")).unwrap();
    let workflow: Value = serde_saphyr::from_str(&workflow).unwrap();
    let of_action = script_of(&action, "install").to_owned();
    let of_init = script_of(&workflow, "install").to_owned();
    assert_eq!(workflow["jobs"]["scenarios"]["env"]["PROJECT"], env!("CARGO_PKG_REPOSITORY"));
    let which = (script_of(&action, "which").to_owned(), script_of(&workflow, "which").to_owned());
    vec![
        (
            "action.yml",
            Box::new(move |machine| {
                let mut environment = machine.environment();
                environment.push(("REPOSITORY", machine.repository()));
                environment.push(("VERSION", env!("CARGO_PKG_VERSION").to_owned()));
                environment.push(("SETUP", root().join("ci/setup").display().to_string()));
                environment.push(("REVISION", revision(machine, &which.0, &environment)));
                let (code, said) = sh(machine.folder.path(), &of_action, &environment);
                (code, said + &sh(machine.folder.path(), "temp/mockgento-bin/mockgento x || true", &[]).1)
            }),
        ),
        (
            "init",
            Box::new(move |machine| {
                let mut environment = machine.environment();
                environment.push(("PROJECT", machine.repository()));
                environment.push(("REVISION", revision(machine, &which.1, &environment)));
                let (code, said) = sh(machine.folder.path(), &of_init, &environment);
                (code, said + &sh(machine.folder.path(), ".cargo/bin/mockgento x || true", &[]).1)
            }),
        ),
    ]
}

#[test]
fn the_program_is_that_of_the_release_or_built_and_never_a_wrong_one() {
    for (name, install) in installations() {
        let machine = Machine::new();
        machine.release(env!("CARGO_PKG_VERSION"));
        let (code, said) = install(&machine);
        assert!(code == Some(0) && said.contains("released x") && !said.contains("cargo install"), "{name}: {said}");

        let machine = Machine::new();
        machine.release(env!("CARGO_PKG_VERSION"));
        machine.tamper(env!("CARGO_PKG_VERSION"));
        let (code, said) = install(&machine);
        assert!(code != Some(0) && !said.contains("released x") && !said.contains("cargo install"), "{name}: {said}");

        let machine = Machine::new();
        machine.release("99.0.0");
        let (code, said) = install(&machine);
        assert!(code == Some(0) && said.contains("built x"), "{name}: {said}");
        assert!(said.contains("cargo install --locked --git"), "{name}: {said}");
        // What is built is what the cache has it under.
        let newest = machine.commit();
        let (_, said) = install(&machine);
        assert!(said.contains(&format!("--rev {newest}")), "{name}: {said}");
        machine.tag(concat!("v", env!("CARGO_PKG_VERSION")));
        machine.commit();
        let (_, said) = install(&machine);
        assert!(said.contains(concat!("--tag v", env!("CARGO_PKG_VERSION"))), "{name}: {said}");
    }
}

/// A cache that has a commit under the number of a release would bring that commit for ever.
#[test]
fn the_program_is_kept_under_what_it_is() {
    let action = std::fs::read_to_string(root().join("action.yml")).unwrap();
    let workflow = std::fs::read_to_string(root().join("src/cli/templates/workflow.yml")).unwrap();
    for text in [action, workflow] {
        let key = text.split("key: ").nth(1).unwrap().lines().next().unwrap();
        assert!(key.contains("mockgento-${{ steps.which.outputs.revision }}-"), "{key}");
    }
}

#[test]
fn the_action_runs_the_scenarios_with_its_arguments_and_leaves_reports() {
    let action: Value = serde_saphyr::from_str(&std::fs::read_to_string(root().join("action.yml")).unwrap()).unwrap();
    let machine = Machine::new();
    let project = machine.path("project");
    std::fs::create_dir_all(project.join("scenarios")).unwrap();
    for name in ["a", "b"] {
        let text = format!("title: The scenario {name}\nsteps:\n  - advance: 1 hour\n");
        std::fs::write(project.join(format!("scenarios/{name}.yaml")), text).unwrap();
    }
    let failing = "title: It fails\nsteps:\n  - expect:\n      calls: {to: login, count: 7}\n";
    std::fs::write(project.join("scenarios/c.yaml"), failing).unwrap();
    let bin = machine.path("temp/mockgento-bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mockgento"), bin.join("mockgento")).unwrap();
    let run = |arguments: &str| {
        let mut environment = machine.environment();
        environment.extend([("ARGUMENTS", arguments.to_owned()), ("REPORTS", "reports".to_owned())]);
        sh(&project, script_of(&action, "run"), &environment)
    };
    let (code, said) = run("");
    assert!(code == Some(1) && said.contains("::error file=scenarios/c.yaml"), "{said}");
    for report in ["scenarios.xml", "scenarios.jsonl", "scenarios.html"] {
        assert!(project.join("reports").join(report).exists(), "{report}");
    }
    let (code, said) = run("scenarios/a.yaml scenarios/b.yaml");
    assert!(code == Some(0) && said.contains("2 passed, 0 failed"), "{said}");
    // Lines and quotes are as in a shell; one that is not closed ends it.
    let (code, said) = run("scenarios/a.yaml\n-k \"The scenario\"\n");
    assert!(code == Some(0) && said.contains("1 passed, 0 failed"), "{said}");
    let (code, said) = run("scenarios \"scenarios/a.yaml");
    assert!(code != Some(0), "{said}");
    // What is given is arguments, not a script.
    let (code, said) = run("scenarios/a.yaml; touch pwned");
    assert!(code == Some(2) && !project.join("pwned").exists(), "{said}");
}
