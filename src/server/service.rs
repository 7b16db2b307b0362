//! One shop behind a lock, with its plan of disruptions and its journal: every connection answers through it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::body::Room;
use super::checkpoints::Checkpoints;
use super::endpoint::{self, Acted, Call, EndpointOptions, Handled, HttpAnswer, HttpRequestParts, Received};
use super::envelopes::Envelopes;
use super::journal::{Journal, Masked, Record};
use super::log::log;
use super::outcome::Outcome;
use super::remembered::{Answers, Question, Remembered};
use super::secret_values::{SecretValues, is_odd_login};
use super::spoiled;
use super::strikes::{Strikes, strikes};
use super::waiting::Waiting;
use crate::clock::Clock;
use crate::disrupt::answer::{Instead, instead};
use crate::disrupt::spoil::{self, spoil};
use crate::disrupt::wire::concerns_wire;
use crate::disrupt::{Disruption, Plan};
use crate::shop::stubs::Stubbed;
use crate::shop::{Refusal, Shop};
use crate::soap::{Codec, SoapStruct};

/// A shop and what a server keeps about it. Clones share all of it.
///
/// The locks are std's: each is held for one exchange without an await in it. When more than one is taken, the order is
/// shop, plan, journal or checkpoints; the answers' is taken alone.
#[derive(Clone)]
pub struct Service {
    shop: Arc<Mutex<Shop>>,
    /// The shop's codec when it last answered; envelopes are read with it before the shop is locked.
    codec: Arc<RwLock<Codec>>,
    plan: Arc<Mutex<Plan>>,
    journal: Arc<Mutex<Journal>>,
    answers: Arc<Mutex<Answers>>,
    checkpoints: Arc<Mutex<Checkpoints>>,
    options: EndpointOptions,
    room: Room,
    turns: Arc<Semaphore>,
    waiting: Waiting,
}

/// Long requests that are answered at once.
const TURNS: usize = 2;

/// What goes back, and what is to happen to it on the wire.
pub(super) struct Reply {
    pub(super) answer: HttpAnswer,
    pub(super) on_the_wire: Vec<Disruption>,
    /// How long it is to be held back, where time cannot be made to pass.
    pub(super) delay: Option<Duration>,
}

impl Service {
    /// A service of `shop`; `journal` chooses how much is kept.
    pub fn new(shop: Shop, options: EndpointOptions, journal: Journal) -> Self {
        let codec = Arc::new(RwLock::new(shop.codec().clone()));
        let (shop, journal) = (Arc::new(Mutex::new(shop)), Arc::new(Mutex::new(journal)));
        Self {
            shop,
            codec,
            plan: Arc::default(),
            journal,
            answers: Arc::default(),
            checkpoints: Arc::default(),
            options,
            room: Room::new(),
            turns: Arc::new(Semaphore::new(TURNS)),
            waiting: Waiting::default(),
        }
    }

    /// The same service, whose answers deviate from a real shop's in another way.
    pub(super) fn with_options(&self, options: EndpointOptions) -> Self {
        Self { options, ..self.clone() }
    }

    /// Where long bodies are held.
    pub(super) fn room(&self) -> &Room {
        &self.room
    }

