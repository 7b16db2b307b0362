//! Named misbehaviours of the reference CRM client (`orocrm-sync` spec, section 13) and the profiles that switch them.
//!
//! A rule that has a quirk asks [`Quirks::has`] in the one place where both behaviours stand side by side.
#![doc(hidden)]

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What the spec recommends for a quirk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Recommendation {
    /// Part of how the connector works: reproduced in every profile.
    Reproduce,
    /// A defect: fixed in `documented`, reproduced in `orocrm-4.1`.
    Fix,
    /// A choice: `documented` follows the reference behaviour unless told otherwise.
    Optional,
}

macro_rules! quirks {
    ($($variant:ident, $id:literal, $recommendation:ident, $summary:literal;)*) => {
        /// A quirk of the reference client.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Quirk {
            $(#[doc = concat!($id, ": ", $summary, ".")] $variant,)*
        }

        impl Quirk {
            /// Every quirk, by number.
            pub const ALL: &'static [Quirk] = &[$(Quirk::$variant,)*];

            /// The number in the sync spec, such as `Q-04`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// What the reference client does, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)* }
            }

            /// What the spec recommends.
            pub fn recommendation(self) -> Recommendation {
                match self { $(Self::$variant => Recommendation::$recommendation,)* }
            }
        }
    };
}

quirks! {
    BookmarkLostAfterOtherConnectorFailed, "Q-01", Fix, "a connector that succeeds after another failed in the same run loses its bookmark and replays history";
    BookmarkIsEndOfRun, "Q-02", Fix, "the incremental bookmark is the clock at the end of the run, not the end of the window";
    InitialWindowHole, "Q-03", Fix, "all initial windows but the first are shifted five minutes, which leaves a hole";
    MergeDropsConflictsByPosition, "Q-04", Fix, "the two-way merge takes conflicts out of the local changes by list position, not by field name";
    CleanUpForgetsBookmarks, "Q-05", Fix, "the status clean-up keeps the newest record per connector over all integrations, so others lose their bookmarks";
    LifetimeCountedAgain, "Q-06", Fix, "every change of a non-canceled order adds its subtotal to the lifetime value again";
    AnyErrorRemovesAddress, "Q-07", Fix, "any error while an address is re-read before its export removes it from the CRM; native fault 102 is not recognised";
    CustomerAddressWithoutRegion, "Q-08", Fix, "customer addresses never get a region, only its text";
    SharedEmailIgnoresNames, "Q-09", Fix, "a new guest order on a shared e-mail is linked to the first customer with that e-mail, whatever the name";
    CartStatusReset, "Q-10", Fix, "a purchased, lost or converted cart becomes open or expired again with the next cart import";
    GuestCartsDropped, "Q-11", Fix, "guest carts without a known guest are dropped while guest customer sync is on";
    OrderSyncDataKeepsWindow, "Q-12", Fix, "Sync Data of one order still applies the date window";
    CartSyncDataKeepsWindow, "Q-13", Fix, "Sync Data of one cart still applies the date window and leaves a status without bookmark";
    NewsletterSecondPageBroken, "Q-14", Fix, "the second page of changed subscribers uses the server time as its lower bound";
    OneWindowPerRun, "Q-15", Optional, "a bridge connector processes one window a run, so catching up takes many runs";
    ExportFlagClearedOnFailure, "Q-16", Fix, "the to-be-exported flag is cleared even when the export failed";
    TwoWayNeedsNoBridge, "Q-17", Fix, "two-way sync of customers works without the bridge although the guide says it does not";
    UniqueEmailAskedWithRowId, "Q-18", Fix, "the e-mail uniqueness check sends the CRM's row id of the store as Magento's store_id";
    PlaceOrderImportsEverything, "Q-19", Fix, "after an order was placed from the CRM the whole incremental import runs";
    OrdersByIdFilterWebsite, "Q-20", Fix, "orders fetched by id are filtered by website_id, a column orders do not have";
    RegionsSharedByIntegrations, "Q-21", Fix, "the region dictionary and cart addresses are shared by all integrations";
    OrdersTrustStoredBridgeFlag, "Q-22", Reproduce, "orders look for carts by the stored bridge flag, not by the live one";
    CustomerWithoutWebsiteFails, "Q-23", Fix, "a customer without a website id fails the run instead of the row";
    SubscribersCollapseByCustomer, "Q-24", Fix, "of several subscribers of one customer in a batch only the first is stored";
    ZeroDateIsYearMinusOne, "Q-25", Fix, "a zero date becomes the year -1";
    SingleElementNotNormalised, "Q-26", Fix, "in WS-I, single websites, regions and attributes are taken for lists";
    FalseResultLooksTrue, "Q-27", Fix, "in WS-I, a result of false or 0 counts as success";
    LoginLogged, "Q-28", Fix, "the debug log holds the arguments of login";
    FourthSleepUnused, "Q-29", Reproduce, "the last of the four retry delays is never used";
    DateHeaderMatchedExactly, "Q-30", Fix, "the server time is only found in a header spelled Date";
    SharedEmailsMatchedExactly, "Q-31", Fix, "shared e-mails are de-duplicated before trimming and matched case-sensitively";
    ThirdStreetLineLost, "Q-32", Fix, "the third and later street lines are lost";
    NothingRemovedInCrm, "Q-33", Reproduce, "what is removed in Magento stays in the CRM";
    EmptyOverwrites, "Q-34", Reproduce, "empty values from Magento overwrite CRM values";
    ImportOverwritesPendingEdits, "Q-35", Fix, "an edit is exported right after it was saved; one that waits still when an import comes is overwritten, and addresses created in the CRM are deleted";
    RunsMayOverlap, "Q-36", Reproduce, "initial and incremental runs may overlap in time";
    NoReLogin, "Q-37", Fix, "an expired session is an error; nothing logs in again";
    WsdlCacheNeverExpires, "Q-38", Reproduce, "a cached WSDL is used until Check Connection drops it";
    DictionaryFailuresIgnored, "Q-39", Reproduce, "a failed dictionary does not stop the run";
    SubscriberCursorLowered, "Q-40", Fix, "postponed subscribers of an incremental run may lower the initial cursor";
    IncompleteWindowForgotten, "Q-41", Fix, "what was read while the bridge's ping or a dictionary failed counts as done, so its rows keep their holes";
    CreateSentAgain, "Q-42", Fix, "a create whose answer was lost is sent again at once, so that Magento has two of it";
    WholeRecordSent, "Q-43", Fix, "an export sends the whole record, what Magento did not answer as empty and default addresses as the CRM has them, so that fields nobody edited are overwritten";
    PagesByNumber, "Q-44", Fix, "lists are read by page number, so that what is saved or deleted while they are read moves others past the reader; of what is fetched by id only one page is read";
    FirstSyncByOwnClock, "Q-45", Fix, "the first sync begins at the CRM's own clock instead of the shop's time";
    SubscriberCursorPassesWaiting, "Q-46", Fix, "the newsletter cursor passes subscribers who wait for their customer, so they are lost when the run fails";
    RegisteredGuestStaysAsMade, "Q-47", Fix, "when a guest has registered, account, contact, orders and carts stay as they were made";
    RegionsNeverAgain, "Q-48", Fix, "a run that skips the regions counts as one that read them, so that they are never read again while syncs run";
    CountriesOfThePlatform, "Q-50", Fix, "forty of Magento's countries are unknown to the CRM: an address keeps their name only, and a cart loses the address";
    AnybodySharesAnAccount, "Q-51", Fix, "account discovery by addresses alone gives a customer without addresses the account of anybody";
    CartMissedWithoutBridge, "Q-52", Fix, "without the bridge, which alone lists carts, every order of a cart warns that the cart is not found";
    StartDateMovesEarlier, "Q-53", Fix, "the sync start date may move earlier after a sync, although the guide says that it cannot be changed";
    ScheduledInOtherWords, "Q-54", Fix, "Schedule Sync answers in other words than the guide's";
    NoAnswerIsNothing, "Q-55", Fix, "an empty answer, or one that is no HTTP, is taken for no rows, so that the bookmark moves past them; a call whose answer was cut is not made again";
    LateCustomerTakesNothing, "Q-56", Fix, "an order or a cart that came before its customer stays without one until it changes in Magento";
    FullSyncForgetsChanges, "Q-57", Fix, "a full re-sync forgets up to when changes were read, so that a row from before the sync start date misses what changed since the last sync";
    EmptiedStays, "Q-58", Fix, "what is emptied in Magento, which leaves it out of its answers then, stays in the CRM, and goes back with the next edit of the row";
    AnyGuestRegisters, "Q-59", Fix, "somebody who registers with an address that several people share takes the guest of any of them";
}

