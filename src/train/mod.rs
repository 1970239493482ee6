//! Training: the coded corpus, the n-gram model, calibration, and with the feature `rust-bert` the network.

pub mod calibrate;
pub mod coded;
pub mod corpus;
#[cfg(feature = "rust-bert")]
pub mod encoder;
pub mod folds;
pub mod large;
mod lbfgs;
mod logistic;
#[cfg(feature = "rust-bert")]
pub mod network;
pub mod ngrams;
pub mod oof;
pub mod own;
#[cfg(feature = "rust-bert")]
pub mod run;
