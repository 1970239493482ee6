//! stub
pub mod codebook;
pub mod coding;
pub mod transcript;
