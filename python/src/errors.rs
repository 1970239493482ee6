//! What goes wrong, as exceptions.

use breakthrough::input::{self, Unusable};
use breakthrough::{model, pipeline};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::{PyErr, create_exception};

create_exception!(
    breakthrough,
    InputError,
    PyValueError,
    "The rows cannot be used: a column is missing, or holds what is neither text nor a number nor a date."
);
create_exception!(
    breakthrough,
    ModelError,
    PyRuntimeError,
    "The model folder cannot be used, or the engine failed."
);

/// The library speaks of its command line; here the same is said of arguments.
pub(crate) fn unusable(why: &Unusable) -> PyErr {
    InputError::new_err(match why {
        Unusable::Unmapped { column, key } => {
            format!("there is no column {column:?}, which map gives for {key:?}")
        }
        Unusable::NoWords { columns } => format!(
            "none of the {columns} columns is 'text' or 'note': name the one with the words, map={{'text': COLUMN}}"
        ),
        Unusable::NoSpeaker => "the rows look like utterances but no column says who speaks: name it, \
             map={'speaker': COLUMN} (or, if they are notes, map={'note': COLUMN})"
            .to_owned(),
        Unusable::LostSpeaker { column } => format!(
            "column {column} of the table seems to say who speaks, but is not called 'speaker': name it, map={{'speaker': COLUMN}} \
             (or, if the rows are notes, map={{'note': COLUMN}})"
        ),
        Unusable::LabelsWithin => {
            "the words begin with labels of speakers (T: …): put these into a column of their own, called \
             speaker (or, if the rows are notes, map={'note': COLUMN})"
                .to_owned()
        }
        other => other.to_string(),
    })
}

pub(crate) fn map(why: &input::Error) -> PyErr {
    PyValueError::new_err(match why {
        input::Error::UnknownKey(key) => format!(
            "map does not know {key:?}: its keys are session_id, utterance_id, speaker, text, note, client_id, \
             session_number, date, therapist_id, start, end"
        ),
        input::Error::TwiceMapped(key) => format!("map names {key:?} twice: give every key one column"),
        input::Error::BadMap(_) => "map has a column without a name".to_owned(),
        other => other.to_string(),
    })
}

pub(crate) fn model(error: &model::Error) -> PyErr {
    ModelError::new_err(error.to_string())
}

pub(crate) fn pipeline(error: &pipeline::Error) -> PyErr {
    match error {
        pipeline::Error::Model(error) => model(error),
        other => PyRuntimeError::new_err(other.to_string()),
    }
}
