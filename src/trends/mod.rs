//! Sessions in numbers: what is counted within one session.

mod session;

pub use session::summarise;
