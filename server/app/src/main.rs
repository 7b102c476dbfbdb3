//! kalinklo
fn main() {}
