//! The commands as a user types them: console blocks in `tests/cmd`, with what they print and exit
//! with; and the scenarios the documentation tells.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn commands_print_what_their_documentation_shows() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .env("CI", "")
        .env("MOCKGENTO_SLOW", "600")
        .case("tests/cmd/*.md")
        .run();
}

/// The YAML blocks of a document that are whole scenarios.
fn scenarios(document: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(document).unwrap();
    let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let scenarios = blocks.filter(|block| block.contains("title:") && block.contains("steps:"));
    scenarios.filter(|block| !block.starts_with("# scenarios/fragments/")).map(str::to_owned).collect()
}

#[test]
fn scenarios_in_the_documentation_come_true() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut told = 0;
    for document in ["README.md", "docs/scenarios.md", "docs/steps.md", "docs/first-scenario.md"] {
        for scenario in scenarios(&root.join(document)) {
            told += 1;
            let folder = tempfile::tempdir().unwrap();
            for beside in ["scenarios/seeds", "scenarios/fragments"] {
                let copies = folder.path().join(beside);
                std::fs::create_dir_all(&copies).unwrap();
                for file in std::fs::read_dir(root.join(beside)).unwrap() {
                    let file = file.unwrap();
                    std::fs::copy(file.path(), copies.join(file.file_name())).unwrap();
                }
            }
            if document == "docs/first-scenario.md" {
                // It goes on in the project that `init` makes, with nothing but its seed.
                std::fs::remove_dir_all(folder.path().join("scenarios")).unwrap();
                let init =
                    Command::new(env!("CARGO_BIN_EXE_mockgento")).arg("init").current_dir(folder.path()).output();
                assert!(init.unwrap().status.success());
            }
            std::fs::write(folder.path().join("scenarios/scenario.yaml"), &scenario).unwrap();
            let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
                .args(["run", "--accept"])
                .current_dir(folder.path())
                .env_remove("CI")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
            assert!(run.status.success(), "a scenario of {document}:\n{scenario}\n{said}");
        }
    }
    assert!(told >= 12, "the documentation tells {told} scenarios, expected twelve or more");
}
