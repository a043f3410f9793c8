//! Our own samples: `tests/data/<format>/<name>` is read named and guessed, and gives the text in `<name>.dump` beside it.
//!
//! `SPANSCOPE_WRITE=1 cargo test --test samples` writes the dumps anew; look at the difference before it is committed.
#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};

mod dump;

use dump::{dump, outline};
use proptest::prelude::*;
use spanscope::read::FORMATS;
use spanscope::{Outcome, ReadOptions, Reader, read};

/// Every sample: its format, its path, its bytes.
fn samples() -> Vec<(String, PathBuf, Vec<u8>)> {
    let mut samples = Vec::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for folder in std::fs::read_dir(data).expect("tests/data") {
        let folder = folder.expect("a folder").path();
        let format = folder.file_name().expect("a name").to_string_lossy().into_owned();
        for file in std::fs::read_dir(&folder).expect("a folder of samples") {
            let path = file.expect("a file").path();
            if path.extension().is_none_or(|extension| extension != "dump") {
                let bytes = std::fs::read(&path).expect("a readable file");
                samples.push((format.clone(), path, bytes));
            }
        }
    }
    samples.sort();
    samples
}

/// The spans, and what was said of the input.
fn text_of(outcome: &Outcome) -> String {
    let mut text = dump(&outcome.store);
    for input in &outcome.inputs {
        for guess in &input.guesses {
            text += &format!("guess: {guess}\n");
        }
        for skipped in &input.skipped {
            text += &format!("skipped at {}: {}\n", skipped.position, skipped.reason);
        }
    }
    for warning in outcome.store.warnings() {
        text += &format!("warning {} x{}: {}\n", warning.kind.as_str(), warning.count, warning.message);
    }
    text
}

#[test]
fn every_format_has_a_sample() {
    let samples = samples();
    for format in FORMATS {
        assert!(samples.iter().any(|(of, ..)| of == format.id), "tests/data/{} is missing", format.id);
    }
}

#[test]
fn every_format_has_a_fuzz_target() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml"));
    let manifest = manifest.expect("fuzz/Cargo.toml");
    let target = |id: &str| {
        let name = format!("read_{}", id.replace('-', "_"));
        format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/read_format.rs\"\n")
    };
    for format in FORMATS {
        assert!(manifest.contains(&target(format.id)), "fuzz/Cargo.toml lacks\n{}", target(format.id));
    }
    assert_eq!(manifest.matches("read_format.rs").count(), FORMATS.len(), "a target of no format");
}

