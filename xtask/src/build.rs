//! `cargo xtask build`: the release module, the npm package in `dist/npm`, the page in `dist/site`.
//!
//! ```text
//! src/ ── cargo ─→ .wasm ── wasm-bindgen ─→ spanscope_bg.wasm + spanscope.js ── wasm-opt ─┐
//! npm/ ────────────────────────────────────────────────────────────────────────────→ dist/npm ─→ www/pkg
//! www/ ──────────────────────────────────────────────────────────────────────────→ dist/site ←─┘ (dist/site/pkg)
//! ```
//!
//! Before and after wasm-opt, `pack-module` (tools/src/bin) takes out what no one sees and orders what is left. In dist/site the styles are one
//! file, and the document names the modules, so that a browser asks for all at once.

use crate::command::{cargo, command, output, run, typed};
use crate::paths::{root, target};
use crate::{Outcome, base64, site, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The flags that keep the SIMD code fast: -O3 alone inlines functions with one caller, and made the JSON scanner 1.3
/// times slower (measured November 2026, Binaryen 108 and 132 alike); -Oz is 2 % smaller and reads 7 % slower. The lowest
/// kilobyte of memory is the very end of the stack: no address there is ever the outcome of an addition that wraps, which
/// is all that --low-memory-unused assumes.
const WASM_OPT: [&str; 6] = [
    "-O3",
    "--one-caller-inline-max-function-size=0",
    "--flexible-inline-max-function-size=0",
    "--always-inline-max-function-size=0",
    "--low-memory-unused",
    "--strip-target-features",
];

/// What a build leaves.
pub(crate) struct Built {
    /// The page, ready for any static web server.
    pub(crate) site: PathBuf,
}

/// Builds everything that ships. With `dev`, the module is unoptimised and keeps its function names.
pub(crate) fn build(dev: bool) -> Result<Built, String> {
    tools::wasm_target()?;
    let bindgen = tools::wasm_bindgen()?;
    let raw = compile(dev)?;

    let npm = root().join("dist/npm");
    start_afresh(&npm)?;
    bind(&bindgen, &raw, &npm, dev)?;
    let module = npm.join("spanscope_bg.wasm");
    if !dev {
        pack(&bindgen, "panics", &module)?;
        optimise(&module)?;
        pack(&bindgen, "order", &module)?;
    }
    fill_package(&npm, &module)?;
    copy_folder(&npm, &fresh(root().join("www/pkg"))?, &[])?;

    let site = fresh(root().join("dist/site"))?;
    copy_folder(&root().join("www"), &site, &["pkg"])?;
    copy_folder(&npm, &site.join("pkg"), &[])?;

    let one_file = one_file(&site)?;
    site::gather(&site)?;

    println!("dist/npm   the npm package");
    println!("dist/site  the page, for any static web server");
    if one_file {
        println!("dist/spanscope.html  the page as one file, which opens from disk");
    }
    println!("{}", sizes(&module)?);
    Ok(Built { site })
}

/// Makes the page as one file where Node and esbuild are, and puts it beside the page, which fills it with what is open. Without, the page works
/// all the same and says that it cannot.
fn one_file(site: &Path) -> Result<bool, String> {
    if !root().join("node_modules/esbuild").exists() || tools::node().is_err() {
        println!("esbuild is not there, so the page is not made into one file (`npm ci` installs it).");
        return Ok(false);
    }
    let file = root().join("dist/spanscope.html");
    let mut bundle = command("node");
    bundle.arg("xtask/one-file.js").arg(site).arg(&file);
    run(&mut bundle)?;
    copy_file(&file, &site.join("spanscope.html"))?;
    Ok(true)
}

/// Compiles the crate; answers where rustc left the module.
fn compile(dev: bool) -> Result<PathBuf, String> {
    let mut build = cargo();
    build.args(["build", "--locked", "--package", "spanscope", "--lib", "--target", "wasm32-unknown-unknown"]);
    if !dev {
        build.arg("--release");
        build.args(["--config", &remapped_paths()]);
        // The names of functions tell pack-module which of them only panic; it takes the names out.
        build.args(["--config", "profile.release.strip=\"none\""]);
    }
    println!("Compiling the module.");
    run(&mut build)?;
    Ok(target().join("wasm32-unknown-unknown").join(if dev { "debug" } else { "release" }).join("spanscope.wasm"))
}

/// A cargo setting that keeps this machine's folders out of the module (panics name the source file), so that the same
/// source gives the same bytes everywhere. It is added to the flags of .cargo/config.toml.
fn remapped_paths() -> String {
    let cargo_home =
        std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let folders = [
        (Some(root()), "spanscope"),
        (cargo_home, "cargo"),
        (output(command("rustc").args(["--print", "sysroot"])).map(PathBuf::from), "rust"),
    ];
    let flags: Vec<String> = folders
        .into_iter()
        .filter_map(|(folder, name)| {
            Some(format!("\"--remap-path-prefix={}={name}\"", folder?.display().to_string().replace('\\', "\\\\")))
        })
        .collect();
    format!("target.wasm32-unknown-unknown.rustflags=[{}]", flags.join(","))
}

/// Runs wasm-bindgen. Its JavaScript names no file of its own (bundlers would look for it): index.js passes the module.
fn bind(tools: &Path, raw: &Path, npm: &Path, dev: bool) -> Outcome {
    let mut bindgen = command(tools.join("wasm-bindgen"));
    bindgen.args(["--target", "web", "--omit-default-module-path", "--out-name", "spanscope", "--out-dir"]).arg(npm);
    if !dev {
        bindgen.arg("--remove-producers-section");
    }
    run(bindgen.arg(raw))?;
    // These are the types of the inner module; the package's own are hand-written (index.d.ts), and describe index.js.
    let inner = npm.join("spanscope_bg.wasm.d.ts");
    fs::remove_file(&inner).map_err(|error| format!("cannot remove {}: {error}.", inner.display()))
}

/// Runs a step of pack-module.
fn pack(tools: &Path, step: &str, module: &Path) -> Outcome {
    run(command(tools.join("pack-module")).arg(step).arg(module).arg(module))
}

/// Runs wasm-opt where there is one. The page works without, a little larger and slower.
fn optimise(module: &Path) -> Outcome {
    let Some(wasm_opt) = tools::wasm_opt() else {
        println!("wasm-opt is not there, so the module stays as rustc made it (`npm ci` installs it).");
        return Ok(());
    };
    let optimised = module.with_extension("opt");
    let mut optimise = command(&wasm_opt);
    optimise.args(WASM_OPT).arg(module).arg("-o").arg(&optimised);
    run(&mut optimise)?;
    fs::rename(&optimised, module)
        .map_err(|error| format!("cannot replace {} with what `{}` made: {error}.", module.display(), typed(&optimise)))
}

/// Adds what is written by hand, and the module as text for the entry that needs no second file.
fn fill_package(npm: &Path, module: &Path) -> Outcome {
    copy_folder(&root().join("npm"), npm, &[])?;
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md", "README.md"] {
        // The package may have a README of its own.
        if !npm.join(file).exists() && root().join(file).exists() {
            copy_file(&root().join(file), &npm.join(file))?;
        }
    }
    same_version(npm)?;
    let bytes = fs::read(module).map_err(|error| format!("cannot read {}: {error}.", module.display()))?;
    let inline = format!(
        "// The module, for `init()` without a source. Written by `cargo xtask build`.\nexport default \"{}\";\n",
        base64::encode(&bytes)
    );
    write(&npm.join("wasm-inline.js"), &inline)
}

