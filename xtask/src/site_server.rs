//! A static file server for one folder, on 127.0.0.1 only, for looking at the page and for testing it.
//!
//! It answers GET and HEAD, knows the types of the files that the page consists of, forbids caching (what is on the disk
//! is what is seen), and sends the headers of the folder's own `_headers` file, so that the content-security policy is
//! in force for every file, the worker's script included, exactly as on a host that honours that file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The longest request head that is read.
const MAX_HEAD: u64 = 16 * 1024;

/// How long a connection may stay silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that listens, and serves when it is run.
pub(crate) struct SiteServer {
    listener: TcpListener,
    site: Arc<Site>,
}

/// What is served.
struct Site {
    /// The folder, without symbolic links, so that it can be compared with the files' real paths.
    folder: PathBuf,
    headers: Vec<HeaderRule>,
}

impl SiteServer {
    /// Listens on a port of 127.0.0.1; port 0 is any free one.
    pub(crate) fn bind(folder: &Path, port: u16) -> io::Result<Self> {
        let folder = folder.canonicalize()?;
        let headers = match std::fs::read_to_string(folder.join("_headers")) {
            Ok(text) => HeaderRule::parse_all(&text),
            Err(_) => Vec::new(),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        Ok(Self { listener, site: Arc::new(Site { folder, headers }) })
    }

    /// The address to open.
    pub(crate) fn address(&self) -> String {
        let port = self.listener.local_addr().map_or(0, |address: SocketAddr| address.port());
        format!("http://127.0.0.1:{port}/")
    }

    /// Serves until the program ends: a thread per connection.
    pub(crate) fn run(self) -> Result<(), String> {
        for connection in self.listener.incoming() {
            // A connection that failed while being made is the client's affair.
            let Ok(connection) = connection else { continue };
            let site = Arc::clone(&self.site);
            std::thread::spawn(move || {
                // A client that goes away in the middle is nothing to report.
                let _ = site.converse(connection);
            });
        }
        Ok(())
    }
}

/// What is read of a request.
#[derive(Debug, PartialEq)]
struct Request {
    method: String,
    /// Path and query as sent.
    target: String,
    keep_alive: bool,
}

/// What is sent.
enum Answer {
    File(PathBuf),
    Redirect(String),
    /// A status line with a sentence for the reader.
    Status(&'static str, &'static str),
}

impl Site {
    /// Answers requests on one connection until one side has had enough.
    fn converse(&self, connection: TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_nodelay(true)?;
        let mut writer = connection.try_clone()?;
        let mut reader = BufReader::new(connection);
        while let Some(head) = read_head(&mut reader)? {
            let Some(request) = Request::parse(&head) else {
                return self.send(
                    &mut writer,
                    "/",
                    &Answer::Status("400 Bad Request", "This is not an HTTP/1 request."),
                    true,
                    false,
                );
            };
            let answer = match request.method.as_str() {
                "GET" | "HEAD" => self.answer(&request.target),
                _ => Answer::Status("405 Method Not Allowed", "Only GET and HEAD are answered."),
            };
            self.send(&mut writer, &request.target, &answer, request.method != "HEAD", request.keep_alive)?;
            if !request.keep_alive {
                break;
            }
        }
        Ok(())
    }

    /// Finds what a request target names.
    fn answer(&self, target: &str) -> Answer {
        const NOT_FOUND: Answer = Answer::Status("404 Not Found", "There is no such file.");
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let Some(relative) = relative_path(path) else {
            return NOT_FOUND;
        };
        if relative == Path::new("_headers") {
            return NOT_FOUND;
        }
        let mut file = self.folder.join(relative);
        if file.is_dir() {
            if !path.ends_with('/') {
                return Answer::Redirect(format!("{path}/"));
            }
            file.push("index.html");
        }
        // A symbolic link may point outside: what counts is where the file really is.
        match file.canonicalize() {
            Ok(real) if real.starts_with(&self.folder) && real.is_file() => Answer::File(real),
            _ => NOT_FOUND,
        }
    }

