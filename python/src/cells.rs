//! Columns of Arrow as the cells of a table.

use arrow_array::cast::AsArray;
use arrow_array::temporal_conversions::MILLISECONDS_IN_DAY;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use breakthrough::parquet::cell;

/// A column that is read, its bytes where Python left them.
pub(crate) struct Column {
    array: ArrayRef,
    /// Of a dictionary, for each row the place among its values.
    keys: Option<Vec<usize>>,
}

impl Column {
    /// An error says what is wrong with the column.
    pub(crate) fn new(array: ArrayRef) -> Result<Column, &'static str> {
        match array.data_type() {
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let values = dictionary.values();
                readable(values.data_type())?;
                // Without values every row is null.
                let keys =
                    if values.is_empty() { vec![0; array.len()] } else { dictionary.normalized_keys() };
                Ok(Column { keys: Some(keys), array })
            }
            other => {
                readable(other)?;
                Ok(Column { array, keys: None })
            }
        }
    }

    /// The cell of a row: empty where it is null. An error says why there is none.
    pub(crate) fn cell(&self, row: usize) -> Result<String, String> {
        match &self.keys {
            _ if self.array.is_null(row) => Ok(String::new()),
            Some(keys) => {
                let values = self.array.as_any_dictionary().values();
                if values.is_empty() || values.is_null(keys[row]) {
                    return Ok(String::new());
                }
                cell_of(values.as_ref(), keys[row])
            }
            None => cell_of(self.array.as_ref(), row),
        }
    }
}

fn readable(kind: &DataType) -> Result<(), &'static str> {
    match kind {
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => Err("holds lists"),
        DataType::Null
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Date32
        | DataType::Date64
        | DataType::Timestamp(..) => Ok(()),
        kind if kind.is_integer() || kind.is_floating() => Ok(()),
        _ => Err("holds values that are neither text nor numbers nor dates"),
    }
}

fn cell_of(array: &dyn Array, row: usize) -> Result<String, String> {
    fn value<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
        array.as_primitive::<T>().value(row)
    }
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).to_owned(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Int8 => value::<Int8Type>(array, row).to_string(),
        DataType::Int16 => value::<Int16Type>(array, row).to_string(),
        DataType::Int32 => value::<Int32Type>(array, row).to_string(),
        DataType::Int64 => value::<Int64Type>(array, row).to_string(),
        DataType::UInt8 => value::<UInt8Type>(array, row).to_string(),
        DataType::UInt16 => value::<UInt16Type>(array, row).to_string(),
        DataType::UInt32 => value::<UInt32Type>(array, row).to_string(),
        DataType::UInt64 => value::<UInt64Type>(array, row).to_string(),
        DataType::Float16 => cell::decimal(value::<Float16Type>(array, row)),
        DataType::Float32 => cell::decimal(value::<Float32Type>(array, row)),
        DataType::Float64 => cell::decimal(value::<Float64Type>(array, row)),
        DataType::Date32 => cell::date(value::<Date32Type>(array, row).into())?,
        DataType::Date64 => cell::date(value::<Date64Type>(array, row).div_euclid(MILLISECONDS_IN_DAY))?,
        DataType::Timestamp(TimeUnit::Second, _) => cell::time(value::<TimestampSecondType>(array, row), 1)?,
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            cell::time(value::<TimestampMillisecondType>(array, row), 1_000)?
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            cell::time(value::<TimestampMicrosecondType>(array, row), 1_000_000)?
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            cell::time(value::<TimestampNanosecondType>(array, row), 1_000_000_000)?
        }
        _ => String::new(),
    })
}
