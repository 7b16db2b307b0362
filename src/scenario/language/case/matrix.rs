//! `matrix`: one scenario run once for every combination of values. A dimension is a setting that a variant has, a quirk,
//! or a variable of the scenario.

use std::collections::{BTreeMap, BTreeSet};

use crate::quirk::Quirk;
use crate::scenario::language::case::head::{CaseHead, Head};
use crate::scenario::language::finding::{Finding, choices};
use crate::scenario::language::setup::case_filter::{canonical, is_among, known};
use crate::scenario::language::setup::knob::{KNOBS, Knob, slug};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::YesNo;

/// More cases of one scenario than this are a mistake.
const CASES_MAX: usize = 256;

/// What a dimension turns.
#[derive(Clone, Copy)]
enum Dimension {
    Knob(&'static Knob),
    Quirk,
    Variable,
}

/// The cases in order: the last dimension changes fastest.
pub(in crate::scenario) fn cases(
    head: &Head,
    values: &BTreeMap<String, String>,
    found: &mut Vec<Finding>,
) -> Vec<CaseHead> {
    let start = CaseHead { values: values.clone(), ..CaseHead::default() };
    let mut cases = vec![(Vec::<String>::new(), start)];
    for (name, choices) in &head.matrix {
        let Some(dimension) = dimension(name, head, found) else { continue };
        if cases.len().saturating_mul(choices.len()) > CASES_MAX {
            let help = "leave out values or dimensions; `variants` names single combinations";
            found.push(Finding::at(name.place(), format!("the matrix has more than {CASES_MAX} cases")).help(help));
            return Vec::new();
        }
        let choices = labelled(dimension, name, choices, found);
        let mut next = Vec::with_capacity(cases.len() * choices.len());
        for (labels, case) in &cases {
            for (label, value) in &choices {
                let mut case = case.clone();
                turn(dimension, &mut case, name, value, found);
                case.combination.insert(name.get().clone(), value.get().clone());
                next.push(([labels.as_slice(), std::slice::from_ref(label)].concat(), case));
            }
        }
        cases = next;
    }
    known(&head.matrix, &head.exclude, found);
    cases.retain(|(_, case)| !head.exclude.iter().any(|filter| is_among(&case.combination, filter)));
    if let (true, true, Some((name, _))) = (cases.is_empty(), found.is_empty(), head.matrix.first()) {
        found.push(Finding::at(name.place(), "every case of the matrix is excluded").help("leave one to be run"));
    }
    let named = |(labels, case): (Vec<String>, CaseHead)| CaseHead { name: Some(labels.join(".")), ..case };
    found.dedup();
    cases.into_iter().map(named).collect()
}

fn dimension(name: &At<String>, head: &Head, found: &mut Vec<Finding>) -> Option<Dimension> {
    let is_variable = head.variables.contains_key(name);
    if let Some(knob) = Knob::named(name) {
        if is_variable {
            let message = format!("`{}` is a setting and a variable of the scenario", name.get());
            found.push(Finding::at(name.place(), message).help("give the variable another name"));
        }
        return Some(Dimension::Knob(knob));
    }
    if is_variable {
        return Some(Dimension::Variable);
    }
    if Quirk::ALL.iter().any(|quirk| quirk.id() == name.get() && quirk.is_switchable()) {
        return Some(Dimension::Quirk);
    }
    let known: Vec<&str> =
        KNOBS.iter().map(|knob| knob.name).chain(head.variables.keys().map(|name| name.get().as_str())).collect();
    let message = format!("`{}` is no setting, no quirk that can be switched and no variable of `let`", name.get());
    found.push(Finding::at(name.place(), message).help(choices(name, &known)));
    None
}

/// The values of a dimension with what cases are called by them.
fn labelled<'v>(
    dimension: Dimension,
    name: &At<String>,
    values: &'v [At<String>],
    found: &mut Vec<Finding>,
) -> Vec<(String, &'v At<String>)> {
    if values.is_empty() {
        let message = format!("`{}` has no values", name.get());
        found.push(Finding::at(name.place(), message).help("list what it is to be, such as `[no, yes]`"));
    }
    let (mut labelled, mut seen) = (Vec::new(), BTreeSet::new());
    for (number, value) in (1..).zip(values) {
        let mut label = label(dimension, name, value, number);
        if labelled.iter().any(|(known, _)| *known == label) {
            label = format!("{label}-{number}");
        }
        if !seen.insert(canonical(value)) {
            let message = format!("`{}` stands here twice", value.get());
            found.push(Finding::at(value.place(), message).help("keep one of them"));
        }
        labelled.push((label, value));
    }
    labelled
}

fn label(dimension: Dimension, name: &str, value: &str, number: usize) -> String {
    match dimension {
        Dimension::Knob(knob) => knob.label(value),
        Dimension::Quirk if canonical(value) == "yes" => slug(name),
        Dimension::Quirk => format!("no-{}", slug(name)),
        Dimension::Variable => match slug(value).as_str() {
            "" => format!("{}-{number}", slug(name)),
            value => format!("{}-{value}", slug(name)),
        },
    }
}