    fn send(
        &self,
        writer: &mut TcpStream,
        target: &str,
        answer: &Answer,
        with_body: bool,
        keep_alive: bool,
    ) -> io::Result<()> {
        let (status, kind, extra, mut body): (&str, &str, String, Box<dyn Read>) = match answer {
            Answer::File(path) => {
                let file = File::open(path)?;
                let length = file.metadata()?.len();
                ("200 OK", mime(path), format!("Content-Length: {length}\r\n"), Box::new(file.take(length)))
            }
            Answer::Redirect(to) => (
                "301 Moved Permanently",
                "text/plain; charset=utf-8",
                format!("Content-Length: 0\r\nLocation: {to}\r\n"),
                Box::new(io::empty()),
            ),
            Answer::Status(status, sentence) => {
                let allow = if status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
                (
                    status,
                    "text/plain; charset=utf-8",
                    format!("Content-Length: {}\r\n{allow}", sentence.len()),
                    Box::new(sentence.as_bytes()),
                )
            }
        };
        let mut head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nCache-Control: no-store\r\n{extra}");
        let path = target.split(['?', '#']).next().unwrap_or_default();
        for rule in self.headers.iter().filter(|rule| rule.matches(path)) {
            for line in &rule.lines {
                head.push_str(line);
                head.push_str("\r\n");
            }
        }
        head.push_str(if keep_alive { "Connection: keep-alive\r\n\r\n" } else { "Connection: close\r\n\r\n" });
        writer.write_all(head.as_bytes())?;
        if with_body {
            io::copy(&mut body, writer)?;
        }
        writer.flush()
    }
}

/// Reads up to and including the empty line; nothing when the client has closed the connection.
fn read_head(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut limited = reader.take(MAX_HEAD);
    loop {
        let before = head.len();
        let read = limited.read_until(b'\n', &mut head)?;
        if read == 0 {
            // Either the end, or the limit: then what was read is no head, and parsing it fails.
            return Ok((!head.is_empty()).then(|| String::from_utf8_lossy(&head).into_owned()));
        }
        if matches!(&head[before..], b"\r\n" | b"\n") {
            return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
        }
    }
}

impl Request {
    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ');
        let (method, target, version) = (first.next()?, first.next()?, first.next()?);
        if first.next().is_some()
            || !target.starts_with('/')
            || !version.starts_with("HTTP/1.")
            || !(head.ends_with("\r\n\r\n") || head.ends_with("\n\n"))
        {
            return None;
        }
        let mut keep_alive = version == "HTTP/1.1";
        for line in lines {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let close = name.eq_ignore_ascii_case("connection") && value.trim().eq_ignore_ascii_case("close");
            // A body is never read, so the next request could not be found behind it.
            let body = name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding");
            keep_alive &= !close && !body;
        }
        Some(Self { method: method.to_owned(), target: target.to_owned(), keep_alive })
    }
}

