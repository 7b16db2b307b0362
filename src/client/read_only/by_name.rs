//! Which operations of modules read, as far as their names tell: nothing else is known of them. Magento calls what reads
//! `list`, `info`, `items`, `tree` and the like; a name that says anything of doing something is none of them.

/// What a name that reads ends with.
const READS: &[&str] = &["List", "Info", "Items", "Tree", "Options", "Types", "Count", "Totals", "Statuses", "Version"];
/// What it may have anywhere instead.
const ASKS: &str = "Get";
/// Words of doing something; a name that has one does not pass, whatever else it has.
const DOES: &[&str] = &[
    "Accept",
    "Ack",
    "Acknowledge",
    "Activate",
    "Add",
    "Apply",
    "Approve",
    "Archive",
    "Assign",
    "Authorize",
    "Book",
    "Build",
    "Bump",
    "Calculate",
    "Call",
    "Cancel",
    "Capture",
    "Change",
    "Check",
    "Checkout",
    "Claim",
    "Clean",
    "Clear",
    "Close",
    "Collect",
    "Commit",
    "Complete",
    "Confirm",
    "Consume",
    "Convert",
    "Copy",
    "Create",
    "Deactivate",
    "Delete",
    "Dequeue",
    "Disable",
    "Dispatch",
    "Do",
    "Drop",
    "Edit",
    "Emit",
    "Empty",
    "Enable",
    "End",
    "Enqueue",
    "Execute",
    "Expire",
    "Export",
    "Fetch",
    "Finish",
    "Flush",
    "Fulfill",
    "Generate",
    "Hold",
    "Import",
    "Increment",
    "Insert",
    "Install",
    "Invalidate",
    "Issue",
    "Load",
    "Lock",
    "Login",
    "Logout",
    "Mark",
    "Mass",
    "Merge",
    "Move",
    "New",
    "Next",
    "Notify",
    "Open",
    "Order",
    "Pack",
    "Pay",
    "Place",
    "Poll",
    "Pop",
    "Post",
    "Prepare",
    "Print",
    "Process",
    "Publish",
    "Pull",
    "Purge",
    "Push",
    "Put",
    "Queue",
    "Rebuild",
    "Receive",
    "Redeem",
    "Refresh",
    "Refund",
    "Register",
    "Reindex",
    "Reject",
    "Release",
    "Remove",
    "Rename",
    "Renew",
    "Reorder",
    "Replace",
    "Reserve",
    "Reset",
    "Resolve",
    "Restore",
    "Retry",
    "Return",
    "Revoke",
    "Rollback",
    "Run",
    "Save",
    "Schedule",
    "Send",
    "Set",
    "Ship",
    "Start",
    "Stop",
    "Store",
    "Submit",
    "Subscribe",
    "Sync",
    "Synchronize",
    "Take",
    "Toggle",
    "Touch",
    "Track",
    "Transfer",
    "Trigger",
    "Truncate",
    "Unhold",
    "Uninstall",
    "Unlock",
    "Unsubscribe",
    "Update",
    "Upload",
    "Upsert",
    "Use",
    "Validate",
    "Void",
    "Withdraw",
    "Write",
];
/// Things whose names are such words too, where another word of the name stands before them and one that reads behind.
const THINGS: &[&str] =
    &["Order", "Store", "Return", "Refund", "Track", "Export", "Import", "Queue", "Issue", "Post", "Book"];

/// Whether a name says that the operation reads.
pub fn reads_by_name(operation: &str) -> bool {
    let words = words(operation);
    let Some((last, before)) = words.split_last() else { return false };
    let does = |(at, word): (usize, &&str)| {
        let is_thing = at > 0 && READS.contains(last) && THINGS.contains(word);
        DOES.contains(word) && !is_thing
    };
    let says = READS.contains(last) && !before.is_empty() || before.contains(&ASKS);
    // What an operation begins with is whose it is.
    says && !words.iter().enumerate().skip(1).any(does)
}

/// `acme`, `Loyalty`, `Info`.
fn words(name: &str) -> Vec<&str> {
    let starts = name.char_indices().filter(|(at, letter)| *at == 0 || letter.is_uppercase()).map(|(at, _)| at);
    let starts: Vec<usize> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([name.len()]);
    starts.iter().zip(ends).map(|(start, end)| name[*start..end].trim_end_matches('_')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::Contract;

    /// Nobody has said of Magento's own operations what their names tell, so they can judge the rule.
    #[test]
    fn of_magentos_own_operations_none_passes_that_writes_and_most_pass_that_read() {
        let (mut passed, mut reading) = (0, 0);
        for facts in Contract::shared().operations().filter(|facts| facts.resource.is_some()) {
            let passes = reads_by_name(&facts.name);
            assert!(!passes || facts.reads_only, "{} writes and passes", facts.name);
            reading += usize::from(facts.reads_only);
            passed += usize::from(passes);
        }
        assert!(passed * 10 > reading * 7, "{passed} of {reading}");
    }

    #[test]
    fn a_name_that_leaves_a_doubt_does_not_pass() {
        for (name, passes) in [
            ("acmeLoyaltyInfo", true),
            ("acmeLoyaltyList", true),
            ("acmeLoyaltyGetPoints", true),
            ("acmeSalesOrderItems", true),
            ("acme_Loyalty_Info", true),
            ("acmeLoyaltyCreate", false),
            ("acmeLoyalty", false),
            ("acmeQueueGetNext", false),
            ("acmeQueuePopItems", false),
            ("acmeLoyaltyResetList", false),
            ("acmePointsSetInfo", false),
            ("acmeGetAndDelete", false),
            ("acmeOrderList", true),
            ("acmeOrderGetOrder", false),
            ("acmeloyaltyinfo", false),
            ("List", false),
            ("", false),
            ("größeInfo", true),
        ] {
            assert_eq!(reads_by_name(name), passes, "{name}");
        }
    }
}
