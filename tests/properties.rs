//! What must hold for any input: the lexer agrees with serde_json, no bytes make a reader panic, and the order in which spans or keys are
//! written changes nothing.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use std::fmt::Write;

use dump::{Essence, dump, times_us};
use proptest::prelude::*;
use proptest::sample::Index;
use spanscope::{ReadOptions, Store, check_json, read};

const FORMATS: [&str; 3] = ["otlp-json", "jaeger-json", "zipkin-json"];

// ── The lexer ───────────────────────────────────────────────────────────────────────────────────────────────────────

/// Both accept, or both refuse.
fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    let ours = check_json(bytes);
    let theirs = serde_json::from_slice::<serde_json::Value>(bytes);
    prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?}, {:?}", String::from_utf8_lossy(bytes), ours, theirs);
    if let Err((_, offset)) = ours {
        prop_assert!(offset <= bytes.len());
    }
    Ok(())
}

#[test]
fn the_lexer_agrees_with_serde_json_at_the_edges_of_the_grammar() {
    let mut texts: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "nul",
        "nulll",
        "true",
        "tru",
        "false",
        "falsey",
        "True",
        "0",
        "-0",
        "-",
        "00",
        "01",
        "-01",
        "1.",
        ".5",
        "1.5",
        "+1",
        "1e5",
        "1E5",
        "1e+5",
        "1e-5",
        "1e",
        "1e+",
        "1.e5",
        "0.0",
        "0e0",
        "-0.0e-0",
        "1e308",
        "1e309",
        "-1e308",
        "-1e309",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "1e-400",
        "0e999999999999",
        "1e-999999999999",
        "1e999999999999",
        "123456789012345678901234567890",
        "18446744073709551616",
        "-9223372036854775809",
        "1 2",
        "1,",
        "[1]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[]",
        "[ ]",
        "{}",
        "{ }",
        "{,}",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"a\":2}",
        "{1:2}",
        "[}",
        "{]",
        "[",
        "{",
        "\"",
        "\"a",
        "\"a\"b",
        "\"\\",
        "\"\\\"",
        "\"\\\"\"",
        "\"\\x\"",
        "\"\\u\"",
        "\"\\u12\"",
        "\"\\u123g\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\udc00\"",
        "\"\\ud800\\ud800\"",
        "\"\\ud800x\"",
        "\"\\ud800\\n\"",
        "\"\\uDBFF\\uDFFF\"",
        "\"\\udbff\\ue000\"",
        "\"\u{0}\"",
        "\"\u{1f}\"",
        "\"\u{7f}\"",
        "\"\t\"",
        "\"\n\"",
        "\"é\u{10ffff}\"",
        "\u{feff}1",
        "1\u{feff}",
        "NaN",
        "Infinity",
        "-Infinity",
        "undefined",
        "/**/1",
        "1//",
        "\u{a0}1",
        "\u{b}1",
        "[1]]",
        "{}}",
        "\"a\":1",
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    let broken: [&[u8]; 8] = [
        b"\"\xff\"",
        b"\"\xc3\"",
        b"\"\xc0\x80\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\xef\xbb\xbf1",
        b"\"\xe2\x82\"",
        b"[\"\xf0\x9f\xa6\x80\"]",
    ];
    texts.extend(broken.into_iter().map(<[u8]>::to_vec));
    // Long runs around the widths that are scanned at once.
    for length in 0..70 {
        for stop in ["\"", "\\n\"", "\\", "\u{1}\"", "é\"", ""] {
            texts.push(format!("\"{}{stop}", "a".repeat(length)).into_bytes());
            texts.push(
                format!("{}\"{}{stop}{}", " ".repeat(length), "a".repeat(length / 2), "\n".repeat(length)).into_bytes(),
            );
        }
        for number in ["1", "0", "-1"] {
            texts.push(format!("{number}{}", "0".repeat(length)).into_bytes());
            texts.push(format!("{number}.{}", "3".repeat(length)).into_bytes());
        }
    }
    for digits in [290, 299, 300, 301, 307, 308, 309, 310, 320, 1000] {
        texts.push("9".repeat(digits).into_bytes());
        texts.push(format!("-1{}", "0".repeat(digits)).into_bytes());
        texts.push(format!("0.{}1", "0".repeat(digits)).into_bytes());
        texts.push(format!("1{}e-{digits}", "0".repeat(digits)).into_bytes());
    }
    for depth in 120..135 {
        for (open, inner, close) in [
            ("[", "", "]"),
            ("{\"a\":", "1", "}"),
            ("[{\"a\":", "[]", "}]"),
            ("[1,", "2", "]"),
            ("[", "", ""),
            ("{\"a\":", "", ""),
        ] {
            let count = if open.len() == 6 && open.starts_with("[{") { depth / 2 } else { depth };
            for shift in 0..2 {
                let text = format!("{}{inner}{}", open.repeat(count + shift), close.repeat(count + shift));
                texts.push(text.into_bytes());
            }
        }
    }
    for text in texts {
        agree(&text).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// JSON that is valid: any nesting of any values, with white space wherever it may stand.
fn json() -> impl Strategy<Value = String> {
    let space = prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("\n\t"), 1 => Just("\r\n                    ")];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>().prop_filter_map("JSON has no NaN", |value| value.is_finite().then(|| format!("{value:e}"))),
        json_string(),
    ];
    (leaf, space.clone()).prop_map(|(leaf, space)| format!("{space}{leaf}{space}")).prop_recursive(
        6,
        60,
        6,
        move |inner| {
            let (a, b) = (space.clone(), space.clone());
            prop_oneof![
                (proptest::collection::vec(inner.clone(), 0..6), a)
                    .prop_map(|(items, space)| format!("{space}[{space}{}]{space}", items.join(","))),
                (proptest::collection::vec((json_string(), inner), 0..6), b).prop_map(|(members, space)| {
                    let members: Vec<String> =
                        members.iter().map(|(key, value)| format!("{space}{key}{space}:{value}")).collect();
                    format!("{{{}{space}}}", members.join(","))
                }),
            ]
        },
    )
}

