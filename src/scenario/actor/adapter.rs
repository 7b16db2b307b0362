//! An adapter: one program that stays, asked a line at a time. It is started when it is first needed and again after it has
//! died; it ends when its input does. Its pipes are read by a thread, since it outlives the runtime of each case.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::group::{Group, Mark, may_start};
use super::program::{Kept, OUTPUT_MAX};
use super::protocol::{Answer, Request};
use super::recorded::Recorded;
use crate::bounded::json_nodes;

/// The longest line that is read.
const LINE_MAX: u64 = 64 * 1024 * 1024;
/// Keys and values of a line: each takes a hundred bytes.
pub(super) const VALUES_MAX: usize = 2_000_000;
/// Lines that wait to be read; an adapter that floods waits with them.
const WAITING_MAX: usize = 4;

/// What comes out of it.
enum Line {
    Text(String),
    TooLong,
    Ended,
}

/// Why an adapter has no answer, without what it said.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("it did not answer within {} s and was stopped; it may take longer with `timeout: …`", .0.as_secs_f64())]
    TooSlow(Duration),
    #[error("it ended ({0}) instead of answering")]
    Ended(String),
    #[error("it answered a line longer than 64 MB")]
    TooLong,
    #[error("it answered more than {VALUES_MAX} keys and values")]
    TooMany,
    #[error(
        "its answer is not what the protocol wants: {cause}; it begins `{begins}`; each answer is one line of JSON (`mockgento \
         schema adapter`), and anything else belongs on standard error"
    )]
    NotProtocol { cause: String, begins: String },
    #[error("the conversation in {file} ends before this; record it again with `--record-adapter`")]
    RecordingEnds { file: String },
    #[error(
        "it is asked {asked} where {place} has {recorded}; run what was recorded, or record it again with `--record-adapter`"
    )]
    OtherWay { asked: String, place: String, recorded: String },
    #[error("it answered request {answered} when it was asked request {asked}")]
    OtherRequest { answered: u64, asked: u64 },
}

/// Who answers: a program, or what one answered before.
pub(super) enum Speaker {
    Program(Box<Adapter>),
    Recorded(Recorded),
}

impl Speaker {
    /// Asks and waits for the answer. After an error a program is of no use any more.
    pub(super) async fn ask(&mut self, request: Request, limit: Duration) -> Result<Answer, NoAnswer> {
        match self {
            Self::Program(adapter) => adapter.ask(request, limit).await,
            Self::Recorded(recorded) => recorded.ask(&request),
        }
    }

    /// What it complained about so far.
    pub(super) fn complaints(&self) -> String {
        match self {
            Self::Program(adapter) => adapter.complaints(),
            Self::Recorded(_) => String::new(),
        }
    }
}

/// An adapter that runs, and the pipes to it.
pub(super) struct Adapter {
    child: Child,
    group: Group,
    input: Option<ChildStdin>,
    lines: mpsc::Receiver<Line>,
    complaints: Arc<Mutex<Kept>>,
    asked: u64,
}

impl Adapter {
    /// Starts the adapter.
    pub(super) fn start(mut command: Command) -> std::io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        may_start()?;
        let mark = Mark::unique();
        let (name, value) = mark.variable();
        let mut child = command.env(name, value).spawn()?;
        let group = Group::of(Some(child.id()), mark);
        let (sender, lines) = mpsc::channel(WAITING_MAX);
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || read_lines(BufReader::new(output), &sender));
        }
        let complaints = Arc::new(Mutex::new(Kept::up_to(OUTPUT_MAX)));
        if let Some(mut errors) = child.stderr.take() {
            let complaints = Arc::clone(&complaints);
            std::thread::spawn(move || {
                let mut buffer = [0_u8; 8192];
                while let Ok(read @ 1..) = errors.read(&mut buffer) {
                    let mut kept = complaints.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.add(buffer.get(..read).unwrap_or_default());
                }
            });
        }
        let input = child.stdin.take();
        Ok(Self { child, group, input, lines, complaints, asked: 0 })
    }

    /// Asks and waits for the answer. After an error the adapter is of no use any more.
    pub(super) async fn ask(&mut self, mut request: Request, limit: Duration) -> Result<Answer, NoAnswer> {
        self.asked += 1;
        request.id = Some(self.asked);
        let mut line = serde_json::to_string(&request)
            .map_err(|cause| NoAnswer::NotProtocol { cause: cause.to_string(), begins: String::new() })?;
        line.push('\n');
        // One that has ended is found out by its silence.
        if let Some(input) = &mut self.input {
            let _ = input.write_all(line.as_bytes()).and_then(|()| input.flush());
        }
        let text = match tokio::time::timeout(limit, self.lines.recv()).await {
            Err(_) => return Err(NoAnswer::TooSlow(limit)),
            Ok(None | Some(Line::Ended)) => return Err(NoAnswer::Ended(self.how_it_ended())),
            Ok(Some(Line::TooLong)) => return Err(NoAnswer::TooLong),
            Ok(Some(Line::Text(text))) => text,
        };
        if json_nodes(text.as_bytes()) > VALUES_MAX {
            return Err(NoAnswer::TooMany);
        }
        let answer: Answer = serde_json::from_str(&text).map_err(|cause| {
            let begins = text.chars().take(80).collect();
            NoAnswer::NotProtocol { cause: cause.to_string(), begins }
        })?;
        match answer.id == self.asked {
            true => Ok(answer),
            false => Err(NoAnswer::OtherRequest { answered: answer.id, asked: self.asked }),
        }
    }

    /// What it wrote to its standard error so far.
    pub(super) fn complaints(&self) -> String {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).text()
    }

    fn how_it_ended(&mut self) -> String {
        // Its output is closed; whether it is gone as well is seen soon.
        for _ in 0..50 {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    return status.code().map_or("killed by a signal".to_owned(), |code| format!("exit code {code}"));
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Err(_) => break,
            }
        }
        "its standard output is closed".to_owned()
    }
}

impl Drop for Adapter {
    /// Its input ends, then whatever is left of it is stopped.
    fn drop(&mut self) {
        drop(self.input.take());
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.group.stop();
        // On systems without groups, and so that nothing is left of it in the table of processes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(mut output: impl std::io::BufRead, sender: &mpsc::Sender<Line>) {
    loop {
        let mut bytes = Vec::new();
        let read = output.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes);
        let line = match read {
            Ok(0) | Err(_) => Line::Ended,
            Ok(_) if bytes.last() != Some(&b'\n') && bytes.len() as u64 >= LINE_MAX => Line::TooLong,
            Ok(_) => Line::Text(String::from_utf8_lossy(&bytes).trim_end().to_owned()),
        };
        let is_last = !matches!(line, Line::Text(_));
        if sender.blocking_send(line).is_err() || is_last {
            return;
        }
    }
}
