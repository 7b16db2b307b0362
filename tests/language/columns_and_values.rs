//! Columns, ids and values of the shop: what nobody can mean is refused before anything runs, with what may be meant.

use std::path::Path;

use mockgento::scenario::Scenario;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::snapshot::Mode;

/// What is said of a scenario with these steps.
fn said(steps: &str) -> String {
    let head = "title: columns\nshop: {seed: boutique}\nintegration: {sync start date: 2024-01-01}\nsteps:\n  - sync\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/columns.yaml");
    let text = format!("{head}{steps}");
    match Scenario::from_text(&path, &text) {
        Ok(_) => String::new(),
        // The line and the column come first; the tests of places look at those.
        Err(error) => error.to_string().splitn(4, ':').last().unwrap_or_default().trim_start().to_owned(),
    }
}

#[test]
fn what_nobody_can_mean_is_refused() {
    let ada =
        |set: &str| format!("  - in magento: {{update customer: {{customer: ada@example.com, set: {{{set}}}}}}}\n");
    let created = |set: &str| format!("  - in magento: {{create customer: {{set: {{{set}}}}}}}\n");
    let named = "email: new@example.com, firstname: New, lastname: Comer";
    let shop = |rows: &str| format!("  - expect: {{shop: {{rows: {rows}}}}}\n");
    let magento = |edit: &str| format!("  - in magento: {{{edit}}}\n");
    for (steps, expected) in [
        (ada("lastnam: Byron"), "customer has no column `lastnam`; did you mean `lastname`?"),
        (ada("midlename: A"), "customer has no column `midlename`; did you mean `middlename`?"),
        (ada("wbesite_id: 1"), "customer has no column `wbesite_id`; did you mean `website_id`?"),
        (ada("firstName: Ada"), "customer has no column `firstName`; did you mean `firstname`?"),
        (
            ada("gender: female"),
            "customer.gender cannot hold \"female\"; did you mean 2? write 1 for Male, 2 for Female",
        ),
        (ada("dob: 31.12.1980"), "customer.dob cannot hold \"31.12.1980\"; Magento takes 1980-12-31"),
        (ada("website_id: base"), "customer.website_id cannot hold \"base\"; it is a whole number: the website's id"),
        (ada("group_id: Wholesale"), "customer.group_id cannot hold \"Wholesale\"; it is a whole number: the customer"),
        (ada("is_active: 70000"), "customer.is_active cannot hold \"70000\"; write 1 for yes or 0 for no"),
        (ada("email: nobody"), "`nobody` is no e-mail address, and Magento refuses it; write one such as"),
        (
            created("firstname: New, lastname: Comer"),
            "a customer has an e-mail address: Magento saves none without; add",
        ),
        (created("email: new@example.com, lastname: Comer"), "a customer has a first name"),
        (created("email: new@example.com, firstname: New, lastname: ''"), "The last name cannot be empty."),
        (
            created(&format!("{named}, dob: 1980-02-30")),
            "customer.dob cannot hold \"1980-02-30\"; there is no such day",
        ),
        (created(&format!("{named}, created_at: now")), "customer.created_at cannot hold \"now\"; write a UTC time"),
        (
            magento("create address: {customer: ada@example.com, set: {stret: x}}"),
            "customer_address has no column `stret`; did you mean `street`?",
        ),
        (
            magento("update address: {address: 1, set: {country_id: Germany}}"),
            "customer_address.country_id cannot hold \"Germany\"; did you mean DE? write a country's code of two letters",
        ),
        (
            magento("update address: {address: 1, set: {region_id: Texas}}"),
            "customer_address.region_id cannot hold \"Texas\"; it is a whole number: the region's id",
        ),
        (
            magento("place order: {customer: ada@example.com, items: []}"),
            "nothing is bought: Magento places no order without items; add `items: [{sku: …, price: …}]`",
        ),
        (
            magento("place order: {customer: ada@example.com, items: [{sku: a, prise: 1}]}"),
            "sales_flat_quote_item has no column `prise`; did you mean `price`?",
        ),
        (
            magento("place order: {customer: ada@example.com, items: [{sku: a, price: '9,99'}]}"),
            "sales_flat_quote_item.price cannot hold \"9,99\"; write a number such as 12.50",
        ),
        (magento("create cart: {guest: {email: gus, firstname: G}, items: [{sku: a}]}"), "`gus` is no e-mail address"),
        (
            magento("place order: {customer: ada@example.com, items: [{sku: a}], set: {shiping_amount: 5}}"),
            "sales_flat_order has no column `shiping_amount`; did you mean `shipping_amount`?",
        ),
        (magento("subscribe: {email: nobody}"), "`nobody` is no e-mail address"),
        (
            magento("subscribe: {email: a@example.com, set: {store: 1}}"),
            "newsletter_subscriber has no column `store`; did you mean `store_id`?",
        ),
        (
            magento("update: {table: core_stor, id: 1, set: {name: x}}"),
            "`core_stor` is not a table of the shop; did you mean `core_store`?",
        ),
        (
            magento("create: {table: customer_group, set: {customer_group_cod: x}}"),
            "customer_group has no column `customer_group_cod`; did you mean `customer_group_code`?",
        ),
        (magento("configure: {path: locale, value: x}"), "\"locale\" is no path of Magento's configuration"),
        (
            shop("customer, where: {emial: nobody@example.com}, count: 0"),
            "customer has no column `emial`; did you mean `email`?",
        ),
        (
            shop("sales_flat_order, have: {grandtotal: 60}"),
            "sales_flat_order has no column `grandtotal`; did you mean `grand_total`?",
        ),
        (shop("customer, where: {website_id: base}, count: 0"), "website_id never is \"base\"; write a whole number"),
        (shop("customer, are: [{gender: female}]"), "gender never is \"female\"; write a whole number"),
        (shop("customer, have: {customer_id: 1}"), "customer has no column `customer_id`"),
        (
            "  - expect: {crm: {rows: customer, have: {guest: no}}}\n".to_owned(),
            "guest never is \"no\"; write true or false",
        ),
        (ada("lastname: King, dob: 12/10/1980, gender: 2"), ""),
        (
            magento("create: {table: eav_attribute, set: {entity_type_id: 1, attribute_code: loyalty}}")
                + &ada("loyalty: gold")
                + &shop("customer, where: {loyalty: gold}, count: 1"),
            "",
        ),
    ] {
        let found = said(&steps);
        assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{steps}{found}");
    }
}