/// The package and the crate are released together, under one version.
fn same_version(npm: &Path) -> Outcome {
    let package = read(&npm.join("package.json"))?;
    let of_package = package.split_once("\"version\"").and_then(|(_, rest)| rest.split('"').nth(1)).unwrap_or_default();
    let manifest = read(&root().join("Cargo.toml"))?;
    let of_crate =
        manifest.lines().find_map(|line| line.strip_prefix("version = ")).unwrap_or_default().trim_matches('"');
    if of_package == of_crate {
        Ok(())
    } else {
        Err(format!("npm/package.json has version {of_package} and Cargo.toml {of_crate}: make them the same."))
    }
}

/// One line with the shipped module's size.
fn sizes(module: &Path) -> Result<String, String> {
    let raw = fs::metadata(module).map_err(|error| format!("cannot read {}: {error}.", module.display()))?.len();
    let file = fs::File::open(module).map_err(|error| format!("cannot read {}: {error}.", module.display()))?;
    let packed = command("gzip").args(["-9", "-c"]).stdin(Stdio::from(file)).stderr(Stdio::null()).output();
    let packed = match packed {
        Ok(output) if output.status.success() => {
            format!("{} bytes gzipped", grouped(output.stdout.len() as u64))
        }
        _ => "gzip is not there to say how large it is packed".to_owned(),
    };
    Ok(format!("spanscope_bg.wasm  {} bytes, {packed}", grouped(raw)))
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut groups: Vec<&str> = if first == 0 { Vec::new() } else { vec![&digits[..first]] };
    groups.extend((first..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
    groups.join(",")
}

/// An empty folder at this place.
fn fresh(folder: PathBuf) -> Result<PathBuf, String> {
    start_afresh(&folder)?;
    Ok(folder)
}

fn start_afresh(folder: &Path) -> Outcome {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("cannot empty {}: {error}.", folder.display()));
        }
        _ => {}
    }
    fs::create_dir_all(folder).map_err(|error| format!("cannot create {}: {error}.", folder.display()))
}

/// Copies a folder with all that is in it, but for the entries of its top level that are named in `except`.
fn copy_folder(from: &Path, to: &Path, except: &[&str]) -> Outcome {
    fs::create_dir_all(to).map_err(|error| format!("cannot create {}: {error}.", to.display()))?;
    let failed = |error| format!("cannot read {}: {error}.", from.display());
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if except.iter().any(|skipped| name == *skipped) {
            continue;
        }
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(name), &[])?;
        } else {
            copy_file(&entry.path(), &to.join(name))?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to)
        .map(|_| ())
        .map_err(|error| format!("cannot copy {} to {}: {error}.", from.display(), to.display()))
}

pub(crate) fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}.", file.display()))
}

pub(crate) fn write(file: &Path, text: &str) -> Outcome {
    fs::write(file, text).map_err(|error| format!("cannot write {}: {error}.", file.display()))
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_in_threes() {
        let numbers = [(0, "0"), (999, "999"), (1000, "1,000"), (87_134, "87,134"), (1_234_567, "1,234,567")];
        for (number, text) in numbers {
            assert_eq!(grouped(number), text);
        }
    }
}
