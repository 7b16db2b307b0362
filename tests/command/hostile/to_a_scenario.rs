//! What a program that a scenario starts may print, and what a database may hold.

use super::{Ended, PEAK_MAX_MB, run_in};

fn told(client: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let seed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds/boutique.yaml");
    std::fs::create_dir_all(folder.path().join("scenarios/seeds")).unwrap();
    std::fs::copy(seed, folder.path().join("scenarios/seeds/boutique.yaml")).unwrap();
    std::fs::write(folder.path().join("client.yaml"), client).unwrap();
    let many = "printf '['; yes '{},' | head -n 3000000 | tr -d '\\n'; echo '{}]'\n";
    std::fs::write(folder.path().join("adapter.sh"), many).unwrap();
    let steps = "steps:\n  - sync\n  - expect: {crm: {rows: customer, count: 1}}\n";
    let head = "title: x\nshop: {seed: boutique}\nintegration: {entities: [customer], sync start date: 2024-01-01}\n";
    std::fs::write(folder.path().join("scenarios/x.yaml"), format!("{head}{steps}")).unwrap();
    run_in(folder.path(), &["run", "--client", "client.yaml"])
}

#[cfg(unix)]
#[test]
fn what_a_clients_programs_print_is_bounded() {
    let fixed = |sync: &str, crm: &str| {
        format!("title: Loud\ncommands: {{reset: 'true', sync: {sync}}}\ncrm: {{command: {crm}}}\n")
    };
    let none = "'echo {\"customer\": []}'";
    let many = "sh -c 'printf \"{\\\"customer\\\": [\"; yes \"{},\" | head -n 3000000; printf \"{}]}\"'";
    for (client, said) in [
        (fixed("sh -c 'yes | head -c 500000000'", none), ""),
        (fixed("sh -c 'yes | head -c 500000000 >&2'", none), ""),
        (fixed("'true'", "sh -c 'yes | head -c 500000000'"), "64 MB"),
        (fixed("'true'", &format!("\"{}\"", many.replace('\\', "\\\\").replace('"', "\\\""))), "keys and values"),
        ("title: Endless\nadapter: sh -c 'head -c 500000000 /dev/zero'\n".to_owned(), "longer than 64 MB"),
        ("title: Many\nadapter: sh adapter.sh\n".to_owned(), "keys and values"),
    ] {
        let ended = told(&client);
        assert!(ended.text.contains(said), "{client}: {said}: {}", ended.text);
        assert!(ended.text.len() < 200_000, "{client}: {} bytes are said", ended.text.len());
        assert!(ended.peak_mb < PEAK_MAX_MB + 100, "{client}: {} MB", ended.peak_mb);
    }
}
