//! Spanscope reads distributed traces and trace-context headers.

pub mod context;
