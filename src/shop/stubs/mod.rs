//! What somebody says that an operation answers, before or on top of what the shop would: stubs of a file, of a scenario or
//! of a test that runs. They hold where an operation is dispatched, below all doors, after session and rights. Reading a
//! file of them is in `file`, what is wrong with one in `check`, with their order in `order`, values with templates in
//! `template`, the names that those may have in `names`, rows in `rows`.

mod check;
mod error;
mod file;
mod names;
mod order;
mod rows;
mod template;
mod typed;

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::SignedDuration;
use serde::Serialize;

pub use error::StubError;
pub use file::{FaultCodeText, FaultParts, FaultText, StubFile, StubText, schema};

pub(super) use typed::may_be;

use super::{Refusal, Shop};
use crate::magento::{Contract, Declarer};
use crate::matching::{Conditions, Difference, OtherNames};
use crate::soap::{SoapFault, SoapStruct, SoapValue};
use template::Template;

/// All stubs of a shop, and how often each was called.
#[derive(Clone, Debug, Default)]
pub struct Stubs {
    list: Vec<Stub>,
    by_operation: IndexMap<String, Vec<usize>>,
    last_id: u64,
}

/// One stub: which calls it answers, and with what.
#[derive(Clone, Debug)]
struct Stub {
    id: u64,
    name: String,
    operation: String,
    when: Conditions,
    steps: Vec<Arc<Step>>,
    called: u64,
    /// What it is as text, about.
    bytes: usize,
    rank: Rank,
}

/// Where a stub comes from; the earlier kind goes before the later one, whenever it is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A running test.
    #[default]
    Test,
    /// A file, or the head of a scenario.
    File,
    /// Overrides.
    Overrides,
}

/// What it does for some calls.
#[derive(Clone, Debug)]
struct Step {
    does: Does,
    /// File and line, for messages.
    place: String,
    /// For how many calls; `None` for all that come.
    times: Option<u64>,
    delay: Option<SignedDuration>,
}

/// What becomes of a call.
#[derive(Clone, Debug)]
enum Does {
    /// What the shop does itself.
    Nothing,
    Answer(Written),
    /// On top of what the shop says.
    Merge(Written),
    RowsOf(String),
    InsertInto {
        table: String,
        with: Vec<(String, Written)>,
    },
    Fault(Fault),
}

#[derive(Clone, Debug)]
enum Fault {
    /// A fault of the resource by its name.
    Named(String),
    /// A code and a text.
    Written { code: String, string: Template },
}

/// A value as it is written; texts may be templates.
#[derive(Clone, Debug)]
enum Written {
    Nil,
    Bool(bool),
    Text(Template),
    List(Vec<Written>),
    Record(Vec<(String, Written)>),
}

/// What is said of a stub to whoever asks.
#[derive(Clone, Debug, Serialize)]
pub struct StubStanding {
    /// Its number, by which it is taken back.
    pub id: u64,
    /// Its name, or file and line.
    pub name: String,
    /// The operation that the stub answers.
    pub operation: String,
    /// Of calls with these arguments.
    pub when: Conditions,
    /// How many calls it was found for.
    pub called: u64,
    /// Whether it answers no more, because it has answered as often as it should.
    pub used_up: bool,
}

/// Which stub a call met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stubbed {
    /// The name of the stub.
    pub name: String,
    /// How long the answer is to take.
    pub delay: Option<SignedDuration>,
}

impl Stub {
    /// The step for the next call; `None` when all are used up.
    fn step(&self) -> Option<&Arc<Step>> {
        let mut before = 0_u64;
        for (number, step) in self.steps.iter().enumerate() {
            let is_last = number + 1 == self.steps.len();
            let times = if is_last { step.times } else { Some(step.times.unwrap_or(1)) };
            match times {
                None => return Some(step),
                Some(times) => {
                    before = before.saturating_add(times);
                    if self.called < before {
                        return Some(step);
                    }
                }
            }
        }
        None
    }
}

