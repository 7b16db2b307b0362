//! Draws a scenario: a head, a first sync, and rounds of edits on both sides, time, and syncs with or without trouble.

use serde_json::{Map, Value, json};

use super::SimulateOptions;
use super::calls::Calls;
use super::dice::Dice;
use super::drawn::{Block, Drawn};
use super::edits;
use super::in_crm;
use super::people::People;
use crate::magento::BridgeRelease;
use crate::quirk::{Profile, Quirk};
use crate::scenario::explore::usual;

/// Rounds after the first sync.
const ROUNDS: (usize, usize) = (1, 3);
/// Sync start dates: how often, and which. The earlier, the more calls.
const STARTS: &[(usize, &str)] = &[(12, "2014-01-01"), (8, "2013-12-20"), (3, "2013-12-01"), (1, "2013-11-01")];
/// Before anything in the corner shop: what is older than the start date and belongs to something newer is each client's own to
/// decide.
const START_OF_CLIENTS: &str = "2013-01-01";
/// The end of the corner shop's sales: each week before it is a call or more of the first sync for every stream.
const CLOCK: &str = "2014-01-09 12:00:00";
/// More calls in a row than a sync makes to one operation of a small shop, with all its tries.
const OUTLASTING: u64 = 40;
/// What keeps a client waiting until it gives up, in real time where the client is somebody's own.
const KEEPS_WAITING: &[&str] = &["stall", "half-open", "drip"];
/// How much time passes between two things.
const SPANS: &[(usize, &str)] = &[
    (3, "1 second"),
    (2, "20 seconds"),
    (3, "4 minutes"),
    (5, "5 minutes"),
    (4, "1 hour"),
    (3, "1 day"),
    (1, "8 days"),
];
/// What is decided once for a whole scenario.
struct Setting {
    calls: Calls,
    has_bridge: bool,
    is_two_way: bool,
    /// Nobody is made of the order of a guest, so that it waits for who registers.
    is_without_guests: bool,
    /// So many customers that a list has several pages.
    is_crowded: bool,
    /// Somebody's client syncs: nobody knows which calls it makes, and its sync is a program of its own.
    is_foreign: bool,
}

/// The scenario with that number.
pub(super) fn scenario(options: &SimulateOptions, number: u64) -> Drawn {
    let dice = &mut Dice::of(options.seed, number);
    let bridge = dice.weighted(&[(60, None), (8, Some("1.2.0")), (7, Some("1.2.14")), (25, Some("none"))]).flatten();
    let is_crowded = dice.chance(options.crowds);
    // Only the bridge pages customers.
    let bridge = bridge.filter(|_| !is_crowded && options.can("without bridge"));
    let release = bridge.map_or(Some(BridgeRelease::newest()), |bridge| BridgeRelease::find(bridge).ok());
    let setting = Setting {
        calls: Calls::of(release),
        has_bridge: release.is_some(),
        // Without the bridge the client would have to have a defect of the reference's.
        is_two_way: dice.chance(70) && options.can("two way sync") && (options.client.is_none() || release.is_some()),
        is_without_guests: dice.chance(15) && options.can("guest customer sync"),
        is_crowded,
        is_foreign: options.client.is_some(),
    };
    let drawn = dice.weighted(STARTS).unwrap_or("2014-01-01");
    let start = if options.client.is_some() { START_OF_CLIENTS } else { drawn };
    let head = head(options, number, (bridge, start), &setting, dice);
    let mut people = People::new(start);
    let mut blocks = Vec::new();
    if setting.is_crowded {
        blocks.push(vec![edits::crowd(&mut people, dice)]);
        blocks.push(vec![long_advance(dice)]);
    }
    blocks.push(sync(&setting, &mut people, dice, true));
    for _ in 0..dice.between(ROUNDS.0, ROUNDS.1) {
        if dice.chance(85) {
            blocks.push(vec![advance(dice)]);
        }
        for _ in 0..dice.between(0, 3) {
            let mut edits = edits::in_magento(&mut people, dice);
            let edit = if edits.len() == 1 { edits.remove(0) } else { edits.into() };
            blocks.push(vec![json!({ "in magento": edit })]);
        }
        // Nobody was made of a guest's order: whoever registers takes what came before.
        if setting.is_without_guests
            && dice.chance(60)
            && let Some(edit) = edits::of_guests(&mut people, dice)
        {
            blocks.push(vec![json!({ "in magento": edit })]);
        }
        let is_crowd_back = setting.is_crowded && dice.chance(70);
        if is_crowd_back {
            blocks.push(vec![edits::all_saved(&mut people, dice)]);
        }
        if setting.is_two_way && dice.chance(60) {
            for _ in 0..dice.between(1, 2) {
                if let Some(edit) = in_crm::any(&mut people, dice) {
                    blocks.push(vec![json!({ "in crm": edit })]);
                }
            }
        }
        if is_crowd_back {
            blocks.push(vec![long_advance(dice)]);
        } else if dice.chance(40) {
            blocks.push(vec![advance(dice)]);
        }
        blocks.push(sync(&setting, &mut people, dice, false));
    }
    Drawn { comments: Vec::new(), head, blocks }
}

