//! Files that are named by mistake, or made to break a reader.

use std::time::Duration;

use super::{PEAK_MAX_MB, run};

/// Every kind of file that is read, with the command that reads it; `IT` is its name.
const READ: &[(&str, &str, u64)] = &[
    ("a seed", "serve --seed IT", 1024),
    ("overrides", "serve --overrides IT", 64),
    ("stubs", "serve --stubs IT", 64),
    ("a WSDL", "serve --wsdl IT", 64),
    ("a file of shops", "serve --shops IT", 64),
    ("a dump", "seed convert IT", 1024),
    ("a scenario", "run IT/scenario.yaml", 64),
    ("a client", "run --client IT scenarios/customers/first-sync.yaml", 64),
    ("results of a run", "report merge IT --report json=x.json", 64),
    ("a cassette", "replay FOLDER", 1024),
    ("an audit", "undo --url http://127.0.0.1:1/ --user joe IT", 1024),
    ("an API key", "check --url http://127.0.0.1:1/ --user joe --api-key-file IT", 64),
];

#[test]
fn a_file_that_is_too_long_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (what, words, megabytes) in READ {
        let inside = folder.path().join(format!("recording-{megabytes}"));
        std::fs::create_dir_all(&inside).unwrap();
        let path = inside.join("cassette.json");
        // Nothing is written: a file may be longer than a disk.
        std::fs::File::create(&path).unwrap().set_len(megabytes * 1024 * 1024 + 1).unwrap();
        let place = path.to_str().unwrap();
        let words = words.replace("IT/scenario.yaml", place);
        let words: Vec<&str> = words
            .split(' ')
            .map(|word| match word {
                "IT" => place,
                "FOLDER" => inside.to_str().unwrap(),
                word => word,
            })
            .collect();
        let ended = run(&words);
        let said = format!("longer than {megabytes} MB");
        let text = ended.text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(text.contains(&said), "{what}: {said}: {}", ended.text);
        assert!(ended.peak_mb < PEAK_MAX_MB, "{what}: {} MB", ended.peak_mb);
    }
}

#[test]
fn what_a_file_holds_is_counted_before_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let names = format!("INSERT INTO {}x VALUES (1);", "a.".repeat(3_000_000));
    let long =
        format!("CREATE TABLE a (`{}` int);\nINSERT INTO a VALUES (1){};", "n".repeat(100_000), ",(1)".repeat(100_000));
    let many = "<a/>".repeat(30_000);
    let module = format!("<config><api><resources>{many}</resources></api></config>");
    let seed = format!("{{\"customers\": [{}{{}}]}}", "{},".repeat(10_000_001));
    let yaml = format!("customers: [{}]", "{},".repeat(300_000));
    let aliases: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
    let cases = [
        (
            vec!["seed".to_owned(), "convert".to_owned(), write("names.sql", &names)],
            "rows of x come before its CREATE TABLE",
        ),
        (vec!["seed".to_owned(), "convert".to_owned(), write("long.sql", &long)], "longer than a name may be"),
        (
            vec!["serve".to_owned(), "--seed".to_owned(), write("many.json", &seed)],
            "more than 20000000 keys and values",
        ),
        (vec!["serve".to_owned(), "--seed".to_owned(), write("many.yaml", &yaml)], "keys and values"),
        (vec!["serve".to_owned(), "--seed".to_owned(), write("bomb.yaml", &format!("a0: &a0 x\n{aliases}"))], ""),
        (vec!["run".to_owned(), write("bomb/s.yaml", &format!("a0: &a0 x\n{aliases}"))], ""),
        (
            vec!["run".to_owned(), write("many/s.yaml", &format!("title: x\nsteps: [{}]", "sync,".repeat(30_000)))],
            "s.yaml",
        ),
    ];
    write("Acme/etc/api.xml", &module);
    let folder = folder.path().join("Acme").to_str().unwrap().to_owned();
    let modules = (vec!["serve".to_owned(), "--module".to_owned(), folder], "more than 20000 elements");
    for (arguments, said) in cases.into_iter().chain([modules]) {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = run(&words);
        let text = ended.text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(text.contains(said), "{arguments:?}: {said}: {}", &ended.text[..ended.text.floor_char_boundary(1000)]);
        assert!(!ended.text.contains("panicked"), "{arguments:?}: {}", ended.text);
        assert!(ended.text.len() < 30_000, "{arguments:?}: {} bytes are said", ended.text.len());
        // The text of a seed of thirty megabytes is held, and nothing made of it.
        assert!(ended.peak_mb < PEAK_MAX_MB, "{arguments:?}: {} MB", ended.peak_mb);
        assert!(ended.took < Duration::from_secs(60), "{arguments:?}: {:?}", ended.took);
    }
}
