//! Rows of shards to the tables of the whole.

use super::set::{Error, Set, by_column};
use super::table::{self, Counts};
use crate::coding::stretch::Stretch;
use crate::report::excerpts::Excerpts;
use crate::report::moments::Moments;
use crate::report::own_codes::OwnCodes;
use crate::report::privacy::Privacy;
use crate::report::rejects::Rejects;
use crate::report::sessions::Sessions;
use crate::report::table::Table as _;
use crate::report::tables::Tables;
use crate::report::utterances::Utterances;
use csv::StringRecord;

/// A table whose rows are taken over as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Copied {
    Utterances,
    OwnCodes,
    Moments,
    Sessions,
    Excerpts,
    Privacy,
    Rejects,
}

impl Copied {
    /// Those of which every shard has the rows of its own sessions.
    const DEALT: [Copied; 6] = [
        Copied::Utterances,
        Copied::OwnCodes,
        Copied::Moments,
        Copied::Sessions,
        Copied::Excerpts,
        Copied::Privacy,
    ];

    const fn file(self) -> &'static str {
        match self {
            Copied::Utterances => Utterances::FILE,
            Copied::OwnCodes => OwnCodes::FILE,
            Copied::Moments => Moments::FILE,
            Copied::Sessions => Sessions::FILE,
            Copied::Excerpts => Excerpts::FILE,
            Copied::Privacy => Privacy::FILE,
            Copied::Rejects => Rejects::FILE,
        }
    }

    /// How many of a session's rows are in it.
    const fn of(self, rows: &Counts) -> u64 {
        match self {
            Copied::Utterances | Copied::OwnCodes => rows.units,
            Copied::Moments => rows.moments,
            Copied::Sessions => 1,
            Copied::Excerpts => rows.excerpts,
            Copied::Privacy => rows.finds,
            Copied::Rejects => 0,
        }
    }
}

impl Set {
    /// Writes the rows of all shards into the tables of the whole, in input order, and hands on what is remembered of
    /// every session.
    ///
    /// # Errors
    /// If a table of a shard cannot be read or is damaged, or a table cannot be written.
    pub fn fill(&self, tables: &mut Tables, remember: &mut dyn FnMut(Stretch)) -> Result<(), Error> {
        self.remember(remember)?;
        let mut cells = StringRecord::new();
        for table in Copied::DEALT {
            if table == Copied::OwnCodes && self.labels()?.is_none() {
                continue;
            }
            let mut feed = self.feed(table.file());
            for turn in &self.turns {
                for _ in 0..table.of(&turn.rows) {
                    feed.must_read(turn.shard, &mut cells)?;
                    tables.copy(table, &cells)?;
                }
            }
            feed.end()?;
        }
        // Every shard has read all of the input, and they agree.
        let mut feed = self.feed(Rejects::FILE);
        let mut rejects = 0;
        while feed.read(0, &mut cells)? {
            tables.copy(Copied::Rejects, &cells)?;
            rejects += 1;
        }
        if self.runs().any(|run| run.totals.rejected != rejects) {
            return Err(feed.damaged(0, "has not as many rows as run.json says"));
        }
        Ok(())
    }

    fn remember(&self, remember: &mut dyn FnMut(Stretch)) -> Result<(), Error> {
        let (mut beyond, mut sessions) = (self.feed(table::Sessions::FILE), self.feed(Sessions::FILE));
        let (mut a, mut b) = (StringRecord::new(), StringRecord::new());
        let columns = (beyond.header(0)?, sessions.header(0)?);
        for turn in &self.turns {
            beyond.must_read(turn.shard, &mut a)?;
            sessions.must_read(turn.shard, &mut b)?;
            let stretch = table::stretch(&by_column(&columns.0, &a), &by_column(&columns.1, &b));
            remember(stretch.ok_or_else(|| beyond.damaged(turn.shard, "does not fit its sessions.csv"))?);
        }
        sessions.end()
    }
}
