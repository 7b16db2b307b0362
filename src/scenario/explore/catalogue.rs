//! What the explorer injects.

use crate::disrupt::Disruption;

/// Strikes in a row after which the sync has given up a call: one attempt and three more (sync spec 2.7).
const OUTAGE: u64 = 4;

/// A disruption and how often it strikes in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The disruption that strikes.
    pub disruption: Disruption,
    /// To how many calls in a row.
    pub times: u64,
}

impl Trouble {
    fn once(disruption: Disruption) -> Self {
        Self { disruption, times: 1 }
    }

    fn outage(disruption: Disruption) -> Self {
        Self { disruption, times: OUTAGE }
    }

    /// What it is called in a report.
    pub fn name(&self) -> String {
        let name = self.disruption.name();
        if self.times == 1 { name } else { format!("{name} x{}", self.times) }
    }
}

/// Trouble a client can notice, so that it must recover from it.
pub fn usual() -> Vec<Trouble> {
    vec![
        Trouble::once(Disruption::ExpireSessions),
        Trouble::once(Disruption::InternalError),
        Trouble::once(Disruption::AccessDenied),
        Trouble::once(Disruption::Fault { code: "SOAP-ENV:Server".to_owned(), string: String::new() }),
        Trouble::once(Disruption::HtmlPage),
        Trouble::outage(Disruption::HtmlPage),
        Trouble::once(Disruption::TruncatedXml),
        Trouble::once(Disruption::PhpWarning),
        Trouble::once(Disruption::InvalidUtf8),
        Trouble::once(Disruption::EmptyBody),
        Trouble::once(Disruption::Status(401)),
        Trouble::once(Disruption::Status(404)),
        Trouble::once(Disruption::Status(500)),
        Trouble::once(Disruption::Status(503)),
        Trouble::outage(Disruption::Status(502)),
        Trouble::once(Disruption::Redirect("http://elsewhere.example/".to_owned())),
        Trouble::once(Disruption::ContentLength(1_000_000)),
        Trouble::outage(Disruption::Refused),
        Trouble::once(Disruption::TlsFailure),
        Trouble::once(Disruption::Reset { after_bytes: 0 }),
        Trouble::outage(Disruption::Close { after_bytes: 400 }),
        Trouble::once(Disruption::Stall { after_bytes: 0 }),
        Trouble::outage(Disruption::HalfOpen),
        Trouble::once(Disruption::Garbage),
        Trouble::once(Disruption::NoDate),
        Trouble::once(Disruption::Drip { bytes: 200, every_seconds: 1 }),
    ]
}

/// All trouble, with answers that are wrong but look right: no client can notice each of them.
pub fn all() -> Vec<Trouble> {
    let mut troubles = usual();
    troubles.extend([
        Trouble::once(Disruption::FaultAfterwards),
        Trouble::once(Disruption::EmptyPage),
        Trouble::once(Disruption::SingleRow),
        Trouble::once(Disruption::DuplicateRow),
        Trouble::once(Disruption::LastPageAgain),
        Trouble::once(Disruption::WrongCharset),
        Trouble::once(Disruption::ControlCharacter),
        Trouble::once(Disruption::ByteOrderMark),
        Trouble::once(Disruption::DateSkew(-3600)),
        Trouble::once(Disruption::Gzip),
    ]);
    troubles
}

/// The trouble of that word in scenarios; nothing for a word that is none.
pub fn by_kind(kind: &str) -> Vec<Trouble> {
    all().into_iter().filter(|trouble| trouble.disruption.kind() == kind).collect()
}
