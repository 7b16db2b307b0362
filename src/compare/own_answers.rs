//! What operations of modules answer: they are asked, lists before what is about one of their rows, and what came is kept.

use super::answer::Fields;
use super::asked::AskedShop;
use super::own::{self, Asking, OwnRows};
use super::said::{ACCESS_DENIED, Said, of_fault};
use super::sample::{Sample, newest_asked};
use super::wanted::{self, NotCalled, WantedQuestion};
use crate::client::ClientError;
use crate::soap::{SoapFault, SoapStruct, SoapValue};

/// What was said to a question about a module's operation.
pub(super) struct OwnReply {
    pub(super) question: String,
    pub(super) operation: String,
    pub(super) said: Said,
}

/// A call of a module's operation and what came of it.
pub(super) struct SeenCall {
    pub(super) operation: String,
    pub(super) arguments: SoapStruct,
    pub(super) outcome: Result<SoapValue, SoapFault>,
}

impl SeenCall {
    fn of(operation: &str, arguments: SoapStruct, outcome: Result<SoapValue, SoapFault>) -> Self {
        Self { operation: operation.to_owned(), arguments, outcome }
    }
}

/// Everything that modules said.
#[derive(Default)]
pub(super) struct OwnAnswers {
    pub(super) replies: Vec<OwnReply>,
    pub(super) seen: Vec<SeenCall>,
    pub(super) not_called: Vec<NotCalled>,
    /// Rows of their lists.
    rows: OwnRows,
}

/// Asks the operations of modules that may be asked.
pub(super) async fn of(
    shop: &mut AskedShop,
    sample: &Sample,
    records: usize,
    asked_for: &[WantedQuestion],
    told: &mut dyn FnMut(&str),
) -> OwnAnswers {
    let mut answers = OwnAnswers::default();
    let facts = shop.facts.clone();
    let (about_records, lists): (Vec<&str>, Vec<&str>) =
        wanted::operations(&facts).partition(|operation| own::is_about_a_record(operation, &facts));
    for operation in lists.into_iter().chain(about_records) {
        if let Some(why) = wanted::refused(operation, asked_for) {
            answers.not_called.push(NotCalled::of(operation, why));
            continue;
        }
        if let Some(why) = &shop.unreadable {
            answers.not_called.push(NotCalled::of(operation, format!("what modules declare cannot be read: {why}")));
            continue;
        }
        let mut given = asked_for.iter().filter(|wanted| wanted.operation == operation).peekable();
        let is_given = given.peek().is_some();
        let calls: Vec<SoapStruct> = given.filter_map(|given| given.arguments.clone()).collect();
        let asking = match calls.is_empty() {
            false => Asking::With(calls, None),
            true => own::asking(operation, &facts, sample, &answers.rows, records),
        };
        told(operation);
        match asking {
            Asking::With(calls, missing) => answers.ask(shop, operation, calls, missing).await,
            Asking::Newest(stamp, arguments) => {
                let (arguments, _) = newest_asked(shop, operation, stamp, &arguments).await;
                answers.ask(shop, operation, vec![arguments], None).await;
            }
            Asking::ForAll(arguments) if is_given => answers.ask(shop, operation, vec![arguments], None).await,
            Asking::ForAll(_) => {
                let why = "it would answer all it has: it takes no pager, and its rows have no created_at";
                answers.not_called.push(NotCalled::of(operation, why));
            }
            Asking::Not(why) => answers.not_called.push(NotCalled::of(operation, why)),
        }
    }
    answers
}

impl OwnAnswers {
    async fn ask(
        &mut self,
        shop: &mut AskedShop,
        operation: &str,
        calls: Vec<SoapStruct>,
        missing: Option<SoapStruct>,
    ) {
        let (mut fields, mut has_rows, mut refused) = (Fields::default(), false, Vec::new());
        let mut failed = None;
        for arguments in calls {
            let heard = shop.ask(operation, arguments.clone()).await;
            match &heard.value {
                Ok(value) => {
                    has_rows |= !is_nothing(value);
                    let is_read = heard.answer.as_ref().is_some_and(|answer| fields.add(&answer.body));
                    if !is_read {
                        failed = Some(Said::NoAnswer("it cannot be read".to_owned()));
                    }
                    let rows = crate::client::collection(value.clone());
                    self.rows.push((operation.to_owned(), rows));
                    self.seen.push(SeenCall::of(operation, arguments, Ok(value.clone())));
                }
                Err(ClientError::Fault { fault, .. }) if fault.api_code() == Some(ACCESS_DENIED) => {
                    self.not_called.push(NotCalled::of(operation, "the API user may not call it"));
                    return;
                }
                Err(ClientError::Fault { fault, .. }) => {
                    refused.push(fault.clone());
                    self.seen.push(SeenCall::of(operation, arguments, Err(fault.clone())));
                }
                Err(error @ ClientError::Request { .. }) => {
                    self.not_called.push(NotCalled::of(operation, error.to_string()));
                    return;
                }
                Err(_) => failed = Some(of_fault(&heard)),
            }
        }
        let mut said = match (failed, has_rows, refused.first()) {
            (Some(failed), ..) => failed,
            (None, true, _) if fields.0.is_empty() => Said::Words("a single value".to_owned()),
            (None, true, _) => Said::Fields(fields),
            (None, false, Some(fault)) => Said::Fault(fault.clone()),
            (None, false, None) => Said::Nothing,
        };
        if let Some(arguments) = missing {
            let heard = shop.ask(operation, arguments.clone()).await;
            let of_missing = of_fault(&heard);
            if said == of_missing {
                // None of the records that were asked about has anything there.
                said = Said::Nothing;
            }
            let outcome = match &heard.value {
                Ok(value) => Some(Ok(value.clone())),
                Err(ClientError::Fault { fault, .. }) => Some(Err(fault.clone())),
                Err(_) => None,
            };
            self.seen.extend(outcome.map(|outcome| SeenCall::of(operation, arguments, outcome)));
            self.note(format!("{operation}: one that is not there"), operation, of_missing);
        }
        self.note(operation.to_owned(), operation, said);
    }

    fn note(&mut self, question: String, operation: &str, said: Said) {
        self.replies.push(OwnReply { question, operation: operation.to_owned(), said });
    }
}

fn is_nothing(value: &SoapValue) -> bool {
    match value {
        SoapValue::Nil => true,
        SoapValue::List(rows) => rows.is_empty(),
        SoapValue::Struct(record) => record.is_empty(),
        _ => false,
    }
}
