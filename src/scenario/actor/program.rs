//! Other people's programs: started in a group of their own with a time to end in and room for what they say; whatever they
//! do, they end, and so does everything they have started (`group`).

use std::process::Stdio;
use std::time::Duration;

use regex::Regex;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, Command};

use super::group::{Group, Mark, may_start};
use crate::secret::MASK;

/// What is kept of each stream that people read.
pub const OUTPUT_MAX: usize = 64 * 1024;
/// How long the output of a program that has ended may stay open.
const LINGERING: Duration = Duration::from_secs(1);
/// Session ids are 32 hexadecimal digits.
const SESSION: &str = r"\b[0-9a-f]{32}\b";
/// The password of an address, whoever it is for: programs say which database they cannot reach.
const PASSWORD: &str = r"(://[^\s/?#@:]*:)[^\s/?#@]+@";

/// How a program ended.
pub struct Ended {
    /// Nothing when it was stopped, or killed by a signal.
    pub code: Option<i32>,
    /// Whether it was stopped for taking too long.
    pub timed_out: bool,
    /// Its standard output, up to a limit.
    pub output: Kept,
    /// Its standard error, up to a limit.
    pub complaints: Kept,
}

impl Ended {
    /// How it ended, in words.
    pub fn how(&self, limit: Duration) -> String {
        match (self.timed_out, self.code) {
            (true, _) => format!("stopped after {} s; it may take longer with `timeout: …`", limit.as_secs_f64()),
            (false, Some(code)) => format!("exit code {code}"),
            (false, None) => "killed by a signal".to_owned(),
        }
    }

    /// Whether it ended by itself, well or badly.
    pub fn by_itself(&self) -> bool {
        !self.timed_out && self.code.is_some()
    }

    /// All that the program has printed.
    pub fn said(&self) -> String {
        self.output.text() + &self.complaints.text()
    }
}

/// Runs a program to its end, with a text on its standard input; `output_max` bytes of its output are kept.
///
/// # Errors
/// When it cannot be started.
pub async fn run(
    command: &mut Command,
    input: Option<&str>,
    limit: Duration,
    output_max: usize,
) -> std::io::Result<Ended> {
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // Whatever it starts itself is stopped with it.
    #[cfg(unix)]
    command.process_group(0);
    may_start()?;
    let mark = Mark::unique();
    let (name, value) = mark.variable();
    let mut child = command.env(name, value).spawn()?;
    let group = Group::of(child.id(), mark);
    let (mut output, mut complaints) = (Kept::up_to(output_max), Kept::up_to(OUTPUT_MAX));
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let work = told(&mut child, &group, streams, input, &mut output, &mut complaints);
    let ended = tokio::time::timeout(limit, work).await;
    group.stop();
    let (code, timed_out) = match ended {
        Ok(code) => (code?, false),
        Err(_) => (None, true),
    };
    Ok(Ended { code, timed_out, output, complaints })
}

async fn told(
    child: &mut Child,
    group: &Group,
    (stdin, stdout, stderr): (Option<ChildStdin>, Option<impl AsyncRead + Unpin>, Option<impl AsyncRead + Unpin>),
    input: Option<&str>,
    output: &mut Kept,
    complaints: &mut Kept,
) -> std::io::Result<Option<i32>> {
    let feed = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A program may end without reading what it was given.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let mut streams = std::pin::pin!(async { tokio::join!(feed, output.read(stdout), complaints.read(stderr)) });
    let status = tokio::select! {
        status = child.wait() => status,
        _ = &mut streams => return child.wait().await.map(|status| status.code()),
    };
    // What it has left running would keep its output open.
    group.stop();
    // Nor is anything waited for that has left the group.
    let _ = tokio::time::timeout(LINGERING, streams).await;
    status.map(|status| status.code())
}

/// The beginning of a stream; the rest is read and counted.
pub struct Kept {
    bytes: Vec<u8>,
    most: usize,
    more: usize,
}

impl Kept {
    /// Room for so many bytes.
    pub fn up_to(most: usize) -> Self {
        Self { bytes: Vec::new(), most, more: 0 }
    }

    async fn read(&mut self, stream: Option<impl AsyncRead + Unpin>) {
        let Some(mut stream) = stream else { return };
        let mut buffer = [0_u8; 8192];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            self.add(buffer.get(..read).unwrap_or_default());
        }
    }

    /// Adds what there is room for.
    pub fn add(&mut self, bytes: &[u8]) {
        let room = bytes.len().min(self.most - self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.more += bytes.len() - room;
    }

    /// Bytes that there was no room for.
    pub fn more(&self) -> usize {
        self.more
    }

    /// What was kept, as it came.
    pub fn whole(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What was kept, and how much there was besides.
    pub fn text(&self) -> String {
        let mut text = self.whole();
        if self.more > 0 {
            text.push_str(&format!("\n… and {} bytes more\n", self.more));
        }
        text
    }
}

/// A text without those secrets, without passwords of addresses and without session ids.
pub fn masked(mut text: String, secrets: &[String]) -> String {
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), MASK);
    }
    for (pattern, shown) in [(PASSWORD, format!("${{1}}{MASK}@")), (SESSION, MASK.to_owned())] {
        if let Ok(pattern) = Regex::new(pattern) {
            text = pattern.replace_all(&text, shown).into_owned();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_has_no_secrets() {
        let secrets = ["key-1".to_owned(), String::new()];
        for (said, shown) in [
            ("the key key-1 is wrong", "the key *** is wrong"),
            ("at mysql://joe:pa55@db/shop", "at mysql://joe:***@db/shop"),
            ("at https://:pa55@db:8080/?a=b@c", "at https://:***@db:8080/?a=b@c"),
            ("at http://joe@db/ and http://db:80/x@y", "at http://joe@db/ and http://db:80/x@y"),
            ("session 0123456789abcdef0123456789abcdef ended", "session *** ended"),
        ] {
            assert_eq!(masked(said.to_owned(), &secrets), shown);
        }
    }
}