#[test]
fn samples_read_alike_named_and_guessed_and_give_their_dumps() {
    let mut failures = Vec::new();
    for (format, path, bytes) in samples() {
        let name = path.display();
        let guessed = match read(bytes.clone(), &ReadOptions::new()) {
            Ok(outcome) => outcome,
            Err(error) => {
                failures.push(format!("{name}: {error}"));
                continue;
            }
        };
        if guessed.inputs[0].format.id != format {
            failures.push(format!("{name}: guessed {}", guessed.inputs[0].format.id));
            continue;
        }
        let text = text_of(&guessed);
        match read(bytes, &ReadOptions::new().with_format(&format)) {
            Ok(named) if text_of(&named) == text => {}
            Ok(_) => failures.push(format!("{name}: named, it gives another store than guessed")),
            Err(error) => failures.push(format!("{name}, named: {error}")),
        }
        let expected = PathBuf::from(format!("{name}.dump"));
        if std::env::var_os("SPANSCOPE_WRITE").is_some() {
            std::fs::write(&expected, &text).expect("a writable folder");
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != text {
            failures.push(format!("{name}: the dump differs; found:\n{text}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn samples_read_alike_in_one_piece_and_in_chunks() {
    for (_, path, bytes) in samples() {
        let whole = read(bytes.clone(), &ReadOptions::new()).map(|outcome| text_of(&outcome));
        for size in [1, 7, 65_536] {
            let mut reader = Reader::new(ReadOptions::new(), None);
            bytes.chunks(size).for_each(|chunk| reader.push(chunk));
            let chunked = reader.finish().map(|outcome| text_of(&outcome));
            assert_eq!(whole, chunked, "{} in chunks of {size}", path.display());
        }
    }
}

/// A text with something around it, as it is copied from somewhere.
type Around = fn(&str) -> String;

#[test]
fn what_stands_around_a_sample_changes_nothing() {
    let around: &[(&str, Around)] = &[
        ("a byte order mark", |text| format!("\u{feff}{text}")),
        ("an indentation", |text| text.lines().map(|line| format!("    {line}\n")).collect()),
        ("a quotation", |text| text.lines().map(|line| format!("> {line}\n")).collect()),
        ("Docker's log driver", |text| {
            let line = |line| {
                let log = serde_json::to_string(line).expect("a text");
                format!("{{\"log\":{log},\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:05.1Z\"}}\n")
            };
            text.split_inclusive('\n').map(line).collect()
        }),
        ("a container's dates", |text| {
            text.lines().map(|line| format!("2026-01-02T03:04:05.6Z stdout F {line}\n")).collect()
        }),
        ("the system's journal", |text| {
            text.lines().map(|line| format!("Jan 02 03:04:05 host app[7]: {line}\n")).collect()
        }),
        ("numbers of lines", |text| {
            text.lines().enumerate().map(|(number, line)| format!("{:6}\t{line}\n", number + 1)).collect()
        }),
        ("grep's numbers of lines", |text| {
            text.lines().enumerate().map(|(number, line)| format!("{}:{line}\n", number + 1)).collect()
        }),
        ("a difference", |text| {
            let added: String = text.lines().map(|line| format!("+{line}\n")).collect();
            format!("diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n{added}")
        }),
        ("a page", |text| {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            format!("<html><head></head><body><pre style=\"white-space: pre-wrap;\">{text}</pre></body></html>")
        }),
        ("a fence", |text| format!("Look:\n\n```\n{text}\n```\nStrange.\n")),
    ];
    let mut failures = Vec::new();
    for (format, path, bytes) in samples() {
        let Ok(text) = String::from_utf8(bytes.clone()) else { continue };
        if text.contains('\0') {
            continue; // Binary, though UTF-8.
        }
        // Where a format has no ids of traces they are made of the input.
        let spans = |outcome: &Outcome| {
            outcome.store.traces().fold(dump(&outcome.store), |text, trace| text.replace(&trace.id(), "trace"))
        };
        let expected = spans(&read(bytes, &ReadOptions::new()).expect("readable"));
        let mut check = |what: &str, wrapped: Vec<u8>| match read(wrapped, &ReadOptions::new()) {
            Ok(outcome) if outcome.inputs[0].format.id != format => {
                failures.push(format!("{} in {what}: guessed {}", path.display(), outcome.inputs[0].format.id));
            }
            Ok(outcome) if spans(&outcome) == expected => {}
            Ok(_) => failures.push(format!("{} in {what}: another store", path.display())),
            Err(error) => failures.push(format!("{} in {what}: {error}", path.display())),
        };
        for (what, wrap) in around {
            // Before the lines of a log a date says something, and so does the name of a program.
            if wrap("x").contains("03:04:05") && matches!(&*format, "logs" | "rust-tracing" | "otlp-logs") {
                continue;
            }
            check(what, wrap(&text).into());
        }
        check("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        if text.starts_with(['{', '[']) {
            check("lines before it", format!("Server listening on port 8080.\n\nready\n{text}").into());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn samples_of_two_formats_behind_each_other_are_both_read() {
    // What is no JSON, or lacks its end, cannot be told from what follows it; logs and spans of no format are read as far as they are understood. A
    // span of nothing but ids looks like many others.
    let apart = ["console-js", "generic", "logs", "rust-tracing"];
    let files = ["chrome-trace/list.json", "sentry/shop.envelope", "zipkin-json/ids.json"];
    let samples: Vec<(String, PathBuf, String, usize)> = samples()
        .into_iter()
        .filter(|(format, path, _)| !apart.contains(&format.as_str()) && !files.iter().any(|file| path.ends_with(file)))
        .filter_map(|(format, path, bytes)| {
            let text = String::from_utf8(bytes).ok().filter(|text| text.starts_with(['{', '[']))?;
            let spans = read(text.clone(), &ReadOptions::new()).expect("readable").store.span_count();
            Some((format, path, text, spans))
        })
        .collect();
    let mut failures = Vec::new();
    for (format, path, text, spans) in &samples {
        for (other_format, other_path, other_text, more) in samples.iter().filter(|other| other.0 != *format) {
            // Two versions of one format, which share fields; lines of a log, behind which spans are what counts.
            if format.starts_with("zipkin") && other_format.starts_with("zipkin") || format == "otlp-logs" {
                continue;
            }
            let found = match read(format!("{text}\n{other_text}"), &ReadOptions::new()) {
                Ok(both) if both.store.span_count() == spans + more && both.inputs[0].format.id == format => continue,
                Ok(both) => format!("{} spans as {}", both.store.span_count(), both.inputs[0].format.id),
                Err(error) => error.to_string(),
            };
            failures.push(format!("{} and {}: {found}", path.display(), other_path.display()));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn documents_are_read_alike_in_lines_glued_together_and_in_a_list() {
    let mut failures = Vec::new();
    for (format, path, bytes) in samples() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let mut documents = Vec::new();
        let mut stream = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>();
        let mut at = 0;
        while let Some(Ok(_)) = stream.next() {
            documents.push(text[at..stream.byte_offset()].trim());
            at = stream.byte_offset();
        }
        if documents.len() < 2 || !text[at..].trim().is_empty() {
            continue;
        }
        let told = |text: &str| match read(text, &ReadOptions::new()) {
            Ok(outcome) => {
                let dump = dump(&outcome.store);
                let spans = outcome.store.traces().fold(dump, |text, trace| text.replace(&trace.id(), "trace"));
                format!("{}\n{spans}", outcome.inputs[0].format.id)
            }
            Err(error) => error.to_string(),
        };
        let expected = told(&documents.join("\n"));
        for (what, text) in [
            ("glued", documents.concat()),
            ("with commas between", documents.join(",\n")),
            ("in a list", format!("[{}]", documents.join(","))),
            ("in a list of lines", format!("[\n  {}\n]\n", documents.join(",\n  "))),
        ] {
            let found = told(&text);
            if found != expected {
                failures.push(format!(
                    "{format}: {} {what}: {}",
                    path.display(),
                    found.lines().next().unwrap_or_default()
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The same JSON with every number as a text.
fn with_quoted_numbers(json: &str) -> String {
    let (mut quoted, mut in_text, mut escaped, mut number) = (String::new(), false, false, false);
    for c in json.chars() {
        let digit = !in_text && (c.is_ascii_digit() || c == '-' || number && matches!(c, '.' | 'e' | 'E' | '+'));
        if digit != number {
            quoted.push('"');
            number = digit;
        }
        in_text ^= c == '"' && !escaped;
        escaped = in_text && c == '\\' && !escaped;
        quoted.push(c);
    }
    quoted
}

#[test]
fn numbers_may_be_texts() {
    let mut failures = Vec::new();
    for (format, path, bytes) in samples() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let whole =
            serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>().all(|value| value.is_ok());
        // Where objects have nothing of their own but that their times are numbers, texts are dates of another format; ids in texts are hexadecimal.
        if !whole || matches!(&*format, "xray-json" | "nextjs-trace") || path.ends_with("cloudwatch.json") {
            continue;
        }
        let told = |text: &str| match read(text, &ReadOptions::new()) {
            Ok(outcome) => {
                let spans =
                    outcome.store.spans().map(|span| format!("{} {} events\n", outline(&span), span.events().count()));
                format!("{}\n{}", outcome.inputs[0].format.id, spans.collect::<String>())
            }
            Err(error) => error.to_string(),
        };
        let (expected, found) = (told(&text), told(&with_quoted_numbers(&text)));
        if found != expected {
            failures.push(format!("{format}: {}\n{expected}\n{found}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is cut off, changed or doubled, nothing panics and nothing is endless.
    #[test]
    fn broken_samples_never_panic(
        choice: prop::sample::Index,
        cut: prop::sample::Index,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        doubled in any::<Option<(prop::sample::Index, prop::sample::Index)>>(),
    ) {
        let samples = samples();
        let (format, _, bytes) = &samples[choice.index(samples.len())];
        let mut bytes = bytes.clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some((from, to)) = doubled {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(to..to, part);
        }
        bytes.truncate(cut.index(bytes.len() * 2).max(1));
        for options in [ReadOptions::new(), ReadOptions::new().with_format(format)] {
            if let Ok(outcome) = read(bytes.clone(), &options) {
                text_of(&outcome);
            }
        }
    }
}