    /// A turn for a long request; the next one comes when it is dropped.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        Arc::clone(&self.turns).acquire_owned().await.ok()
    }

    /// Who is asked whether a call has to wait.
    pub(super) fn waiting(&self) -> &Waiting {
        &self.waiting
    }

    /// The shop, to look into or to edit. While it is held no request is answered.
    pub fn shop(&self) -> &Arc<Mutex<Shop>> {
        &self.shop
    }

    /// The plan of disruptions.
    pub fn plan(&self) -> &Arc<Mutex<Plan>> {
        &self.plan
    }

    /// The journal of requests.
    pub fn journal(&self) -> &Arc<Mutex<Journal>> {
        &self.journal
    }

    pub(super) fn locked_shop(&self) -> MutexGuard<'_, Shop> {
        lock(&self.shop)
    }

    pub(super) fn locked_checkpoints(&self) -> MutexGuard<'_, Checkpoints> {
        lock(&self.checkpoints)
    }

    pub(super) fn locked_plan(&self) -> MutexGuard<'_, Plan> {
        lock(&self.plan)
    }

    pub(super) fn locked_journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    /// Answers one request: disruptions, shop, journal.
    ///
    /// Envelopes are read before the shop is locked and written after, so that connections wait for each other only
    /// where they must.
    pub(super) fn reply(&self, request: &HttpRequestParts, body: &[u8]) -> Reply {
        let question = Question::of(request, body);
        if let Some(reply) = question.as_ref().and_then(|question| self.repeated(question)) {
            return reply;
        }
        let codec = self.codec.read().unwrap_or_else(PoisonError::into_inner).clone();
        let read = endpoint::receive_without_shop(&codec, request, body);
        let mut shop = lock(&self.shop);
        shop.read_when_due();
        let received = match read {
            Some(read) if codec.is_same(shop.codec()) => read,
            // Another style or bridge has been switched on meanwhile, or it is no call.
            _ => {
                *self.codec.write().unwrap_or_else(PoisonError::into_inner) = shop.codec().clone();
                endpoint::receive(&shop, &self.options, request, body)
            }
        };
        let operation = received.operation().to_owned();
        let unread = match &received {
            Received::Refused { error, .. } => Some(error.clone()),
            _ => None,
        };
        // Arguments may be long, so they are not copied: they go to the journal when the shop has done with them.
        let asked = match received {
            Received::Call(call) => Ok(call),
            Received::Refused { handled, .. } | Received::Answered { handled, .. } => Err(handled),
        };
        let at = shop.clock().now();
        let strikes = strikes(&mut lock(&self.plan), &shop, &operation, asked.as_ref().ok(), at);
        let fired = match strikes {
            Strikes::Unheard(disruption) => return self.unheard(at, &operation, disruption),
            Strikes::Answer(fired) => fired,
        };
        let struck: Vec<Disruption> = fired.iter().map(|fired| fired.disruption.clone()).collect();
        // Which of them changed what came out.
        let mut changed = vec![false; struck.len()];
        let is_understood = asked.is_ok();
        let (done, arguments) = match asked {
            Ok(call) => (handle(&mut shop, &operation, Ok(&call), &struck, &mut changed), call.arguments),
            Err(handled) => (handle(&mut shop, &operation, Err(handled), &struck, &mut changed), SoapStruct::new()),
        };
        let why = match (&done, &unread) {
            _ if struck.iter().any(replaces) => Some(BY_DISRUPTION.to_owned()),
            (Done::Acted(acted), _) if struck.contains(&Disruption::ExpireSessions) => {
                acted.refusal().map(|_| SESSIONS_ENDED.to_owned())
            }
            (Done::Acted(acted), _) => acted.refusal().and_then(|refusal| why(&shop, &operation, &arguments, refusal)),
            (Done::Handled(_), Some(error)) => Some(shop.explain_refusal(error)),
            (Done::Handled(handled), None) if handled.answer.status == 503 => shop.codec().schema().unparsable.clone(),
            (Done::Handled(_), None) => None,
        };
        let values = SecretValues::of(&shop, &operation, &arguments, why.as_deref());
        let clock = shop.clock().clone();
        let now = clock.now();
        let version = shop.version();
        let stubbed = shop.take_stubbed();
        // A call that met no stub meets none when it comes again.
        let repeatable = stubbed.is_empty() && self.is_repeatable(&shop, &done, &operation);
        let overrides = shop.overrides().cloned();
        drop(shop);
        let mut handled = match done {
            Done::Acted(acted) => acted.write(),
            Done::Handled(handled) => handled,
        };
        for (fired, changed) in fired.iter().zip(changed) {
            if !spoil(&fired.disruption, &mut handled.answer) && !changed {
                lock(&self.plan).changed_nothing(fired.id);
            }
        }
        let session = repeatable.then(|| arguments.text("sessionId")).flatten();
        let envelopes = match &handled.outcome {
            Outcome::Wsdl(_) => None,
            _ => {
                let envelopes = Envelopes::of(body, &handled.answer.body, &arguments).hiding(values.texts());
                Some(match is_understood {
                    true if is_odd_login(&operation, &arguments) => envelopes.unnamed(),
                    true => envelopes,
                    false => envelopes.not_understood(),
                })
            }
        };
        let record = Record {
            at: now,
            operation: values.hide(operation),
            arguments: Masked::of(arguments, &values),
            outcome: match handled.outcome.clone() {
                Outcome::Fault { code, string } => Outcome::Fault { code, string: values.hide(string) },
                other => other,
            },
            http_status: handled.answer.status,
            disruptions: struck.clone(),
            why: why.map(|why| values.hide(why)),
            stub: names_of(&stubbed),
            envelopes,
        };
        if let (true, Some(question), Some(session), Some(envelopes)) =
            (repeatable, question, session, &record.envelopes)
        {
            lock(&self.answers).offer(question, || Remembered {
                version,
                session,
                operation: record.operation.clone(),
                arguments: record.arguments.clone(),
                handled: Handled { answer: handled.answer.clone(), outcome: record.outcome.clone() },
                envelopes: envelopes.clone(),
            });
        }
        log(&record);
        lock(&self.journal).record(record);
        let mut answer = endpoint::dress(handled.answer, date(&struck, now), overrides.as_deref().map(|own| &own.http));
        let added = struck.iter().filter_map(spoil::header);
        answer.headers.extend(added.map(|(name, value)| (name.to_owned(), value)));
        let passes = |disruption: &Disruption| passes_at_once(disruption, answer.body.len(), &clock);
        let on_the_wire = struck.into_iter().filter(concerns_wire).filter(|disruption| !passes(disruption)).collect();
        Reply { answer, on_the_wire, delay: delay_of(&stubbed) }
    }

    /// Ends the connection of a call that the shop does not hear of.
    fn unheard(&self, at: Timestamp, operation: &str, disruption: Disruption) -> Reply {
        tracing::info!(operation, disruption = disruption.kind(), "kept from the shop");
        lock(&self.journal).keep_away(at, operation, disruption.kind());
        let answer = HttpAnswer { status: 200, headers: Vec::new(), body: Vec::new() };
        Reply { answer, on_the_wire: vec![disruption], delay: None }
    }

    /// The answer given to the same question before, when the shop would give it again.
    fn repeated(&self, question: &Question) -> Option<Reply> {
        let remembered = lock(&self.answers).find(question)?;
        let mut shop = lock(&self.shop);
        shop.read_when_due();
        let holds = shop.version() == remembered.version && lock(&self.plan).is_empty();
        if !holds || !shop.use_session(&remembered.session) {
            return None;
        }
        let now = shop.clock().now();
        let overrides = shop.overrides().cloned();
        drop(shop);
        let Handled { answer, outcome } = remembered.handled.clone();
        let record = Record {
            at: now,
            operation: remembered.operation.clone(),
            arguments: remembered.arguments.clone(),
            outcome,
            http_status: answer.status,
            disruptions: Vec::new(),
            why: None,
            stub: None,
            envelopes: Some(remembered.envelopes.clone()),
        };
        log(&record);
        lock(&self.journal).record(record);
        Some(Reply {
            answer: endpoint::dress(answer, Some(now), overrides.as_deref().map(|own| &own.http)),
            on_the_wire: Vec::new(),
            delay: None,
        })
    }

    #[cfg(test)]
    pub(super) fn remembers(&self, question: &Question) -> bool {
        lock(&self.answers).find(question).is_some()
    }

    /// Whether the same question would get the same answer as long as the shop stays as it is.
    fn is_repeatable(&self, shop: &Shop, done: &Done, operation: &str) -> bool {
        let reads_only = || shop.contract().operation(operation).is_some_and(|facts| facts.reads_only);
        matches!(done, Done::Acted(acted) if acted.refusal().is_none()) && reads_only() && lock(&self.plan).is_empty()
    }
}

