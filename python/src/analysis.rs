//! `analyze`: rows that are all there, to all tables.

use crate::arguments::Arguments;
use crate::{bugs, errors, held, source};
use arrow_array::RecordBatch;
use arrow_pyarrow::{IntoPyArrow, PyArrowType};
use breakthrough::input;
use breakthrough::pipeline::{self, InMemory, Privacy};
use breakthrough::report::held::Held;
use pyo3::prelude::*;
use std::collections::BTreeMap;

/// Tables by name, each as batches; what should be known about the rows; and what kept sessions out of clients and trends.
type Found<'py> = (BTreeMap<&'static str, Vec<Bound<'py, PyAny>>>, Vec<String>, Vec<String>);

/// Codes the rows of batches with the same columns.
#[pyfunction]
pub(crate) fn analyze(
    py: Python<'_>,
    batches: Vec<PyArrowType<RecordBatch>>,
    names: Vec<String>,
    privacy_text: bool,
    arguments: Arguments,
) -> PyResult<Found<'_>> {
    let batches: Vec<RecordBatch> = batches.into_iter().map(|batch| batch.0).collect();
    let options = arguments.options()?;
    let header = source::header(&names, &options.map)?;
    let rows = batches.iter().map(|batch| source::Rows::new(batch, &header));
    let rows: Vec<_> = rows.collect::<PyResult<_>>()?;
    let events = input::rows(&header, rows.into_iter().flatten(), arguments.name(), &options)
        .map_err(|why| errors::unusable(&why))?;
    let mut chunks = pipeline::chunks(events);
    let allowed = arguments.allow.clone();
    let privacy = Privacy { redact: arguments.redact, found: privacy_text, allowed, ..Privacy::default() };

    let mut notices = Vec::new();
    let mut tables: BTreeMap<&'static str, Vec<RecordBatch>> = BTreeMap::new();
    let mut keep = |made: Vec<Held>, last: bool| -> PyResult<()> {
        for table in made {
            let batches = tables.entry(table.name).or_default();
            let batch = held::batch(table)?;
            // One at least, which tells the columns.
            if batch.num_rows() > 0 || last && batches.is_empty() {
                batches.push(batch);
            }
        }
        Ok(())
    };
    let (pool, model) = py.detach(|| bugs::caught(|| arguments.engine()))?;
    let mut run = InMemory::new(&model, arguments.text, privacy);
    loop {
        let ended = py.detach(|| {
            bugs::caught(|| {
                let Some(chunk) = chunks.next() else { return Ok(true) };
                notices.extend(chunk.notices.iter().map(|notice| notice.text.clone()));
                keep(pool.install(|| run.take(chunk)).map_err(|error| errors::pipeline(&error))?, false)?;
                Ok(false)
            })
        })?;
        // Ctrl-C.
        py.check_signals()?;
        if ended {
            break;
        }
    }
    let left_out = py.detach(|| {
        bugs::caught(|| {
            let (made, left_out) = pool.install(|| run.finish()).map_err(|error| errors::pipeline(&error))?;
            keep(made, true).map(|()| left_out)
        })
    })?;
    let mut handed = BTreeMap::new();
    for (name, batches) in tables {
        let batches =
            batches.into_iter().map(|batch| batch.into_pyarrow(py)).collect::<PyResult<Vec<_>>>()?;
        handed.insert(name, batches);
    }
    Ok((handed, notices, left_out))
}
