//! The program: arguments in, exit code out. Everything else is in the library and in `cli`.

mod cli;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Arguments::try_parse() {
        Ok(arguments) => cli::run(arguments),
        Err(misuse) => cli::refuse(&misuse),
    }
}
