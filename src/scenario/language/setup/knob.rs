//! What a case of a scenario may change, as a table: how each setting is read, shown, and what a case is called by it.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::magento::Flavor;
use crate::quirk::Profile;
use crate::scenario::language::setup::variant::Variant;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Priority, YesNo};

/// A setting that variants and matrices can turn.
pub(in crate::scenario) struct Knob {
    /// Its key in a variant, and the dimension of a matrix.
    pub(in crate::scenario) name: &'static str,
    /// What it takes, for errors.
    pub(in crate::scenario) expected: &'static str,
    /// The words it takes, for editors; empty when there are too many.
    pub(in crate::scenario) words: &'static [&'static str],
    set: fn(&mut Variant, &At<String>) -> bool,
    get: fn(&Variant) -> Option<String>,
    label: Label,
}

/// What a case is called by a value.
enum Label {
    /// By one word for yes and another for no.
    Flag(&'static str, &'static str),
    /// By the value alone.
    Bare,
    /// By the name and the value.
    Named(&'static str),
}

const YES_NO: &[&str] = &["yes", "no"];

macro_rules! flag {
    ($name:literal, $field:ident, $yes:literal, $no:literal) => {
        Knob {
            name: $name,
            expected: "yes or no",
            words: YES_NO,
            set: |variant, text| put(&mut variant.$field, YesNo::of_text(text)),
            get: |variant| variant.$field.map(|on| on.as_str().to_owned()),
            label: Label::Flag($yes, $no),
        }
    };
}

/// All of them, in the order of [`Variant`].
pub(in crate::scenario) const KNOBS: &[Knob] = &[
    Knob {
        name: "profile",
        expected: "documented or orocrm-4.1",
        words: &["documented", "orocrm-4.1"],
        set: |variant, text| put(&mut variant.profile, text.parse::<Profile>().ok()),
        get: |variant| variant.profile.map(|profile| profile.as_str().to_owned()),
        label: Label::Bare,
    },
    flag!("wsi", wsi, "wsi", "rpc"),
    Knob {
        name: "bridge",
        expected: "a release of the bridge such as 1.2.19, or none",
        words: &[],
        set: |variant, text| put(&mut variant.bridge, Some(text.clone())),
        get: |variant| variant.bridge.as_ref().map(|bridge| bridge.get().clone()),
        label: Label::Named("bridge"),
    },
    Knob {
        name: "flavor",
        expected: "a release such as magento-1.9.4, openmage-19.4.23 or openmage-20",
        words: &[
            "magento-1.7",
            "magento-1.9.1",
            "magento-1.9.4",
            "openmage-19.4",
            "openmage-19.4.16",
            "openmage-19.4.23",
            "openmage-20.0",
            "openmage-20.12",
            "openmage-20.16",
        ],
        set: |variant, text| put(&mut variant.flavor, named::<Flavor>(text)),
        get: |variant| variant.flavor.and_then(|flavor| serde_json::to_value(flavor).ok()?.as_str().map(str::to_owned)),
        label: Label::Bare,
    },
    flag!("two way sync", two_way_sync, "two-way", "one-way"),
    Knob {
        name: "sync priority",
        expected: "remote wins or local wins",
        words: &["remote wins", "local wins"],
        set: |variant, text| put(&mut variant.sync_priority, Priority::of_text(text)),
        get: |variant| variant.sync_priority.map(|priority| priority.as_str().to_owned()),
        label: Label::Bare,
    },
    flag!("guest customer sync", guest_customer_sync, "guests", "no-guests"),
    flag!("order notes", order_notes, "notes", "no-notes"),
    Knob {
        name: "page size",
        expected: "a number of rows, 25 or more",
        words: &[],
        set: |variant, text| put(&mut variant.page_size, text.parse().ok().filter(|rows| *rows >= 25)),
        get: |variant| variant.page_size.map(|rows| rows.to_string()),
        label: Label::Named("page"),
    },
];

impl Knob {
    /// The setting of that name.
    pub(in crate::scenario) fn named(name: &str) -> Option<&'static Self> {
        KNOBS.iter().find(|knob| knob.name == name)
    }

    /// Turns it; false when the value is not one of its.
    pub(in crate::scenario) fn set(&self, variant: &mut Variant, value: &At<String>) -> bool {
        (self.set)(variant, value)
    }

    /// What a case with that value is called.
    pub(in crate::scenario) fn label(&self, value: &str) -> String {
        match self.label {
            Label::Flag(yes, no) => if YesNo::of_text(value).is_some_and(YesNo::is_yes) { yes } else { no }.to_owned(),
            Label::Bare => slug(value),
            Label::Named(name) if value == "none" => format!("no-{name}"),
            Label::Named(name) => format!("{name}-{}", slug(value)),
        }
    }
}

/// What a variant sets, as it is written: `wsi: yes`.
pub(in crate::scenario) fn written(variant: &Variant) -> Vec<String> {
    let one = |knob: &Knob| (knob.get)(variant).map(|value| format!("{}: {value}", knob.name));
    KNOBS.iter().filter_map(one).collect()
}

/// Lower-case letters, digits, dots and dashes of a text.
pub(in crate::scenario) fn slug(text: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
    let text: String = text.to_lowercase().chars().map(plain).collect();
    let words: Vec<&str> = text.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").trim_matches('.').to_owned()
}

fn put<T>(into: &mut Option<T>, value: Option<T>) -> bool {
    *into = value;
    into.is_some()
}

/// A value by the name it has in files.
fn named<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::from(text)).ok()
}

/// For editors: the settings with their words; quirks and variables are lists of anything.
pub(in crate::scenario) fn schema(_: &mut SchemaGenerator) -> Schema {
    let values = |knob: &Knob| match knob.words {
        [] => json!({ "type": "array", "description": knob.expected }),
        ["yes", "no"] => json!({ "type": "array", "items": { "enum": [true, false, "yes", "no"] } }),
        words => json!({ "type": "array", "items": { "enum": words } }),
    };
    let properties: Map<String, Value> = KNOBS.iter().map(|knob| (knob.name.to_owned(), values(knob))).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": { "type": "array" } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_the_schema_of_a_variant_and_takes_its_words() {
        let schema = serde_json::to_value(schemars::schema_for!(Variant)).unwrap();
        let mut keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        keys.retain(|key| !["quirks", "let"].contains(key));
        assert_eq!(keys, KNOBS.iter().map(|knob| knob.name).collect::<Vec<_>>());
        for (name, value, label) in [
            ("wsi", "no", "rpc"),
            ("bridge", "1.2.19", "bridge-1.2.19"),
            ("bridge", "none", "no-bridge"),
            ("sync priority", "local wins", "local-wins"),
            ("flavor", "openmage-20.16", "openmage-20.16"),
            ("page size", "50", "page-50"),
            ("guest customer sync", "no", "no-guests"),
        ] {
            let written_so: Variant = serde_saphyr::from_str(&format!("{name}: {value}")).unwrap();
            assert_eq!(written(&written_so), [format!("{name}: {value}")]);
            assert_eq!(Knob::named(name).unwrap().label(value), label);
        }
        for knob in KNOBS {
            for word in knob.words {
                let text: At<String> = serde_saphyr::from_str(&format!("\"{word}\"")).unwrap();
                let mut variant = Variant::default();
                assert!(knob.set(&mut variant, &text), "{}: {word}", knob.name);
                assert_eq!(written(&variant), [format!("{}: {word}", knob.name)]);
            }
        }
    }
}
