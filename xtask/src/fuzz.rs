//! `cargo xtask fuzz`: every parser is given what nobody would write, for so many seconds each, and must neither panic nor
//! break what its target in `fuzz/` asserts.

use crate::command::{cargo, output, typed};
use crate::options::Options;
use crate::paths::root;
use crate::{Outcome, tools};

/// How long a target runs unless told otherwise: a round of all takes half an hour then.
const SECONDS: u16 = 20;

/// Runs the targets that were named, or all of them, one after the other.
pub(crate) fn fuzz(arguments: Vec<String>) -> Outcome {
    let mut options = Options::new(arguments);
    let seconds = options.number("--seconds")?.unwrap_or(SECONDS);
    let named = options.words("fuzz")?;
    tools::cargo_fuzz()?;
    let list = output(cargo().args(["fuzz", "list"])).ok_or("`cargo fuzz list` failed.")?;
    let all: Vec<&str> = list.lines().collect();
    if let Some(unknown) = named.iter().find(|name| !all.contains(&name.as_str())) {
        return Err(format!("there is no target `{unknown}`; there are {}.", all.join(", ")));
    }
    let targets: Vec<&str> =
        all.into_iter().filter(|name| named.is_empty() || named.iter().any(|n| n == name)).collect();
    let mut unclean = Vec::new();
    for target in &targets {
        println!("Fuzzing {target} for {seconds} s.");
        if !clean(target, seconds)? {
            unclean.push(*target);
        }
    }
    println!("{} of {} targets clean, {seconds} s each.", targets.len() - unclean.len(), targets.len());
    if unclean.is_empty() {
        return Ok(());
    }
    Err(format!("what was found is above and under fuzz/artifacts: {}.", unclean.join(", ")))
}

/// Whether a target came through. What it found worth keeping is in fuzz/corpus for the next time.
fn clean(target: &str, seconds: u16) -> Result<bool, String> {
    let corpus = root().join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}.", corpus.display()))?;
    let mut run = cargo();
    // The address sanitizer needs a nightly compiler, and the code that could need it is a few lines; overflows and broken
    // assertions are found without.
    run.args(["fuzz", "run", "--sanitizer", "none", target]).arg(&corpus).arg(root().join("fuzz/seeds"));
    if let Some(format) = target.strip_prefix("read") {
        // The target of a format begins with the samples of that format, `read` with all.
        run.arg(root().join("tests/data").join(format.trim_start_matches('_').replace('_', "-")));
    }
    run.args(["--", "-timeout=10", "-rss_limit_mb=4096", "-print_final_stats=0", "-verbosity=0"]);
    run.arg(format!("-max_total_time={seconds}"));
    let status = run.status().map_err(|error| format!("`{}` does not start: {error}.", typed(&run)))?;
    Ok(status.success())
}
