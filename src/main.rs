//! The `mockgento` command. Everything it does is in the library; this is the only place that ends the process.

use std::path::Path;

use include_dir::{Dir, include_dir};

/// Envelopes are many small texts; this allocator serves a third more of them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The suite of this release, for whoever has the program and no checkout.
static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

fn main() -> std::process::ExitCode {
    mockgento::cli::main(|| files(&SCENARIOS)).into()
}

/// All files of a folder and of those below it, in order.
fn files(folder: &'static Dir<'static>) -> Vec<(&'static Path, &'static [u8])> {
    let own = folder.files().map(|file| (file.path(), file.contents()));
    own.chain(folder.dirs().flat_map(files)).collect()
}
