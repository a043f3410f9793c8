//! Where things are.

use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ lies in the workspace's root").to_owned()
}

/// Cargo's target folder: the one this program was built into, so that CARGO_TARGET_DIR and configuration files count.
pub(crate) fn target() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.parent()?.to_owned()))
        .unwrap_or_else(|| root().join("target"))
}

/// Where `cargo build -p tools` leaves wasm-bindgen and its test runner.
pub(crate) fn built_tools() -> PathBuf {
    target().join("debug")
}
