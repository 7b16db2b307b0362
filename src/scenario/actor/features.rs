//! What a case may ask of a client, by name. Names are entities, labels of the integration form and steps, as scenarios write
//! them.

use crate::sync::connector::Stream;

/// What a client may say it supports besides entities, and what it means.
pub const FEATURES: &[(&str, &str)] = &[
    ("guest customer sync", "guests become customers; without it every scenario runs with that setting off"),
    ("two way sync", "edits in the CRM go to the shop"),
    ("order notes", "order comments become notes; without it every scenario runs with that setting off"),
    ("split by full name", "guests who share an e-mail address are told apart by name"),
    ("account discovery", "how the account of a new customer is found"),
    ("website", "only one website is synced"),
    ("sync start date", "nothing older is synced"),
    ("entities", "only some entities are synced; without it only the rows of those are compared"),
    ("change settings", "the integration is saved again with other settings"),
    ("several shops", "an integration points to one shop and then to another"),
    ("delete channel", "the channel is deleted and created again"),
    ("only", "a sync of one entity alone"),
    ("force", "a sync that forgets how far it had come"),
    ("sync data", "one order or cart alone"),
    ("schedule sync", "a sync is scheduled and run later"),
    ("automatic sync", "a sync every five minutes while time passes"),
    ("expire carts", "the daily look for carts that Magento no longer has"),
    ("edit customers", "a user of the CRM creates or changes customers and addresses"),
    ("edit carts", "a user of the CRM gives up a cart or takes it up again"),
    ("place orders", "a user of the CRM places an order"),
    ("edit subscriptions", "a user of the CRM subscribes a customer to the newsletter"),
    ("contacts", "contacts and accounts, and what maintenance does to them"),
    ("ws-i", "shops that speak WS-I"),
    ("without bridge", "shops without the OroCRM bridge, or with an old one"),
];

/// All names of features, entities first.
pub fn names() -> Vec<&'static str> {
    Stream::entity_names().iter().copied().chain(FEATURES.iter().map(|(name, _)| *name)).collect()
}

/// Features that nobody can do without a command, and the command.
pub const COMMANDS: &[(&str, &str)] = &[
    ("edit customers", "edit"),
    ("edit carts", "edit"),
    ("place orders", "edit"),
    ("edit subscriptions", "edit"),
    ("change settings", "configure"),
];

/// The table that has the rows of an entity; entities are called as connectors are (`credit_memo`), tables as the CRM's are
/// (`creditMemo`).
pub fn table_of(entity: &str) -> String {
    let mut words = entity.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |table, word| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or(table.clone(), |letter| format!("{table}{}{}", letter.to_ascii_uppercase(), letters.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::language::known;

    #[test]
    fn every_entity_has_its_table() {
        for entity in Stream::entity_names() {
            let table = table_of(entity);
            assert!(known::crm_tables().contains(&table.as_str()), "{entity}: {table}");
        }
    }
}