/// What forms refuse whatever the shop holds, of each kind of field.
#[test]
fn what_no_form_takes_is_refused_before_anything_runs() {
    let magento = |edit: &str| format!("  - in magento: {{{edit}}}\n");
    let crm = |edit: &str| format!("  - in crm: {{{edit}}}\n");
    let ada = |set: &str| magento(&format!("update customer: {{customer: ada@example.com, set: {{{set}}}}}"));
    let order = |set: &str| magento(&format!("update order: {{order: \"100000001\", set: {{{set}}}}}"));
    let buys = |item: &str| magento(&format!("place order: {{customer: ada@example.com, items: [{{{item}}}]}}"));
    let product = |set: &str| magento(&format!("update product: {{named: mug, set: {{{set}}}}}"));
    let setting = |path: &str, value: &str| magento(&format!("configure: {{path: {path}, value: {value}}}"));
    let in_crm = |set: &str| crm(&format!("update customer: {{customer: ada@example.com, set: {{{set}}}}}"));
    for (steps, expected) in [
        (ada("gender: 7"), "customer.gender cannot hold \"7\"; write 1 for Male"),
        (ada("is_active: 5"), "customer.is_active cannot hold \"5\"; write 1 for yes or 0 for no"),
        (ada("dob: 1880-01-01"), "customer.dob cannot hold \"1880-01-01\"; nobody was born before 1900"),
        (
            ada("created_at: 2099-01-01"),
            "customer.created_at cannot hold \"2099-01-01\"; it holds times from 1970 to 2038",
        ),
        (ada("firstname: ' '"), "The first name cannot be empty.; add `firstname: …`"),
        (ada("lastname: null"), "The last name cannot be empty.; write the lastname, in quotes"),
        (
            magento("update customer: {customer: ada@example.com, set: {}}"),
            "nothing changes: `set` is empty; name what",
        ),
        (magento("update address: {address: 1, set: {}}"), "nothing changes: `set` is empty"),
        (crm("update customer: {customer: ada@example.com, set: {}}"), "nothing changes: `set` is empty"),
        (
            magento("subscribe: {email: a@example.com, set: {subscriber_status: 9}}"),
            "newsletter_subscriber.subscriber_status cannot hold \"9\"; write 1 for Subscribed",
        ),
        (
            order("order_currency_code: EURO"),
            "sales_flat_order.order_currency_code cannot hold \"EURO\"; did you mean EUR?",
        ),
        (order("total_qty_ordered: -1"), "sales_flat_order.total_qty_ordered cannot hold \"-1\"; write 0 or more"),
        (order("customer_email: nobody"), "sales_flat_order.customer_email cannot hold \"nobody\"; write one such as"),
        (buys("sku: a, price: -30"), "sales_flat_quote_item.price cannot hold \"-30\"; write 0 or more"),
        (buys("sku: a, qty: 0"), "sales_flat_quote_item.qty cannot hold \"0\"; write a number above 0"),
        (buys("sku: a, name: ''"), "what is bought has a name; add `name: …`"),
        (buys("name: Mug, price: 3"), "it is not said what is bought: an item has an SKU; add `sku: …`"),
        (product("price: -30"), "catalog_product.price cannot hold \"-30\"; write 0 or more"),
        (product("special_price: -1"), "catalog_product.special_price cannot hold \"-1\"; write 0 or more"),
        (product("name: ''"), "a product has a name; add `name: …`"),
        (product("type_id: simpel"), "catalog_product.type_id cannot hold \"simpel\"; did you mean simple?"),
        (
            product("visibility: 9"),
            "catalog_product.visibility cannot hold \"9\"; write 1 for Not Visible Individually",
        ),
        (product("status: 3"), "catalog_product.status cannot hold \"3\"; write 1 for Enabled"),
        (product("qty: many"), "cataloginventory_stock_item.qty cannot hold \"many\"; write a number such as 12.50"),
        (magento("create product: {set: {name: Lamp, price: 3}}"), "`sku` is missing: Magento saves none without"),
        (
            setting("general/locale/timezone", "Europe/Berln"),
            "general/locale/timezone cannot be \"Europe/Berln\"; did you mean",
        ),
        (setting("currency/options/base", "XYZ"), "currency/options/base cannot be \"XYZ\"; write a currency's code"),
        (setting("web/unsecure/base_url", "shop"), "web/unsecure/base_url cannot be \"shop\"; write scheme and host"),
        (
            setting("oro/api/enable_attributes", "maybe"),
            "oro/api/enable_attributes cannot be \"maybe\"; write 1 for yes",
        ),
        (
            setting("general/local/timezone", "UTC"),
            "Magento's configuration has no \"general/local/timezone\"; did you mean general/locale/timezone?",
        ),
        (setting("acme/anything/at_all", "maybe"), ""),
        (in_crm("gender: 7"), "customer.gender cannot be \"7\"; write male or female"),
        (in_crm("birthday: 1980-02-31"), "customer.birthday cannot be \"1980-02-31\"; there is no such day"),
        (in_crm("email: nobody"), "customer.email cannot be \"nobody\"; write one such as"),
        (in_crm("isActive: perhaps"), "customer.isActive cannot be \"perhaps\"; write yes or no"),
        (in_crm("store: default"), "customer.store cannot be \"default\"; write the id that Magento has for it"),
        (ada("group_id: null"), "customer.group_id cannot be empty; the form offers a list"),
        (magento("update api user: {user: oro}"), "nothing about the user changes; add `active: …`"),
        (
            setting("payment/checkmo/activ", "1"),
            "Magento's configuration has no \"payment/checkmo/activ\"; did you mean",
        ),
        (
            crm("update address: {address: 1, set: {types: [billling]}}"),
            "customerAddress.types cannot be \"billling\"; did",
        ),
        (
            crm("place order: {customer: ada@example.com, items: [{sku: a, price: -1}]}"),
            "sales_flat_quote_item.price cannot hold \"-1\"; write 0 or more",
        ),
        (in_crm("gender: female, birthday: 1980-02-29"), ""),
        (
            crm(
                "create address: {customer: ada@example.com, set: {street: x, city: y, postalCode: 1, country: Germany}}",
            ),
            "customerAddress.country cannot be \"Germany\"; did you mean DE?",
        ),
        (magento("update customer: {customer: ada@example.com, set: {gender: 7}, refused: {contains: gender}}"), ""),
    ] {
        let found = said(&steps);
        assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{steps}{found}");
    }
}

