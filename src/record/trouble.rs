//! What went wrong while it was recorded, as disruptions of the fake shop at the same calls.

use std::collections::BTreeMap;

use super::RecordError;
use super::cassette::{Cassette, Exchange};
use super::reader::Reader;
use crate::disrupt::Disruption;
use crate::soap::Answer;

/// Trouble of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The operation that was called.
    pub operation: String,
    /// Which call of it, counted from 1.
    pub call: u64,
    /// For how many calls in a row.
    pub times: u64,
    /// What happened, or in words why no disruption does the same.
    pub what: Result<Disruption, String>,
}

/// Clocks that are closer than this are said to agree: answers take their time.
const SKEW_MIN_SECONDS: i64 = 30;

/// Everything that went wrong, in the order of its first call.
///
/// # Errors
/// [`RecordError::Wsdl`] when the recording has no usable service description.
pub fn troubles(cassette: &Cassette) -> Result<Vec<Trouble>, RecordError> {
    let reader = Reader::of_wsdl(&cassette.wsdl)?;
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut troubles: Vec<Trouble> = Vec::new();
    for exchange in &cassette.exchanges {
        let count = counts.entry(&exchange.operation).or_default();
        *count += 1;
        let Some(what) = trouble(&reader, exchange) else { continue };
        let goes_on = troubles.iter_mut().rev().find(|known| {
            known.operation == exchange.operation && known.call + known.times == *count && known.what == what
        });
        match goes_on {
            Some(known) => known.times += 1,
            None => troubles.push(Trouble { operation: exchange.operation.clone(), call: *count, times: 1, what }),
        }
    }
    Ok(troubles)
}

/// How long the shop took to answer everything, by its own clock.
pub fn duration_seconds(cassette: &Cassette) -> i64 {
    let dates: Vec<i64> = cassette.exchanges.iter().filter_map(|exchange| at(exchange.date.as_deref()?)).collect();
    dates.iter().max().zip(dates.iter().min()).map_or(0, |(last, first)| last - first)
}

fn at(date: &str) -> Option<i64> {
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_second())
}

/// How far the shop's clock was ahead, by its first answer.
pub fn clock_skew_seconds(cassette: &Cassette) -> Option<i64> {
    let first = cassette.exchanges.iter().find_map(|exchange| exchange.date.as_deref())?;
    let skew = at(first)? - cassette.meta.clock.as_second();
    (skew.abs() >= SKEW_MIN_SECONDS).then_some(skew)
}

fn trouble(reader: &Reader, exchange: &Exchange) -> Option<Result<Disruption, String>> {
    if let Some(broken) = &exchange.broken {
        return Some(broken.as_disruption().ok_or_else(|| "the answer was longer than is taken".to_owned()));
    }
    let Some(status) = exchange.status else { return Some(Ok(Disruption::Reset { after_bytes: 0 })) };
    if let (300..=399, Some(location)) = (status, &exchange.location) {
        return Some(Ok(Disruption::Redirect(location.clone())));
    }
    let body = exchange.bytes();
    match reader.answer(&exchange.operation, &body) {
        Some(Answer::Fault(fault)) => {
            Some(Ok(Disruption::Fault { code: fault.code.to_string(), string: fault.string }))
        }
        Some(Answer::Value(_)) if status != 200 => Some(Err(format!("an answer came with the status {status}"))),
        Some(Answer::Value(_)) if exchange.gzip => Some(Ok(Disruption::Gzip)),
        Some(Answer::Value(_)) => None,
        None if body.iter().all(u8::is_ascii_whitespace) && status == 200 => Some(Ok(Disruption::EmptyBody)),
        None if status != 200 => Some(Ok(Disruption::Status(status))),
        None => Some(unreadable(exchange)),
    }
}

/// A body with status 200 that is no answer.
fn unreadable(exchange: &Exchange) -> Result<Disruption, String> {
    let text = exchange.answer.trim_start();
    let lower: String = text.chars().take(2048).collect::<String>().to_ascii_lowercase();
    let is_envelope = lower.contains(":envelope");
    if !is_envelope && lower.contains("<html") {
        return Ok(Disruption::HtmlPage);
    }
    if !is_envelope {
        return Err("neither a SOAP answer nor an HTML page came".to_owned());
    }
    if text.starts_with('\u{feff}') {
        return Ok(Disruption::ByteOrderMark);
    }
    if !text.starts_with("<?xml") && lower.contains("<?xml") {
        return Ok(Disruption::PhpWarning);
    }
    if exchange.binary {
        return Ok(Disruption::InvalidUtf8);
    }
    if !text.trim_end().ends_with('>') || !text.contains(":Envelope>") {
        return Ok(Disruption::TruncatedXml);
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Ok(Disruption::ControlCharacter);
    }
    Err("the answer is no XML that can be read".to_owned())
}
