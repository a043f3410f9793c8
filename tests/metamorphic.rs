//! The same trace however its bytes are written: an object's members have no order, writers differ in white space, escapes and the notation of numbers,
//! and what is large may stand before the keys that tell a format.
//!
//! Every sample that is JSON is written in other ways; each is detected as the same format, read alike guessed and named, and gives the same spans.
//! A difference that is right is a row of [`RIGHT`] with its reason.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use std::fmt::Write;
use std::path::Path;

use dump::dump;
use serde_json::Value;
use spanscope::{ReadOptions, detect, read};

/// Beginnings of samples and of variants, and why those differ there.
#[rustfmt::skip] // one a line
const RIGHT: &[(&str, &str, &str)] = &[
    ("chrome-trace/", "", "events name no trace: its id is made from the bytes, and processes are named by their numbers as written"),
    ("rust-tracing/", "", "spans have no ids but their fields as written, of which a large one is one more, and ids of traces are made from the bytes"),
    ("grafana-frame/", "large", "a frame is told by the names of its columns, which are values: only those at the beginning are seen"),
    ("signoz/columns.json", "large", "told by the names of its columns, too"),
    ("zipkin-json/ids.json", "large", "spans of little but ids are told by not having a key that Zipkin has not"),
    ("zipkin-v1-json/", "large objects", "the endpoints that tell the old version stand behind: it is read as the new one, which gives the same spans"),
    ("logs/", "large", "the answer of a store of logs is known by its beginning"),
    ("logs/", "keys escaped", "the answer of a store of logs is known by its words as written"),
    ("logs/", "around", "lines are taken out of a store's answer, but not out of what stands around it"),
    ("otlp-logs/", "keys escaped", "keys around the records are compared as written: no writer escapes letters"),
    ("otlp-logs/", "large", "a value with a member beside the one that says its type is an object"),
    ("otlp-json/", "large", "a value with a member beside the one that says its type is an object"),
    ("gcp-trace/", "large", "a value with a member beside the one that says its type is an object"),
    ("tempo-search/", "large", "a value with a member beside the one that says its type is an object"),
    ("console-swift/", "large", "every member of a trace state is one of it"),
    ("elastic-", "fractions", "lines of a stack trace are told as written"),
    ("elastic-", "exponents", "lines of a stack trace are told as written"),
    ("xray-json/", "fractions", "lines of a stack trace are told as written"),
    ("xray-json/", "exponents", "lines of a stack trace are told as written"),
    ("app-insights/", "fractions", "lines of a stack trace are told as written"),
    ("app-insights/", "exponents", "lines of a stack trace are told as written"),
    ("console-go/", "fractions", "a number beyond 2^53 that is no integer is a double"),
    ("console-go/", "exponents", "a number beyond 2^53 that is no integer is a double"),
    ("datadog-json/", "fractions", "ids and nanoseconds of 64 bits are integers: a double holds no more than 53 of them"),
    ("datadog-json/", "exponents", "ids and nanoseconds of 64 bits are integers: a double holds no more than 53 of them"),
    ("skywalking/short.json", "fractions", "a start of 0 is none, and is told as it is written where it is no 0"),
    ("skywalking/short.json", "exponents", "a start of 0 is none, and is told as it is written where it is no 0"),
    ("generic/", "fractions", "ids and codes of spans of any program are texts as written"),
    ("generic/", "exponents", "ids and codes of spans of any program are texts as written"),
    ("generic/reporters.json", "around", "the name beside the list of spans is that of the document, and not of what stands around it"),
];

type Members = Vec<(String, Json)>;

/// A value with its members in the order of the input.
#[derive(Clone)]
enum Json {
    /// What is no text and holds nothing, as written.
    Plain(String),
    Text(String),
    List(Vec<Json>),
    Object(Members),
}