fn head(
    options: &SimulateOptions,
    number: u64,
    (bridge, start): (Option<&str>, &str),
    setting: &Setting,
    dice: &mut Dice,
) -> Vec<(&'static str, Value)> {
    let title = format!("Scenario {number} of the seed {}", options.seed);
    let mut head = vec![("title", json!(title)), ("tags", json!(["simulated"]))];
    if options.profile != Profile::default() {
        head.push(("profile", json!(options.profile.as_str())));
    }
    let mut quirks: Map<String, Value> = Map::new();
    if setting.is_two_way && !setting.has_bridge && options.profile == Profile::Documented {
        // Edits wait for a bridge otherwise.
        quirks.insert(Quirk::TwoWayNeedsNoBridge.id().to_owned(), json!(true));
    }
    for quirk in &options.quirks {
        quirks.insert(quirk.id().to_owned(), json!(true));
    }
    if !quirks.is_empty() {
        head.push(("quirks", quirks.into()));
    }
    head.push(("clock", json!(CLOCK)));
    let mut shop = Map::new();
    if dice.chance(50) && options.can("ws-i") {
        shop.insert("wsi".to_owned(), json!(true));
    }
    if let Some(bridge) = bridge {
        shop.insert("bridge".to_owned(), json!(bridge));
    }
    if !shop.is_empty() {
        head.push(("shop", shop.into()));
    }
    let mut integration = Map::new();
    integration.insert("sync start date".to_owned(), json!(start));
    if setting.is_two_way {
        integration.insert("two way sync".to_owned(), json!(true));
        let priority = if dice.chance(50) { "remote wins" } else { "local wins" };
        integration.insert("sync priority".to_owned(), json!(priority));
    }
    if setting.is_without_guests {
        integration.insert("guest customer sync".to_owned(), json!(false));
    }
    if setting.is_crowded {
        integration.insert("page size".to_owned(), json!(25));
    }
    head.push(("integration", integration.into()));
    head
}

fn advance(dice: &mut Dice) -> Value {
    json!({ "advance": dice.weighted(SPANS).unwrap_or("5 minutes") })
}

/// So much time that the next window but one does not reach back over what happened: whoever is missed then stays missed.
fn long_advance(dice: &mut Dice) -> Value {
    json!({ "advance": dice.pick(&["1 hour", "1 day"]).copied().unwrap_or("1 hour") })
}

/// The way in which a sync is made to go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Calm,
    Forced,
    Disrupted,
    Edited,
    Killed,
}

const WAYS: &[(usize, Way)] =
    &[(30, Way::Calm), (3, Way::Forced), (32, Way::Disrupted), (20, Way::Edited), (15, Way::Killed)];

const WAYS_OF_CLIENTS: &[(usize, Way)] = &[(30, Way::Calm), (5, Way::Forced), (40, Way::Disrupted), (25, Way::Edited)];

const WAYS_OF_CROWDS: &[(usize, Way)] = &[(20, Way::Calm), (20, Way::Disrupted), (45, Way::Edited), (15, Way::Killed)];

/// A sync with what goes on in it.
fn sync(setting: &Setting, people: &mut People, dice: &mut Dice, is_first: bool) -> Block {
    let any = || json!({ "expect": { "outcome": "any" } });
    let ways = match setting {
        Setting { is_foreign: true, .. } => WAYS_OF_CLIENTS,
        Setting { is_crowded: true, .. } => WAYS_OF_CROWDS,
        _ => WAYS,
    };
    match dice.weighted(ways).unwrap_or(Way::Calm) {
        Way::Calm => {
            people.synced();
            vec![json!("sync"), any()]
        }
        Way::Forced if !is_first => {
            people.synced();
            vec![json!({ "sync": { "force": true } }), any()]
        }
        Way::Disrupted
            if setting.is_two_way
                && !setting.is_foreign
                && dice.chance(10)
                && let Some(block) = lost_creation(setting, people, dice) =>
        {
            block
        }
        Way::Disrupted | Way::Forced => {
            let mut block: Block = (0..dice.weighted(&[(70, 1), (30, 2)]).unwrap_or(1))
                .map(|_| json!({ "disrupt": disruption(setting, dice) }))
                .collect();
            block.extend([json!("sync"), any(), json!("clear")]);
            block
        }
        Way::Edited => edited(setting, people, dice),
        Way::Killed => {
            let during = json!({ "sync": {}, "before": call(setting, dice), "kill": true, "may miss": true });
            vec![json!({ "during": during }), any()]
        }
    }
}

