//! What a command needs besides cargo: each function finds it, installs it where that is possible without asking, or
//! answers one sentence that names the command to run.

use crate::Outcome;
use crate::command::{cargo, command, on_path, output, path_with, run, typed};
use crate::paths::{built_tools, root};
use std::path::PathBuf;

/// The version of wasm-pack that the tests were written with.
const WASM_PACK: &str = "0.15.1";

/// The version of cargo-fuzz that the fuzz targets were written with.
const CARGO_FUZZ: &str = "0.13.1";

/// Adds the wasm32 target to the toolchain in use.
pub(crate) fn wasm_target() -> Outcome {
    let libraries = output(command("rustc").args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]));
    if libraries.is_some_and(|folder| PathBuf::from(folder).is_dir()) {
        return Ok(());
    }
    if on_path(&["rustup"]).is_none() {
        return Err("Rust's wasm32-unknown-unknown target is missing, and rustup is not on PATH: install rustup from https://rustup.rs and run `rustup target add wasm32-unknown-unknown`.".into());
    }
    println!("Adding the wasm32-unknown-unknown target.");
    run(command("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
}

/// Adds rustfmt and clippy to the toolchain in use.
pub(crate) fn rust_components() -> Outcome {
    for (component, arguments) in [("rustfmt", ["fmt", "--version"]), ("clippy", ["clippy", "--version"])] {
        if output(cargo().args(arguments)).is_none() {
            if on_path(&["rustup"]).is_none() {
                return Err(format!(
                    "{component} is missing, and rustup is not on PATH: install rustup from https://rustup.rs and run `rustup component add {component}`."
                ));
            }
            println!("Adding {component}.");
            run(command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// Builds wasm-bindgen and its test runner from the workspace's lock file; answers the folder they are in.
pub(crate) fn wasm_bindgen() -> Result<PathBuf, String> {
    let folder = built_tools();
    if !folder.join("wasm-bindgen").with_extension(std::env::consts::EXE_EXTENSION).is_file() {
        println!("Building wasm-bindgen from the workspace's lock file: once, some minutes.");
    }
    run(cargo().args(["build", "--quiet", "--locked", "--package", "tools"]))?;
    Ok(folder)
}

/// wasm-opt: npm's binaryen if the development tools are installed, else one on PATH.
pub(crate) fn wasm_opt() -> Option<PathBuf> {
    let installed = root().join("node_modules/binaryen/bin/wasm-opt");
    if installed.is_file() && on_path(&["node"]).is_some() { Some(installed) } else { on_path(&["wasm-opt"]) }
}

/// Node.js, new enough for the development tools.
pub(crate) fn node() -> Outcome {
    let found = output(command("node").arg("--version"));
    let version: Vec<u32> = found
        .iter()
        .flat_map(|text| text.trim_start_matches('v').split('.'))
        .filter_map(|part| part.parse().ok())
        .collect();
    match (found, version.as_slice()) {
        (Some(_), [major, minor, ..]) if (*major, *minor) >= (20, 19) => Ok(()),
        (Some(old), _) => {
            Err(format!("Node.js {old} is too old: install Node.js 20.19 or newer from https://nodejs.org."))
        }
        (None, _) => Err("Node.js is missing: install Node.js 20.19 or newer from https://nodejs.org.".into()),
    }
}

/// Installs the development tools of package-lock.json into node_modules, unless they are there.
pub(crate) fn node_modules() -> Outcome {
    node()?;
    // npm leaves this file after an installation; one that is older than the lock file is out of date.
    let installed = root().join("node_modules/.package-lock.json").metadata().and_then(|file| file.modified());
    let wanted = root().join("package-lock.json").metadata().and_then(|file| file.modified());
    if let (Ok(installed), Ok(wanted)) = (installed, wanted)
        && installed >= wanted
    {
        return Ok(());
    }
    let Some(npm) = on_path(&["npm"]) else {
        return Err(
            "npm is missing: install it (it comes with Node.js from https://nodejs.org) and run `npm ci`.".into()
        );
    };
    println!("Installing the development tools of package-lock.json.");
    run(command(npm).args(["ci", "--no-audit", "--no-fund"]))
}

/// Chromium and its driver.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Chromium (or Chrome) and chromedriver; CHROMIUM and CHROMEDRIVER name others than those on PATH.
pub(crate) fn browser() -> Result<Browser, String> {
    if let Some(found) = find_browser() {
        return Ok(found);
    }
    const INSTALL: &str = "apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver";
    if is_root() && root_of_debian() {
        println!("Installing Chromium and its driver.");
        let mut install = command("sh");
        install.args(["-c", INSTALL]).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut install).map_err(|_| {
            format!("Chromium and chromedriver are missing and could not be installed: run `{INSTALL}`.")
        })?;
        if let Some(found) = find_browser() {
            return Ok(found);
        }
    }
    Err(if root_of_debian() {
        format!("Chromium or chromedriver is missing: run `sudo sh -c '{INSTALL}'`.")
    } else {
        "Chromium or chromedriver is missing: install both, and set CHROMIUM and CHROMEDRIVER to their paths if they are not on PATH.".into()
    })
}

fn find_browser() -> Option<Browser> {
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file());
    let chromium = named("CHROMIUM")
        .or_else(|| on_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]))
        .or_else(|| {
            Some(PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"))
                .filter(|file| file.is_file())
        })?;
    let driver = named("CHROMEDRIVER").or_else(|| on_path(&["chromedriver"]))?;
    Some(Browser { chromium, driver })
}

fn is_root() -> bool {
    output(command("id").arg("-u")).as_deref() == Some("0")
}

fn root_of_debian() -> bool {
    on_path(&["apt-get"]).is_some()
}

/// wasm-pack. The tests also pass with another version of it, so one that is there is taken.
pub(crate) fn wasm_pack() -> Result<PathBuf, String> {
    let find =
        || on_path(&["wasm-pack"]).or_else(|| Some(cargo_bin()?.join("wasm-pack")).filter(|file| file.is_file()));
    if let Some(found) = find() {
        return Ok(found);
    }
    println!("Installing wasm-pack {WASM_PACK}: once, some minutes.");
    let mut install = cargo();
    // Outside this workspace, or its .cargo/config.toml and toolchain file would take part.
    install.current_dir(std::env::temp_dir()).args(["install", "wasm-pack", "--version", WASM_PACK, "--locked"]);
    run(&mut install)?;
    find()
        .ok_or_else(|| format!("wasm-pack is not where `{}` puts it: add cargo's bin folder to PATH.", typed(&install)))
}

/// cargo-fuzz, in whichever version it is there.
pub(crate) fn cargo_fuzz() -> Outcome {
    if output(cargo().args(["fuzz", "--version"])).is_some() {
        return Ok(());
    }
    println!("Installing cargo-fuzz {CARGO_FUZZ}: once, some minutes.");
    let mut install = cargo();
    install.current_dir(std::env::temp_dir()).args(["install", "cargo-fuzz", "--version", CARGO_FUZZ, "--locked"]);
    run(&mut install)
}

/// Where cargo installs programs.
fn cargo_bin() -> Option<PathBuf> {
    let home =
        std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    Some(home.join("bin"))
}

/// PATH for wasm-pack and cargo's wasm tests: with the workspace's own wasm-bindgen first, nothing is downloaded.
pub(crate) fn path_for_wasm_tests(tools: PathBuf) -> std::ffi::OsString {
    path_with(&[tools])
}