impl Stubs {
    /// Whether any is for that operation.
    pub fn concern(&self, operation: &str) -> bool {
        self.by_operation.contains_key(operation)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The number that the next one gets.
    pub fn next_id(&self) -> u64 {
        self.last_id + 1
    }

    /// How many there are and how long they are as texts.
    pub fn size(&self) -> (usize, usize) {
        (self.list.len(), self.list.iter().map(|stub| stub.bytes).sum())
    }

    /// Adds stubs at the end; answers their numbers.
    fn add(&mut self, stubs: Vec<Stub>) -> Vec<u64> {
        let mut ids = Vec::new();
        for mut stub in stubs {
            self.last_id += 1;
            stub.id = self.last_id;
            ids.push(stub.id);
            self.list.push(stub);
        }
        self.index();
        ids
    }

    fn index(&mut self) {
        self.by_operation.clear();
        let mut ranked: Vec<usize> = (0..self.list.len()).collect();
        ranked.sort_by_key(|at| self.list[*at].rank);
        for at in ranked {
            self.by_operation.entry(self.list[at].operation.clone()).or_default().push(at);
        }
    }

    /// The first that the call meets; it is counted.
    fn find(&mut self, operation: &str, arguments: &SoapStruct, others: OtherNames<'_>) -> Option<(String, Arc<Step>)> {
        let meant = self.by_operation.get(operation)?;
        for at in meant {
            let stub = &mut self.list[*at];
            if let Some(step) = stub.step().cloned()
                && stub.when.hold(arguments, others)
            {
                stub.called += 1;
                return Some((stub.name.clone(), step));
            }
        }
        None
    }

    /// What each is and how often it was called.
    pub fn standing(&self) -> impl Iterator<Item = StubStanding> {
        self.list.iter().map(|stub| StubStanding {
            id: stub.id,
            name: stub.name.clone(),
            operation: stub.operation.clone(),
            when: stub.when.clone(),
            called: stub.called,
            used_up: stub.step().is_none(),
        })
    }

    /// In what a call differs from the stubs of its operation, nearest first: a name, whether it is used up, and the differences.
    fn near(
        &self,
        operation: &str,
        arguments: &SoapStruct,
        others: OtherNames<'_>,
    ) -> Vec<(String, bool, Vec<Difference>)> {
        let meant = self.by_operation.get(operation).into_iter().flatten().map(|at| &self.list[*at]);
        let differences = |stub: &Stub| stub.when.differences(arguments, others);
        let mut near: Vec<_> =
            meant.map(|stub| (stub.name.clone(), stub.step().is_none(), differences(stub))).collect();
        near.sort_by_key(|(.., differs)| differs.len());
        near
    }
}

/// An operation that nothing answers but a stub.
const NO_STUB: &str = "has no answer in this fake shop: write a stub for it in a file and start it with \
                       \"mockgento serve --stubs FILE\", or POST one to /__admin/stubs";

impl Shop {
    /// The stubs of the shop.
    pub fn stubs(&self) -> &Stubs {
        &self.stubs
    }

    /// Adds the stubs of a running test, all of them or none; they go before those that are installed. Answers their numbers.
    ///
    /// # Errors
    /// [`StubError`] with file and line for the first that cannot work in this shop.
    pub fn add_stubs(&mut self, file: &StubFile) -> Result<Vec<u64>, StubError> {
        self.add_ranked(file, Rank::Test)
    }

    fn add_ranked(&mut self, file: &StubFile, rank: Rank) -> Result<Vec<u64>, StubError> {
        let mut stubs = check::compiled(file, self)?;
        stubs.iter_mut().for_each(|stub| stub.rank = rank);
        let before: Vec<&Stub> = self.stubs.list.iter().filter(|stub| stub.rank == rank).collect();
        if let Some(wrong) = StubError::of_all(order::unreached(file, &before, &stubs)) {
            return Err(wrong);
        }
        self.version += 1;
        Ok(self.stubs.add(stubs))
    }

