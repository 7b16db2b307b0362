//! What a shell completes and what the manual has: every command of the program, whatever is added.

use std::process::Command;

fn printed(arguments: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_mockgento")).args(arguments).env("NO_COLOR", "1").output().unwrap();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let named = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = named.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

#[test]
fn a_shell_completes_every_command() {
    let commands = commands();
    assert!(commands.len() > 25 && commands.contains(&"completions".to_owned()), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for name in &commands {
            assert!(script.contains(name.as_str()), "{shell} does not know {name}");
        }
        assert!(script.contains("sync-start-date") || script.contains("fail-fast"), "{shell} knows no arguments");
    }
}

#[test]
fn bash_takes_the_script() {
    let script = printed(&["completions", "bash"]);
    let asked = format!(
        "{script}\nCOMP_WORDS=(mockgento expl); COMP_CWORD=1\n_mockgento mockgento expl mockgento\necho \"${{COMPREPLY[*]}}\""
    );
    // As a file: one argument of a program may not be as long.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("asked.bash");
    std::fs::write(&file, asked).unwrap();
    let ran = Command::new("bash").arg("--norc").arg(&file).output().expect("bash");
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), "explore", "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn the_manual_has_a_page_for_every_command_with_its_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("share/man1");
    printed(&["man", "--out", out.to_str().unwrap()]);
    for name in commands() {
        let page = std::fs::read_to_string(out.join(format!("mockgento-{name}.1"))).unwrap();
        assert!(page.contains("SYNOPSIS") && page.contains("Exit codes"), "{name}: {page}");
    }
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let ran =
        Command::new(env!("CARGO_BIN_EXE_mockgento")).args(["man", "--out"]).arg(blocked.join("x")).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("cannot write the manual to"));
}
