//! Scenarios told many ways: variables, matrices, fragments, shared snapshots and what `expect` says of whole rows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mockgento::report::console::explained;
use mockgento::scenario::pool::{Event, PoolOptions, run_all};
use mockgento::scenario::result::CaseResult;
use mockgento::scenario::runner::{Carrier, RunOptions};
use mockgento::scenario::{Case, Scenario, find};
use mockgento::snapshot::Mode;

/// A project in a folder of its own with the small shops of the shipped scenarios.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self(folder);
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds");
        let seed = std::fs::read_to_string(seeds.join("one-customer.yaml")).unwrap();
        project.write("seeds/one-customer.yaml", &seed);
        files.iter().for_each(|(name, text)| project.write(name, text));
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("scenarios").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn cases(&self) -> Vec<Case> {
        let files = find(&[self.path("")]).unwrap();
        files.iter().flat_map(|file| Scenario::load(file).unwrap().cases()).collect()
    }

    /// What is wrong with `scenario.yaml`, with paths below the project.
    fn wrong(&self) -> String {
        let error = Scenario::load(&self.path("scenario.yaml")).unwrap_err().to_string();
        error.replace(&format!("{}/", self.path("").display()).replace("//", "/"), "")
    }

    fn run(&self, mode: Mode) -> Vec<CaseResult> {
        let pool = PoolOptions {
            jobs: 3,
            slow_after: Duration::from_secs(60),
            stop_after: Duration::from_secs(60),
            fail_fast: false,
            interrupted: None,
        };
        let mut results = Vec::new();
        run_all(&self.cases(), RunOptions::new(Carrier::InMemory, mode), pool, |event| {
            if let Event::Result(result) = event {
                results.push(result);
            }
        });
        results
    }

    fn snapshots(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.0.path().join("snapshots")) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn all_pass(results: &[CaseResult]) {
    let failed: Vec<String> = results.iter().filter(|result| !result.passed()).map(explained).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn names(results: &[CaseResult]) -> Vec<&str> {
    results.iter().map(|result| result.name.as_str()).collect()
}

const HEAD: &str =
    "shop: {seed: one-customer}\nintegration: {sync start date: 2024-01-08, entities: [customer], two way sync: yes}\n";

#[test]
fn a_variable_stands_for_its_value_wherever_a_value_stands() {
    let scenario = format!(
        "title: Hello ${{who}}\nlet: {{who: Ada: Countess, calls: 2, trouble: html-page, flag: yes, cost: 5 $, wait: 5 minutes}}\n{HEAD}steps:\n  \
         - in magento: {{update customer: {{customer: 1, set: {{firstname: \"${{who}} of $${{L}} at ${{cost}}\"}}}}}}\n  \
         - disrupt: {{operation: login, call: \"${{calls}}\", with: \"${{trouble}}\", times: \"${{calls}}\"}}\n  \
         - sync: {{force: \"${{flag}}\"}}\n  \
         - advance: ${{wait}}\n  \
         - expect: {{crm: {{rows: customer, have: {{firstName: \"Ada: Countess of ${{L}} at 5 $\"}}, count: \"1\"}}}}\n  \
         - sync\n  - expect: {{outcome: success, calls: {{to: login, count: 4}}}}\n"
    )
    .replace("Ada: Countess,", "'Ada: Countess',")
    .replace("have: {firstName: \"Ada: Countess of ${L}", "have: {firstName: \"Ada: Countess of $${L}");
    let project = Project::new(&[("scenario.yaml", &scenario)]);
    all_pass(&project.run(Mode::Check));
    assert_eq!(project.cases()[0].scenario.script.title.get(), "Hello Ada: Countess");
}

#[test]
fn a_matrix_tells_each_cell_with_its_settings_and_speaks_to_some() {
    let scenario = format!(
        "title: t\nlet: {{name: nobody}}\n{HEAD}matrix:\n  wsi: [no, yes]\n  bridge: [1.2.19, none]\n  name: [Zoë, O'Neil & Söhne]\n\
         exclude: [{{wsi: yes, bridge: none}}]\nsteps:\n  \
         - in magento: {{update customer: {{customer: 1, set: {{lastname: \"${{name}}\"}}}}}}\n  - sync\n  \
         - expect: {{crm: {{rows: customer, have: {{lastName: \"${{name}}\"}}}}, outcome: success}}\n  \
         - expect: {{in cases: {{bridge: none}}, calls: [{{to: customerCustomerInfo}}, {{to: oroCustomerList, count: 0}}]}}\n  \
         - expect: {{in cases: {{wsi: [yes, no], bridge: 1.2.19}}, calls: {{to: oroCustomerList, count: {{at least: 1}}}}}}\n  \
         - snapshot: {{name: end, of: [crm]}}\n"
    );
    let project = Project::new(&[("scenario.yaml", &scenario)]);
    let results = project.run(Mode::Accept);
    all_pass(&results);
    let expected = [
        "scenario.rpc.bridge-1.2.19.name-zo",
        "scenario.rpc.bridge-1.2.19.name-o-neil-s-hne",
        "scenario.rpc.no-bridge.name-zo",
        "scenario.rpc.no-bridge.name-o-neil-s-hne",
        "scenario.wsi.bridge-1.2.19.name-zo",
        "scenario.wsi.bridge-1.2.19.name-o-neil-s-hne",
    ];
    assert_eq!(names(&results), expected);
    assert_eq!(project.snapshots().len(), 6, "one each");
    all_pass(&project.run(Mode::Check));
}

#[test]
fn cells_that_share_a_snapshot_must_leave_the_same() {
    let scenario = |without: &str| {
        format!(
            "title: t\n{HEAD}matrix: {{wsi: [no, yes]}}\nsnapshots: shared\nsteps:\n  - sync\n  - snapshot: {{name: end, of: [crm]{without}}}\n"
        )
    };
    let project = Project::new(&[("scenario.yaml", &scenario(", without: [settings]"))]);
    all_pass(&project.run(Mode::Accept));
    assert_eq!(project.snapshots(), ["scenario@end.snap"]);
    all_pass(&project.run(Mode::Check));
    // The settings say which style the shop speaks: the first case leads, the second one is run so.
    project.write("scenario.yaml", &scenario(""));
    let results = project.run(Mode::Pend);
    assert!(results[0].has_new_snapshots() && !results[1].has_new_snapshots());
    let second = explained(&results[1]);
    assert!(second.contains("is not what scenario.rpc left, and they share it") && second.contains("+"), "{second}");
    assert_eq!(project.snapshots(), ["scenario@end.snap", "scenario@end.snap.new"]);
}

const REGISTER: &str = "title: Somebody registers\nlet: {lastname: Comer}\nsteps:\n  \
    - in magento:\n      create customer: {set: {email: \"${email}\", firstname: New, lastname: \"${lastname}\", website_id: 1, store_id: 1}}\n  \
    - use: later\n  - expect: {crm: {rows: customer, where: {email: \"${email}\"}, count: \"1\"}}\n";

#[test]
fn a_fragment_of_a_file_and_one_of_the_scenario_put_their_steps_in() {
    let scenario = format!(
        "title: t\nlet: {{wait: 1 hour}}\n{HEAD}fragments:\n  all is well: [{{expect: {{outcome: \"${{how}}\"}}}}, sync, {{advance: \"${{wait}}\"}}]\nsteps:\n  - sync\n  \
         - use: {{fragment: register, with: {{email: a@example.com}}}}\n  \
         - use: {{fragment: ./more/../fragments/register.yaml, with: {{email: b@example.com, lastname: Goer}}}}\n  \
         - use: {{fragment: all is well, with: {{how: success}}}}\n  \
         - expect: {{crm: {{rows: customer, unordered: [{{lastName: Goer}}, {{email: a@example.com, lastName: Comer}}, {{email: {{is: any}}}}]}}}}\n"
    );
    let later = "title: Time passes\nsteps: [{advance: 5 minutes}, sync]\n";
    let project = Project::new(&[
        ("scenario.yaml", &scenario),
        ("fragments/register.yaml", REGISTER),
        ("fragments/later.yaml", later),
        ("more/keep", ""),
    ]);
    let cases = project.cases();
    assert_eq!(cases.len(), 1, "fragments are no scenarios");
    let words: Vec<_> = cases[0].scenario.script.steps.iter().map(|step| step.0.word()).collect();
    let register = ["in magento", "advance", "sync", "expect"];
    assert_eq!(words, [&["sync"], &register[..], &register[..], &["expect", "sync", "advance", "expect"]].concat());
    all_pass(&project.run(Mode::Check));
    // A failure names the fragment's line and who uses it.
    project.write("fragments/later.yaml", &later.replace(", sync", ""));
    let said = explained(&project.run(Mode::Check)[0]);
    assert!(said.contains("fragments/register.yaml:7: expect: the CRM has 0 customer rows"), "{said}");
    assert!(said.contains("(in `register`, used at") && said.contains("scenario.yaml:9)"), "{said}");
}

#[test]
fn a_fragment_may_be_named_by_a_variable_of_the_matrix() {
    let scenario = "title: t\nlet: {what: short}\nmatrix: {what: [short, long]}\nfragments: {short: [sync], long: [sync, sync]}\n\
                    steps:\n  - use: \"${what}\"\n";
    let project = Project::new(&[("scenario.yaml", scenario)]);
    let steps: Vec<_> = project.cases().iter().map(|case| case.scenario.script.steps.len()).collect();
    assert_eq!(steps, [1, 2]);
}

/// Heads and steps of a scenario with `fragments/broken.yaml` and others beside it, and all that is said about it.
#[test]
fn what_is_wrong_with_variables_fragments_and_cells_is_said_at_its_place() {
    let fragments = [
        ("fragments/broken.yaml", "title: b\nsteps:\n  - advance: soon\n"),
        ("fragments/unknown.yaml", "title: b\nlet: {a: x}\nsteps:\n  - advance: ${aa}\n"),
        ("fragments/people.yaml", "title: b\nsteps:\n  - use: nobody\n"),
        (
            "fragments/nobody.yaml",
            "title: b\nsteps:\n  - in magento: {delete customer: {customer: nobody@example.com}}\n",
        ),
        ("fragments/round.yaml", "title: b\nsteps:\n  - use: about\n"),
        ("fragments/about.yaml", "title: b\nsteps:\n  - use: round\n"),
        ("fragments/self.yaml", "title: b\nsteps:\n  - use: ./self.yaml\n"),
        ("fragments/shot.yaml", "title: b\nsteps:\n  - snapshot: end\n"),
        ("fragments/variables.yaml", "title: b\nlet: {wait: 1 hour}\nsteps:\n  - advance: ${wait}\n"),
        ("fragments/many.yaml", &format!("title: b\nsteps:\n{}", "  - use: ten\n".repeat(300))),
        ("fragments/ten.yaml", &format!("title: b\nsteps:\n{}", "  - sync\n".repeat(10))),
    ];
    let mut missed = Vec::new();
    for (text, said) in [
        ("steps:\n  - advance: 1 ${unit}\n", "scenario.yaml:3:16: no variable is called `unit`; add `let: {unit: …}`"),
        (
            "let: {unit: day}\nsteps:\n  - in crm: {update customer: {customer: 1, set: {firstName: \"${unti}\"}}}\n",
            "scenario.yaml:4:63: no variable is called `unti`; did you mean `unit`?",
        ),
        ("let: {n: x}\nsteps:\n  - advance: ${n\n", "scenario.yaml:4:14: `${` is not closed"),
        (
            "let: {n: many}\nsteps:\n  - disrupt: {call: \"${n}\", with: html-page}\n",
            "scenario.yaml:4:22: \"many\" does not fit here; expected a number",
        ),
        (
            "let: {n: many}\nsteps:\n  - expect: {crm: {rows: customer, count: \"${n}\"}}\n",
            "\"many\" does not fit here; expected a whole number",
        ),
        ("let: {w: soon}\nsteps:\n  - advance: ${w}\n", "scenario.yaml:4:14: \"soon\" does not fit here"),
        ("steps:\n  - use: brokn\n", "scenario.yaml:3:10: no fragment is called `brokn`; did you mean `broken`?"),
        ("steps:\n  - use: ./brokn.yaml\n", "scenario.yaml:3:10: cannot read the fragment"),
        ("steps:\n  - use: broken\n", "fragments/broken.yaml:3:14: \"soon\" does not fit here (in `broken`, used at "),
        (
            "steps:\n  - use: unknown\n",
            "fragments/unknown.yaml:4:14: no variable is called `aa` (in `unknown`, used at ",
        ),
        (
            "steps:\n  - use: people\n",
            "fragments/nobody.yaml:3:46: no customer is `nobody@example.com` (in `nobody`, used at fragments/people.yaml:3, used at scenario.yaml:3)",
        ),
        (
            "steps:\n  - use: round\n",
            "fragments/about.yaml:3:10: the fragment `round` uses itself (in `about`, used at fragments/round.yaml:3, used at scenario.yaml:3)",
        ),
        ("steps:\n  - use: self\n", "fragments/self.yaml:3:10: the fragment `./self.yaml` uses itself"),
        ("steps: [{use: shot}, {use: shot}]\n", "fragments/shot.yaml:3:5: there is a snapshot called `end` already"),
        (
            "steps:\n  - use: {fragment: variables, with: {wiat: 1}}\n",
            "scenario.yaml:3:39: the fragment `variables` has no variable `wiat`; did you mean `wait`?",
        ),
        (
            "steps:\n  - use: {fragment: ten, with: {wait: 1}}\n",
            "scenario.yaml:3:33: the fragment `ten` has no variable `wait`; drop `with`",
        ),
        ("steps:\n  - use: many\n", "the scenario has more than 2000 steps"),
        ("fragments: {spare: [sync]}\nsteps: [sync]\n", "scenario.yaml:2:13: no step uses the fragment `spare`"),
        (
            "fragments: {spare: [snyc]}\nsteps: [{use: spare}]\n",
            "scenario.yaml:2:21: `snyc` is not known here (in `spare`, used at scenario.yaml:3); did you mean `sync`?",
        ),
        ("matrix: {wsy: [no]}\nsteps: [sync]\n", "scenario.yaml:2:10: `wsy` is no setting"),
        ("matrix: {bridge: [1.2.1999]}\nsteps: [sync]\n", "scenario.yaml:2:19: "),
        (
            "matrix: {wsi: [no, yes]}\nsteps:\n  - expect: {in cases: {wsi: maybe}, calls: {to: any}}\n",
            "scenario.yaml:4:30: `wsi` is never `maybe` in the matrix; known are `no`, `yes`",
        ),
        (
            "matrix: {wsi: [no, yes]}\nsteps:\n  - expect: {in variants: [rcp], calls: {to: any}}\n",
            "scenario.yaml:4:28: this scenario has no variants; say `in cases: {…}`",
        ),
        ("snapshots: mine\nsteps: [sync]\n", "scenario.yaml:2:12: `mine` is not known here"),
        ("steps:\n  - expect: {crm: {rows: customer, are: [], count: 0}}\n", "rows that are listed need no count"),
        (
            "steps:\n  - expect: {crm: {rows: customer, are: [], unordered: []}}\n",
            "there are both `are` and `unordered`",
        ),
        (
            "steps:\n  - expect: {crm: {rows: customer, are: [{emial: x}]}}\n",
            "customer has no field `emial`; did you mean `email`?",
        ),
        ("steps:\n  - expect: {crm: {rows: customer, have: {email: {is: there}}}}\n", "`there` is not known here"),
        ("steps:\n  - expect: {crm: {rows: customer, count: {at lest: 1}}}\n", "did you mean `at least`?"),
    ] {
        let project = Project::new(&fragments);
        project.write("scenario.yaml", &format!("title: t\n{text}"));
        let wrong = project.wrong();
        if !wrong.contains(said) {
            missed.push(format!("{text}\n  wanted: {said}\n  is: {wrong}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// The page of the language: every block of YAML on it is read, as the scenario, the head or the steps that it is.
#[test]
fn the_examples_of_the_documentation_are_of_the_language() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md")).unwrap();
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 10);
    let shop = "shop: {seed: boutique}\n";
    let mut tried = 0;
    for block in blocks {
        let scenario = match block {
            seed if seed.starts_with("config:") => {
                mockgento::shop::Seed::parse(seed, "docs").unwrap();
                continue;
            }
            editor if editor.trim().lines().count() == 1 && editor.starts_with('#') => continue,
            fragment if fragment.starts_with("# scenarios/fragments/") => continue,
            whole if whole.contains("steps:\n") => whole.to_owned(),
            steps if steps.starts_with("- ") => {
                format!("title: t\n{shop}steps:\n  {}", steps.trim_end().replace('\n', "\n  "))
            }
            head => format!("title: t\n{head}steps: [sync]\n"),
        };
        let register = page.split("# scenarios/fragments/register.yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let project = Project::new(&[("scenario.yaml", &scenario), ("fragments/register.yaml", register)]);
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds/boutique.yaml");
        project.write("seeds/boutique.yaml", &std::fs::read_to_string(seeds).unwrap());
        project.write("staging.yaml", "operations: {missing: [storeInfo]}\n");
        project.write("stubs.yaml", "stubs: []\n");
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/modules/acme-loyalty/etc");
        std::fs::create_dir_all(project.path("acme-loyalty")).unwrap();
        for file in ["api.xml", "wsdl.xml", "wsi.xml"] {
            std::fs::copy(module.join(file), project.path("acme-loyalty").join(file)).unwrap();
        }
        if let Err(wrong) = Scenario::load(&project.path("scenario.yaml")) {
            panic!("{scenario}\n{wrong}");
        }
        tried += 1;
    }
    assert!(tried > 8, "{tried}");
}

/// Every kind, condition and step is on the page.
#[test]
fn the_documentation_names_every_step_and_every_disruption() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md")).unwrap();
    let steps = mockgento::scenario::step::StepKind::WORDS;
    let schema: serde_json::Value = serde_json::from_str(&mockgento::scenario::schema::text()).unwrap();
    let conditions = schema["definitions"]["DisruptStep"]["properties"].as_object().unwrap().keys();
    let words = steps.iter().chain(mockgento::disrupt::Disruption::KINDS).map(|word| (*word).to_owned());
    for word in words.chain(conditions.cloned()) {
        let named = [format!("`{word}`"), format!("`{word}:"), format!("`{{{word}:")];
        assert!(named.iter().any(|named| page.contains(named)), "docs/scenarios.md says nothing of `{word}`");
    }
}
