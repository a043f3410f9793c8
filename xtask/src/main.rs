//! `cargo xtask …`: everything one does with this repository, in one command each.
//!
//! Each command has a file: `build`, `serve`, `test`, `bench`, `fuzz`. Below them are `tools` (finding and installing what a
//! command needs), `command` (running other programs), `paths` (where things are) and `site_server` (the static server).
//! A failure anywhere is one sentence that says what went wrong and, where there is one, which command to run.

mod base64;
mod bench;
mod build;
mod command;
mod fuzz;
mod options;
mod paths;
mod serve;
mod site;
mod site_server;
mod test;
mod tools;

use options::Options;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  serve [--port N]       build, then serve the page on http://127.0.0.1:8080 (another free port if taken)
  build [--dev]          write the page to dist/site and the npm package to dist/npm
  test [--only STEP]…    run all checks, as CI does; --list names the steps
  bench [--quick]        time the shipped module against what JavaScript does, in Chromium and in Node
                         (cargo xtask bench --help for more); with --page, how fast the page opens, scrolls and finds
  fuzz [--seconds N] [TARGET]…
                         give every parser what nobody would write, for 20 seconds each

serve, build and fuzz need stable Rust alone (fuzz a C++ compiler too); test and bench also need Node.js 20.19 or newer.";

/// What a command answers: nothing, or the sentence to stop with.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    if rest.iter().any(|argument| argument == "--help") && command != "bench" {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&command, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            // An empty sentence: the command has already said everything.
            if !sentence.is_empty() {
                eprintln!("xtask: {sentence}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, rest: Vec<String>) -> Outcome {
    match command {
        "build" => {
            let mut options = Options::new(rest);
            let dev = options.flag("--dev");
            options.finish("build")?;
            build::build(dev).map(|_| ())
        }
        "serve" => {
            let mut options = Options::new(rest);
            let port = options.number("--port")?;
            options.finish("serve")?;
            serve::serve(port)
        }
        "test" => {
            let mut options = Options::new(rest);
            let list = options.flag("--list");
            let only = options.values("--only")?;
            options.finish("test")?;
            test::test(&only, list)
        }
        "bench" => bench::bench(rest),
        "fuzz" => fuzz::fuzz(rest),
        // For the browser tests and the benchmarks: serves a folder as `serve` serves the page, until its standard
        // input is closed, so that no server outlives the test that started it.
        "site-server" => {
            let mut options = Options::new(rest);
            let folder = options.value("--dir")?.ok_or("site-server needs --dir FOLDER.")?;
            let port = options.number("--port")?.unwrap_or(0);
            options.finish("site-server")?;
            serve::serve_until_stdin_closes(folder.as_ref(), port)
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        "" => Err(format!("name a command.\n\n{USAGE}")),
        unknown => Err(format!("there is no command `{unknown}`.\n\n{USAGE}")),
    }
}