/// The stubs that answered, by name; a request of several calls may meet several.
fn names_of(stubbed: &[Stubbed]) -> Option<String> {
    let names: Vec<&str> = stubbed.iter().map(|stubbed| stubbed.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn delay_of(stubbed: &[Stubbed]) -> Option<Duration> {
    let delays = stubbed.iter().filter_map(|stubbed| Duration::try_from(stubbed.delay?).ok());
    Some(delays.sum::<Duration>()).filter(|delay| !delay.is_zero())
}

/// Lets the time of a slow drip pass on a virtual clock, where nobody waits for it; false for everything else.
fn passes_at_once(disruption: &Disruption, body: usize, clock: &Clock) -> bool {
    let Disruption::Drip { bytes, every_seconds } = disruption else { return false };
    if !clock.is_virtual() {
        return false;
    }
    let pieces = (body as u64).div_ceil((*bytes).max(1));
    clock.advance(SignedDuration::from_secs(i64::try_from(pieces.saturating_mul(*every_seconds)).unwrap_or(i64::MAX)));
    true
}

/// What became of a request while the shop was locked.
enum Done {
    Acted(Acted),
    Handled(Handled),
}

/// Acts on a call, or takes the answer that there is already.
fn handle(
    shop: &mut Shop,
    operation: &str,
    asked: Result<&Call, Handled>,
    struck: &[Disruption],
    changed: &mut [bool],
) -> Done {
    if struck.contains(&Disruption::ExpireSessions) {
        shop.expire_sessions();
    }
    if let Some(instead) = struck.iter().find_map(instead) {
        let speaker = asked.as_ref().map(|call| call.speaker.clone()).unwrap_or_default();
        return match instead {
            Instead::Fault(fault) => Done::Acted(endpoint::injected(shop, operation, &speaker, fault)),
            Instead::Page(answer) => Done::Handled(Handled { outcome: Outcome::Page(answer.body.len()), answer }),
        };
    }
    match asked {
        Ok(call) => Done::Acted(spoiled::act(shop, call, struck, changed)),
        Err(handled) => Done::Handled(handled),
    }
}

const BY_DISRUPTION: &str = "a disruption answered instead of the shop";
const SESSIONS_ENDED: &str = "a disruption ended all sessions just before this call";

/// Whether nothing of the shop's own answer is left.
fn replaces(disruption: &Disruption) -> bool {
    instead(disruption).is_some() || *disruption == Disruption::FaultAfterwards
}

/// Why the shop refused a call, while it still is as it was then.
fn why(shop: &Shop, operation: &str, arguments: &SoapStruct, refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Fault(fault) => shop.explain_fault(operation, arguments, fault),
        // The fault's own text names the field.
        Refusal::Encoding(_) | Refusal::Thrown(_) => None,
        Refusal::ErrorPage(text) => Some(text.clone()),
    }
}

fn date(struck: &[Disruption], now: Timestamp) -> Option<Timestamp> {
    let mut date = now;
    for disruption in struck {
        match disruption {
            Disruption::NoDate => return None,
            Disruption::DateSkew(seconds) => {
                date = date.saturating_add(SignedDuration::from_secs(*seconds)).unwrap_or(date);
            }
            _ => {}
        }
    }
    Some(date)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
