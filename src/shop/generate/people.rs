//! Made-up people: names, addresses, accounts.

use super::recipe::{Random, Recipe, row, share};
use crate::datetime;
use crate::shop::seed::{SeedCustomer, SeedRow};

pub(in crate::shop) const FIRST_NAMES: &[&str] = &[
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Grace", "Hugo", "Iris", "Jan", "Kaya", "Liam", "María", "Noor",
    "Otto", "Pia", "Quentin", "Rosa", "Søren", "Tess", "Uma", "Viktor", "Wanda", "Xaver", "Yuki", "Zoë",
];
pub(in crate::shop) const LAST_NAMES: &[&str] = &[
    "Abel", "Brandt", "Cortez", "Dubois", "Eriksen", "Fischer", "García", "Hansen", "Ivanova", "Jansen", "Kowalski",
    "Lovelace", "Müller", "Novak", "O'Neil", "Petrov", "Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Varga", "Weiß",
];
/// City, postcode, country, region and its id in Magento's directory.
const PLACES: &[(&str, &str, &str, &str, &str)] = &[
    ("Los Angeles", "90001", "US", "California", "12"),
    ("Albany", "12201", "US", "New York", "43"),
    ("Austin", "78701", "US", "Texas", "57"),
    ("München", "80331", "DE", "Bayern", "81"),
    ("Berlin", "10115", "DE", "Berlin", "82"),
    ("London", "N1 9GU", "GB", "", ""),
    ("København", "1050", "DK", "", ""),
];
const STREETS: &[&str] = &["Main St", "High Street", "Königstraße", "Park Avenue", "Rue de la Paix", "Harbour Road"];
pub(super) fn customers(recipe: &Recipe, random: &mut Random) -> Vec<SeedCustomer> {
    let mut customers = Vec::new();
    let mut addresses = 0;
    for nth in 0..recipe.customers {
        let (first, last) = (random.one_of(FIRST_NAMES), random.one_of(LAST_NAMES));
        let at = datetime::to_sql(recipe.moment(nth, recipe.customers));
        let fields = row(&[
            ("customer_id", &(nth + 1).to_string()),
            ("email", &email(nth)),
            ("firstname", first),
            ("lastname", last),
            ("gender", ["1", "2"][random.below(2)]),
            ("dob", &format!("{}-0{}-1{} 00:00:00", 1950 + random.below(50), 1 + random.below(9), random.below(10))),
            ("created_at", &at),
            ("updated_at", &at),
        ]);
        let until = share(recipe.addresses, nth + 1, recipe.customers);
        let own = (addresses..until).map(|_| address(first, last, random).into()).collect();
        addresses = until;
        customers.push(SeedCustomer { addresses: own, fields: fields.into() });
    }
    customers
}

pub(super) fn email(nth: u32) -> String {
    format!("customer.{}@example.com", nth + 1)
}

pub(super) fn address(first: &str, last: &str, random: &mut Random) -> SeedRow {
    let (city, postcode, country, region, region_id) = random.one_of(PLACES);
    let street = format!("{} {}", 1 + random.below(200), random.one_of(STREETS));
    let telephone = format!("555-{:04}", random.below(10_000));
    let mut columns = vec![
        ("firstname", first),
        ("lastname", last),
        ("street", street.as_str()),
        ("city", city),
        ("postcode", postcode),
        ("country_id", country),
        ("telephone", telephone.as_str()),
    ];
    if !region.is_empty() {
        columns.extend([("region", region), ("region_id", region_id)]);
    }
    row(&columns)
}
