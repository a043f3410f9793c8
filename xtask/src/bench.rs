//! `cargo xtask bench`: builds what ships and runs `bench/run.js` on it, which does the measuring; with `--page`, `bench/viewer.js`
//! measures the page.

use crate::command::{command, run};
use crate::{Outcome, build, tools};

/// Runs the benchmark; its options are explained by `cargo xtask bench --help`.
pub(crate) fn bench(mut options: Vec<String>) -> Outcome {
    if options == ["--parts", "protobuf"] {
        return protobuf();
    }
    tools::node_modules()?;
    let all = options.len();
    options.retain(|option| option != "--page");
    let script = if options.len() < all { "bench/viewer.js" } else { "bench/run.js" };
    let mut bench = command("node");
    // Node's limit for its own heap is far below what reading the large files in JavaScript takes.
    bench.args(["--max-old-space-size=8192", script]).args(&options);
    if options.iter().all(|option| option != "--help") {
        build::build(false)?;
        bench.env("CHROMIUM", tools::browser()?.chromium);
        bench.env("XTASK", std::env::current_exe().map_err(|error| error.to_string())?);
    }
    run(&mut bench)
}

/// Protobuf is measured natively against prost, by a crate of its own.
fn protobuf() -> Outcome {
    run(command("cargo").args(["run", "--release", "--locked", "--manifest-path", "bench/protobuf/Cargo.toml"]))
}
