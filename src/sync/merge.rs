//! The two-way merge (sync spec 8.4): remote data is the base, local edits are laid over it, and a field edited on both
//! sides goes to the side the integration's priority names. Pure; both sides come in export form.

use crate::crm::SyncPriority;
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};

/// What a merge is decided from, all in export form.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The record as the CRM holds it now.
    pub local: &'a SoapStruct,
    /// The local record as it was before the edit; `None` when the edit changed nothing.
    pub before: Option<&'a SoapStruct>,
    /// What Magento holds now.
    pub remote: &'a SoapStruct,
    /// Fields that the priority decides although nobody recorded a change of them.
    pub additional: &'a [&'static str],
}

/// The record both sides end up with.
///
/// The reference client takes conflicts out of the local changes by list position (Q-04), so that a conflicting local
/// value may win under "remote wins" and another local edit is lost.
pub fn merge(sides: Sides<'_>, priority: SyncPriority, quirks: &Quirks) -> SoapStruct {
    let mut merged = sides.remote.clone();
    let Some(before) = sides.before else { return merged };
    let local_changes = changed(sides.local, before);
    let conflicts = conflicts(sides);

    if priority == SyncPriority::Local {
        for name in conflicts.iter().chain(sides.additional) {
            if merged.get(name).is_some() {
                take(&mut merged, sides.local, name);
            }
        }
    }
    let uncontested: Vec<&str> = if quirks.has(Quirk::MergeDropsConflictsByPosition) {
        local_changes.into_iter().skip(conflicts.len()).collect()
    } else {
        local_changes.into_iter().filter(|name| !conflicts.contains(name)).collect()
    };
    for name in uncontested {
        take(&mut merged, sides.local, name);
    }
    merged
}

/// The fields that were changed on both sides, in the order of the local record.
pub(super) fn conflicts(sides: Sides<'_>) -> Vec<&str> {
    let Some(before) = sides.before else { return Vec::new() };
    let remote_changes = changed(sides.remote, before);
    changed(sides.local, before).into_iter().filter(|name| remote_changes.contains(name)).collect()
}

/// The fields of the merged record that Magento does not hold like that, in the merged record's order.
pub(super) fn difference(merged: &SoapStruct, remote: &SoapStruct) -> SoapStruct {
    let names = changed(merged, remote);
    merged.iter().filter(|(name, _)| names.contains(name)).map(|(name, value)| (name, value.clone())).collect()
}

fn take(merged: &mut SoapStruct, local: &SoapStruct, name: &str) {
    if let Some(value) = local.get(name) {
        merged.set(name, value.clone());
    }
}

/// Names of the fields of `now` that differ from `before` or are missing there, in the order of `now`.
fn changed<'a>(now: &'a SoapStruct, before: &SoapStruct) -> Vec<&'a str> {
    now.iter()
        .filter(|(name, value)| !before.get(name).is_some_and(|old| is_same(value, old)))
        .map(|(name, _)| name)
        .collect()
}

/// Loose equality: `"0"` is false, `"1"` is 1, an empty text is null; lists and records are compared member by member.
pub(super) fn is_same(a: &SoapValue, b: &SoapValue) -> bool {
    match (a, b) {
        (SoapValue::Struct(a), SoapValue::Struct(b)) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| is_same(value, other)))
        }
        (SoapValue::List(a), SoapValue::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (SoapValue::Bool(flag), other) | (other, SoapValue::Bool(flag)) => *flag == other.is_truthy(),
        (a, b) => scalar_text(a) == scalar_text(b),
    }
}

