//! Draws what people do in the shop.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::people::{Customer, People};

/// Customers of a crowd, more than two pages of the smallest size there is.
const CROWD: (usize, usize) = (52, 60);

/// Customers who surely stand on the first page of the smallest size.
const FIRST_PAGE: usize = 20;

/// What somebody does in the shop.
#[derive(Clone, Copy)]
enum InMagento {
    Update,
    Save,
    Register,
    GuestRegisters,
    Delete,
    AddAddress,
    ChangeAddress,
    DeleteAddress,
    FillCart,
    GuestCart,
    ChangeCart,
    DeleteCart,
    Order,
    GuestOrder,
    OrderCart,
    ChangeOrder,
    Refund,
    Subscribe,
    Unsubscribe,
    RenameGroup,
    ChangeEmail,
}

const IN_MAGENTO: &[(usize, InMagento)] = &[
    (16, InMagento::Update),
    (4, InMagento::Save),
    (8, InMagento::Register),
    (4, InMagento::GuestRegisters),
    (5, InMagento::Delete),
    (4, InMagento::AddAddress),
    (4, InMagento::ChangeAddress),
    (4, InMagento::DeleteAddress),
    (4, InMagento::FillCart),
    (2, InMagento::GuestCart),
    (2, InMagento::ChangeCart),
    (1, InMagento::DeleteCart),
    (9, InMagento::Order),
    (10, InMagento::GuestOrder),
    (4, InMagento::OrderCart),
    (6, InMagento::ChangeOrder),
    (4, InMagento::Refund),
    (4, InMagento::Subscribe),
    (2, InMagento::Unsubscribe),
    (2, InMagento::RenameGroup),
    (3, InMagento::ChangeEmail),
];

/// One edit of the shop, or several that are one to whoever does them.
pub(super) fn in_magento(people: &mut People, dice: &mut Dice) -> Vec<Value> {
    let kind = dice.weighted(IN_MAGENTO).unwrap_or(InMagento::Register);
    // What cannot be done, for there is nothing to do it to, becomes a registration.
    let edit = edit(kind, people, dice).unwrap_or_else(|| register(people, dice));
    let edits = if let Value::Array(edits) = edit { edits } else { vec![edit] };
    for edit in &edits {
        if let Some(name) = edit.pointer("/update customer/customer").and_then(Value::as_str) {
            people.saved(name);
        }
    }
    edits
}

/// One edit of the shop that makes no order and no cart, whose numbers others build on.
pub(super) fn in_passing(people: &mut People, dice: &mut Dice) -> Vec<Value> {
    const IN_PASSING: &[(usize, InMagento)] = &[
        (5, InMagento::Update),
        (5, InMagento::Save),
        (4, InMagento::Register),
        (2, InMagento::GuestRegisters),
        (4, InMagento::Delete),
        (2, InMagento::AddAddress),
        (2, InMagento::ChangeAddress),
        (2, InMagento::DeleteAddress),
        (2, InMagento::Subscribe),
        (1, InMagento::RenameGroup),
    ];
    let kind = dice.weighted(IN_PASSING).unwrap_or(InMagento::Register);
    let edit = edit(kind, people, dice).unwrap_or_else(|| register(people, dice));
    if let Value::Array(edits) = edit { edits } else { vec![edit] }
}

/// What a guest does who may become somebody: orders, or registers.
pub(super) fn of_guests(people: &mut People, dice: &mut Dice) -> Option<Value> {
    let kind = dice.weighted(&[(1, InMagento::GuestOrder), (1, InMagento::GuestRegisters)])?;
    edit(kind, people, dice)
}

/// One or two customers of the first page leave a list that is being read: they are saved again, or deleted.
pub(super) fn leaving(people: &mut People, dice: &mut Dice) -> Value {
    let is_saved = dice.chance(50);
    let mut edits = Vec::new();
    for _ in 0..dice.between(1, 2) {
        let listed = people.customers.iter().filter(|customer| customer.is_listed).take(FIRST_PAGE);
        let Some(name) = dice.pick(&listed.map(|customer| customer.name.clone()).collect::<Vec<_>>()).cloned() else {
            continue;
        };
        if is_saved {
            edits.push(json!({ "update customer": { "customer": name, "set": { "is_active": "1" } } }));
        } else {
            people.customers.retain(|customer| customer.name != name);
            edits.push(json!({ "delete customer": { "customer": name } }));
        }
    }
    edits.into()
}

