//! Asking somebody's own client: whichever form it has, a request gets an answer, its rows are read, and whatever it does wrong
//! is an error with one message. Secrets are masked in what it says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Duration;

use super::adapter::{Adapter, NoAnswer, Speaker};
use super::error::TesteeError;
use super::features;
use super::file::{ClockWay, CrmSource};
use super::program::{self, Ended, OUTPUT_MAX, masked};
use super::protocol::{Answer, Deed, EditSaid, PROTOCOL, Request};
use super::rows::{self, Tables};
use super::testee::{Learned, Surroundings, Testee};
use crate::database::{self, Dsn};
use crate::scenario::language::finding::choices;
use crate::scenario::language::text::span::{At, Place};

/// How long a command or a request may take.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Bytes of rows that a command may print.
const ROWS_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Testee {
    /// Starts an adapter, so that what it says of itself is known.
    ///
    /// # Errors
    /// When it cannot be started or does not answer, or nothing says where its database is.
    pub async fn prepare(&self, around: &Surroundings) -> Result<(), TesteeError> {
        self.look_for_its_database()?;
        if (self.file.adapter.is_some() || self.recorded.is_some()) && self.learned.get().is_none() {
            let mut place = self.adapter.lock().await;
            self.started(&mut place, around).await?;
        }
        Ok(())
    }

    /// Whether the variable is there that says where its database is.
    ///
    /// # Errors
    /// When it is not, or holds something else.
    pub fn look_for_its_database(&self) -> Result<(), TesteeError> {
        let named = self.file.crm.as_ref().and_then(|crm| crm.database.as_ref());
        named.map_or(Ok(()), |named| variable(&named.env, &self.at(Some(named.env.place()))).map(drop))
    }

    /// Asks for something and waits until it is done.
    ///
    /// # Errors
    /// A program that cannot be started, hangs, dies or says something else than it should, and what the client cannot do.
    pub async fn ask(&self, mut request: Request, around: &Surroundings) -> Result<Answer, TesteeError> {
        request.now = Some(around.now.clone());
        let deed = request.request;
        let mut answer = match (self.speaker_place(), &self.file.commands) {
            (Some(_), _) => self.ask_adapter(request, around).await?,
            (None, Some(_)) => self.run_command(&request, around).await?,
            (None, None) => {
                return Err(self.broken(deed.word(), None, "nothing says how it is started".to_owned(), ""));
            }
        };
        if let Some(why) = answer.unsupported.take() {
            return Err(TesteeError::Unsupported(format!("it cannot do this: {}", masked(why, &self.secrets(around)))));
        }
        answer.message = answer.message.map(|message| masked(message, &self.secrets(around)));
        answer.refused = answer.refused.map(|refused| masked(refused, &self.secrets(around)));
        Ok(answer)
    }

    /// Its rows, all of one moment.
    ///
    /// # Errors
    /// As for [`Testee::ask`], and what is wrong with its database or a query.
    pub async fn rows(&self, around: &Surroundings) -> Result<Tables, TesteeError> {
        let Some(crm) = &self.file.crm else {
            let answer = self.ask(Request::of(Deed::Rows), around).await?;
            let rows = answer.rows.filter(|_| answer.ok);
            let said = answer.message.unwrap_or_else(|| "no `rows`".to_owned());
            let rows = rows.ok_or_else(|| self.broken("rows", self.speaker_place(), said, ""))?;
            return rows::of_tables(rows).map_err(|why| self.broken("rows", self.speaker_place(), why, ""));
        };
        match &crm.command {
            Some(command) => self.printed_rows(command, around).await,
            None => self.rows_of_database(crm).await,
        }
    }

    async fn printed_rows(&self, command: &At<String>, around: &Surroundings) -> Result<Tables, TesteeError> {
        let what = "crm";
        let input = serde_json::to_string(&Request { now: Some(around.now.clone()), ..Request::of(Deed::Rows) });
        let ended = self.run(what, command, &input.unwrap_or_default(), around, ROWS_BYTES_MAX).await?;
        let broken = |how: String, ended: &Ended| {
            self.broken(what, Some(command.place()), how, &masked(ended.complaints.text(), &self.secrets(around)))
        };
        if ended.code != Some(0) {
            return Err(broken(ended.how(self.limit()), &ended));
        }
        if ended.output.more() > 0 {
            return Err(broken("it printed more than 64 MB of rows".to_owned(), &ended));
        }
        rows::of_json(&ended.output.whole())
            .map_err(|why| broken(format!("it printed {}", masked(why, &self.secrets(around))), &ended))
    }

    async fn rows_of_database(&self, crm: &CrmSource) -> Result<Tables, TesteeError> {
        let Some(named) = &crm.database else { return Ok(Tables::new()) };
        let dsn = variable(&named.env, &self.at(Some(named.env.place())))?;
        let queries: Vec<&str> = crm.tables.values().map(|query| query.query.as_str()).collect();
        // The file's folder is where a relative path begins.
        let dsn = dsn.below(self.path.parent().unwrap_or(Path::new("")));
        match database::read(&dsn, &queries).await {
            Ok(found) => {
                let rows = found.into_iter().map(|found| found.rows);
                Ok(crm.tables.keys().map(|name| name.get().clone()).zip(rows).collect())
            }
            Err(cause) => {
                let query = cause.query().and_then(|query| crm.tables.values().find(|known| known.query == query));
                let place = query.map_or_else(|| named.env.place(), At::place);
                Err(TesteeError::Database { file: self.at(Some(place)), cause })
            }
        }
    }

    /// Where its file says who answers line by line.
    fn speaker_place(&self) -> Option<Place> {
        self.file.adapter.as_ref().or(self.file.recorded.as_ref()).map(At::place)
    }

    fn write_down(&self, request: &Request, answer: &Answer, around: &Surroundings) {
        let Some(minutes) = self.minutes.get() else { return };
        let mut minutes = minutes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = minutes.add(request, answer, &self.secrets(around)) {
            tracing::warn!(%error, "the conversation with the adapter is not written down any more");
        }
    }

    async fn ask_adapter(&self, request: Request, around: &Surroundings) -> Result<Answer, TesteeError> {
        let what = request.request.word();
        let mut place = self.adapter.lock().await;
        let was_there = place.is_some();
        let asked = request.clone();
        let adapter = self.started(&mut place, around).await?;
        let mut answered = adapter.ask(request.clone(), self.limit()).await;
        // It ended after the last scenario; this one begins with another.
        if matches!(answered, Err(NoAnswer::Ended(_))) && request.request == Deed::Reset && was_there {
            drop(place.take());
            answered = self.started(&mut place, around).await?.ask(request, self.limit()).await;
        }
        let Some(adapter) = place.as_mut() else {
            return Err(self.broken(what, None, "it is gone".to_owned(), ""));
        };
        match answered {
            Ok(answer) => {
                self.write_down(&asked, &answer, around);
                Ok(answer)
            }
            Err(how) => {
                let said = masked(adapter.complaints(), &self.secrets(around));
                // A program is started again when it is needed again; a recording goes on with the next scenario.
                if matches!(adapter, Speaker::Program(_)) {
                    drop(place.take());
                }
                let how = masked(how.to_string(), &self.secrets(around));
                Err(self.broken(what, self.speaker_place(), how, &said))
            }
        }
    }

    /// The adapter, started and greeted.
    async fn started<'p>(
        &self,
        place: &'p mut Option<Speaker>,
        around: &Surroundings,
    ) -> Result<&'p mut Speaker, TesteeError> {
        if place.is_none() {
            let speaker = match &self.recorded {
                Some(recorded) => Speaker::Recorded(recorded.clone()),
                None => Speaker::Program(Box::new(self.start_adapter()?)),
            };
            let place_of = self.speaker_place();
            let adapter = place.insert(speaker);
            let hello = Request { protocol: Some(PROTOCOL), ..Request::of(Deed::Hello) };
            match adapter.ask(hello.clone(), self.limit()).await {
                Ok(answer) if answer.ok => {
                    if let Some(why) = unknown_of(&answer) {
                        drop(place.take());
                        return Err(self.broken("hello", place_of, why, ""));
                    }
                    self.write_down(&hello, &answer, around);
                    let set = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>();
                    let learned = Learned { tables: answer.tables.map(set), supports: answer.supports.map(set) };
                    // A second start says the same again.
                    let _ = self.learned.set(learned);
                }
                refused => {
                    let how = match refused {
                        Ok(answer) => answer.message.unwrap_or_else(|| "it does not want to".to_owned()),
                        Err(how) => how.to_string(),
                    };
                    let said = masked(adapter.complaints(), &self.secrets(around));
                    drop(place.take());
                    return Err(self.broken("hello", place_of, masked(how, &self.secrets(around)), &said));
                }
            }
        }
        place.as_mut().ok_or_else(|| self.broken("hello", None, "it is gone".to_owned(), ""))
    }

    fn start_adapter(&self) -> Result<Adapter, TesteeError> {
        let Some(command) = &self.file.adapter else {
            return Err(self.broken("hello", None, "there is no adapter".to_owned(), ""));
        };
        let words = shell_words::split(command).unwrap_or_default();
        let (program, arguments) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let mut start = std::process::Command::new(program);
        start.args(arguments).envs(self.own_variables()).current_dir(self.folder());
        Adapter::start(start).map_err(|cause| TesteeError::NotStarted {
            program: program.to_owned(),
            what: "adapter",
            file: self.at(Some(command.place())),
            cause,
        })
    }

    async fn run_command(&self, request: &Request, around: &Surroundings) -> Result<Answer, TesteeError> {
        let deed = request.request;
        let command = self.file.commands.as_ref().and_then(|commands| match deed {
            Deed::Reset => commands.reset.as_ref(),
            Deed::Configure => commands.configure.as_ref(),
            Deed::Sync => commands.sync.as_ref(),
            Deed::Check => commands.check.as_ref(),
            Deed::Edit => commands.edit.as_ref(),
            Deed::Hello | Deed::Rows => None,
        });
        let mut answer = Answer {
            id: 0,
            ok: true,
            message: None,
            refused: None,
            unsupported: None,
            rows: None,
            tables: None,
            supports: None,
            name: None,
        };
        let Some(command) = command else {
            // What the client needs of the settings it finds in its environment.
            if deed == Deed::Configure {
                return Ok(answer);
            }
            return Err(TesteeError::Unsupported(format!("it has no command `{}`", deed.word())));
        };
        let input = serde_json::to_string(request).unwrap_or_default();
        let ended = self.run(deed.word(), command, &input, around, OUTPUT_MAX).await?;
        let said = masked(ended.said(), &self.secrets(around));
        if !ended.by_itself() {
            return Err(self.broken(deed.word(), Some(command.place()), ended.how(self.limit()), &said));
        }
        answer.ok = ended.code == Some(0);
        if deed == Deed::Edit
            && answer.ok
            && let Ok(told) = serde_json::from_str::<EditSaid>(ended.output.whole().trim())
        {
            answer.refused = told.refused;
            answer.unsupported = told.unsupported;
        }
        let how = if answer.ok { String::new() } else { format!("{}\n", ended.how(self.limit())) };
        answer.message = Some(how + &said);
        Ok(answer)
    }

    async fn run(
        &self,
        what: &'static str,
        command: &At<String>,
        input: &str,
        around: &Surroundings,
        output_max: usize,
    ) -> Result<Ended, TesteeError> {
        let mut words = shell_words::split(command).unwrap_or_default();
        let mut environment: Vec<(String, String)> = Vec::new();
        if self.file.clock.as_ref().is_some_and(|clock| *clock.get() == ClockWay::Faketime) {
            // Its clock begins at the scenario's time and goes on from there.
            let now = around.now.replace('T', " ");
            let now = now.trim_end_matches('Z').split('.').next().unwrap_or_default();
            words.splice(0..0, ["faketime".to_owned(), "-f".to_owned(), format!("@{now}")]);
            environment.push(("TZ".to_owned(), "UTC".to_owned()));
        }
        let (program, arguments) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let mut start = tokio::process::Command::new(program);
        start.args(arguments).current_dir(self.folder()).envs(environment).envs(self.own_variables());
        start.envs(around.variables.iter().map(|(name, value)| (name, value)));
        program::run(&mut start, Some(input), self.limit(), output_max).await.map_err(|cause| TesteeError::NotStarted {
            program: program.to_owned(),
            what,
            file: self.at(Some(command.place())),
            cause,
        })
    }

    /// What must not be shown: the shop's key, and the address of the database with its password.
    fn secrets(&self, around: &Surroundings) -> Vec<String> {
        let mut secrets = around.secrets.clone();
        let named = self.file.crm.iter().filter_map(|crm| crm.database.as_ref());
        for address in named.filter_map(|database| std::env::var(database.env.get()).ok()) {
            secrets.extend(Dsn::secrets_of(&address));
        }
        secrets
    }

    /// Variables that its file adds to its environment.
    fn own_variables(&self) -> impl Iterator<Item = (&String, &String)> {
        self.file.env.iter().map(|(name, value)| (name.get(), value))
    }

    fn limit(&self) -> Duration {
        self.file.timeout.as_ref().map_or(TIMEOUT, |limit| limit.0.unsigned_abs())
    }

    fn folder(&self) -> PathBuf {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    }

    fn at(&self, place: Option<Place>) -> String {
        match place {
            Some(place) => format!("{}:{place}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }

    fn broken(&self, what: &'static str, place: Option<Place>, how: String, said: &str) -> TesteeError {
        TesteeError::Broken { what, file: self.at(place), how, said: said.to_owned() }
    }
}

/// What an adapter says of itself that nobody knows, which would count for nothing.
fn unknown_of(hello: &Answer) -> Option<String> {
    let table = hello.tables.iter().flatten().find_map(|name| rows::not_a_table(name));
    let known = features::names();
    let feature = || hello.supports.iter().flatten().find(|name| !known.contains(&name.as_str()));
    let told =
        |name: &String| format!("that it supports `{name}`, which is nothing a client can; {}", choices(name, &known));
    let of_table = table.map(|why| format!("it says that it shows {why}"));
    of_table.or_else(|| feature().map(told).map(|why| format!("it says {why}")))
}

/// The address of a database in a variable of the environment.
///
/// # Errors
/// When there is none, or it holds something else; `file` says who asks.
pub fn variable(name: &At<String>, file: &str) -> Result<Dsn, TesteeError> {
    let (file, variable) = (file.to_owned(), name.get().clone());
    match std::env::var(name.get()) {
        Ok(address) if !address.is_empty() => Dsn::parse(&address).map_err(|cause| TesteeError::WrongVariable {
            file,
            variable,
            cause: cause.to_string(),
        }),
        _ => Err(TesteeError::NoVariable { file, variable }),
    }
}
