//! The program; its parts come with the next commits.

fn main() {}
