//! What `analyze` says on stderr: lines for people, or JSON for batch systems.

use super::{tell, write_line};
use breakthrough::input::Notice;
use breakthrough::transcript::Reject;
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The form of the lines on stderr.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Lines to read.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Rejects that are told on stderr; all of them stand in `rejects.csv`, or of a run without tables in `unread.csv`.
const SHOWN_REJECTS: u64 = 20;

/// The log of one run.
#[derive(Debug)]
pub(super) struct Log {
    format: Format,
    quiet: bool,
    rejects: u64,
}

impl Log {
    pub(super) fn new(format: Format, quiet: bool) -> Log {
        Log { format, quiet, rejects: 0 }
    }

    /// Something about a file that the user should know.
    pub(super) fn notice(&self, notice: &Notice) {
        let Notice { file, text } = notice;
        self.say(&[format!("{}: {text}", file.display())], "warning", "notice", |line| {
            about(line, file, text);
        });
    }

    /// A record that could not be read; after the first ones they are in the table only.
    pub(super) fn reject(&mut self, reject: &Reject) {
        self.rejects += 1;
        if self.rejects > SHOWN_REJECTS {
            return;
        }
        let place = reject.place.map(|place| format!("{place}: ")).unwrap_or_default();
        let text = format!("{}: {place}{}", reject.file.display(), reject.reason);
        self.say(&[text], "warning", "reject", |line| {
            about(line, &reject.file, &reject.reason);
            if let Some(place) = reject.place {
                line.insert("place".to_owned(), json!(place.to_string()));
            }
        });
    }

    /// How far the run is; people have a progress bar for it.
    pub(super) fn coded(&self, units: u64) {
        if self.format == Format::Json {
            self.say(&[], "info", "coded", |line| {
                line.insert("counts".to_owned(), json!({ "units": units }));
            });
        }
    }

    /// Lines at the end, with what was counted.
    pub(super) fn end(&self, event: &str, text: &[String], counts: &Value) {
        self.say(text, "info", event, |line| {
            line.insert("message".to_owned(), json!(text.join("\n")));
            line.insert("counts".to_owned(), counts.clone());
        });
    }

    /// What ended the run; said however quiet it is.
    pub(super) fn error(&self, text: &str) {
        let loud = Log { format: self.format, quiet: false, rejects: 0 };
        loud.say(&[format!("breakthrough: {text}")], "error", "error", |line| {
            line.insert("message".to_owned(), json!(text));
        });
    }

    /// `text` for people, line by line; `add` puts in what else a JSON line has.
    fn say(&self, text: &[String], level: &str, event: &str, add: impl FnOnce(&mut Map<String, Value>)) {
        match self.format {
            _ if self.quiet => {}
            Format::Text => text.iter().for_each(|line| tell(line)),
            Format::Json => {
                let mut line = Map::new();
                line.insert("level".to_owned(), json!(level));
                line.insert("event".to_owned(), json!(event));
                add(&mut line);
                write_line(&Value::Object(line).to_string());
            }
        }
    }
}

fn about(line: &mut Map<String, Value>, file: &Path, message: &str) {
    line.insert("file".to_owned(), json!(file.display().to_string()));
    line.insert("message".to_owned(), json!(message));
}
