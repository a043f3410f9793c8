//! `cargo xtask test`: all checks, in one run, as CI makes it.
//!
//! What the chosen steps need is found or installed first; if that fails, the run stops with one sentence. Then every
//! step runs, also after a failed one, so that one run shows everything. The counts of all test runners are added up; a
//! step that runs no tests (a linter, the type checker) counts as one. The last line is `N passed, N failed`.

use crate::Outcome;
use crate::command::{cargo, command, typed};
use crate::paths::{root, target};
use crate::tools::{self, Browser};
use std::io::{BufRead, BufReader, Read};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// One line of the list of checks.
struct Step {
    name: &'static str,
    about: &'static str,
    needs: &'static [Need],
    kind: Kind,
    commands: fn(&Found) -> Result<Vec<Command>, String>,
}

/// What has to be there before a step can run.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    RustComponents,
    WasmTarget,
    WasmBindgen,
    WasmPack,
    Browser,
    NodeModules,
}

/// How a step's result is counted.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Passed or failed as a whole.
    Check,
    /// A test runner; running no test at all is a failure.
    Tests,
}

/// What set-up found.
#[derive(Default)]
struct Found {
    wasm_bindgen: Option<PathBuf>,
    wasm_pack: Option<PathBuf>,
    browser: Option<Browser>,
}

use Kind::{Check, Tests};
use Need::{Browser as Chromium, NodeModules, RustComponents, WasmBindgen, WasmPack, WasmTarget};

/// All checks, in the order in which they run: the quick ones that fail most often first.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "rustfmt",
        needs: &[RustComponents],
        kind: Check,
        commands: |_| Ok(vec![with(cargo(), "fmt --all --check")]),
    },
    Step {
        name: "clippy",
        about: "clippy on the host",
        needs: &[RustComponents],
        kind: Check,
        commands: |_| {
            Ok(vec![with(
                cargo(),
                "clippy --locked --package spanscope --package spanscope-hot --package xtask --all-targets -- -D warnings",
            )])
        },
    },
    Step {
        name: "clippy-wasm",
        about: "clippy on wasm32",
        needs: &[RustComponents, WasmTarget],
        kind: Check,
        commands: |_| {
            Ok(vec![with(
                cargo(),
                "clippy --locked --package spanscope --package spanscope-hot --target wasm32-unknown-unknown --all-targets -- -D warnings",
            )])
        },
    },
    Step {
        name: "docs",
        about: "rustdoc, for both targets",
        needs: &[WasmTarget],
        kind: Check,
        commands: |_| {
            Ok(vec![
                docs("doc --locked --package spanscope --package spanscope-hot --no-deps"),
                docs(
                    "doc --locked --package spanscope --package spanscope-hot --no-deps --target wasm32-unknown-unknown",
                ),
            ])
        },
    },
    Step {
        name: "native",
        about: "unit, integration and doc tests on the host",
        needs: &[],
        kind: Tests,
        commands: |_| {
            Ok(vec![
                with(
                    cargo(),
                    "test --locked --package spanscope --package spanscope-hot --package xtask --no-fail-fast",
                ),
                // By itself: among the others its dependencies would be compiled once more, with other features.
                with(cargo(), "test --locked --package tools --bin pack-module"),
            ])
        },
    },
    Step {
        name: "wasm-chrome",
        about: "the module's tests in headless Chromium",
        needs: &[WasmTarget, WasmBindgen, WasmPack, Chromium],
        kind: Tests,
        commands: |found| Ok(vec![wasm_pack_test(found, &["--headless", "--chrome"], "browser")?]),
    },
    Step {
        name: "wasm-node",
        about: "the module's tests in Node",
        needs: &[WasmTarget, WasmBindgen, WasmPack, NodeModules],
        kind: Tests,
        commands: |found| Ok(vec![wasm_pack_test(found, &["--node"], "node")?]),
    },
    Step {
        name: "build",
        about: "the module, dist/npm and dist/site",
        needs: &[WasmTarget, WasmBindgen, NodeModules],
        kind: Check,
        commands: |_| Ok(vec![with(command(std::env::current_exe().map_err(|error| error.to_string())?), "build")]),
    },
    Step {
        name: "types",
        about: "strict TypeScript over the page, the package and its declarations",
        needs: &[NodeModules],
        kind: Check,
        commands: |_| {
            Ok(["tsconfig.json", "tsconfig.worker.json", "tsconfig.package.json", "tsconfig.tests.json"]
                .map(type_check)
                .into())
        },
    },
    Step {
        name: "page",
        about: "the page's pure modules, in Node",
        needs: &[NodeModules],
        kind: Tests,
        commands: |found| Ok(vec![node_test(found, "tests/page")?]),
    },
    Step {
        name: "package",
        about: "the built package, in Node, Vite and esbuild",
        needs: &[NodeModules, Chromium],
        kind: Tests,
        commands: |found| Ok(vec![node_test(found, "tests/package")?]),
    },
    Step {
        name: "browser",
        about: "the built page, in Chromium",
        needs: &[NodeModules, Chromium],
        kind: Tests,
        commands: |found| Ok(vec![node_test(found, "tests/page/browser")?]),
    },
];