/// A set of quirks that are switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirks(BTreeSet<Quirk>);

impl Quirks {
    /// Whether the reference behaviour is wanted.
    pub fn has(&self, quirk: Quirk) -> bool {
        self.0.contains(&quirk)
    }

    /// The same set with one quirk switched.
    #[must_use]
    pub fn with(mut self, quirk: Quirk, on: bool) -> Self {
        if on {
            self.0.insert(quirk);
        } else {
            self.0.remove(&quirk);
        }
        self
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Profile::Documented.quirks()
    }
}

impl Quirk {
    /// Whether there is another behaviour to switch to. What the spec recommends to reproduce is no defect, and what is no
    /// more than a habit has no opposite.
    pub fn is_switchable(self) -> bool {
        const FIXED: &[Quirk] =
            &[Quirk::FourthSleepUnused, Quirk::NothingRemovedInCrm, Quirk::EmptyOverwrites, Quirk::RunsMayOverlap];
        !FIXED.contains(&self) && !self.is_never_on()
    }

    /// Whether no profile has it: secrets are not logged, not even to be like the real one, and header names have no case
    /// in the HTTP library.
    fn is_never_on(self) -> bool {
        matches!(self, Self::LoginLogged | Self::DateHeaderMatchedExactly)
    }
}

/// A named set of quirks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub enum Profile {
    /// Defects fixed as the sync spec recommends.
    #[default]
    #[serde(rename = "documented")]
    Documented,
    /// What the connector of OroCRM 4.1 really does.
    #[serde(rename = "orocrm-4.1")]
    OroCrm41,
}

impl Profile {
    /// The quirks this profile switches on.
    pub fn quirks(self) -> Quirks {
        let like_real = |quirk: &Quirk| self == Self::OroCrm41 && !quirk.is_never_on();
        let on = |quirk: &Quirk| like_real(quirk) || quirk.recommendation() != Recommendation::Fix;
        Quirks(Quirk::ALL.iter().copied().filter(on).collect())
    }

    /// The name users type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::OroCrm41 => "orocrm-4.1",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a profile; expected documented or orocrm-4.1")]
pub struct UnknownProfile(pub String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "documented" => Ok(Self::Documented),
            "orocrm-4.1" => Ok(Self::OroCrm41),
            other => Err(UnknownProfile(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_fixes_defects_and_keeps_the_rest() {
        let documented = Profile::Documented.quirks();
        assert!(!documented.has(Quirk::MergeDropsConflictsByPosition));
        assert!(documented.has(Quirk::OneWindowPerRun));
        assert!(documented.has(Quirk::EmptyOverwrites));
        let real = Profile::OroCrm41.quirks();
        assert!(Quirk::ALL.iter().all(|quirk| real.has(*quirk) != quirk.is_never_on()));
    }
}
