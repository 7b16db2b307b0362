//! What a test needs that is not in the repository, where it is found, and the variable that makes it due.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Only what is in the repository.
    Nothing,
    /// Recordings and documents of real shops, in `../shared` beside the repository.
    Recordings,
    /// A Chromium that runs without a window.
    Browser,
    /// PHP with its SOAP extension.
    Php,
    /// Python with zeep.
    Zeep,
}

impl Need {
    pub fn is_met(self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Recordings => shared().join("recordings").is_dir(),
            Self::Browser => find_browser().is_some(),
            Self::Php => succeeds("php", &["-r", "exit(extension_loaded('soap') ? 0 : 1);"]),
            Self::Zeep => succeeds(&python(), &["-c", "import zeep"]),
        }
    }

    /// With this variable set, a test whose need is not met fails instead of being ignored.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Recordings => "MOCKGENTO_REQUIRE_RECORDINGS",
            Self::Browser => "MOCKGENTO_REQUIRE_BROWSER",
            Self::Php | Self::Zeep => "MOCKGENTO_REQUIRE_CLIENTS",
        }
    }

    pub const fn missing(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Recordings => "there are no recordings of real shops in ../shared beside the repository",
            Self::Browser => "no Chromium is installed",
            Self::Php => "PHP with its SOAP extension is not installed; run ci/install",
            Self::Zeep => "Python with zeep is not installed; run ci/install",
        }
    }
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn find_browser() -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &&&str| std::env::split_paths(&path).any(|folder| folder.join(name).exists());
    BROWSERS.iter().find(is_there).copied()
}

/// Requests and answers of real shops.
pub fn recordings() -> PathBuf {
    shared().join("recordings")
}

/// WSDLs of real shops and modules.
pub fn documents() -> PathBuf {
    shared().join("wsdl")
}

/// Failures that users reported in public.
pub fn reported_failures() -> PathBuf {
    shared().join("spec/real-life-failures.md")
}

/// The browser's name.
pub fn browser() -> &'static str {
    find_browser().expect("a browser")
}

/// The Python that `ci/install` makes for the clients, or the machine's.
pub fn python() -> String {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/clients/.venv/bin/python");
    if own.exists() { own.display().to_string() } else { "python3".to_owned() }
}