fn json_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -!#-\\[\\]-~]{0,20}",
        1 => proptest::sample::select(vec!["\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83e\\udd80", "\\b\\f\\r\\t"]).prop_map(str::to_owned),
        1 => "[à-ÿ一-十]{1,4}",
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// A change to some bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Truncate(Index),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    Repeat(Index, usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let pieces = vec![
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "0",
        "-",
        "e",
        ".",
        "null",
        "true",
        "\0",
        "\n",
        " ",
        "\\u",
        "\\ud800",
        "é",
        "{}",
        "[]",
        "\"a\":",
        "1e999",
        "\u{feff}",
        "\"traceID\":",
        "\"spans\":[",
        "\"tags\":",
        "\"id\":null,",
    ];
    let change = prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        any::<Index>().prop_map(Change::Truncate),
        (any::<Index>(), proptest::sample::select(pieces))
            .prop_map(|(at, piece)| Change::Insert(at, piece.as_bytes().to_vec())),
        (any::<Index>(), proptest::collection::vec(any::<u8>(), 1..4))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<Index>(), 1..30_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
    ];
    proptest::collection::vec(change, 1..5)
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let place = |at: &Index| if bytes.is_empty() { 0 } else { at.index(bytes.len()) };
        match change {
            Change::Flip(at, bit) => {
                let at = place(at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Change::Truncate(at) => bytes.truncate(place(at)),
            Change::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.iter().copied());
            }
            Change::Delete(at, length) => {
                let at = place(at);
                let end = bytes.len().min(at + length);
                bytes.drain(at..end);
            }
            Change::Repeat(at, length) => {
                let at = place(at);
                let end = bytes.len().min(at + length);
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_lexer_agrees_with_serde_json_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        agree(&bytes)?;
    }

    #[test]
    fn the_lexer_agrees_with_serde_json_on_what_json_is_made_of(text in "[\\[\\]{}\",:0-9eE+\\-. \\\\ntrufalsbd\\x00\\n]{0,40}") {
        agree(text.as_bytes())?;
    }

    #[test]
    fn the_lexer_agrees_with_serde_json_on_numbers(text in "-?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{0,5})?") {
        agree(text.as_bytes())?;
        agree(format!("[{text}]").as_bytes())?;
        agree(format!("{{\"n\":{text} }}").as_bytes())?;
    }

    #[test]
    fn the_lexer_accepts_json(text in json()) {
        prop_assert!(check_json(text.as_bytes()).is_ok(), "{:?}", check_json(text.as_bytes()));
        agree(text.as_bytes())?;
    }

    #[test]
    fn the_lexer_agrees_with_serde_json_on_changed_json(text in json(), changes in changes()) {
        agree(&changed(text.as_bytes(), &changes))?;
    }
}

// ── The readers ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// A document, still to be written: what of it may be written in another order is marked.
#[derive(Clone, Debug)]
enum Document {
    Written(String),
    /// Members in any order.
    Record(Vec<(String, Document)>),
    /// Members whose order is told, as of Zipkin's tags.
    Map(Vec<(String, Document)>),
    /// Elements in any order.
    Set(Vec<Document>),
    List(Vec<Document>),
}

