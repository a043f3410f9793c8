//! `cargo xtask serve`: build, then serve the page.

use crate::site_server::SiteServer;
use crate::{Outcome, build};
use std::io::{Read, stdin};
use std::path::Path;

/// The port in README; another free one is taken when it is in use.
const PORT: u16 = 8080;

/// Builds the page and serves it until the program is stopped.
pub(crate) fn serve(port: Option<u16>) -> Outcome {
    let built = build::build(false)?;
    let wanted = port.unwrap_or(PORT);
    let server = match SiteServer::bind(&built.site, wanted) {
        Ok(server) => server,
        Err(error) => {
            println!("Port {wanted} cannot be used ({error}); taking a free one.");
            SiteServer::bind(&built.site, 0).map_err(|error| format!("no port of 127.0.0.1 can be used: {error}."))?
        }
    };
    println!("\nSpanscope is on {} (Ctrl+C stops it)", server.address());
    server.run()
}

/// Serves a folder until standard input is closed; the first line printed is the address.
pub(crate) fn serve_until_stdin_closes(folder: &Path, port: u16) -> Outcome {
    let server =
        SiteServer::bind(folder, port).map_err(|error| format!("cannot serve {}: {error}.", folder.display()))?;
    println!("{}", server.address());
    std::thread::spawn(move || server.run());
    let mut rest = Vec::new();
    // Whatever is read is of no interest, the end is.
    let _ = stdin().read_to_end(&mut rest);
    Ok(())
}
