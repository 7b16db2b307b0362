//! What a shop says to a question, in a form that can be laid beside what another one says.

use super::answer::Fields;
use super::asked::Heard;
use crate::client::ClientError;
use crate::soap::SoapFault;

/// API fault "Access denied."
pub(super) const ACCESS_DENIED: u16 = 2;

/// What a shop says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The fields of each record that was answered.
    Fields(Fields),
    /// The SOAP fault that was answered.
    Fault(SoapFault),
    /// Something that is said in words.
    Words(String),
    /// Nothing that could be used.
    NoAnswer(String),
    /// No record, so that nothing is known of how one looks.
    Nothing,
}

/// A fault; an answer where one was expected is told in words.
pub(super) fn of_fault(heard: &Heard) -> Said {
    match &heard.value {
        Err(ClientError::Fault { fault, .. }) => Said::Fault(fault.clone()),
        Err(error) => Said::NoAnswer(match error.http_status() {
            Some(status) => format!("HTTP {status} without a fault"),
            None => "no usable answer".to_owned(),
        }),
        Ok(_) => {
            let mut fields = Fields::default();
            let is_read = heard.answer.as_ref().is_some_and(|answer| fields.add(&answer.body));
            Said::Words(match (is_read, fields.0.is_empty()) {
                (true, true) => "an empty answer".to_owned(),
                _ => "an answer with fields".to_owned(),
            })
        }
    }
}
