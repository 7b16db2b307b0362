//! The `mockgento` command. Everything it does is in the library; this is the only place that ends the process.

/// Envelopes are many small texts; this allocator serves a third more of them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    mockgento::cli::main().into()
}
