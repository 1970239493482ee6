//! `analyze_batches`: batches as they come, to batches of coded units.

use crate::arguments::Arguments;
use crate::errors::{self, InputError};
use crate::source::{self, Row, Rows};
use crate::{bugs, held};
use arrow_array::RecordBatch;
use arrow_pyarrow::{FromPyArrow, IntoPyArrow};
use breakthrough::coding::CodedSession;
use breakthrough::input::{self, Event, Header, Options, Reading};
use breakthrough::model::Model;
use breakthrough::pipeline::{self, Chunk, Chunks};
use breakthrough::report;
use breakthrough::report::held::Held;
use breakthrough::report::utterances::Utterances;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyIterator;
use rayon::ThreadPool;
use std::sync::{Arc, Mutex, PoisonError};

/// What went wrong while a batch was fetched; rows end there.
type Failed = Arc<Mutex<Option<PyErr>>>;

/// Where batches come from, as rows.
struct Batches {
    iterator: Py<PyIterator>,
    header: Header,
    names: Vec<String>,
    rows: Rows,
    failed: Failed,
}

impl Batches {
    /// The rows of the next batch. Takes the interpreter lock for it.
    fn fetch(&self) -> PyResult<Option<Rows>> {
        Python::attach(|py| {
            py.check_signals()?;
            let Some(batch) = next_batch(self.iterator.bind(py))? else { return Ok(None) };
            if source::names(&batch) != self.names {
                return Err(InputError::new_err("a batch has other columns than the first one"));
            }
            Rows::new(&batch, &self.header).map(Some)
        })
    }
}

impl Iterator for Batches {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if let Some(row) = self.rows.next() {
                return Some(row);
            }
            match self.fetch() {
                Ok(rows) => self.rows = rows?,
                Err(error) => {
                    *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return None;
                }
            }
        }
    }
}

/// The next batch, without a copy of its bytes, through the C data interface of Arrow.
fn next_batch(batches: &Bound<'_, PyIterator>) -> PyResult<Option<RecordBatch>> {
    let Some(batch) = batches.clone().next().transpose()? else { return Ok(None) };
    match RecordBatch::from_pyarrow_bound(&batch) {
        Ok(batch) => Ok(Some(batch)),
        Err(error) if error.is_instance_of::<PyTypeError>(batch.py()) => {
            let kind = batch.get_type().name()?;
            Err(PyTypeError::new_err(format!("batches must be pyarrow.RecordBatch or the like, not {kind}")))
        }
        // The message may say what is in it.
        Err(_) => Err(InputError::new_err("a batch is no sound Arrow record batch")),
    }
}

/// Events up to where rows could not be fetched: a session that was cut off there is not handed on.
struct Sound {
    reading: Reading,
    failed: Failed,
}

impl Iterator for Sound {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let event = self.reading.next()?;
        let sound = self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        sound.then_some(event)
    }
}

/// Batches of coded units, as they are asked for.
#[pyclass(module = "breakthrough._native")]
pub(crate) struct Coder {
    arguments: Arguments,
    options: Options,
    pool: Arc<ThreadPool>,
    model: Arc<Model>,
    /// Taken when the first batch has come, which tells the columns.
    batches: Option<Py<PyIterator>>,
    /// In a lock that is never waited for: readers may go from thread to thread but not be shared.
    chunks: Mutex<Option<Chunks<Sound>>>,
    failed: Failed,
}

/// A batch, the rejects (record and reason) and the notices that came with it.
type Coded<'py> = (Bound<'py, PyAny>, Vec<(Option<u64>, String)>, Vec<String>);

#[pymethods]
impl Coder {
    #[new]
    fn new(py: Python<'_>, batches: Bound<'_, PyAny>, arguments: Arguments) -> PyResult<Coder> {
        let options = arguments.options()?;
        let batches = Some(batches.try_iter()?.unbind());
        let (pool, model) = py.detach(|| bugs::caught(|| arguments.engine()))?;
        Ok(Coder {
            arguments,
            options,
            pool,
            model,
            batches,
            chunks: Mutex::default(),
            failed: Failed::default(),
        })
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Coded<'py>>> {
        if let Some(batches) = self.batches.take() {
            self.chunks = Mutex::new(self.begin(py, batches)?);
        }
        let coded = py.detach(|| bugs::caught(|| self.step()))?;
        py.check_signals()?;
        let Some((batch, chunk)) = coded else { return Ok(None) };
        let rejects = chunk.rejects.into_iter().map(|reject| (reject.record, reject.reason)).collect();
        let notices = chunk.notices.into_iter().map(|notice| notice.text).collect();
        Ok(Some((batch.into_pyarrow(py)?, rejects, notices)))
    }
}

impl Coder {
    /// Reads the columns of the first batch; nothing if there is none.
    fn begin(&self, py: Python<'_>, batches: Py<PyIterator>) -> PyResult<Option<Chunks<Sound>>> {
        let Some(first) = next_batch(batches.bind(py))? else { return Ok(None) };
        let names = source::names(&first);
        let header = source::header(&names, &self.options.map)?;
        let rows = Rows::new(&first, &header)?;
        let failed = Arc::clone(&self.failed);
        let rows =
            Batches { iterator: batches, header: header.clone(), names, rows, failed: Arc::clone(&failed) };
        let reading = input::rows(&header, rows, self.arguments.name(), &self.options)
            .map_err(|why| errors::unusable(&why))?;
        Ok(Some(pipeline::chunks(Sound { reading, failed })))
    }

    /// The next chunk and the units of it. What went wrong with the batches comes after the last whole session before it.
    fn step(&mut self) -> PyResult<Option<(RecordBatch, Chunk)>> {
        let chunks = self.chunks.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(mut chunk) = chunks.as_mut().and_then(Iterator::next) else {
            *chunks = None;
            return match self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(error) => Err(error),
                None => Ok(None),
            };
        };
        let sessions = std::mem::take(&mut chunk.sessions);
        let coded = self.pool.install(|| {
            let Arguments { redact, allow, .. } = &self.arguments;
            let sessions = if *redact { pipeline::clean(sessions, allow) } else { sessions };
            pipeline::code(&self.model, sessions)
        });
        let batch = units(&coded.map_err(|error| errors::model(&error))?)?;
        Ok(Some((batch, chunk)))
    }
}

fn units(coded: &[CodedSession]) -> PyResult<RecordBatch> {
    let made = Held::of::<Utterances>(coded, report::Options::default());
    held::batch(made.map_err(|error| errors::pipeline(&error.into()))?)
}

/// A batch of coded units without rows.
#[pyfunction]
pub(crate) fn empty(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    units(&[])?.into_pyarrow(py)
}
