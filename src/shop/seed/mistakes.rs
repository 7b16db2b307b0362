//! All that is wrong with the rows of a seed, each at its line.

use serde_saphyr::Error;

use super::check::{self, Misfit};
use super::{Seed, SeedError, declared, recover, references};
use crate::place::{At, Place};
use crate::written_value::Value;
use crate::yaml_mistake;

/// Seeds that are longer were made by a program; what is wrong with them is said without a line.
const TEXT_MAX: usize = 1 << 20;

impl Seed {
    /// Reads a seed file and looks at every column and value; `name` is for messages.
    ///
    /// # Errors
    /// [`SeedError::Rows`] with all that is wrong with it; [`SeedError::TooLarge`], and [`SeedError::Syntax`] for a file that
    /// has nothing in it.
    pub fn checked(text: &str, name: &str) -> Result<Self, SeedError> {
        if let Some(nothing) = yaml_mistake::nothing_in(text, &yaml_mistake::SEED) {
            let (line, column, message) = nothing.in_one_line();
            return Err(SeedError::Syntax { name: name.to_owned(), line, column, message });
        }
        match Self::parse(text, name) {
            Ok(seed) => {
                seed.check_rows(text, name)?;
                Ok(seed)
            }
            Err(error @ SeedError::Syntax { .. }) if text.len() <= TEXT_MAX => {
                match told(recover::all(text, name, error.clone(), check::MISFITS_MAX)) {
                    Err(all) => Err(all),
                    Ok(()) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Looks at every column and value of a seed that was read from a text.
    ///
    /// # Errors
    /// [`SeedError::Rows`].
    pub fn check_rows(&self, text: &str, name: &str) -> Result<(), SeedError> {
        told(self.wrong_rows(text, name, true))
    }

    /// What is wrong with its rows, each with its place; of a seed of which parts could not be read, what may stand in those is
    /// not missed.
    pub(super) fn wrong_rows(&self, text: &str, name: &str, is_whole: bool) -> Vec<(Option<Place>, String)> {
        if text.len() > TEXT_MAX {
            return Vec::new();
        }
        let wrong = if is_whole { declared::wrong(self) } else { Vec::new() };
        let mut misfits = check::rows(self);
        if is_whole {
            misfits.extend(references::misfits(self));
        }
        if wrong.is_empty() && misfits.is_empty() {
            return Vec::new();
        }
        let root: Result<At<Value>, Error> = serde_saphyr::from_str(text);
        let root = root.as_ref().ok();
        let told = |place: Option<Place>, what: String| {
            let shown = place.as_ref().map(|place| format!(":{place}")).unwrap_or_default();
            (place, format!("{name}{shown}: {what}"))
        };
        let declared = wrong.into_iter().map(|wrong| {
            let place = root.and_then(|root| root.place_at(&mut wrong.path.into_iter()));
            told(place, format!("{}; {}", wrong.what, wrong.remedy))
        });
        let of_rows = misfits.iter().map(|misfit| {
            let place = root.and_then(|root| place_of(root, misfit));
            told(place, format!("{}: {}; {}", misfit.named, misfit.what, misfit.remedy))
        });
        declared.chain(of_rows).collect()
    }
}

/// Mistakes as they stand in the file, as many as somebody reads.
fn told(mut lines: Vec<(Option<Place>, String)>) -> Result<(), SeedError> {
    lines.sort_by_key(|(place, _)| place.as_ref().map_or((0, 0), |place| (place.line, place.column)));
    lines.truncate(check::MISFITS_MAX);
    match lines.is_empty() {
        true => Ok(()),
        false => Err(SeedError::Rows(lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n"))),
    }
}

impl SeedError {
    /// What is said of it where the text is at hand that the seed was read from.
    pub fn told_of(&self, text: &str, name: &str) -> String {
        let place = || {
            let Self::NoRight { user, node, .. } = self else { return None };
            let root: At<Value> = serde_saphyr::from_str(text).ok()?;
            let Value::Record(parts) = root.get() else { return None };
            let Value::List(users) = parts.get("api_users")?.get() else { return None };
            users.iter().find_map(|found| {
                let Value::Record(members) = found.get() else { return None };
                let is_user = members.get("username")?.text(text).is_some_and(|name| name == user.as_str());
                let Value::List(nodes) = members.get("role").filter(|_| is_user)?.get() else { return None };
                Some(nodes.iter().find(|known| known.text(text).is_some_and(|known| known == node.as_str()))?.place())
            })
        };
        match place().filter(|_| text.len() <= TEXT_MAX) {
            Some(place) => format!("{name}:{place}: {self}"),
            None => format!("{name}: {self}"),
        }
    }
}

/// Where the column stands; where it is missing, its record.
fn place_of(root: &At<Value>, misfit: &Misfit) -> Option<Place> {
    let path = || misfit.path.iter().cloned();
    let first = |record: &At<Value>| match record.get() {
        Value::Record(fields) => fields.iter().next().map(|(name, _)| name.place()),
        _ => None,
    };
    root.place_at(&mut path().chain([misfit.column.clone()])).or_else(|| {
        let record = root.value_at(&mut path())?;
        Some(first(record).unwrap_or_else(|| record.place()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_with_rows_is_said_at_once_and_at_its_line() {
        let text = "customers:\n- email: a@example.com\n  emial: x\n  addresses:\n  - {city: Rome, stret: x}\nwebsites:\n- {website_id: base}\ntables:\n  sales_flat_order:\n  - {entity_id: 1, grand_total: a lot}\n";
        let told = Seed::checked(text, "s.yaml").unwrap_err().to_string();
        let starts = [
            "s.yaml:3:3: customers: \"a@example.com\": customer has no column `emial`; did you mean `email`?",
            "s.yaml:5:18: customers: \"a@example.com\", address 1: customer_address has no column `stret`; did you mean `street`?",
            "s.yaml:7:4: websites: number 1: core_website.website_id cannot hold \"base\"; ",
            "s.yaml:10:20: tables: sales_flat_order, number 1: sales_flat_order.grand_total cannot hold \"a lot\"; ",
        ];
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), starts.len(), "{told}");
        for (line, start) in lines.iter().zip(starts) {
            assert!(line.starts_with(start), "{line}\n{start}");
        }
        assert!(Seed::checked("customers:\n- {email: a@example.com}\n", "s.yaml").is_ok());
    }

    #[test]
    fn what_is_said_twice_and_what_is_not_there_is_told_with_the_rest() {
        let text = "\
config: {general/locale/timezone: Europe/Berln}
websites:
- {website_id: 1, code: base, name: Base}
- {website_id: 1, code: base, name: Other}
store_views:
- {store_id: 1, code: default, website_id: 9, name: Default}
api_users:
- {username: oro, api_key: abc, role: [all]}
customers:
- {entity_id: 1, email: a@example.com, firstname: A, group_id: 99}
- {entity_id: 1, email: A@example.com, firstname: B}
- {firstname: C, store_id: 8, website_id: 7}
tables:
  catalog_product:
  - {entity_id: 1, sku: mug, price: a lot}
  - {entity_id: 2, sku: mug, price: 9.00}
  - {entity_id: 2, sku: pot, price: 9.00}
";
        let starts = [
            "s.yaml:1:10: config: general/locale/timezone cannot be \"Europe/Berln\"; did you mean `Europe/Berlin`?",
            "s.yaml:4:4: websites: number 2: there are two with the website_id 1; ",
            "s.yaml:4:19: websites: number 2: there are two with the code \"base\"; ",
            "s.yaml:6:32: store_views: number 1: it names the website 9, which does not exist; ",
            "s.yaml:8:19: api_users: \"oro\": the API key is shorter than 6 characters; ",
            "s.yaml:10:54: customers: \"a@example.com\": group_id is 99, and there is no such customer group; ",
            "s.yaml:11:4: customers: \"A@example.com\": the id 1 is that of number 1 too; ",
            "s.yaml:11:18: customers: \"A@example.com\": number 1 has that e-mail address in the same website; ",
            "s.yaml:12:4: customers: number 3: there is no e-mail address; ",
            "s.yaml:12:18: customers: number 3: store_id is 8, and there is no such store view; ",
            "s.yaml:12:31: customers: number 3: website_id is 7, and there is no such website; ",
            "s.yaml:15:30: tables: catalog_product, number 1: catalog_product.price cannot hold \"a lot\"; ",
            "s.yaml:16:20: tables: catalog_product, number 2: sku is mug, as that of number 1 is; ",
            "s.yaml:17:6: tables: catalog_product, number 3: entity_id is 2, as that of number 2 is; ",
        ];
        let json = serde_json::to_string(&serde_saphyr::from_str::<serde_json::Value>(text).unwrap()).unwrap();
        for (text, name) in [(text, "s.yaml"), (&json, "s.json")] {
            let told = Seed::checked(text, name).unwrap_err().to_string();
            assert_eq!(told.lines().count(), starts.len(), "{told}");
            for (line, start) in told.lines().zip(starts).filter(|_| name == "s.yaml") {
                assert!(line.starts_with(start), "{line}\n{start}");
            }
        }
    }

    /// In JSON as in YAML: values of the wrong form, and what is declared of tables and attributes.
    #[test]
    fn tables_and_attributes_of_somebodys_are_told_at_their_place() {
        let table =
            |rest: &str| format!("{{\"own_tables\": {{\"acme\": {{\"columns\": {{\"n\": \"int\"}}}}}},\n{rest}}}");
        for (text, start) in [
            (
                table("\"tables\": {\"acme\": [{\"n\": [1, 2]}]}"),
                "s.json:2:27: a list stands here where one value belongs; ",
            ),
            (
                table("\"tables\": {\"acme\": [{\"n\": {\"a\": 1}}]}"),
                "s.json:2:27: a record stands here where one value belongs; ",
            ),
            (
                table("\"tables\": {\"acme\": [{\"n\": \"x\"}]}"),
                "s.json:2:22: tables: acme, number 1: `n` is int(11) and",
            ),
            (
                table("\"tables\": {\"acme\": [{\"n\": true}]}"),
                "s.json:2:22: tables: acme, number 1: `n` is int(11) and",
            ),
            (table("\"tables\": {\"acme\": {\"n\": 1}}"), "s.json:2:20: the rows of a table are a list"),
            (table("\"tables\": {\"acme\": 7}"), "s.json:2:12: integer `7` does not fit here; expected a list of rows"),
            (
                table("\"tables\": {\"acmi\": []}"),
                "s.json:2:12: tables: there is no table \"acmi\"; did you mean \"acme\"?",
            ),
            (
                "{\"own_tables\":\n{\"acme\": {\"columns\": {\"n\": \"number\"}}}}".to_owned(),
                "s.json:2:23: own_tables: acme.n: there is no",
            ),
            (
                "{\"own_tables\":\n{\"acme\": {\"key\": \"a b\"}}}".to_owned(),
                "s.json:2:11: own_tables: \"a b\" does not",
            ),
            (
                "{\"own_tables\":\n{\"customer\": {}}}".to_owned(),
                "s.json:2:2: own_tables: customer is a table of Magento",
            ),
            (
                "{\"attributes\":\n[{\"code\": \"tier\", \"type\": \"select\", \"options\": {\"Gold\": 7}}]}"
                    .to_owned(),
                "s.json:2:3: attributes: the option \"7\" of tier has the id \"Gold\"; write its number and then its label",
            ),
            (
                "{\"attributes\": [{\"entity\": \"customer\", \"code\": \"loyal\"}],\n\"customers\": [{\"loyla\": 1}]}"
                    .to_owned(),
                "s.json:2:16: customers: number 1: customer has no column `loyla`; did you mean `loyal`? A column of your own",
            ),
            ("{\"attributes\":\n[{\"code\": \"Tier\"}]}".to_owned(), "s.json:2:3: attributes: \"Tier\" is no code"),
        ] {
            let told = Seed::checked(&text, "s.json").unwrap_err().to_string();
            assert!(told.starts_with(start), "{text}\n{told}\n{start}");
        }
    }
}