/// The file path that a URL path names, or nothing when it would leave the folder or is no UTF-8.
fn relative_path(path: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            bytes.push((digit(rest.next())? * 16 + digit(rest.next())?) as u8);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    // Windows reads these as a separator and as a drive or a stream; no file of the page needs them.
    if text.contains(['\\', ':', '\0']) {
        return None;
    }
    let relative = PathBuf::from(text.trim_start_matches('/'));
    relative.components().all(|part| matches!(part, Component::Normal(_))).then_some(relative)
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md" | "jsonl" | "ndjson" | "ts") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A block of a `_headers` file: a path pattern at the start of a line, header lines indented below it.
struct HeaderRule {
    /// A path; a `*` at its end stands for anything.
    pattern: String,
    /// `Name: value` each.
    lines: Vec<String>,
}

impl HeaderRule {
    fn parse_all(text: &str) -> Vec<Self> {
        let mut rules: Vec<Self> = Vec::new();
        for line in text.lines() {
            let content = line.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                if let Some(rule) = rules.last_mut() {
                    rule.lines.push(content.to_owned());
                }
            } else {
                rules.push(Self { pattern: content.to_owned(), lines: Vec::new() });
            }
        }
        rules
    }

    fn matches(&self, path: &str) -> bool {
        match self.pattern.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == self.pattern,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site in a temporary folder, served on a free port; answers what one request gets.
    struct Served {
        address: String,
        folder: PathBuf,
    }

    impl Served {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("spanscope-server-{name}-{}", std::process::id()));
            std::fs::create_dir_all(folder.join("site/parts")).unwrap();
            for (file, text) in [
                ("site/index.html", "start"),
                ("site/app.js", "script"),
                ("site/a b.json", "{}"),
                ("site/module.wasm", "\0asm"),
                ("site/parts/index.html", "part"),
                ("site/_headers", "# policy\n/*\n  X-Policy: strict\n/app.js\n  X-Script: yes\n"),
                ("secret.txt", "secret"),
            ] {
                std::fs::write(folder.join(file), text).unwrap();
            }
            let server = SiteServer::bind(&folder.join("site"), 0).unwrap();
            let address = server.address().trim_start_matches("http://").trim_end_matches('/').to_owned();
            std::thread::spawn(move || server.run());
            Self { address, folder }
        }

        fn send(&self, request: &str) -> String {
            let mut connection = TcpStream::connect(&self.address).unwrap();
            connection.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            connection.read_to_string(&mut answer).unwrap();
            answer
        }

        fn get(&self, target: &str) -> String {
            self.send(&format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        }
    }

    impl Drop for Served {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    #[test]
    fn files_come_with_their_type_and_the_sites_headers() {
        let served = Served::new("types");
        for (target, kind, body) in [
            ("/", "text/html; charset=utf-8", "start"),
            ("/app.js?v=1", "text/javascript; charset=utf-8", "script"),
            ("/a%20b.json", "application/json", "{}"),
            ("/module.wasm", "application/wasm", "\0asm"),
            ("/parts/", "text/html; charset=utf-8", "part"),
        ] {
            let answer = served.get(target);
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{target}: {answer}");
            assert!(answer.contains(&format!("\r\nContent-Type: {kind}\r\n")), "{target}: {answer}");
            assert!(answer.contains("\r\nX-Policy: strict\r\n"), "{target}: {answer}");
            assert!(answer.contains("\r\nCache-Control: no-store\r\n"), "{target}: {answer}");
            assert_eq!(answer.contains("X-Script: yes"), target.starts_with("/app.js"), "{target}: {answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{target}: {answer}");
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let served = Served::new("traversal");
        #[cfg(unix)]
        std::os::unix::fs::symlink(served.folder.join("secret.txt"), served.folder.join("site/link.txt")).unwrap();
        for target in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/parts/../../secret.txt",
            "/..%5csecret.txt",
            "/%2e%2e%2fsecret.txt",
            "/link.txt",
            "//etc/passwd",
            "/%00",
            "/%zz",
            "/_headers",
        ] {
            let answer = served.get(target);
            assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{target}: {answer}");
            assert!(answer.contains("\r\nX-Policy: strict\r\n"), "{target}: {answer}");
        }
    }

    #[test]
    fn head_has_no_body_and_a_folder_without_slash_is_redirected() {
        let served = Served::new("head");
        let answer = served.send("HEAD /app.js HTTP/1.1\r\nConnection: close\r\n\r\n");
        assert!(answer.contains("Content-Length: 6\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
        let answer = served.get("/parts");
        assert!(answer.starts_with("HTTP/1.1 301") && answer.contains("Location: /parts/\r\n"), "{answer}");
    }

    #[test]
    fn other_methods_and_garbage_are_refused() {
        let served = Served::new("refused");
        let answer = served.send("POST /app.js HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
        assert!(answer.starts_with("HTTP/1.1 405") && answer.contains("Allow: GET, HEAD\r\n"), "{answer}");
        assert!(served.send("garbage\r\n\r\n").starts_with("HTTP/1.1 400"));
        assert!(served.send("GET http://elsewhere/ HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
    }

    #[test]
    fn a_connection_serves_several_requests() {
        let served = Served::new("keep-alive");
        let answer = served.send("GET /app.js HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n");
        assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    }
}