fn edit(kind: InMagento, people: &mut People, dice: &mut Dice) -> Option<Value> {
    let email = |customer: &Customer| customer.name.contains('@');
    Some(match kind {
        InMagento::Update => {
            let customer = dice.pick(&people.customers)?.clone();
            let (column, value) = match dice.below(6) {
                0 => ("group_id", dice.between(1, 3).to_string()),
                1 => ("gender", dice.between(1, 2).to_string()),
                2 => ("taxvat", people.new_word(dice)),
                3 => ("middlename", people.new_word(dice)),
                4 => ("firstname", people.new_word(dice)),
                _ => ("lastname", people.new_word(dice)),
            };
            json!({ "update customer": { "customer": customer.name, "set": { column: value } } })
        }
        InMagento::Save => {
            let customer = dice.pick(&people.customers)?;
            json!({ "update customer": { "customer": customer.name, "set": { "is_active": "1" } } })
        }
        InMagento::ChangeEmail => {
            let of_seed: Vec<Customer> = people.customers.iter().filter(|one| !email(one)).cloned().collect();
            let customer = dice.pick(&of_seed)?;
            json!({ "update customer": { "customer": customer.name, "set": { "email": people.new_email() } } })
        }
        InMagento::Register => register(people, dice),
        InMagento::GuestRegisters => {
            let place = dice.below(people.guests.len());
            let guest = *people.guests.get(place)?;
            people.guests.remove(place);
            let email = People::guest_email(guest, dice);
            registered(people, email, format!("Guest{guest}"), 1)
        }
        InMagento::Delete => {
            let place = dice.below(people.customers.len());
            let customer = people.customers.get(place)?.clone();
            people.customers.remove(place);
            json!({ "delete customer": { "customer": customer.name } })
        }
        InMagento::AddAddress => {
            let customer = dice.pick(&people.customers)?.clone();
            json!({ "create address": { "customer": customer.name, "set": address(people, dice, MAGENTO) } })
        }
        InMagento::ChangeAddress => {
            let address = *dice.pick(&addresses(people))?;
            let (column, value) = match dice.below(3) {
                0 => ("city", people.new_word(dice)),
                1 => ("telephone", people.new_word(dice)),
                _ => ("postcode", people.new_word(dice)),
            };
            json!({ "update address": { "address": address.to_string(), "set": { column: value } } })
        }
        InMagento::DeleteAddress => {
            let address = *dice.pick(&addresses(people))?;
            let owner = people.customers.iter_mut().find(|owner| owner.addresses.contains(&address))?;
            owner.addresses.retain(|known| *known != address);
            // Magento's form saves the customer with it.
            json!([
                { "delete address": { "address": address.to_string() } },
                { "update customer": { "customer": owner.name, "set": { "is_active": "1" } } },
            ])
        }
        InMagento::FillCart => {
            let customer = dice.pick(&people.customers)?.clone();
            let cart = people.cart_made();
            people.carts.push(cart);
            json!({ "create cart": { "customer": customer.name, "items": items(people, dice) } })
        }
        InMagento::GuestCart => {
            let guest = *dice.pick(&people.guests)?;
            people.cart_made();
            let email = People::guest_email(guest, dice);
            json!({ "create cart": { "guest": guest_of(guest, &email), "items": items(people, dice) } })
        }
        InMagento::ChangeCart => {
            let cart = *dice.pick(&people.carts)?;
            json!({ "update cart": { "cart": cart.to_string(), "items": items(people, dice) } })
        }
        InMagento::DeleteCart => {
            let cart = *dice.pick(&people.carts)?;
            people.carts.retain(|open| *open != cart);
            json!({ "delete cart": { "cart": cart.to_string() } })
        }
        InMagento::Order => {
            let customer = dice.pick(&people.customers)?.clone();
            people.order_placed(customer.store, None);
            json!({ "place order": { "customer": customer.name, "items": items(people, dice), "address": at_home() } })
        }
        InMagento::GuestOrder => {
            let guest = *dice.pick(&people.guests)?;
            people.order_placed(1, None);
            let email = People::guest_email(guest, dice);
            json!({ "place order": { "guest": guest_of(guest, &email), "items": items(people, dice), "address": at_home() } })
        }
        InMagento::OrderCart => {
            // The one who fills a cart buys it, in one go: of a cart that is there the store view is not known here.
            let customer = dice.pick(&people.customers)?.clone();
            let cart = people.cart_made();
            people.order_placed(customer.store, Some(cart));
            let (items, name) = (items(people, dice), customer.name);
            json!([
                { "create cart": { "customer": name, "items": items } },
                { "place order": { "customer": name, "cart": cart.to_string(), "address": at_home() } },
            ])
        }
        InMagento::ChangeOrder => {
            let place = dice.below(people.orders.len());
            let order = people.orders.get_mut(place)?;
            let number = order.number.clone();
            if order.is_over || dice.chance(40) {
                json!({ "update order": { "order": number, "comment": people.new_word(dice) } })
            } else {
                let status = dice.weighted(&[(2, "processing"), (1, "complete"), (2, "canceled")])?;
                order.is_over = status != "processing";
                json!({ "update order": { "order": number, "set": { "status": status } } })
            }
        }
        InMagento::Refund => {
            let order = people.orders.iter_mut().find(|order| !order.is_over)?;
            order.is_over = true;
            json!({ "refund order": { "order": order.number } })
        }
        InMagento::Subscribe => json!({ "subscribe": { "email": subscriber(people, dice)? } }),
        InMagento::Unsubscribe => json!({ "unsubscribe": { "email": subscriber(people, dice)? } }),
        InMagento::RenameGroup => json!({ "update": {
            "table": "customer_group", "id": dice.between(1, 3).to_string(), "set": { "customer_group_code": people.new_word(dice) }
        } }),
    })
}

