//! Mistakes that people make, each a whole file, with the whole text of what is said of it: every mistake of a file in one
//! answer, at its place, with a remedy.

use std::path::Path;

use mockgento::scenario::Scenario;

/// All that is said of a file, a line for each mistake.
fn said(text: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/a.yaml");
    match Scenario::from_text(&path, text) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string().replace(&format!("{}:", path.display()), ""),
    }
}

#[test]
fn every_mistake_of_a_file_is_said_at_once_with_its_remedy() {
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        let files = include_str!("mistakes.txt");
        let told: String = files
            .split("##### ")
            .skip(1)
            .map(|part| {
                let (name, file) = part.split_once('\n').unwrap_or((part, ""));
                let file: String = file.lines().filter_map(|line| line.strip_prefix('|')).map(|line| format!("{line}\n")).collect();
                format!("##### {name}\n{}\n", said(&file))
            })
            .collect();
        insta::assert_snapshot!("mistakes", told.replace(concat!(env!("CARGO_MANIFEST_DIR"), "/"), ""));
    });
}
