//! Imports go down the layers only.
//!
//! ```text
//!  js → view, write → read, analyze → store, context → ground
//! ```
//! What stands side by side does not import each other, except on the ground. What a file names of the crate is read from its text. That the
//! files are two packages (`src/hot.rs`) changes nothing: a module stands on its layer whichever package it is compiled in.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up.
const LAYERS: &[&[&str]] = &[
    &["id", "time", "value", "strings", "error", "float", "simd", "sort", "json", "wire"],
    &["store", "context"],
    &["read", "analyze"],
    &["view", "write"],
    &["js"],
];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Why a file of one module may not name another; `None` when it may.
fn objection(from: &str, to: &str) -> Option<String> {
    let Some(to_layer) = layer_of(to) else {
        return Some(format!("`crate::{to}` is no module; name the module that it is in"));
    };
    let from_layer = layer_of(from)?;
    let allowed = from == to || to_layer < from_layer || (to_layer == 0 && from_layer == 0);
    (!allowed).then(|| format!("`{from}` may not import `{to}`"))
}

/// The text without comments, and without what stands in string literals.
fn code(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let mut in_string = false;
        let mut previous = ' ';
        for (at, character) in line.char_indices() {
            if character == '"' && previous != '\\' && previous != '\'' {
                in_string = !in_string;
            } else if !in_string && line[at..].starts_with("//") {
                break;
            } else if !in_string {
                code.push(character);
            }
            // Two backslashes are one character, not the beginning of another escape.
            previous = if previous == '\\' && character == '\\' { ' ' } else { character };
        }
        code.push('\n');
    }
    code
}

/// The first names behind every `crate::` and `spanscope_hot::`, those of a group one by one.
fn named(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    let paths = ["crate::", "spanscope_hot::"];
    for (at, path) in paths.into_iter().flat_map(|path| code.match_indices(path)) {
        // Not the end of another word, nor of a path such as `$crate::`.
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + path.len()..];
        let name = |text: &str| -> String {
            text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        };
        let Some(group) = rest.strip_prefix('{') else {
            names.push(name(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for character in group.chars() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => names.push(name(&std::mem::take(&mut item))),
                _ if depth == 0 => item.push(character),
                _ => {}
            }
        }
        names.push(name(&item));
    }
    names.retain(|name| !name.is_empty());
    names
}

/// All files below a folder whose names end so.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Module and text of every file of the crate but the roots of its packages.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = root().join("src");
    let sources: Vec<_> = files(&src, ".rs")
        .into_iter()
        .filter(|path| ["lib.rs", "hot.rs"].iter().all(|root| *path != src.join(root)))
        .map(|path| {
            let inner = path.strip_prefix(&src).expect("it is in there").to_path_buf();
            let first = inner.iter().next().expect("a path has a first part").to_string_lossy();
            let module = first.trim_end_matches(".rs").to_owned();
            let text = code(&fs::read_to_string(&path).expect("a source file can be read"));
            (module, inner, text)
        })
        .collect();
    assert!(sources.len() > 20, "this must find the sources");
    sources
}

#[test]
fn imports_go_down() {
    let mut problems = Vec::new();
    let mut imports = 0;
    for (module, path, text) in sources() {
        if layer_of(&module).is_none() {
            problems.push(format!("src/{}: `{module}` has no layer", path.display()));
        }
        for name in named(&text) {
            imports += 1;
            problems.extend(objection(&module, &name).map(|why| format!("src/{}: {why}", path.display())));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(imports > 50, "{imports}");
}

#[test]
fn only_the_bindings_know_of_javascript_and_only_one_file_is_unsafe() {
    let word = |text: &str, word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let around = |c: char| c.is_alphanumeric() || c == '_';
            !text[..at].ends_with(around) && !text[at + word.len()..].starts_with(around)
        })
    };
    for (module, path, text) in sources() {
        for name in ["wasm_bindgen", "js_sys", "web_sys", "serde_wasm_bindgen"] {
            assert!(module == "js" || !word(&text, name), "src/{} names {name}", path.display());
        }
        assert!(module == "simd" || !word(&text, "unsafe"), "src/{} is unsafe", path.display());
    }
}

#[test]
fn the_pages_views_know_neither_the_worker_nor_the_package() {
    let views = files(&root().join("www/components"), ".js");
    for path in &views {
        let text = fs::read_to_string(path).expect("a source file can be read");
        for line in text.lines().map(str::trim) {
            let imports = line.starts_with("import ") || line.starts_with("} from ") || line.contains("import(");
            // A type's name in a comment costs nothing and couples nothing.
            let comment = line.starts_with('*') || line.starts_with("/**") || line.starts_with("//");
            let wrong = line.contains("worker.js") || line.contains("pkg/");
            assert!(comment || !imports || !wrong, "{}: {line}", path.display());
        }
    }
    println!("{} files", views.len());
}

#[test]
fn wrong_directions_are_noticed() {
    for (from, to, fine) in [
        ("js", "view", true),
        ("view", "analyze", true),
        ("analyze", "store", true),
        ("json", "simd", true),
        ("store", "store", true),
        ("analyze", "read", false),
        ("read", "analyze", false),
        ("context", "store", false),
        ("store", "read", false),
        ("simd", "store", false),
        ("view", "write", false),
        ("view", "js", false),
        ("read", "Store", false),
    ] {
        assert_eq!(objection(from, to).is_none(), fine, "{from} {to}");
    }
    let text = "
        use crate::{store::{Span, Trace}, json, id::SpanId}; // crate::comment
        fn f() -> crate::value::Value { \"crate::text\" } let a = mycrate::other; '\"'; crate::error::E
        use spanscope_hot::sort;
    ";
    assert_eq!(named(&code(text)), ["store", "json", "id", "value", "error", "sort"]);
}