/// What depends on what the shop and the CRM hold is said when it is done, at the line and column of the value.
#[test]
fn what_this_shop_does_not_take_is_refused_at_its_place() {
    let text = "\
title: refused
clock: 2024-06-01 12:00:00
shop: {seed: boutique}
integration: {sync start date: 2024-01-01, two way sync: yes}
steps:
  - sync
  - in magento:
      - place order: {customer: ada@example.com, items: [{sku: mug, name: Mug, price: 3, qty: 2}]}
      - update customer: {customer: ada@example.com, set: {group_id: 99}}
      - update customer:
          customer: ada@example.com
          set:
            taxvat: anything
            store_id: 77
      - update customer: {customer: ada@example.com, set: {dob: 2024-06-02}}
      - update customer: {customer: ada@example.com, set: {created_at: 2024-06-01 12:00:01}}
      - update customer: {customer: ada@example.com, set: {default_billing: 2}}
      - create address: {customer: ada@example.com, set: {firstname: A, lastname: B, street: x, city: y, telephone: 1, postcode: 1, country_id: US, region: Californa}}
      - subscribe: {email: a@example.com, set: {store_id: 77}}
      - create group: {set: {customer_group_code: Friends, tax_class_id: 33}}
      - create product: {set: {sku: lamp, name: Lamp, price: 3, attribute_set_id: 99}}
      - create product: {set: {sku: lamp, name: Lamp, price: 3, tax_class_id: 33}}
      - place order: {customer: ada@example.com, items: [{sku: mug, price: 3}], set: {shipping_method: pigeon}}
      - place order: {customer: ada@example.com, items: [{sku: mug, price: 3}], set: {customer_group_id: 77}}
      - configure: {path: customer/create_account/default_group, value: 77}
      - configure: {path: customer/create_account/default_group, value: General}
      - create website: {set: {code: resale, name: Resale, default_group_id: 99}}
      - ship order: {order: 100000001, items: [{sku: mug, qty: 99}]}
      - place order: {customer: ada@example.com, items: [{sku: mug, price: 3}], set: {status: procesing}}
      - place order: {customer: ada@example.com, items: [{sku: mug, price: 3}], set: {increment_id: 100000001}}
      - place order: {customer: ada@example.com, items: [{sku: mgu}]}
      - refund order: {order: 100000001, adjustment fee: 100}
      - delete store view: {named: default}
      - create store view: {set: {code: more, name: More, group_id: 1, website_id: 0}}
      - create address: {customer: ada@example.com, set: {firstname: A, lastname: B, street: x, city: y, telephone: 1, postcode: 1, country_id: DE, parent_id: 2}}
      - update address: {address: 1, set: {region: Texas}}
      - create product: {set: {sku: lamp, name: Lamp, price: 3, special_from_date: 2024-05-01, special_to_date: 2024-04-01}}
      - update group: {named: General, set: {tax_class_id: 33}}
  - in crm:
      - update customer: {customer: ada@example.com, set: {birthday: 2024-06-02}}
      - update address: {address: 1, set: {country: US, region: US-XX}}
      - create address: {customer: ada@example.com, set: {street: x}}
      - create customer: {set: {email: ada@example.com, firstName: A, lastName: B, store: 1, group: 1}}
";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/refused.yaml");
    let scenario = Scenario::from_text(&path, text).unwrap();
    let case = scenario.cases().into_iter().next().unwrap();
    let failures = run(&case, RunOptions::new(Carrier::InMemory, Mode::Check)).failures;
    let expected = [
        (9, "99", "customer.group_id cannot hold \"99\"; customer_group has 0 (NOT LOGGED IN), 1 (General)"),
        (14, "77", "customer.store_id cannot hold \"77\"; core_store has 0 (admin), 1 ("),
        (15, "2024-06-02", "customer.dob cannot hold \"2024-06-02\"; it is 2024-06-01 in the shop"),
        (
            16,
            "2024-06-01 12",
            "customer.created_at cannot hold \"2024-06-01 12:00:01\"; it is 2024-06-01 12:00:00 in the",
        ),
        (17, "2", "customer.default_billing cannot hold \"2\"; the customer's addresses are 1 ("),
        (18, "Californa", "`Californa` is no region of US; did you mean California, region_id 12?"),
        (19, "77", "newsletter_subscriber.store_id cannot hold \"77\"; core_store has"),
        (20, "33", "customer_group.tax_class_id cannot hold \"33\"; tax classes are 0 (None)"),
        (21, "99", "catalog_product.attribute_set_id cannot hold \"99\"; sets of products are 4 (Default)"),
        (22, "33", "catalog_product.tax_class_id cannot hold \"33\"; tax classes are"),
        (23, "pigeon", "sales_flat_order.shipping_method cannot hold \"pigeon\"; write carrier and method"),
        (24, "77", "sales_flat_order.customer_group_id cannot hold \"77\"; customer_group has"),
        (25, "customer/create", "customer/create_account/default_group cannot be \"77\"; customer_group has"),
        (
            26,
            "customer/create",
            "customer/create_account/default_group cannot be \"General\"; did you mean 1? customer_group",
        ),
        (27, "99", "core_website.default_group_id cannot hold \"99\"; core_store_group has"),
        (28, "100000001", "Invalid qty to ship for item \"Mug\"; 2 is left to send"),
        (29, "procesing", "the shop has no order status `procesing`; did you mean `processing`?"),
        (30, "100000001", "the shop has an order 100000001 already; write another number"),
        (31, "mgu", "the shop has no product `mgu`, and nothing says what it costs; add `price: …`"),
        (32, "100000001", "refunding order 1 is refused: Credit memo's total must be positive."),
        (33, "default", "This store cannot be deleted. It is the default or the last one; delete another"),
        (
            34,
            "0",
            "website_id is 0, and the store 1 (core_store_group) is of website 1; leave it out: a store view is of",
        ),
        (35, "2", "parent_id is 2, and the address is one of customer 1; leave it out, or name that customer"),
        (
            36,
            "Texas",
            "region is Texas, and region_id stays 12, which is California; did you mean Texas, region_id 57?",
        ),
        (
            37,
            "2024-05-01",
            "The From Date value should be less than or equal to the To Date value. Let it begin before it ends: special_from_date",
        ),
        (38, "33", "customer_group.tax_class_id cannot hold \"33\"; tax classes are"),
        (40, "2024-06-02", "Birthday (birthday): 2024-06-02 is to come, it is 2024-06-01 in the CRM"),
        (41, "US-XX", "Region (region): US-XX is no region of US; did you mean US-"),
        (42, "ada@", "City (city): this value should not be blank"),
        (43, "", "This email address already in use. Please, provide another one."),
    ];
    assert_eq!(failures.len(), expected.len(), "{failures:#?}");
    for (failure, (line, value, message)) in failures.iter().zip(expected) {
        let stands = text.lines().nth(failure.line - 1).unwrap();
        let there = stands.chars().skip(failure.column.unwrap() - 1).collect::<String>();
        assert!(failure.line == line && there.starts_with(value), "{}: {there}", failure.place());
        let said = failure.message.strip_prefix("the edit was refused: ").unwrap();
        assert!(said.starts_with(message), "{said}\n{message}");
    }
}

#[test]
fn what_is_not_there_to_sync_or_to_leave_out_is_said() {
    for (step, expected) in [
        ("sync data: {order: 100000009}", "the CRM has no order `100000009` now; "),
        ("sync data: {cart: 99}", "the CRM has no cart 99 now"),
        ("snapshot: {name: end, without: [updatedAtt]}", "the snapshot has no `updatedAtt` to leave out; did you mean"),
    ] {
        let head =
            "title: missing\nshop: {seed: boutique}\nintegration: {sync start date: 2024-01-01}\nsteps:\n  - sync\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/missing.yaml");
        let scenario = Scenario::from_text(&path, &format!("{head}  - {step}\n")).unwrap();
        let case = scenario.cases().into_iter().next().unwrap();
        let failures = run(&case, RunOptions::new(Carrier::InMemory, Mode::Check)).failures;
        let said: Vec<&str> = failures.iter().map(|failure| failure.message.as_str()).collect();
        assert!(said.len() == 1 && said[0].starts_with(expected), "{step}: {said:?}");
    }
}
