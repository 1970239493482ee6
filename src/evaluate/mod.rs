//! How good a model is: on coded material of the user's, on the corpus out of fold, in its evidence, and against
//! AnnoMI's experts.
//!
//! [`coded`] reads material and has the model code it; [`evidence`] asks whether the evidence is what the model leans
//! on; [`talk_type`] derives AnnoMI's expert coding from the codes. Figures are made in [`crate::agreement`], figures of
//! the cross-validation in [`crate::train::folds`].

pub mod coded;
pub mod evidence;
pub mod talk_type;

pub use crate::train::coded::Error;