/// A command with arguments written in one line.
fn with(mut command: Command, arguments: &str) -> Command {
    command.args(arguments.split(' '));
    command
}

fn docs(arguments: &str) -> Command {
    let mut docs = with(cargo(), arguments);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    docs
}

/// wasm-pack with everything it might want to download at hand: the workspace's wasm-bindgen and test runner on PATH, the
/// driver named, and the browser named to the driver.
fn wasm_pack_test(found: &Found, engine: &[&str], suite: &str) -> Result<Command, String> {
    let (Some(wasm_pack), Some(wasm_bindgen)) = (&found.wasm_pack, &found.wasm_bindgen) else {
        unreachable!("the steps that come here need both")
    };
    let mut test = command(wasm_pack);
    test.args(["test", "--mode", "no-install"]).args(engine);
    if let Some(browser) = &found.browser {
        test.arg("--chromedriver").arg(&browser.driver);
        let capabilities = target().join("webdriver.json");
        let binary = browser.chromium.display().to_string().replace('\\', "\\\\");
        let text = format!("{{\"goog:chromeOptions\":{{\"binary\":\"{binary}\",\"args\":[\"--disable-gpu\"]}}}}");
        std::fs::write(&capabilities, text)
            .map_err(|error| format!("cannot write {}: {error}.", capabilities.display()))?;
        test.env("CHROMEDRIVER", &browser.driver).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    }
    test.args(["--", "--locked", "--test", suite]);
    test.env("PATH", tools::path_for_wasm_tests(wasm_bindgen.clone()));
    // Seconds: a property test in an unoptimised module on a loaded machine takes longer than the 20 of the runner.
    test.env("WASM_BINDGEN_TEST_TIMEOUT", "300").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
    Ok(test)
}

fn type_check(project: &str) -> Command {
    let mut check = command("node");
    check.args(["node_modules/typescript/bin/tsc", "--noEmit", "--project", project]);
    check
}

/// Node's test runner on the test files of a folder.
fn node_test(found: &Found, folder: &str) -> Result<Command, String> {
    let mut files: Vec<String> = std::fs::read_dir(root().join(folder))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.js"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(format!("{folder} has no *.test.js."));
    }
    let mut test = command("node");
    // The reporter is named because what is the default depends on the version and the terminal. The time limit (five
    // minutes a file) is for a browser that hangs.
    test.args(["--test", "--test-reporter=spec", "--test-timeout=300000"]);
    // Node leaves one processor idle: of two, half, while a file waits for its browser much of the time.
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    test.arg(format!("--test-concurrency={processors}")).args(files);
    if let Some(browser) = &found.browser {
        test.env("CHROMIUM", &browser.chromium);
    }
    if let Ok(program) = std::env::current_exe() {
        // The tests serve with `xtask site-server`: what users see is what is tested.
        test.env("XTASK", program);
    }
    Ok(test)
}

/// Runs the steps named, or all.
pub(crate) fn test(only: &[String], list: bool) -> Outcome {
    if list {
        for step in STEPS {
            println!("{:<12} {}", step.name, step.about);
        }
        return Ok(());
    }
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!("there is no step `{unknown}`; the steps are {}.", names.join(", ")));
    }
    let chosen: Vec<&Step> =
        STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)).collect();

    let start = Instant::now();
    let found = set_up(&chosen)?;
    let set_up_time = start.elapsed();

    let mut results = Vec::new();
    for step in chosen {
        println!("\n── {}: {}", step.name, step.about);
        let start = Instant::now();
        let counts = run_step(step, &found);
        results.push((step, counts, start.elapsed()));
    }

    println!("\n{:<12} {:>26} {:>7}", "set-up", "", seconds(set_up_time));
    let mut total = Counts::default();
    for (step, counts, time) in &results {
        let mark = if counts.failed == 0 { "ok" } else { "FAILED" };
        println!(
            "{:<12} {mark:<6} {:>6} passed {:>3} failed {:>7}",
            step.name,
            counts.passed,
            counts.failed,
            seconds(*time)
        );
        total.add(*counts);
    }
    println!("{:<12} {:>26} {:>7}\n", "all", "", seconds(start.elapsed()));
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { Ok(()) } else { Err(String::new()) }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Finds or installs what the steps need.
fn set_up(steps: &[&Step]) -> Result<Found, String> {
    let needed = |need: Need| steps.iter().any(|step| step.needs.contains(&need));
    let mut found = Found::default();
    // What takes no time first: a missing Node.js is better told before the minutes of compiling.
    if needed(NodeModules) {
        tools::node_modules()?;
    }
    if needed(RustComponents) {
        tools::rust_components()?;
    }
    if needed(WasmTarget) {
        tools::wasm_target()?;
    }
    if needed(Chromium) {
        found.browser = Some(tools::browser()?);
    }
    if needed(WasmPack) {
        found.wasm_pack = Some(tools::wasm_pack()?);
    }
    if needed(WasmBindgen) {
        found.wasm_bindgen = Some(tools::wasm_bindgen()?);
    }
    Ok(found)
}

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