/// A creation whose answer is lost, and trouble when the next sync looks whether it was made.
fn lost_creation(setting: &Setting, people: &mut People, dice: &mut Dice) -> Option<Block> {
    let (kind, made, looked) = setting.calls.creation(dice)?;
    let edit = in_crm::edit(kind, people, dice)?;
    let lost = json!({ "operation": made, "times": dice.between(1, 4), "with": "half-open", "may miss": true });
    let mut again = json!({ "operation": looked });
    with_trouble(&mut again, setting, dice);
    let any = || json!({ "expect": { "outcome": "any" } });
    Some(vec![
        json!({ "in crm": edit }),
        json!({ "disrupt": lost }),
        json!("sync"),
        any(),
        json!("clear"),
        json!({ "disrupt": again }),
        advance(dice),
        json!("sync"),
        any(),
        json!("clear"),
    ])
}

/// A sync with edits just before one of its calls. A call that every sync makes may have any edit before it; of others nobody
/// knows whether they come, so nothing later may build on what is done before them.
fn edited(setting: &Setting, people: &mut People, dice: &mut Dice) -> Block {
    let mut during = Map::from_iter([("sync".to_owned(), json!({}))]);
    let is_sure = dice.chance(50) && !setting.is_foreign;
    if is_sure {
        during.insert("before".to_owned(), json!({ "operation": setting.calls.sure(dice) }));
    } else {
        during.insert("before".to_owned(), call(setting, dice));
        during.insert("may miss".to_owned(), json!(true));
    }
    let before = people.clone();
    if setting.is_crowded && !setting.is_foreign && dice.chance(70) {
        // Between two pages somebody leaves the list.
        let page = json!({ "operation": "oroCustomerList", "call": dice.between(2, 3) });
        during.insert("before".to_owned(), page);
        during.insert("may miss".to_owned(), json!(true));
        during.insert("in magento".to_owned(), edits::leaving(people, dice));
        during.insert("advance".to_owned(), json!("1 second"));
        people.may_be_as(before);
        people.synced_but(|customer| !during_knows(&during, &customer.name));
        return vec![json!({ "during": during }), json!({ "expect": { "outcome": "any" } })];
    }
    if setting.is_two_way
        && !setting.is_foreign
        && dice.chance(20)
        && let Some(edit) = in_crm::any(people, dice)
    {
        during.insert("in crm".to_owned(), edit);
    } else {
        let count = dice.weighted(&[(60, 1), (40, 2)]).unwrap_or(1);
        let edits = |people: &mut People, dice: &mut Dice| match is_sure {
            true => edits::in_magento(people, dice),
            false => edits::in_passing(people, dice),
        };
        let edits: Vec<Value> = (0..count).flat_map(|_| edits(people, dice)).collect();
        during.insert("in magento".to_owned(), edits.into());
    }
    if dice.chance(50) {
        during.insert("advance".to_owned(), json!("1 second"));
    }
    if !is_sure {
        people.may_be_as(before);
    }
    people.synced_but(|customer| !during_knows(&during, &customer.name));
    vec![json!({ "during": during }), json!({ "expect": { "outcome": "any" } })]
}

/// Whether a customer is called anywhere in a step.
fn during_knows(during: &Map<String, Value>, name: &str) -> bool {
    during.get("in magento").is_some_and(|edits| edits.to_string().contains(&format!("\"{name}\"")))
}

/// Which call, of an operation or of all.
fn call(setting: &Setting, dice: &mut Dice) -> Value {
    if dice.chance(30) || setting.is_foreign {
        return json!({ "call": dice.between(1, 30) });
    }
    match dice.weighted(&[(60, 1), (20, 2), (12, 3), (8, 5)]) {
        None | Some(1) => json!({ "operation": setting.calls.any(setting.is_two_way, dice) }),
        Some(call) => json!({ "operation": setting.calls.any(setting.is_two_way, dice), "call": call }),
    }
}

fn disruption(setting: &Setting, dice: &mut Dice) -> Value {
    let mut disruption = call(setting, dice);
    with_trouble(&mut disruption, setting, dice);
    disruption
}

/// Adds what goes wrong. Some outages outlast every call of a sync, those by ids as well.
fn with_trouble(disruption: &mut Value, setting: &Setting, dice: &mut Dice) {
    let mut troubles = usual();
    if setting.is_foreign {
        troubles.retain(|trouble| !KEEPS_WAITING.contains(&trouble.disruption.kind()));
    }
    if let (Some(trouble), Value::Object(members)) = (dice.pick(&troubles), disruption) {
        if trouble.times > 1 {
            let times = if dice.chance(25) { OUTLASTING } else { trouble.times };
            members.insert("times".to_owned(), json!(times));
        }
        members.insert("with".to_owned(), serde_json::to_value(&trouble.disruption).unwrap_or_default());
        members.insert("may miss".to_owned(), json!(true));
    }
}

#[cfg(test)]
mod tests {
    use crate::magento::BridgeRelease;

    #[test]
    fn the_releases_that_are_drawn_are_known() {
        for release in ["1.2.0", "1.2.14"] {
            assert!(BridgeRelease::find(release).is_ok(), "{release}");
        }
    }
}