    /// The same for those that a reset keeps, with nothing called.
    ///
    /// # Errors
    /// As [`Shop::add_stubs`].
    pub fn install_stubs(&mut self, file: &StubFile) -> Result<(), StubError> {
        self.add_ranked(file, Rank::File)?;
        self.origin.stubs = self.stubs.clone();
        Ok(())
    }

    /// Adds those of the overrides that the shop is opened with; a reset keeps them, and all others go before them.
    pub(super) fn install_stubs_of_overrides(&mut self) -> Result<(), StubError> {
        let Some(overrides) = self.config.overrides.as_ref().filter(|own| !own.stubs.is_empty()) else { return Ok(()) };
        let file = overrides.stub_file();
        self.add_ranked(&file, Rank::Overrides)?;
        self.origin.stubs = self.stubs.clone();
        Ok(())
    }

    /// Takes one back; false when there is none with that number.
    pub fn remove_stub(&mut self, id: u64) -> bool {
        self.version += 1;
        let before = self.stubs.list.len();
        self.stubs.list.retain(|stub| stub.id != id);
        self.stubs.index();
        self.stubs.list.len() < before
    }

    /// Takes all back, those of files too; a reset brings them again.
    pub fn clear_stubs(&mut self) {
        self.version += 1;
        self.stubs.list.clear();
        self.stubs.index();
    }

    /// Which stubs the calls since the last time met.
    pub fn take_stubbed(&mut self) -> Vec<Stubbed> {
        std::mem::take(&mut self.stubbed)
    }

    /// What a stub makes of a call, or what the shop does itself: `native` is that. `resource` is whose faults it raises.
    pub(super) fn stubbed(
        &mut self,
        operation: &str,
        resource: &str,
        arguments: &SoapStruct,
        native: impl FnOnce(&mut Self) -> Result<SoapValue, Refusal>,
    ) -> Result<SoapValue, Refusal> {
        if !self.stubs.concern(operation) {
            return native(self);
        }
        let contract = Arc::clone(&self.config.contract);
        let Some((name, step)) = self.stubs.find(operation, arguments, contract.other_names(operation)) else {
            return native(self);
        };
        // The next call with the same arguments may get another answer.
        self.version += 1;
        let delay = step.delay.filter(|delay| !delay.is_zero());
        if let Some(delay) = delay.filter(|_| self.config.clock.is_virtual()) {
            self.config.clock.advance(delay);
        }
        let delay = delay.filter(|_| !self.config.clock.is_virtual());
        self.stubbed.push(Stubbed { name: name.clone(), delay });
        let failed = |error: template::TemplateError| -> Refusal {
            tracing::warn!(stub = name, %error, "the stub failed");
            SoapFault { string: error.to_string(), ..contract.global_fault("internal") }.into()
        };
        let misfit = |why: String| -> Refusal {
            tracing::warn!(stub = name, why, "the stub does not fit what is declared");
            SoapFault { string: format!("{}: {why}", step.place), ..contract.global_fault("internal") }.into()
        };
        match &step.does {
            Does::Nothing => native(self),
            Does::Answer(written) => {
                let context = template::Context::of(self, arguments, None);
                let value = written.value(&context).map_err(failed)?;
                self.typed(operation, value).map_err(misfit)
            }
            Does::Merge(written) => {
                let own = native(self)?;
                let over = |shop: &Self, own: SoapValue| -> Result<SoapValue, Refusal> {
                    let context = template::Context::of(shop, arguments, Some(&own));
                    let over = written.value(&context).map_err(failed)?;
                    Ok(merged(own, over))
                };
                let value = match own {
                    // Of a list `answer` is each record of it.
                    SoapValue::List(records) => {
                        let records: Result<Vec<_>, _> = records.into_iter().map(|own| over(self, own)).collect();
                        records?.into()
                    }
                    own => over(self, own)?,
                };
                self.typed(operation, value).map_err(misfit)
            }
            Does::RowsOf(table) => {
                rows::of(self, &rows::Asked { operation, resource, table, place: &step.place }, arguments)
            }
            Does::InsertInto { table, with } => {
                let context = template::Context::of(self, arguments, None);
                let mut given = Vec::new();
                for (column, written) in with {
                    given.push((column.clone(), written.value(&context).map_err(failed)?.to_text()));
                }
                rows::insert(self, &rows::Asked { operation, resource, table, place: &step.place }, arguments, given)
            }
            Does::Fault(Fault::Named(fault)) => Err(contract.fault(resource, fault).into()),
            Does::Fault(Fault::Written { code, string }) => {
                let context = template::Context::of(self, arguments, None);
                let string = string.text(&context).map_err(failed)?;
                Err(SoapFault { code: crate::soap::FaultCode::from_wire(code), string }.into())
            }
        }
    }

