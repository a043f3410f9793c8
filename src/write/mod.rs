//! The store as text again, to be taken elsewhere.

pub mod markdown;