impl Json {
    /// The documents of a text; `None` when it is anything else.
    fn documents(text: &str) -> Option<Vec<Json>> {
        let is_json = serde_json::Deserializer::from_str(text)
            .into_iter::<Value>()
            .all(|value| value.is_ok_and(|value| value.is_object() || value.is_array()));
        let mut rest = text.trim_start();
        let mut documents = Vec::new();
        while is_json && !rest.is_empty() {
            documents.push(Json::take(&mut rest));
            rest = rest.trim_start();
        }
        (!documents.is_empty()).then_some(documents)
    }

    /// The value that `rest`, which is JSON, begins with.
    fn take(rest: &mut &str) -> Json {
        *rest = rest.trim_start();
        match rest.as_bytes()[0] {
            b'{' => Json::Object(Json::members(rest, true)),
            b'[' => Json::List(Json::members(rest, false).into_iter().map(|(_, value)| value).collect()),
            b'"' => Json::Text(string(rest)),
            _ => {
                let end = rest.find(|c: char| ",]}".contains(c) || c.is_whitespace()).unwrap_or(rest.len());
                let (value, behind) = rest.split_at(end);
                *rest = behind;
                Json::Plain(value.to_owned())
            }
        }
    }

    /// What stands between brackets, in a list without keys.
    fn members(rest: &mut &str, object: bool) -> Members {
        let mut members = Vec::new();
        loop {
            *rest = rest[1..].trim_start();
            if rest.starts_with([']', '}']) {
                break;
            }
            let mut key = String::new();
            if object {
                key = string(rest);
                *rest = &rest.trim_start()[1..];
            }
            members.push((key, Json::take(rest)));
            *rest = rest.trim_start();
            if !rest.starts_with(',') {
                break;
            }
        }
        *rest = &rest[1..];
        members
    }

    /// The same with the members of each object, and each plain value, made anew.
    fn changed(&self, members: &mut dyn FnMut(&mut Members), plain: &dyn Fn(&str) -> String) -> Json {
        match self {
            Json::Plain(value) => Json::Plain(plain(value)),
            Json::Text(text) => Json::Text(text.clone()),
            Json::List(items) => Json::List(items.iter().map(|item| item.changed(members, plain)).collect()),
            Json::Object(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| (key.clone(), value.changed(members, plain)));
                let mut pairs: Vec<_> = pairs.collect();
                members(&mut pairs);
                Json::Object(pairs)
            }
        }
    }

    fn write(&self, text: &mut String, style: Style, depth: usize) {
        let line = |text: &mut String, depth: usize| {
            if !style.indent.is_empty() {
                text.push_str(style.line);
                text.push_str(&style.indent.repeat(depth));
            }
        };
        let (open, close, count) = match self {
            Json::Plain(value) => return text.push_str(value),
            Json::Text(value) => return escaped(text, value, style.values),
            Json::List(items) => ('[', ']', items.len()),
            Json::Object(members) => ('{', '}', members.len()),
        };
        text.push(open);
        for index in 0..count {
            text.push_str(if index > 0 { "," } else { "" });
            line(text, depth + 1);
            match self {
                Json::Object(members) => {
                    escaped(text, &members[index].0, style.keys);
                    text.push_str(style.colon);
                    members[index].1.write(text, style, depth + 1);
                }
                Json::List(items) => items[index].write(text, style, depth + 1),
                _ => {}
            }
        }
        if count > 0 {
            line(text, depth);
        }
        text.push(close);
    }
}

/// The string of JSON that `rest` begins with.
fn string(rest: &mut &str) -> String {
    let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    let text = strings.next().and_then(Result::ok).expect("a string");
    *rest = &rest[strings.byte_offset()..];
    text
}

/// Which characters of a text are escaped that need not be.
#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    None,
    /// The last letter.
    Last,
    /// As PHP and Python write it: slashes, and what is not ASCII.
    Usual,
}

#[derive(Clone, Copy)]
struct Style {
    indent: &'static str,
    line: &'static str,
    colon: &'static str,
    keys: Escapes,
    values: Escapes,
}

const SHORT: Style = Style { indent: "", line: "\n", colon: ":", keys: Escapes::None, values: Escapes::None };