/// So many registrations that lists have three pages.
pub(super) fn crowd(people: &mut People, dice: &mut Dice) -> Value {
    let all: Vec<Value> = (0..dice.between(CROWD.0, CROWD.1)).map(|_| register(people, dice)).collect();
    json!({ "in magento": all })
}

/// Everybody changes something that nobody writes in the CRM, so that the next list has three pages as well.
pub(super) fn all_saved(people: &mut People, dice: &mut Dice) -> Value {
    let suffix = people.new_word(dice);
    people.all_saved();
    let saved =
        |customer: &Customer| json!({ "update customer": { "customer": customer.name, "set": { "suffix": suffix } } });
    json!({ "in magento": people.customers.iter().map(saved).collect::<Vec<_>>() })
}

fn register(people: &mut People, dice: &mut Dice) -> Value {
    let (email, name) = (people.new_email(), people.new_word(dice));
    let store = u32::try_from(dice.between(1, 3)).unwrap_or(1);
    registered(people, email, name, store)
}

fn registered(people: &mut People, email: String, lastname: String, store: u32) -> Value {
    people.customers.push(Customer {
        name: email.clone(),
        store,
        addresses: Vec::new(),
        is_listed: true,
        is_in_crm: false,
    });
    let website = People::website(store);
    json!({ "create customer": { "set": {
        "email": email, "firstname": "Gus", "lastname": lastname, "website_id": website, "store_id": store, "group_id": 1
    } } })
}

fn addresses(people: &People) -> Vec<u32> {
    people.customers.iter().flat_map(|customer| customer.addresses.clone()).collect()
}

fn subscriber(people: &People, dice: &mut Dice) -> Option<String> {
    let named: Vec<&Customer> = people.customers.iter().filter(|customer| customer.name.contains('@')).collect();
    if dice.chance(50) {
        return dice.pick(&named).map(|customer| customer.name.clone());
    }
    Some(format!("reader{}@example.com", dice.between(1, 3)))
}

fn items(people: &mut People, dice: &mut Dice) -> Value {
    let item = |nth: usize, dice: &mut Dice| json!({ "sku": format!("sku-{nth}"), "name": format!("Thing {nth}"), "price": format!("{}.50", dice.between(1, 90)), "qty": dice.between(1, 3) });
    let first = usize::try_from(people.cart_count()).unwrap_or_default() * 3;
    (0..dice.between(1, 3)).map(|nth| item(first + nth, dice)).collect::<Vec<_>>().into()
}

fn guest_of(number: u32, email: &str) -> Value {
    // Guests share a last name, and are not one for that.
    json!({ "email": email, "firstname": format!("Gus{number}"), "lastname": "Guest" })
}

fn at_home() -> Value {
    json!({ "firstname": "Gus", "lastname": "Guest", "street": "1 Main St", "city": "London", "country_id": "GB", "postcode": "N1", "telephone": "1" })
}

/// The names of an address's fields: first and last name, street, city, country, postcode, telephone.
pub(super) type AddressNames = [&'static str; 7];
const MAGENTO: AddressNames = ["firstname", "lastname", "street", "city", "country_id", "postcode", "telephone"];

/// An address as somebody types it.
pub(super) fn address(people: &mut People, dice: &mut Dice, names: AddressNames) -> Value {
    let city = people.new_word(dice);
    let country = *dice.pick(&["GB", "DE", "IT"]).unwrap_or(&"GB");
    let values = [
        "Ann".to_owned(),
        "Other".to_owned(),
        "5 New St".to_owned(),
        city,
        country.to_owned(),
        "N1".to_owned(),
        "+44 1".to_owned(),
    ];
    names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), Value::from(value))).collect::<Map<_, _>>().into()
}