/// A scalar as text with null as the empty text; `None` for lists and records, but an empty list is null-like too.
fn scalar_text(value: &SoapValue) -> Option<String> {
    match value {
        SoapValue::Nil => Some(String::new()),
        SoapValue::List(items) if items.is_empty() => Some(String::new()),
        other => other.to_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;
    use crate::sync::convert::customer::customer;
    use crate::sync::export;

    /// `a=1 b=2`; `~` is null.
    fn record(text: &str) -> SoapStruct {
        text.split_whitespace()
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                (name, if value == "~" { SoapValue::Nil } else { SoapValue::from(value) })
            })
            .collect()
    }

    struct Case {
        name: &'static str,
        local: &'static str,
        before: Option<&'static str>,
        remote: &'static str,
        additional: &'static [&'static str],
        priority: SyncPriority,
        documented: &'static str,
        reference: &'static str,
    }

    const REMOTE: SyncPriority = SyncPriority::Remote;
    const LOCAL: SyncPriority = SyncPriority::Local;

    #[rustfmt::skip]
    const fn case(
        name: &'static str, local: &'static str, before: &'static str, remote: &'static str, priority: SyncPriority, expected: &'static str,
    ) -> Case {
        Case { name, local, before: Some(before), remote, additional: &[], priority, documented: expected, reference: expected }
    }

    fn check(cases: &[Case]) {
        for Case { name, local, before, remote, additional, priority, documented, reference } in cases {
            let (local, remote) = (record(local), record(remote));
            let before = before.map(record);
            let sides = Sides { local: &local, before: before.as_ref(), remote: &remote, additional };
            assert_eq!(merge(sides, *priority, &Quirks::default()), record(documented), "{name}, documented");
            assert_eq!(merge(sides, *priority, &Profile::OroCrm41.quirks()), record(reference), "{name}, orocrm-4.1");
        }
    }

    #[test]
    fn the_worked_examples_of_the_spec_hold_in_both_profiles() {
        check(&[
            case("conflict", "a=L", "a=0", "a=R", REMOTE, "a=R"),
            case("conflict", "a=L", "a=0", "a=R", LOCAL, "a=L"),
            case("local only", "a=L", "a=0", "a=0", REMOTE, "a=L"),
            case("local only", "a=L", "a=0", "a=0", LOCAL, "a=L"),
            case("different fields", "a=L b=0", "a=0 b=0", "a=0 b=R", REMOTE, "a=L b=R"),
            case("different fields", "a=L b=0", "a=0 b=0", "a=0 b=R", LOCAL, "a=L b=R"),
            case("conflict first", "a=L b=L", "a=0 b=0", "a=R b=0", REMOTE, "a=R b=L"),
            Case {
                reference: "a=0 b=L",
                ..case("conflict second", "a=L b=L", "a=0 b=0", "a=0 b=R", REMOTE, "a=L b=R")
            },
            Case { reference: "a=0 b=L", ..case("conflict second", "a=L b=L", "a=0 b=0", "a=0 b=R", LOCAL, "a=L b=L") },
            Case {
                reference: "a=0 b=L c=L",
                ..case("conflict last", "a=L b=L c=L", "a=0 b=0 c=0", "a=0 b=0 c=R", REMOTE, "a=L b=L c=R")
            },
            case("the same edit", "a=L", "a=0", "a=L", REMOTE, "a=L"),
            case("the same edit", "a=L", "a=0", "a=L", LOCAL, "a=L"),
            Case { before: None, ..case("no change set", "a=L", "", "a=R", LOCAL, "a=R") },
            Case { additional: &["d"], ..case("additional", "a=L d=1", "a=0 d=1", "a=0 d=0", LOCAL, "a=L d=1") },
            Case { additional: &["d"], ..case("additional", "a=L d=1", "a=0 d=1", "a=0 d=0", REMOTE, "a=L d=0") },
            Case {
                additional: &["d"],
                ..case("additional missing remotely", "a=L d=1", "a=0 d=1", "a=0", LOCAL, "a=L")
            },
            case("extra remote field", "a=L", "a=0", "a=0 z=R", REMOTE, "a=L z=R"),
            case("extra remote field", "a=L", "a=0", "a=0 z=R", LOCAL, "a=L z=R"),
        ]);
    }

    #[test]
    fn the_recorded_merges_of_the_reference_client_hold() {
        // Vectors 21, 23 to 31 and 34; their change sets are given as the record before the edit.
        check(&[
            Case { before: None, ..case("21", "p=value", "", "p=new", REMOTE, "p=new") },
            Case { before: None, ..case("21", "p=value", "", "p=new", LOCAL, "p=new") },
            case("23", "p=value q=nl", "p=value q=ol", "p=new q=or", REMOTE, "p=new q=or"),
            case("24", "p=value q=nl", "p=value q=ol", "p=new q=or", LOCAL, "p=new q=nl"),
            case("25", "q=nl", "q=~", "q=nr", LOCAL, "q=nl"),
            case("25", "q=nl", "q=~", "q=nr", REMOTE, "q=nr"),
            case("26", "q=~", "q=old", "q=nr", LOCAL, "q=~"),
            case("27", "o=v p=v q=nl r=nl", "o=v p=o1 q=o2 r=~", "o=rv p=nv q=nr r=nr", REMOTE, "o=rv p=nv q=nr r=nr"),
            case("28", "o=v p=v q=nl r=nl", "o=v p=o1 q=o2 r=~", "o=rv p=nv q=nr r=nr", LOCAL, "o=rv p=v q=nl r=nl"),
            case("29", "p=value q=~", "p=value q=old", "p=nr", LOCAL, "p=nr q=~"),
            case("30", "p=v q=y", "p=o q=x", "p=r q=x", REMOTE, "p=r q=y"),
            Case {
                additional: &["s"],
                ..case("31", "p=v q=y s=l", "p=o q=x s=l", "p=r q=x s=r", REMOTE, "p=r q=y s=r")
            },
            Case {
                additional: &["s"],
                ..case("31", "p=v q=y s=l", "p=o q=x s=l", "p=r q=x s=r", LOCAL, "p=v q=y s=l")
            },
            Case { reference: "a=0 b=L", ..case("34", "a=L b=L", "a=0 b=0", "a=0 b=R", REMOTE, "a=L b=R") },
        ]);
    }

    #[test]
    fn without_a_change_set_the_remote_record_comes_back_in_export_form() {
        // Vector 22: what Magento spells its own way is compared and sent in the form of the export.
        let remote = SoapStruct::new().with("customer_id", "7").with("firstname", "John").with("created_at", "");
        let remote = export::customer::customer(&customer(&remote, &Quirks::default()).unwrap());
        let local = record("firstname=Jack");
        for priority in [REMOTE, LOCAL] {
            let sides = Sides { local: &local, before: None, remote: &remote, additional: &[] };
            let merged = merge(sides, priority, &Quirks::default());
            assert_eq!(merged.text("firstname").as_deref(), Some("John"));
            assert!(merged.get("created_at").is_none() && merged.get("lastname").is_some(), "{merged:?}");
        }
    }

    #[test]
    fn zero_and_false_are_the_same_and_make_no_conflict() {
        // Vector 32.
        let (local, before) = (record("p=1"), SoapStruct::new().with("p", false));
        for priority in [REMOTE, LOCAL] {
            let sides = Sides { local: &local, before: Some(&before), remote: &record("p=0"), additional: &[] };
            assert_eq!(merge(sides, priority, &Quirks::default()), local);
        }
    }

    #[test]
    fn an_unknown_priority_is_refused_with_the_reference_clients_words() {
        // Vector 33.
        let error = "wrong".parse::<SyncPriority>().unwrap_err();
        assert_eq!(error.to_string(), "Strategy \"wrong\" is not supported, expected one of \"remote,local\"");
    }

    #[test]
    fn nested_values_are_compared_member_by_member() {
        let street = |line: &str| SoapStruct::new().with("street", vec![SoapValue::from(line)]);
        let (local, remote) = (street("New 1"), street("Old 1"));
        let sides = Sides { local: &local, before: Some(&remote), remote: &remote, additional: &[] };
        assert_eq!(merge(sides, REMOTE, &Quirks::default()), local);
    }
}