impl Document {
    fn text(text: &str) -> Document {
        Document::Written(serde_json::to_string(text).expect("a string"))
    }

    fn number(number: impl std::fmt::Display) -> Document {
        Document::Written(number.to_string())
    }

    /// The document as text; `random` says in which order, always the given one without it.
    fn write(&self, text: &mut String, random: &mut Option<Random>) {
        let order = |count: usize, random: &mut Option<Random>| {
            let mut order: Vec<usize> = (0..count).collect();
            if let Some(random) = random {
                for last in (1..count).rev() {
                    order.swap(last, random.below(last + 1));
                }
            }
            order
        };
        match self {
            Document::Written(written) => text.push_str(written),
            Document::Set(items) | Document::List(items) => {
                let order = if matches!(self, Document::Set(_)) {
                    order(items.len(), random)
                } else {
                    (0..items.len()).collect()
                };
                text.push('[');
                for (position, index) in order.into_iter().enumerate() {
                    text.push_str(if position == 0 { "" } else { "," });
                    items[index].write(text, random);
                }
                text.push(']');
            }
            Document::Record(members) | Document::Map(members) => {
                let order = if matches!(self, Document::Record(_)) {
                    order(members.len(), random)
                } else {
                    (0..members.len()).collect()
                };
                text.push('{');
                for (position, index) in order.into_iter().enumerate() {
                    let (key, value) = &members[index];
                    write!(
                        text,
                        "{}{}:",
                        if position == 0 { "" } else { "," },
                        serde_json::to_string(key).expect("a string")
                    )
                    .expect("text takes all");
                    value.write(text, random);
                }
                text.push('}');
            }
        }
    }

    fn written(&self, seed: Option<u64>) -> String {
        let mut text = String::new();
        self.write(&mut text, &mut seed.map(|seed| Random(seed | 1)));
        text
    }
}