fn escaped(text: &mut String, value: &str, escapes: Escapes) {
    let written = serde_json::to_string(value).expect("a string");
    let last = written.char_indices().rev().nth(1).map(|(at, _)| at).filter(|_| !written.contains('\\'));
    for (at, c) in written.char_indices() {
        match escapes {
            Escapes::Usual if c == '/' => text.push_str("\\/"),
            Escapes::Last if Some(at) == last && at > 0 && c.is_ascii() => {
                write!(text, "\\u{:04x}", c as u32).expect("text")
            }
            Escapes::Usual if !c.is_ascii() => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write!(text, "\\u{unit:04x}").expect("text"));
            }
            _ => text.push(c),
        }
    }
}

fn text(documents: &[Json], style: Style) -> String {
    let mut text = String::new();
    for document in documents {
        document.write(&mut text, style, 0);
        text.push_str(style.line);
    }
    text
}

/// The paths of all objects, without the places in lists.
fn paths(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::List(items) => items.iter().for_each(|item| paths(item, &format!("{path}[]"), found)),
        Json::Object(members) => {
            if !found.iter().any(|known| known == path) {
                found.push(path.to_owned());
            }
            members.iter().for_each(|(key, value)| paths(value, &format!("{path}.{key}"), found));
        }
        _ => {}
    }
}

/// Puts a member first into the first object with this path; whether there was one.
fn put(value: &mut Json, path: &str, wanted: &str, member: &(String, Json)) -> bool {
    match value {
        Json::List(items) => items.iter_mut().any(|item| put(item, &format!("{path}[]"), wanted, member)),
        Json::Object(members) if path == wanted => {
            members.insert(0, member.clone());
            true
        }
        Json::Object(members) => {
            members.iter_mut().any(|(key, value)| put(value, &format!("{path}.{key}"), wanted, member))
        }
        _ => false,
    }
}

/// The key of a member that no format knows.
const UNKNOWN: &str = "Unheard";

/// Bytes by the name of the variant.
fn variants(documents: &[Json]) -> Vec<(String, Vec<u8>)> {
    let mut variants: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, text: String| variants.push((name.to_owned(), text.into_bytes()));
    let plain = |value: &str| value.to_owned();
    for (name, style) in [
        ("pretty", Style { indent: "  ", colon: ": ", ..SHORT }),
        ("tabs", Style { indent: "\t", colon: " : ", line: "\r\n", ..SHORT }),
        ("keys escaped", Style { keys: Escapes::Last, ..SHORT }),
        ("values escaped", Style { values: Escapes::Usual, ..SHORT }),
    ] {
        add(name, text(documents, style));
    }
    let mut state = 20_261_201_u64;
    let mut random = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut ordered = |name: &str, order: &mut dyn FnMut(&mut Members)| {
        let changed: Vec<Json> = documents.iter().map(|document| document.changed(order, &plain)).collect();
        add(name, text(&changed, SHORT));
    };
    ordered("keys reversed", &mut |members| members.reverse());
    ordered("keys sorted", &mut |members| members.sort_by(|one, other| one.0.cmp(&other.0)));
    ordered("keys shuffled", &mut |members| {
        (1..members.len()).rev().for_each(|last| members.swap(last, random(last + 1)));
    });
    let large = [
        ("text", Json::Text("select all; ".repeat(9000))),
        ("numbers", Json::List((0..20_000).map(|number| Json::Plain(number.to_string())).collect())),
        ("objects", Json::List(vec![Json::Object(vec![("a".to_owned(), Json::Text("b".repeat(40)))]); 2000])),
    ];
    let mut places = Vec::new();
    documents.iter().for_each(|document| paths(document, "", &mut places));
    for (kind, value) in &large {
        // Of what is as long as a text, fewer places tell as much.
        for place in places.iter().take(if *kind == "text" { 12 } else { 3 }) {
            let mut changed = documents.to_vec();
            let member = (UNKNOWN.to_owned(), value.clone());
            assert!(changed.iter_mut().any(|document| put(document, "", place, &member)), "{place}");
            add(&format!("large {kind} at {place}"), text(&changed, SHORT));
        }
    }
    for (name, suffix) in [("fractions", ".0"), ("exponents", "E+0")] {
        let number = |value: &str| match value.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("{value}{suffix}"),
            false => value.to_owned(),
        };
        let changed: Vec<Json> = documents.iter().map(|document| document.changed(&mut |_| {}, &number)).collect();
        add(name, text(&changed, SHORT));
    }
    let short = text(documents, SHORT);
    add("list", text(&[Json::List(documents.to_vec())], SHORT));
    if let [document] = documents {
        let around = vec![("status".to_owned(), Json::Text("ok".to_owned())), ("data".to_owned(), document.clone())];
        add("around", text(&[Json::Object(around)], SHORT));
        if let Json::List(items) = document {
            add("lines", text(items, SHORT));
        }
    }
    let quoted = serde_json::to_string(short.trim_end()).expect("a string");
    add("string", quoted.clone());
    add("string in a string", serde_json::to_string(&quoted).expect("a string"));
    add("mark", format!("\u{feff}{short}"));
    let utf16 = short.encode_utf16().flat_map(u16::to_le_bytes);
    variants.push(("UTF-16".to_owned(), [0xff, 0xfe].into_iter().chain(utf16).collect()));
    variants
}