    /// What a stub answers, as what the operation declares.
    fn typed(&self, operation: &str, value: SoapValue) -> Result<SoapValue, String> {
        let schema = self.codec().schema();
        let part = schema.operation(operation).and_then(|operation| operation.response.parts.first());
        part.map_or(Ok(value.clone()), |part| typed::typed(schema, &part.type_ref, value, "answer"))
    }

    /// The fault of an operation that only a stub can answer.
    pub(super) fn not_stubbed(&self, operation: &str, arguments: &SoapStruct) -> Refusal {
        let fault = self.config.contract.global_fault("resource_path_not_callable");
        let string = match self.why_not_stubbed(operation, arguments) {
            Some(why) => format!("{operation} has stubs in this fake shop, and none answers this call: {why}"),
            None => format!("{operation} {NO_STUB}"),
        };
        SoapFault { string, ..fault }.into()
    }

    /// Why such an operation had no answer: which stubs there are, and in what the call differs from them.
    pub(super) fn why_not_stubbed(&self, operation: &str, arguments: &SoapStruct) -> Option<String> {
        let others = self.config.contract.other_names(operation);
        let near = self.stubs.near(operation, arguments, others);
        let told: Vec<String> = near
            .iter()
            .take(3)
            .map(|(name, is_used_up, differs)| match differs.as_slice() {
                [] if *is_used_up => format!("{name} has answered as often as it should"),
                [] => format!("{name} answers such calls"),
                differs => {
                    let differs: Vec<String> = differs.iter().map(Difference::to_string).collect();
                    format!("{name} is for other arguments: {}", differs.join(", "))
                }
            })
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// Whether only a stub can answer an operation: it is a module's, or one that overrides declare.
pub(super) fn is_for_stubs(contract: &Contract, operation: &str) -> bool {
    matches!(contract.declarer(operation), Some(Declarer::Module(_) | Declarer::Wsdl(_)))
        || contract.operation(operation).is_none()
}

/// Members of a record in the place of those of another; of lists each record gets them.
fn merged(own: SoapValue, over: SoapValue) -> SoapValue {
    match (own, over) {
        (SoapValue::Struct(mut record), SoapValue::Struct(over)) => {
            for (name, value) in over {
                let before = record.get_mut(&name).map(std::mem::take);
                let value = match (before, value) {
                    (Some(before @ (SoapValue::Struct(_) | SoapValue::List(_))), value @ SoapValue::Struct(_)) => {
                        merged(before, value)
                    }
                    (_, value) => value,
                };
                record.set(name, value);
            }
            record.into()
        }
        (SoapValue::List(rows), over @ SoapValue::Struct(_)) => {
            rows.into_iter().map(|row| merged(row, over.clone())).collect::<Vec<_>>().into()
        }
        (_, over) => over,
    }
}
