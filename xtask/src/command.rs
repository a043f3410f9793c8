//! Running other programs, and finding them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command that runs in the workspace's root.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(crate::paths::root());
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from))
}

/// How a command would be typed.
pub(crate) fn typed(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().map(|name| name.to_string_lossy().into_owned());
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    name.into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Runs a command with its output on the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("`{}` does not start: {error}.", typed(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status}).", typed(command))) }
}

/// Runs a command and answers what it printed on standard output; nothing when it failed or does not exist.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of `names` that is on PATH.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| {
        std::env::split_paths(&path).find_map(|folder| {
            // Windows marks programs by extension; npm's are .cmd files there.
            ["", ".exe", ".cmd"]
                .iter()
                .map(|extension| folder.join(format!("{name}{extension}")))
                .find(|file| is_program(file))
        })
    })
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file() && file.extension().is_some()
}

/// PATH with these folders in front.
pub(crate) fn path_with(first: &[PathBuf]) -> OsString {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().cloned().chain(std::env::split_paths(&old));
    std::env::join_paths(folders).unwrap_or(old)
}