fn run_step(step: &Step, found: &Found) -> Counts {
    const FAILED: Counts = Counts { passed: 0, failed: 1 };
    let commands = match (step.commands)(found) {
        Ok(commands) => commands,
        Err(sentence) => {
            println!("{sentence}");
            return FAILED;
        }
    };
    let mut total = Counts::default();
    let mut all_succeeded = true;
    for mut command in commands {
        let (succeeded, counts) = run_and_count(&mut command);
        all_succeeded &= succeeded;
        total.add(counts);
    }
    match step.kind {
        Check if all_succeeded => Counts { passed: 1, failed: 0 },
        Check => FAILED,
        Tests => {
            if total.passed + total.failed == 0 {
                println!("No test ran.");
                return FAILED;
            }
            // A runner that breaks off (a file that does not compile, a browser that dies) has no count for that.
            if !all_succeeded && total.failed == 0 {
                total.failed = 1;
            }
            total
        }
    }
}

/// Runs a command, passing its output on as it comes, and adds up the results that its lines tell of.
fn run_and_count(command: &mut Command) -> (bool, Counts) {
    println!("   {}", typed(command));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            println!("`{}` does not start: {error}.", typed(command));
            return (false, Counts::default());
        }
    };
    let counts = Mutex::new(Counts::default());
    let pass_on = |stream: Option<Box<dyn Read + Send>>| {
        let Some(stream) = stream else { return };
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            if let Some(found) = counts_in(&line) {
                counts.lock().expect("no thread panics while it holds this").add(found);
            }
        }
    };
    let (out, err) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(|| pass_on(out.map(|stream| Box::new(stream) as _)));
        pass_on(err.map(|stream| Box::new(stream) as _));
    });
    let succeeded = child.wait().is_ok_and(|status| status.success());
    (succeeded, counts.into_inner().expect("no thread panics while it holds this"))
}

/// The counts in a line of a test runner's report: `test result: ok. 3 passed; 0 failed; …` (cargo and wasm-bindgen), or
/// `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0` (Node).
fn counts_in(line: &str) -> Option<Counts> {
    let line = line.trim();
    if let Some((_, report)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
        let number =
            |word: &str| report.split(';').find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok());
        return Some(Counts { passed: number("passed")?, failed: number("failed")? });
    }
    let (word, number) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let number = number.parse().ok()?;
    match word {
        "pass" => Some(Counts { passed: number, failed: 0 }),
        "fail" | "cancelled" => Some(Counts { passed: 0, failed: number }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reports_of_all_runners_are_read() {
        for (line, expected) in [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
                Some((12, 0)),
            ),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out; finished in 1.20s", Some((3, 2))),
            ("ℹ pass 7", Some((7, 0))),
            ("ℹ fail 2", Some((0, 2))),
            ("ℹ cancelled 1", Some((0, 1))),
            ("ℹ duration_ms 81.4", None),
            ("ℹ skipped 3", None),
            ("running 12 tests", None),
        ] {
            assert_eq!(counts_in(line), expected.map(|(passed, failed)| Counts { passed, failed }), "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_is_counted_however_it_shows() {
        let step = |kind, commands| Step { name: "step", about: "", needs: &[], kind, commands };
        let shell = |script: &str| {
            let mut shell = command("sh");
            shell.args(["-c", script]);
            shell
        };
        // A non-capturing closure is a function, so each script needs its own.
        let none = step(Tests, |_| Ok(vec![command("true")]));
        assert_eq!(run_step(&none, &Found::default()), Counts { passed: 0, failed: 1 });
        let missing = step(Check, |_| Ok(vec![command("no-such-program")]));
        assert_eq!(run_step(&missing, &Found::default()), Counts { passed: 0, failed: 1 });
        let broken = step(Tests, |_| Err("nothing to run".into()));
        assert_eq!(run_step(&broken, &Found::default()), Counts { passed: 0, failed: 1 });
        assert_eq!(
            run_and_count(&mut shell("echo 'ℹ pass 2'; echo 'ℹ fail 1' >&2; exit 3")),
            (false, Counts { passed: 2, failed: 1 })
        );
    }
}
