//! What GitHub and shells only say when a release is made: rights that a called workflow asks for and is not given, actions of
//! several versions, failures that a script swallows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Map, Value};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<(String, String)> {
    let folders = [".github/workflows", "ci/github-actions", "src/cli/templates"];
    let listed = folders.iter().flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let mut paths: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yml"));
    paths.push(root().join("action.yml"));
    paths.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

fn workflow(name: &str) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(root().join(".github/workflows").join(name)).unwrap()).unwrap()
}

fn rights(of: &Value) -> Option<&Map<String, Value>> {
    of["permissions"].as_object()
}

/// A right is there as `read` or as `write`, which is more.
fn is_given(given: &Map<String, Value>, right: &str, wanted: &Value) -> bool {
    wanted == "none" || given.get(right).is_some_and(|given| given == wanted || given == "write")
}

/// GitHub starts no job at all of a workflow that calls another one which asks for more than it is given.
#[test]
fn a_called_workflow_asks_for_no_right_that_its_caller_does_not_give() {
    let mut seen = 0;
    for caller_name in ["release.yml", "ci.yml"] {
        let caller = workflow(caller_name);
        for (job_name, job) in caller["jobs"].as_object().unwrap() {
            let Some(called_name) = job["uses"].as_str().and_then(|uses| uses.strip_prefix("./.github/workflows/"))
            else {
                continue;
            };
            let given = rights(job).or_else(|| rights(&caller)).unwrap();
            let called = workflow(called_name);
            let asked = called["jobs"].as_object().unwrap().values().chain([&called]).filter_map(rights).flatten();
            for (right, wanted) in asked {
                assert!(is_given(given, right, wanted), "{caller_name}: {job_name} gives no {right}: {wanted}");
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "{seen}");
}

/// `dist` writes release.yml with the versions that it knows to work; the others follow.
#[test]
fn an_action_has_one_version_everywhere() {
    let used = regex::Regex::new(r"uses: (actions/[a-z-]+)@(\S+)").unwrap();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, text) in files() {
        for found in used.captures_iter(&text) {
            versions.entry(found[1].to_owned()).or_default().insert(found[2].to_owned());
        }
    }
    assert!(versions.len() > 4 && versions.values().all(|versions| versions.len() == 1), "{versions:?}");
    // Before these they ran on a release of Node that runners do not have any more.
    for (action, first) in
        [("checkout", 5), ("cache", 5), ("upload-artifact", 6), ("download-artifact", 7), ("attest", 4)]
    {
        let version = versions[&format!("actions/{action}")].first().unwrap();
        assert!(version.trim_start_matches('v').parse::<u32>().unwrap() >= first, "{action}@{version}");
    }
}

/// `find … -exec … \;` ends well whatever the command did; `{} +` does not.
#[test]
fn no_script_swallows_the_failure_of_what_it_finds() {
    for (name, text) in files() {
        let swallowed: Vec<&str> =
            text.lines().filter(|line| line.contains("-exec ") && !line.contains("{} +")).collect();
        assert!(swallowed.is_empty(), "{name}: {swallowed:?}");
    }
}
