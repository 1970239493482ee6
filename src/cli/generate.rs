//! `breakthrough generate`: completions and manual pages, from the one definition of the command line.

use super::output::write_all;
use super::{Exit, print};
use anyhow::Context as _;
use clap::{Args, Command, CommandFactory as _, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;
use std::path::PathBuf;

/// Writes completions for a shell, or manual pages.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Completions for a shell, to standard output.
    Completions {
        /// The shell.
        #[arg(value_enum, value_name = "SHELL")]
        shell: Shell,
    },
    /// Manual pages: breakthrough.1 and one for every subcommand.
    Man {
        /// Folder for the pages; made if it is not there. Without it all go to standard output, one after the other.
        #[arg(short, long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

const EXAMPLES: &str = "\
Examples:
  breakthrough generate completions bash > ~/.local/share/bash-completion/completions/breakthrough
  breakthrough generate completions zsh > ~/.zfunc/_breakthrough
  breakthrough generate completions fish > ~/.config/fish/completions/breakthrough.fish
  breakthrough generate man --out ~/.local/share/man/man1";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut command = super::Arguments::command();
    match &arguments.what {
        What::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut command, env!("CARGO_PKG_NAME"), &mut script);
            print(&String::from_utf8(script)?)?;
        }
        What::Man { out } => {
            command = command.disable_help_subcommand(true);
            // Gives subcommands their full names.
            command.build();
            let mut pages = Vec::new();
            add_pages(&command, &mut pages).context("a manual page cannot be made")?;
            match out {
                Some(folder) => write_all(folder, pages, &[])?,
                None => pages.iter().try_for_each(|(_, page)| print(&String::from_utf8_lossy(page)))?,
            }
        }
    }
    Ok(Exit::Done)
}

/// The page of a command and those of all below it, under the names of their files.
fn add_pages(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    pages.push((format!("{name}.1"), page));
    command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
        .try_for_each(|below| add_pages(below, pages))
}
