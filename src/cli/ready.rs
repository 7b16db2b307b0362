//! How a program that starts a server learns where it is, and how the server ends with that program: the file of
//! `--ready-file`, the one of `--port-file`, a line of JSON on standard output, `--die-with-parent`. What a server serves is
//! not decided here.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use indexmap::IndexMap;
use miette::miette;
use serde::{Deserialize, Serialize};

use super::output;
use super::stop_signal::stop_signal;
use crate::{bounded, whole_file};

/// Arguments of a server that programs start.
#[derive(Debug, Args)]
pub struct ReadyArgs {
    /// Write where the shop is to this file, as JSON, once clients can call it: address, WSDL, console, process id. It appears
    /// whole and is removed at the end.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Write the port, a number and nothing else, to this file once clients can call the shop; removed at the end.
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// End when standard input closes, as it does when the program that holds its other end ends in any way.
    #[arg(long)]
    die_with_parent: bool,
}

/// Where a server is: what the ready file and the ready line say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Release of the program.
    pub version: String,
    /// The id of the process that serves the shop.
    pub pid: u32,
    /// Address and port that were bound.
    pub address: SocketAddr,
    /// The port of it.
    pub port: u16,
    /// The shop's base URL, with a slash at its end.
    pub url: String,
    /// What clients are configured with.
    pub wsdl: String,
    /// The console; nothing where there is none.
    pub console: Option<String>,
    /// The control API, without a slash at its end; nothing where there is none.
    pub admin: Option<String>,
    /// Sentences on what a client would stumble over.
    #[serde(default)]
    pub notes: Vec<String>,
    /// All shops of `--shops` by name; the rest is about the first of them.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub shops: IndexMap<String, Ready>,
}

impl Ready {
    /// A server at `address` of this process, without a console.
    pub fn at(address: SocketAddr, url: String, wsdl: String) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let (pid, port) = (std::process::id(), address.port());
        Self {
            version,
            pid,
            address,
            port,
            url,
            wsdl,
            console: None,
            admin: None,
            notes: Vec::new(),
            shops: IndexMap::new(),
        }
    }

    /// Prints it as one line on standard output.
    pub fn print(&self) {
        let line = serde_json::to_string(self).unwrap_or_default();
        let mut out = output::json_stream();
        // A reader that has seen the address may close the pipe; the server goes on.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

/// Why a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Ctrl-C, or the signal of service managers.
    Signal,
    /// Standard input was closed.
    InputClosed,
}

impl ReadyArgs {
    /// Looks whether the files can be written, before the server starts, and removes those that a killed one left.
    ///
    /// # Errors
    /// When a file is there that no server wrote, or its folder is not.
    pub fn prepare(&self) -> miette::Result<ReadyFiles> {
        if self.ready_file.is_some() && self.ready_file == self.port_file {
            return Err(miette!(
                help = "give each a file of its own",
                "--ready-file and --port-file name the same file"
            ));
        }
        let files = ReadyFiles { ready: self.ready_file.clone(), port: self.port_file.clone() };
        for (option, path, is_ours) in files.each() {
            remove_left_over(option, path, is_ours)?;
        }
        Ok(files)
    }

    /// Resolves when the server is to end. Signals and the end of input are heard from here on, whenever it is waited for.
    ///
    /// # Errors
    /// When the system lets us hear neither.
    pub fn end(&self) -> io::Result<impl Future<Output = End> + use<>> {
        let signal = stop_signal()?;
        let closed = if self.die_with_parent { Some(input_closed()?) } else { None };
        Ok(async move {
            let closed = async {
                match closed {
                    // A sender that is gone has read all there was.
                    Some(closed) => drop(closed.await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = signal => End::Signal,
                () = closed => End::InputClosed,
            }
        })
    }
}

impl End {
    /// Logs why the file could not be written.
    pub fn log(self) {
        match self {
            Self::Signal => tracing::info!("stopping"),
            Self::InputClosed => tracing::info!("standard input is closed, stopping (--die-with-parent)"),
        }
    }
}

/// Reads standard input to its end, in a thread that the end of the process does not wait for.
fn input_closed() -> io::Result<tokio::sync::oneshot::Receiver<()>> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("standard input".to_owned()).spawn(move || {
        // One that cannot be read is as good as closed.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(());
    })?;
    Ok(receiver)
}

/// The files that tell where the server is; they go with it.
#[derive(Debug)]
pub struct ReadyFiles {
    ready: Option<PathBuf>,
    port: Option<PathBuf>,
}

/// Whether the content of a file was written by a server; of this process, where one is given.
type IsOurs = fn(&str, Option<&Ready>) -> bool;

impl ReadyFiles {
    /// Writes them: the port first, so that whoever waits for the ready file has both.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn write(&self, ready: &Ready) -> miette::Result<()> {
        let port = format!("{}\n", ready.port);
        let json = serde_json::to_string_pretty(ready).unwrap_or_default() + "\n";
        for (option, path, text) in [("--port-file", &self.port, &port), ("--ready-file", &self.ready, &json)] {
            if let Some(path) = path {
                whole_file::write(path, text.as_bytes()).map_err(|error| cannot_write(option, path, &error))?;
            }
        }
        Ok(())
    }

