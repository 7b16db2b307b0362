//! What the process ends with. These three numbers are a promise to scripts and CI.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// 0: everything was as expected.
    AsExpected = 0,
    /// 1: the command ran, and what it checked is not as expected: a scenario failed, a connection was refused, a
    /// sync ended with errors.
    Failed = 1,
    /// 2: the command could not run: wrong arguments, a scenario file that is not one, a folder that cannot be written.
    InputWrong = 2,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
