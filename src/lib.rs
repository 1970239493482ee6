//! Finds breakthrough language in therapy talk: the library.

pub mod agreement;
pub mod codebook;
pub mod coding;
pub mod input;
pub mod moments;
pub mod report;
pub mod transcript;
pub mod trends;