    /// Removes those that still say what this server wrote: another may have taken the name since.
    pub fn remove(self, ready: &Ready) {
        for (option, path, is_ours) in self.each() {
            let is_mine = path.is_file() && read(path).is_some_and(|text| is_ours(&text, Some(ready)));
            if is_mine && let Err(error) = std::fs::remove_file(path) {
                tracing::warn!(%error, file = %path.display(), "the file of {option} stays");
            }
        }
    }

    fn each(&self) -> impl Iterator<Item = (&'static str, &Path, IsOurs)> {
        let ready = self.ready.as_deref().map(|path| ("--ready-file", path, is_ready_file as IsOurs));
        let port = self.port.as_deref().map(|path| ("--port-file", path, is_port_file as IsOurs));
        ready.into_iter().chain(port)
    }
}

fn is_ready_file(text: &str, of: Option<&Ready>) -> bool {
    let found: Result<Ready, _> = serde_json::from_str(text);
    found.is_ok_and(|found| of.is_none_or(|ready| found == *ready))
}

fn is_port_file(text: &str, of: Option<&Ready>) -> bool {
    let found: Result<u16, _> = text.trim_end().parse();
    found.is_ok_and(|found| of.is_none_or(|ready| found == ready.port))
}

/// No file of ours is longer.
const BYTES_MAX: u64 = 64 * 1024;

fn read(path: &Path) -> Option<String> {
    bounded::read_text(path, BYTES_MAX).ok()
}

/// An old file would tell of a server that is gone; what is no such file is somebody's.
fn remove_left_over(option: &str, path: &Path, is_ours: IsOurs) -> miette::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let help = "make the folder first, or name another";
        return Err(miette!(help = help, "{option} {}: there is no folder {}", path.display(), folder.display()));
    }
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    // A file that was made empty to have its name is nobody's content.
    if !path.is_file() || !read(path).is_some_and(|text| text.is_empty() || is_ours(&text, None)) {
        let help = "name a file that is not there yet";
        return Err(miette!(help = help, "{option} {}: it is there, and no server wrote it", path.display()));
    }
    if let Some(running) = read(path).and_then(|text| running(&text)) {
        let help = "name another file, or end that server first";
        return Err(miette!(
            help = help,
            "{option} {}: a server that runs wrote it (process {}, {})",
            path.display(),
            running.pid,
            running.address
        ));
    }
    std::fs::remove_file(path).map_err(|error| cannot_write(option, path, &error))
}

/// How long a server of this machine may take to accept.
const ACCEPTS_WITHIN: Duration = Duration::from_millis(500);

/// The server that a ready file tells of, if somebody listens there.
fn running(text: &str) -> Option<Ready> {
    let told: Ready = serde_json::from_str(text).ok()?;
    let mut address = told.address;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    TcpStream::connect_timeout(&address, ACCEPTS_WITHIN).ok().map(|_| told)
}

fn cannot_write(option: &str, path: &Path, error: &io::Error) -> miette::Report {
    miette!(help = "name a file in a folder that can be written to", "{option} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Ready {
        Ready::at("127.0.0.1:4711".parse().unwrap(), "http://127.0.0.1:4711/".to_owned(), "w".to_owned())
    }

    fn args(ready: Option<&Path>, port: Option<&Path>) -> ReadyArgs {
        let owned = |path: Option<&Path>| path.map(Path::to_path_buf);
        ReadyArgs { ready_file: owned(ready), port_file: owned(port), die_with_parent: false }
    }

    #[test]
    fn the_files_say_where_the_server_is_and_go_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (json, port) = (folder.path().join("ready.json"), folder.path().join("port"));
        let files = args(Some(&json), Some(&port)).prepare().unwrap();
        files.write(&ready()).unwrap();
        assert_eq!(std::fs::read_to_string(&port).unwrap(), "4711\n");
        let written: Ready = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
        assert_eq!(written, ready());
        files.remove(&ready());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_file_of_a_server_that_runs_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready.json");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let there = Ready { address: listener.local_addr().unwrap(), ..ready() };
        std::fs::write(&path, serde_json::to_string(&there).unwrap()).unwrap();
        let refused = args(Some(&path), None).prepare().unwrap_err().to_string();
        assert!(refused.contains("a server that runs wrote it (process "), "{refused}");
        drop(listener);
        args(Some(&path), None).prepare().unwrap();
        assert!(!path.exists(), "what a killed one left goes");
    }

    #[test]
    fn only_what_a_server_wrote_is_replaced_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let left_over = serde_json::to_string(&ready()).unwrap();
        for (text, as_ready, as_port) in [
            (left_over.as_str(), true, false),
            ("4711\n", false, true),
            ("", true, true),
            ("{}", false, false),
            ("dear diary", false, false),
            ("99999", false, false),
        ] {
            for (arguments, expected) in [(args(Some(&path), None), as_ready), (args(None, Some(&path)), as_port)] {
                std::fs::write(&path, text).unwrap();
                assert_eq!(arguments.prepare().is_ok(), expected, "{text}");
                assert_eq!(path.exists(), !expected, "{text}");
            }
        }
        // Another server has written there since.
        let files = args(Some(&path), None);
        let _ = std::fs::remove_file(&path);
        let files = files.prepare().unwrap();
        let other = Ready { pid: ready().pid + 1, ..ready() };
        files.write(&other).unwrap();
        files.remove(&ready());
        assert!(path.exists());
    }
}
