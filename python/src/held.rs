//! Tables in memory as batches of Arrow.

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use breakthrough::report::held::{Held, Values};
use pyo3::PyErr;
use pyo3::exceptions::PyRuntimeError;
use std::sync::Arc;

/// The table as one batch: text is `string`, whole numbers `int64`, decimals `double`; all may be null.
pub(crate) fn batch(held: Held) -> Result<RecordBatch, PyErr> {
    let (mut fields, mut arrays) = (Vec::new(), Vec::<ArrayRef>::new());
    for column in held.columns {
        let (kind, array): (_, ArrayRef) = match column.values {
            Values::Text(cells) => (DataType::Utf8, Arc::new(StringArray::from(cells))),
            Values::Integer(cells) => (DataType::Int64, Arc::new(Int64Array::from(cells))),
            Values::Decimal(cells) => (DataType::Float64, Arc::new(Float64Array::from(cells))),
        };
        fields.push(Field::new(column.name, kind, true));
        arrays.push(array);
    }
    let made: Result<_, ArrowError> = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays);
    made.map_err(|_| {
        PyRuntimeError::new_err(format!("the table {} cannot be made: please report it", held.name))
    })
}
