//! What a difference means for a client, as a table.

use super::topic::Topic;

/// When a line holds: topic, aspect, words in the question, words on either side.
struct Meaning {
    topic: Topic,
    aspect: &'static str,
    question: &'static str,
    words: &'static str,
    says: &'static str,
}

const fn says(
    topic: Topic,
    aspect: &'static str,
    question: &'static str,
    words: &'static str,
    says: &'static str,
) -> Meaning {
    Meaning { topic, aspect, question, words, says }
}

/// The first that fits is said.
const MEANINGS: &[Meaning] = &[
    says(
        Topic::Declaration,
        "style",
        "",
        "",
        "a client must be set to the shop's style: RPC answers have other envelopes, lists and nulls than WS-I",
    ),
    says(
        Topic::Declaration,
        "namespace",
        "",
        "",
        "a client that has the namespace written down, and not from the WSDL, calls operations nobody knows",
    ),
    says(
        Topic::Declaration,
        "port type",
        "",
        "",
        "generated clients get other class names, and RPC requests another SOAPAction; a client that reads the WSDL does not mind",
    ),
    says(
        Topic::Declaration,
        "operations",
        "",
        "oroPing",
        "only one of them has the OroCRM bridge: without it there are no carts and no subscribers, and one call or two per record",
    ),
    says(
        Topic::Declaration,
        "operations",
        "",
        "",
        "a client that calls one where it is missing gets \"Procedure not present\", or cannot even write the call",
    ),
    says(
        Topic::Declaration,
        "parts",
        "",
        "",
        "a client that is made from one WSDL leaves arguments out, or sends unknown ones, at the other",
    ),
    says(Topic::Declaration, "wrapper", "", "", "in WS-I a request under another element is not found at all"),
    says(
        Topic::Declaration,
        "fields",
        "",
        "",
        "strict clients drop fields their WSDL does not declare, and fail on required ones that are missing",
    ),
    says(Topic::Declaration, "order of fields", "", "", "strict WS-I clients want fields in the order of their WSDL"),
    says(Topic::Faults, "fault code", "session", "", "a client that logs in again on fault 5 only does not do so here"),
    says(
        Topic::Faults,
        "fault code",
        "is not there",
        "",
        "a client that tells \"is gone\" by its code takes this for a failure, or a failure for this",
    ),
    says(Topic::Faults, "fault code", "", "", "a client that decides by the code decides otherwise"),
    says(Topic::Faults, "fault text", "", "", "a client that looks for words in the text finds others"),
    says(Topic::Faults, "answer", "", "", "a client that expects a fault here goes on with what it is given"),
    says(
        Topic::Paging,
        "answer",
        "past the end",
        "the last row",
        "a client that asks for pages until one is empty never ends where the last page comes again",
    ),
    says(
        Topic::Paging,
        "answer",
        "no pager",
        "",
        "a client that leaves the pager out gets all rows at one shop and a failure at the other",
    ),
    says(
        Topic::Paging,
        "answer",
        "size",
        "",
        "a page size of 0 or less is everything at one shop and something else at the other",
    ),
    says(
        Topic::Filters,
        "answer",
        "nosuchoperator",
        "",
        "a mistyped operator is noticed at one shop and passed over at the other",
    ),
    says(
        Topic::Filters,
        "answer",
        "",
        "more rows",
        "the operator is passed over: a sync that filters by it reads too much",
    ),
    says(Topic::Filters, "answer", "", "no row", "a sync that filters by this operator misses records"),
    says(
        Topic::Http,
        "answer",
        "Date",
        "not sent",
        "a client that reads the shop's clock from Date has none: windows of changes then follow the client's clock",
    ),
    says(
        Topic::Http,
        "answer",
        "Content-Type",
        "",
        "a client that checks the type, or reads only its first line, may refuse one of them",
    ),
    says(
        Topic::Http,
        "answer",
        "status of a fault",
        "",
        "a client that takes HTTP 500 for an outage repeats a call that will fail again",
    ),
    says(Topic::Http, "answer", "of the WSDL", "", "proxies and clients keep the WSDL for another time"),
    says(
        Topic::Http,
        "answer",
        "without TLS",
        "",
        "a client whose address begins with http:// would send its key unencrypted, or not get through",
    ),
    says(
        Topic::Records,
        "rights",
        "",
        "",
        "the API user lacks the right at one of them, so this says nothing about the contract",
    ),
    says(
        Topic::Dictionaries,
        "rights",
        "",
        "",
        "the API user lacks the right at one of them, so this says nothing about the contract",
    ),
    says(
        Topic::Faults,
        "rights",
        "",
        "",
        "the API user lacks the right at one of them, so this says nothing about the contract",
    ),
    says(
        Topic::Records,
        "fields",
        "",
        "",
        "a client that reads a field which is not sent keeps an old value or takes it for null",
    ),
    says(
        Topic::Records,
        "types of fields",
        "",
        "",
        "a typed client reads another type than it was made for, such as a text for a number",
    ),
    says(
        Topic::Records,
        "fields that are nil",
        "",
        "",
        "nil clears a field at the client, a field that is not sent leaves it",
    ),
    says(
        Topic::Modules,
        "rights",
        "",
        "",
        "the API user lacks the right at one of them, so this says nothing about the contract",
    ),
    says(
        Topic::Modules,
        "fields",
        "",
        "",
        "a client that reads a field which is not sent keeps an old value or takes it for null",
    ),
    says(
        Topic::Modules,
        "types of fields",
        "",
        "",
        "a typed client reads another type than it was made for, such as a text for a number",
    ),
    says(Topic::Modules, "fault code", "", "", "a client that decides by the code decides otherwise"),
    says(Topic::Modules, "answer", "", "", "a client that expects the one gets the other"),
];

/// What a difference means, where the table knows.
pub(super) fn of(topic: Topic, question: &str, aspect: &str, first: &str, second: &str) -> Option<&'static str> {
    let holds = |known: &&Meaning| {
        known.topic == topic
            && known.aspect == aspect
            && question.contains(known.question)
            && (first.contains(known.words) || second.contains(known.words))
    };
    MEANINGS.iter().find(holds).map(|known| known.says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_meaning_is_said() {
        for (topic, question, aspect, first, said) in [
            (Topic::Paging, "oroOrderList: a page past the end", "answer", "the last row", Some("never ends")),
            (Topic::Http, "Date of an answer", "answer", "not sent", Some("client's clock")),
            (Topic::Declaration, "wsdl", "operations", "oroPing, oroOrderList", Some("OroCRM bridge")),
            (Topic::Declaration, "wsdl", "operations", "storeInfo", Some("Procedure not present")),
            (Topic::Dictionaries, "storeList", "order of fields", "a", None),
        ] {
            let found = of(topic, question, aspect, first, "");
            assert_eq!(found.is_some(), said.is_some(), "{question}");
            assert!(found.is_none_or(|found| found.contains(said.unwrap())), "{found:?}");
        }
    }
}
