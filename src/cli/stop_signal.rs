//! When a server of ours is to stop.

#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use crate::bounded;

/// Ctrl-C, or where they exist the signal that service managers send and the one of a terminal that closes. They are heard from
/// here on, whenever they are waited for.
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let mut hangup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(async move {
            let hung_up = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hung_up => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // A console that cannot be listened to leaves killing the program.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Whether somebody wants us to outlive the terminal, as `nohup` does. Only Linux tells; elsewhere the signal is left to do
/// what it does.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    const HANGUP: u64 = 1;
    let status = bounded::read_text(Path::new("/proc/self/status"), bounded::TEXT_BYTES_MAX).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & HANGUP != 0)
}