fn record(members: Vec<(&str, Document)>) -> Document {
    Document::Record(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A xorshift generator: an order for a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

/// A span that every format can write.
#[derive(Clone, Debug)]
struct Sketch {
    trace: u8,
    id: u8,
    parent: Option<u8>,
    service: u8,
    kind: usize,
    start: u32,
    duration: u32,
    error: Option<String>,
    attributes: Vec<(String, String)>,
    events: Vec<(u32, String)>,
}

const KINDS: [&str; 4] = ["server", "client", "producer", "consumer"];
const START_US: u64 = 1_760_000_000_000_000;

fn sketches() -> impl Strategy<Value = Vec<Sketch>> {
    let word = proptest::sample::select(vec![
        "http.route",
        "db.system",
        "k",
        "a longer key than sixteen bytes",
        "clé",
        "q\"uote",
        "error.type",
    ]);
    let value = prop_oneof![4 => "[a-z/]{0,40}", 1 => "[\"\\\\\\n\\ré☠ ]{0,6}"];
    let sketch = (
        (0..3_u8, 1..20_u8, proptest::option::of(1..24_u8), 0..4_u8, 0..KINDS.len()),
        (0..5000_u32, 0..5000_u32),
        proptest::option::weighted(
            0.2,
            "[a-zé ]{1,12}".prop_filter("not a mark", |text| !["true", "false"].contains(&text.as_str())),
        ),
        proptest::collection::vec((word.prop_map(str::to_owned), value), 0..5),
        proptest::collection::vec((0..9000_u32, "[a-z]{1,8}"), 0..3),
    );
    proptest::collection::vec(sketch, 1..40).prop_map(|sketches| {
        sketches
            .into_iter()
            .map(|((trace, id, parent, service, kind), (start, duration), error, attributes, events)| Sketch {
                trace,
                id,
                parent,
                service,
                kind,
                start,
                duration,
                error,
                attributes,
                events,
            })
            .collect()
    })
}

/// Names are all different: spans that nothing tells apart may stand in any order.
fn name(index: usize) -> String {
    format!("op {index}")
}

fn otlp(sketches: &[Sketch]) -> Document {
    let attribute = |key: &str, value: &str| {
        record(vec![("key", Document::text(key)), ("value", record(vec![("stringValue", Document::text(value))]))])
    };
    let span = |index: usize, sketch: &Sketch| {
        let start = START_US + u64::from(sketch.start);
        let mut members = vec![
            ("traceId", Document::text(&format!("{:032x}", sketch.trace + 1))),
            ("spanId", Document::text(&format!("{:016x}", sketch.id))),
            ("name", Document::text(&name(index))),
            ("kind", Document::number(2 + sketch.kind)),
            ("startTimeUnixNano", Document::text(&format!("{start}000"))),
            ("endTimeUnixNano", Document::text(&format!("{}000", start + u64::from(sketch.duration)))),
            (
                "attributes",
                Document::List(sketch.attributes.iter().map(|(key, value)| attribute(key, value)).collect()),
            ),
            (
                "events",
                Document::List(
                    sketch
                        .events
                        .iter()
                        .map(|(time, name)| {
                            let time = format!("{}000", START_US + u64::from(*time));
                            record(vec![("timeUnixNano", Document::text(&time)), ("name", Document::text(name))])
                        })
                        .collect(),
                ),
            ),
        ];
        if let Some(parent) = sketch.parent {
            members.push(("parentSpanId", Document::text(&format!("{parent:016x}"))));
        }
        if let Some(error) = &sketch.error {
            members.push(("status", record(vec![("code", Document::number(2)), ("message", Document::text(error))])));
        }
        record(members)
    };
    let resources = (0..4)
        .map(|service| {
            let spans = sketches.iter().enumerate().filter(|(_, sketch)| sketch.service == service);
            record(vec![
                (
                    "resource",
                    record(vec![(
                        "attributes",
                        Document::List(vec![attribute("service.name", &format!("s{service}"))]),
                    )]),
                ),
                (
                    "scopeSpans",
                    Document::Set(vec![record(vec![(
                        "spans",
                        Document::Set(spans.map(|(index, sketch)| span(index, sketch)).collect()),
                    )])]),
                ),
            ])
        })
        .collect();
    record(vec![("resourceSpans", Document::Set(resources))])
}

fn jaeger(sketches: &[Sketch]) -> Document {
    let tag = |key: &str, kind: &str, value: Document| {
        record(vec![("key", Document::text(key)), ("type", Document::text(kind)), ("value", value)])
    };
    let text = |key: &str, value: &str| tag(key, "string", Document::text(value));
    let trace_id = |trace: u8| Document::text(&format!("{:032x}", trace + 1));
    let span = |index: usize, sketch: &Sketch| {
        let mut tags: Vec<Document> = sketch.attributes.iter().map(|(key, value)| text(key, value)).collect();
        tags.push(text("span.kind", KINDS[sketch.kind]));
        if let Some(error) = &sketch.error {
            tags.push(tag("error", "bool", Document::number(true)));
            tags.push(text("otel.status_description", error));
        }
        let reference = |parent: u8| {
            record(vec![
                ("refType", Document::text("CHILD_OF")),
                ("traceID", trace_id(sketch.trace)),
                ("spanID", Document::text(&format!("{parent:016x}"))),
            ])
        };
        let log = |(time, name): &(u32, String)| {
            let fields = Document::List(vec![text("event", name)]);
            record(vec![("timestamp", Document::number(START_US + u64::from(*time))), ("fields", fields)])
        };
        let mut members = vec![
            ("spanID", Document::text(&format!("{:016x}", sketch.id))),
            ("operationName", Document::text(&name(index))),
            ("references", Document::List(sketch.parent.into_iter().map(reference).collect())),
            ("startTime", Document::number(START_US + u64::from(sketch.start))),
            ("duration", Document::number(sketch.duration)),
            ("tags", Document::List(tags)),
            ("logs", Document::List(sketch.events.iter().map(log).collect())),
            ("processID", Document::text(&format!("p{}", sketch.service))),
        ];
        // The trace around it says it as well.
        if index.is_multiple_of(2) {
            members.push(("traceID", trace_id(sketch.trace)));
        }
        record(members)
    };
    let process = |service: u8| {
        (
            format!("p{service}"),
            record(vec![("serviceName", Document::text(&format!("s{service}"))), ("tags", Document::List(vec![]))]),
        )
    };
    let traces = (0..3)
        .map(|trace| {
            let spans = sketches.iter().enumerate().filter(|(_, sketch)| sketch.trace == trace);
            record(vec![
                ("traceID", trace_id(trace)),
                ("spans", Document::Set(spans.map(|(index, sketch)| span(index, sketch)).collect())),
                ("processes", Document::Record((0..4).map(process).collect())),
            ])
        })
        .collect();
    record(vec![("data", Document::Set(traces)), ("errors", Document::number("null"))])
}

fn zipkin(sketches: &[Sketch]) -> Document {
    let span = |(index, sketch): (usize, &Sketch)| {
        // A key stands once in an object; the first one is kept, as the others' keys would be told.
        let mut tags: Vec<(String, Document)> = Vec::new();
        for (key, value) in &sketch.attributes {
            tags.push((key.clone(), Document::text(value)));
        }
        if let Some(error) = &sketch.error {
            tags.push(("error".to_owned(), Document::text(error)));
        }
        let annotation = |(time, name): &(u32, String)| {
            record(vec![("timestamp", Document::number(START_US + u64::from(*time))), ("value", Document::text(name))])
        };
        let mut members = vec![
            ("traceId", Document::text(&format!("{:032x}", sketch.trace + 1))),
            ("id", Document::text(&format!("{:016x}", sketch.id))),
            ("name", Document::text(&name(index))),
            ("kind", Document::text(&KINDS[sketch.kind].to_uppercase())),
            ("timestamp", Document::number(START_US + u64::from(sketch.start))),
            ("duration", Document::number(sketch.duration)),
            ("localEndpoint", record(vec![("serviceName", Document::text(&format!("s{}", sketch.service)))])),
            ("annotations", Document::List(sketch.events.iter().map(annotation).collect())),
            ("tags", Document::Map(tags)),
        ];
        if let Some(parent) = sketch.parent {
            members.push(("parentId", Document::text(&format!("{parent:016x}"))));
        }
        record(members)
    };
    Document::Set(sketches.iter().enumerate().map(span).collect())
}

fn documents(sketches: &[Sketch]) -> [Document; 3] {
    [otlp(sketches), jaeger(sketches), zipkin(sketches)]
}

fn named(text: &str, format: &str) -> Store {
    read(text.as_bytes().to_vec(), &ReadOptions::new().with_format(format))
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .store
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_spans_and_of_keys_changes_nothing(sketches in sketches(), seed in any::<u64>()) {
        for (document, format) in documents(&sketches).iter().zip(FORMATS) {
            let expected = dump(&named(&document.written(None), format));
            let other = document.written(Some(seed));
            prop_assert_eq!(dump(&named(&other, format)), expected, "{}", other);
        }
    }

    #[test]
    fn a_trace_is_the_same_in_every_format(sketches in sketches()) {
        let [otlp, jaeger, zipkin] = documents(&sketches).map(|document| document.written(None));
        let essence = Essence { like_zipkin: false, links: true };
        let [otlp, jaeger, zipkin] = [named(&otlp, FORMATS[0]), named(&jaeger, FORMATS[1]), named(&zipkin, FORMATS[2])];
        prop_assert_eq!(essence.lines(&otlp), essence.lines(&jaeger));
        prop_assert_eq!(essence.lines(&otlp), essence.lines(&zipkin));
        prop_assert_eq!(times_us(&otlp), times_us(&jaeger));
        prop_assert_eq!(times_us(&otlp), times_us(&zipkin));
    }

    #[test]
    fn what_was_written_is_guessed(sketches in sketches()) {
        for (document, format) in documents(&sketches).iter().zip(FORMATS) {
            let outcome = read(document.written(None).into_bytes(), &ReadOptions::new());
            prop_assert_eq!(outcome.expect("readable").inputs[0].format.id, format);
        }
    }

    #[test]
    fn changed_documents_do_not_panic_and_tell_what_they_lost(sketches in sketches(), changes in changes(), seed in any::<u64>()) {
        for (document, format) in documents(&sketches).iter().zip(FORMATS) {
            let text = document.written(Some(seed));
            let bytes = changed(text.as_bytes(), &changes);
            let strict = serde_json::Deserializer::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
                .into_iter::<serde_json::Value>()
                .all(|value| value.is_ok());
            for options in [ReadOptions::new(), ReadOptions::new().with_format(format)] {
                if let Ok(outcome) = read(bytes.clone(), &options) {
                    // Everything can be looked at.
                    let text = dump(&outcome.store);
                    prop_assert!(!text.is_empty());
                    // What stood around the JSON is told among what was assumed.
                    let told = !outcome.store.warnings().is_empty() || outcome.inputs.iter().any(|input| !input.guesses.is_empty());
                    prop_assert!(strict || told, "broken, and not a word: {}", String::from_utf8_lossy(&bytes));
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), format in 0..3_usize) {
        for options in [ReadOptions::new(), ReadOptions::new().with_format(FORMATS[format])] {
            if let Ok(outcome) = read(bytes.clone(), &options) {
                prop_assert!(!dump(&outcome.store).is_empty());
            }
        }
    }

    #[test]
    fn no_json_makes_a_reader_panic(text in json(), format in 0..3_usize) {
        if let Ok(outcome) = read(text.into_bytes(), &ReadOptions::new().with_format(FORMATS[format])) {
            prop_assert!(!dump(&outcome.store).is_empty());
        }
    }
}
