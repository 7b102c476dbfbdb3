//! What is proved of the policies, over all requests.

pub mod solver;