/// The format and what is said of the spans: lines in any order, lists and objects as there and not as written, numbers of either kind.
fn outcome(bytes: &[u8], format: Option<&str>) -> (String, Vec<String>) {
    let options = format.map_or(ReadOptions::new(), |format| ReadOptions::new().with_format(format));
    match read(bytes, &options) {
        Ok(outcome) => {
            let text = dump(&outcome.store);
            let line = |line: &str| {
                let kept =
                    [" = map ", " = array "].iter().find_map(|kind| line.split_once(kind)).map_or(line, |pair| pair.0);
                kept.replace(" = double ", " = int ")
            };
            let mut lines: Vec<String> = text.lines().map(line).filter(|line| !line.contains(UNKNOWN)).collect();
            lines.sort_unstable();
            (outcome.inputs[0].format.id.to_owned(), lines)
        }
        Err(error) => (error.to_string(), Vec::new()),
    }
}

#[test]
fn a_trace_is_the_same_however_it_is_written() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut failures = String::new();
    let (mut count, mut used) = (0, vec![false; RIGHT.len()]);
    for folder in std::fs::read_dir(&data).expect("tests/data") {
        for file in std::fs::read_dir(folder.expect("a folder").path()).expect("samples") {
            let path = file.expect("a file").path();
            let name = path.strip_prefix(&data).expect("below").display().to_string().replace('\\', "/");
            let Ok(sample) = std::fs::read_to_string(&path) else { continue };
            let Some(documents) = Json::documents(&sample).filter(|_| !name.ends_with(".dump")) else { continue };
            let expected = outcome(text(&documents, SHORT).as_bytes(), None);
            for (variant, bytes) in variants(&documents) {
                count += 1;
                let detected = detect(&bytes).candidates.first().map_or("nothing", |found| found.format.id);
                let found = outcome(&bytes, None);
                let named = variant.starts_with("large") || outcome(&bytes, Some(&expected.0)).1 == expected.1;
                if detected == expected.0 && found == expected && named {
                    continue;
                }
                let mut right = RIGHT.iter().zip(&mut used);
                if let Some((_, used)) =
                    right.find(|((of, how, _), _)| name.starts_with(of) && variant.starts_with(how))
                {
                    *used = true;
                    continue;
                }
                let differ = found.1.iter().zip(&expected.1).find(|(one, other)| one != other);
                writeln!(failures, "{name}, {variant}: detected {detected}, read {}: {differ:?}", found.0)
                    .expect("text");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count > 1400, "{count} variants");
    let unused: Vec<_> = RIGHT.iter().zip(used).filter(|(_, used)| !used).collect();
    assert!(unused.is_empty(), "rows without a difference: {unused:?}");
}
