//! The `mockgento` command. Everything it does is in the library; this is the only place that ends the process.

fn main() -> std::process::ExitCode {
    mockgento::cli::main().into()
}