fn turn(dimension: Dimension, case: &mut CaseHead, name: &At<String>, value: &At<String>, found: &mut Vec<Finding>) {
    let expected = match dimension {
        Dimension::Knob(knob) if knob.set(&mut case.changes, value) => return,
        Dimension::Knob(knob) => knob.expected,
        Dimension::Quirk => match YesNo::of_text(value) {
            Some(on) => {
                case.changes.quirks.insert(name.clone(), on);
                return;
            }
            None => "yes or no",
        },
        Dimension::Variable => {
            case.values.insert(name.get().clone(), value.get().clone());
            return;
        }
    };
    let wrong = Finding::at(value.place(), format!("\"{}\" does not fit here", value.get()));
    let wrong = wrong.help(format!("expected {expected}"));
    if !found.contains(&wrong) {
        found.push(wrong);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::language::case::all;

    fn head(yaml: &str) -> Head {
        crate::scenario::language::read::parse::head(yaml).unwrap()
    }

    #[test]
    fn the_product_is_told_in_order_without_what_is_excluded() {
        let head = head(
            "let: {who: nobody}\nmatrix:\n  wsi: [no, yes]\n  bridge: [1.2.19, none]\n  sync priority: [local wins]\n  Q-07: [yes, no]\n  \
             who: [ada@example.com, 李]\nexclude: [{wsi: true, bridge: none}, {Q-07: no, who: [ada@example.com]}]\n",
        );
        let cases = all(&head).unwrap();
        let names: Vec<&str> = cases.iter().filter_map(|case| case.name.as_deref()).collect();
        assert_eq!(
            names,
            [
                "rpc.bridge-1.2.19.local-wins.q-07.who-ada-example.com",
                "rpc.bridge-1.2.19.local-wins.q-07.who-2",
                "rpc.bridge-1.2.19.local-wins.no-q-07.who-2",
                "rpc.no-bridge.local-wins.q-07.who-ada-example.com",
                "rpc.no-bridge.local-wins.q-07.who-2",
                "rpc.no-bridge.local-wins.no-q-07.who-2",
                "wsi.bridge-1.2.19.local-wins.q-07.who-ada-example.com",
                "wsi.bridge-1.2.19.local-wins.q-07.who-2",
                "wsi.bridge-1.2.19.local-wins.no-q-07.who-2",
            ]
        );
        let last = cases.last().unwrap();
        assert_eq!(
            crate::scenario::language::setup::knob::written(&last.changes),
            ["wsi: yes", "bridge: 1.2.19", "sync priority: local wins"]
        );
        assert_eq!(last.values.get("who").unwrap(), "李");
        assert_eq!(last.changes.quirks.len(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_matrix_is_said_at_its_place() {
        for (yaml, place, message, help) in [
            ("matrix: {wsy: [no]}", "1:10", "`wsy` is no setting", "did you mean `wsi`?"),
            ("matrix: {wsi: [maybe]}", "1:16", "\"maybe\" does not fit here", "expected yes or no"),
            ("matrix: {wsi: [no, false]}", "1:20", "`false` stands here twice", "keep one"),
            ("matrix: {wsi: []}", "1:10", "`wsi` has no values", "list what it is to be"),
            ("matrix: {flavor: [openmage-20, openmage-21]}", "1:32", "\"openmage-21\" does not fit", "openmage-20"),
            ("matrix: {Q-33: [no, yes]}", "1:10", "no quirk that can be switched", "known are"),
            ("matrix: {wsi: [no]}\nexclude: [{bridg: none}]", "2:12", "no dimension `bridg`", "known are `wsi`"),
            ("matrix: {wsi: [no]}\nexclude: [{wsi: yes}]", "2:17", "`wsi` is never `yes`", "known are `no`"),
            ("matrix: {wsi: [no]}\nexclude: [{wsi: no}]", "1:10", "every case of the matrix is excluded", "leave one"),
            ("exclude: [{wsi: no}]", "1:12", "there is no matrix to exclude from", "add `matrix"),
            ("variants: {a: {}}\nmatrix: {wsi: [no]}", "2:10", "both `variants` and `matrix`", "keep one"),
            ("let: {bridge: none}\nmatrix: {bridge: [none]}", "2:10", "a setting and a variable", "another name"),
            ("let: {a: '${b}'}", "1:10", "taken as it is", "write the text itself"),
            ("let: {'a.b': x}", "1:7", "does not do as a variable's name", "letters"),
            ("variants: {a: {let: {x: 1}}}", "1:22", "the scenario has no variable `x`", "under `let`"),
        ] {
            let found = all(&head(yaml)).unwrap_err();
            assert_eq!(found.len(), 1, "{yaml}: {found:?}");
            assert_eq!(found[0].place.as_ref().unwrap().to_string(), place, "{yaml}: {found:?}");
            assert!(found[0].message.contains(message), "{found:?}");
            assert!(found[0].help.as_deref().unwrap_or_default().contains(help), "{found:?}");
        }
        let many: Vec<String> = (0..20).map(|number| format!("v{number}")).collect();
        let yaml = format!("let: {{a: x, b: y}}\nmatrix: {{a: [{0}], b: [{0}]}}", many.join(", "));
        assert!(all(&head(&yaml)).unwrap_err()[0].message.contains("more than 256 cases"));
    }
}
