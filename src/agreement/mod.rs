//! How well codings agree: model against coder, coder against coder.
//!
//! Every statistic lives in a file of its own and is checked against scikit-learn, statsmodels or krippendorff
//! (`tests/reference/agreement.py` makes the numbers, `tests/agreement.rs` compares them).
//! [`report::evaluate`] puts them together for a model, per source, [`coders::compare`] for codings of any labels; both
//! with intervals that respect that the units of one session or video are alike.

pub mod average_precision;
pub mod bootstrap;
pub mod calibration;
pub mod coders;
pub mod confusion;
pub mod fleiss;
pub mod kappa;
pub mod krippendorff;
pub mod markdown;
pub mod report;
pub mod svg;
pub mod table;
pub mod tags;
