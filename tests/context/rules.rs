//! The rules of each format at their edges: headers in, one line out.

use spanscope::context::{
    Baggage, Extraction, Format, Level, Sampling, TraceFlags, TraceState, explain, extract, inject,
};

const TRACE: &str = "2f8a6c01d4e7b935a0c4f1e8d7b62953";
const LOW: &str = "a0c4f1e8d7b62953";
const SPAN: &str = "6d1e9f4b2a7c8035";

/// What headers say in one format: the ids that are not the usual ones, the decision, or what is wrong first.
fn told(found: &Extraction) -> String {
    if let Some(context) = &found.context {
        let (trace, span) = (context.trace_id().to_string(), context.span_id().map(|id| id.to_string()));
        let trace = match trace.as_str() {
            TRACE => "trace".to_owned(),
            other if other.ends_with(LOW) && context.has_narrow_trace_id() => "low".to_owned(),
            other => other.to_owned(),
        };
        let span = match span.as_deref() {
            Some(SPAN) => "span",
            Some(other) => other,
            None => "none",
        };
        let sampled = context.sampled().map_or("deferred", |sampled| if sampled { "sampled" } else { "unsampled" });
        let debug = if context.is_debug() { " debug" } else { "" };
        return format!("{trace} {span} {sampled}{debug}");
    }
    if found.format.is_some() {
        return format!("decision {:?}{}", found.sampled, if found.debug { " debug" } else { "" });
    }
    match found.problems.first() {
        Some(problem) => format!(
            "! {} {}{}",
            problem.header(),
            problem.reason(),
            problem.offset().map_or(String::new(), |at| format!(" {at}"))
        ),
        None => "nothing".to_owned(),
    }
}

/// Reads headers, in whose values `{T}`, `{L}` and `{S}` stand for the usual ids: the trace, its lower half, the span.
fn check(format: Format, cases: &[(&[(&str, &str)], &str)]) {
    for (headers, expected) in cases {
        let filled: Vec<(&str, String)> = headers
            .iter()
            .map(|(name, value)| (*name, value.replace("{T}", TRACE).replace("{L}", LOW).replace("{S}", SPAN)))
            .collect();
        let found = extract(filled.iter().map(|(name, value)| (*name, value)), &[format]);
        assert_eq!(told(&found), *expected, "{filled:?}");
    }
}

#[test]
fn b3_in_one_header() {
    let long = format!("{{T}}-{{S}}-1-{}", "0".repeat(17));
    check(
        Format::B3,
        &[
            (&[("B3", "{T}-{S}")], "trace span deferred"),
            (&[("b3", "\t{L}-{S}-0 ")], "low span unsampled"),
            (&[("b3", "{T}-{S}-d-0000000000000000")], "trace span sampled debug"),
            (&[("b3", "0")], "decision Some(false)"),
            (&[("b3", "d")], "decision Some(true) debug"),
            (&[("b3", "")], "! b3 empty 0"),
            (&[("b3", " ")], "! b3 empty 0"),
            (&[("b3", "2")], "! b3 sampled 0"),
            (&[("b3", "D")], "! b3 sampled 0"),
            (&[("b3", "---")], "! b3 syntax 0"),
            (&[("b3", "{T}")], "! b3 span-id 32"),
            (&[("b3", "{T}-")], "! b3 span-id 33"),
            (&[("b3", "{T}-{S}-")], "! b3 sampled 50"),
            (&[("b3", "{T}-{S}-true")], "! b3 sampled 50"),
            (&[("b3", "{T}-{S}-1-")], "! b3 parent-id 52"),
            (&[("b3", &long)], "! b3 parent-id 68"),
            (&[("b3", "{T}-{S}-1-{S}-")], "! b3 trailing 68"),
            (&[("b3", "{T}-0000000000000000-1")], "! b3 span-id-zero 33"),
            (&[("b3", "0000000000000000-{S}-1")], "! b3 trace-id-zero 0"),
            (&[("b3", "{T},{S}")], "! b3 trace-id 32"),
            (&[("b3", "{T}-{S}"), ("b3", "{T}-{S}")], "! b3 trailing 49"),
            (&[("x-b3", "1")], "nothing"),
        ],
    );
}

#[test]
fn b3_in_several_headers() {
    let ids = [("x-b3-traceid", "{T}"), ("X-B3-SpanId", "{S}")];
    let with = |name, value| [ids[0], ids[1], (name, value)];
    check(
        Format::B3Multi,
        &[
            (&ids, "trace span deferred"),
            (&with("x-b3-sampled", "1"), "trace span sampled"),
            (&with("x-b3-sampled", "TRUE"), "trace span sampled"),
            (&with("x-b3-sampled", "False"), "trace span unsampled"),
            (&with("x-b3-sampled", "d"), "! x-b3-sampled sampled 0"),
            (&with("x-b3-sampled", ""), "! x-b3-sampled sampled 0"),
            (&with("x-b3-flags", "1"), "trace span sampled debug"),
            (&with("x-b3-flags", "0"), "trace span deferred"),
            (&with("x-b3-flags", "yes"), "trace span deferred"),
            (&with("x-b3-parentspanid", "-"), "! x-b3-parentspanid parent-id 0"),
            (&with("x-b3-parentspanid", "0000000000000000"), "trace span deferred"),
            (&with("x-b3-spanid", "{S}"), "! x-b3-spanid trailing 16"),
            (&[("x-b3-sampled", "0"), ("x-b3-flags", "1")], "decision Some(true) debug"),
            (&[("x-b3-flags", "0")], "nothing"),
            (&[("x-b3-traceid", ""), ids[1]], "! x-b3-traceid trace-id 0"),
            (&[ids[0], ("x-b3-spanid", "")], "! x-b3-spanid span-id 0"),
            (&[("x-b3-parentspanid", "{S}")], "! x-b3-traceid trace-id"),
            (&[("x-b3-traceid", "{L}"), ids[1]], "low span deferred"),
        ],
    );
    // The single header wins; a broken one is passed over.
    let several = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-sampled", "0")];
    let both = |single: &str| {
        let headers = [("b3", single), several[0], several[1], several[2]];
        let found = extract(headers.iter().map(|(name, value)| (*name, *value)), &Format::ALL);
        (told(&found), found.format, found.problems.len())
    };
    let single = format!("{TRACE}-{SPAN}-1");
    assert_eq!(both(&single), ("trace span sampled".to_owned(), Some(Format::B3), 0));
    assert_eq!(both("x"), ("trace span unsampled".to_owned(), Some(Format::B3Multi), 1));
}

#[test]
fn jaeger() {
    let name = "uber-trace-id";
    let cases: [(&str, &str); 22] = [
        ("{T}:{S}:0:1", "trace span sampled"),
        ("{L}:{S}:0:1", "low span sampled"),
        ("1:2:3:0", "00000000000000000000000000000001 0000000000000002 unsampled"),
        ("{T}:{S}::1", "trace span sampled"),
        ("{T}:{S}:0:3", "trace span sampled debug"),
        ("{T}:{S}:0:2", "trace span unsampled"),
        ("{T}:{S}:0:8", "trace span unsampled"),
        ("{T}:{S}:0:9", "trace span sampled"),
        ("{T}:{S}:0:10", "trace span unsampled"),
        ("{T}:{S}:0:0B", "trace span sampled debug"),
        ("{T}%3a{S}%3A0%3a1", "trace span sampled"),
        ("2F8A6C01D4E7B935A0C4F1E8D7B62953:{S}:0:1", "trace span sampled"),
        ("0{T}:{S}:0:1", "! uber-trace-id trace-id 32"),
        ("{T}:0{S}:0:1", "! uber-trace-id span-id 49"),
        ("0:{S}:0:1", "! uber-trace-id trace-id-zero 0"),
        ("{T}:0:0:1", "! uber-trace-id span-id-zero 33"),
        ("{T}::0:1", "! uber-trace-id span-id 33"),
        ("{T}:{S}:0:", "! uber-trace-id flags 52"),
        ("{T}:{S}:0:1:0", "! uber-trace-id syntax 53"),
        ("{T}:{S}:0:-1", "! uber-trace-id flags 52"),
        ("", "! uber-trace-id empty 0"),
        (":::", "! uber-trace-id trace-id 0"),
    ];
    for (value, expected) in cases {
        check(Format::Jaeger, &[(&[(name, value)], expected)]);
    }
}

#[test]
fn xray() {
    let root = "Root=1-2f8a6c01-d4e7b935a0c4f1e8d7b62953";
    let cases = [
        (format!("{root};Parent={SPAN};Sampled=1"), "trace span sampled"),
        (format!(" SAMPLED = 0 ; parent = {SPAN} ;{root}"), "trace span unsampled"),
        (format!("{root};Parent={SPAN};Sampled=?"), "trace span deferred"),
        (format!("{root};Parent={SPAN}"), "trace span deferred"),
        (format!("Self=1-2-3;{root};;x"), "trace none deferred"),
        (root.to_uppercase(), "trace none deferred"),
        (format!("{root};Parent={}", SPAN.to_uppercase()), "trace span deferred"),
        (root.replace("=1-", "=2-"), "! x-amzn-trace-id version 5"),
        (root.replace("=1-", "=-"), "! x-amzn-trace-id version 5"),
        (root.replace("1-2", "1-"), "! x-amzn-trace-id trace-id 14"),
        (format!("{root}0"), "! x-amzn-trace-id trace-id 40"),
        (format!("{root}-0"), "! x-amzn-trace-id trace-id 40"),
        ("Root=1-2f8a6c01".to_owned(), "! x-amzn-trace-id trace-id 15"),
        ("Root=".to_owned(), "! x-amzn-trace-id trace-id 5"),
        (format!("{root};Parent={SPAN};Sampled=2"), "! x-amzn-trace-id sampled 73"),
        (format!("{root};Parent="), "! x-amzn-trace-id span-id 48"),
        (format!("{root};Parent=0000000000000000"), "! x-amzn-trace-id span-id-zero 48"),
        ("nothing of the kind".to_owned(), "! x-amzn-trace-id trace-id 19"),
        (String::new(), "! x-amzn-trace-id empty 0"),
    ];
    for (value, expected) in &cases {
        check(Format::XRay, &[(&[("X-Amzn-Trace-Id", value)], expected)]);
    }
}

#[test]
fn google_cloud() {
    let name = "x-cloud-trace-context";
    let span = u64::from_str_radix(SPAN, 16).unwrap();
    let cases = [
        (format!("{TRACE}/{span};o=1"), "trace span sampled"),
        (format!("{TRACE}/0{span};o=0"), "trace span unsampled"),
        (format!("{}/{span}", TRACE.to_uppercase()), "trace span deferred"),
        (format!("{TRACE}/{span};o=3"), "trace span sampled"),
        (format!("{TRACE}/{span};o=2"), "trace span unsampled"),
        (format!("{TRACE}/0;o=1"), "trace none sampled"),
        (format!("{TRACE}/"), "trace none deferred"),
        (format!("{TRACE}/18446744073709551615"), "trace ffffffffffffffff deferred"),
        (format!("{TRACE}/18446744073709551616"), "! x-cloud-trace-context span-id 33"),
        (format!("{TRACE}/{span};"), "! x-cloud-trace-context options 53"),
        (format!("{TRACE}/{span};o=1;x"), "! x-cloud-trace-context options 56"),
        (format!("{TRACE}/{span};O=1"), "! x-cloud-trace-context options 53"),
        (format!("{TRACE}/{span}/1"), "! x-cloud-trace-context span-id 52"),
        (format!("{}/1", &TRACE[1..]), "! x-cloud-trace-context trace-id 31"),
        (format!("{}/1", "0".repeat(32)), "! x-cloud-trace-context trace-id-zero 0"),
        (format!("/{span}"), "! x-cloud-trace-context trace-id 0"),
    ];
    for (value, expected) in &cases {
        check(Format::Gcp, &[(&[(name, value)], expected)]);
    }
}

#[test]
fn datadog() {
    let ids = [("x-datadog-trace-id", "11584650123857504595"), ("x-datadog-parent-id", "7862897144619630645")];
    assert_eq!(
        (u64::from_str_radix(LOW, 16), u64::from_str_radix(SPAN, 16)),
        (Ok(11584650123857504595), Ok(7862897144619630645))
    );
    let with = |name, value| [ids[0], ids[1], (name, value)];
    let priority = |value| with("x-datadog-sampling-priority", value);
    let tags = |value| with("x-datadog-tags", value);
    check(
        Format::Datadog,
        &[
            (&ids, "low span deferred"),
            (&priority("1"), "low span sampled"),
            (&priority("2"), "low span sampled"),
            (&priority("0"), "low span unsampled"),
            (&priority("-1"), "low span unsampled"),
            (&priority("-128"), "low span unsampled"),
            // A decision that cannot be read is open; the ids are good all the same.
            (&priority("+1"), "low span deferred"),
            (&priority("1.0"), "low span deferred"),
            (&priority(""), "low span deferred"),
            (&priority("99999999999"), "low span deferred"),
            (&tags("_dd.p.tid=2f8a6c01d4e7b935"), "trace span deferred"),
            (&tags("_dd.p.x=1,_dd.p.tid=2f8a6c01d4e7b935"), "trace span deferred"),
            (&tags("_dd.p.tid=2F8A6C01D4E7B935"), "low span deferred"),
            (&tags("_dd.p.tid=2f8a6c01d4e7b93"), "low span deferred"),
            (&tags("_dd.p.tid=2f8a6c01d4e7b935,"), "low span deferred"),
            (&tags("_dd.p.tid=2f8a6c01d4e7b935,other=1"), "low span deferred"),
            (&tags("_dd.p.tid=2f8a6c01d4e7b935,_dd.p.é=1"), "low span deferred"),
            (&[ids[0], ("x-datadog-parent-id", "0")], "low none deferred"),
            (&[("x-datadog-trace-id", "00"), ids[1]], "! x-datadog-trace-id trace-id-zero 0"),
            (&[("x-datadog-trace-id", ""), ids[1]], "! x-datadog-trace-id trace-id 0"),
            (&[("x-datadog-trace-id", "1e3"), ids[1]], "! x-datadog-trace-id trace-id 1"),
            (&[("x-datadog-trace-id", "+1"), ids[1]], "! x-datadog-trace-id trace-id 0"),
            (&[ids[0], ("x-datadog-parent-id", "0x1")], "! x-datadog-parent-id span-id 1"),
            (&[ids[0], ("x-datadog-parent-id", "18446744073709551616")], "! x-datadog-parent-id span-id 0"),
            (&[ids[1]], "! x-datadog-trace-id trace-id"),
            (&[("x-datadog-sampling-priority", "1")], "nothing"),
        ],
    );
}

#[test]
fn opentracing_sentry_instana() {
    let ot = [("ot-tracer-traceid", "{T}"), ("ot-tracer-spanid", "{S}")];
    let with = |value| [ot[0], ot[1], ("ot-tracer-sampled", value)];
    check(
        Format::Ot,
        &[
            (&ot, "trace span deferred"),
            (&with("True"), "trace span sampled"),
            (&with("0"), "trace span unsampled"),
            (&with("FALSE"), "trace span unsampled"),
            (&with("yes"), "! ot-tracer-sampled sampled 0"),
            (&[("ot-tracer-traceid", "{L}"), ot[1]], "low span deferred"),
            (&[("ot-tracer-traceid", "{L}0"), ot[1]], "! ot-tracer-traceid trace-id 17"),
            (&[ot[0], ("ot-tracer-spanid", "0000000000000000")], "! ot-tracer-spanid span-id-zero 0"),
            (&[("ot-tracer-sampled", "true")], "! ot-tracer-traceid trace-id"),
        ],
    );
    let sentry: [(&str, &str); 9] = [
        ("{T}-{S}", "trace span deferred"),
        ("{T}-{S}-0", "trace span unsampled"),
        ("{T}-{S}-", "! sentry-trace sampled 50"),
        ("{T}-{S}-10", "! sentry-trace trailing 51"),
        ("{T}", "! sentry-trace span-id 32"),
        ("{T}-{S}0-1", "! sentry-trace span-id 49"),
        ("{L}-{S}-1", "! sentry-trace trace-id 16"),
        ("00000000000000000000000000000000-{S}-1", "! sentry-trace trace-id-zero 0"),
        ("{T}-0000000000000000-1", "! sentry-trace span-id-zero 33"),
    ];
    for (value, expected) in sentry {
        check(Format::Sentry, &[(&[("sentry-trace", value)], expected)]);
    }
    let instana = [("x-instana-t", "{T}"), ("x-instana-s", "{S}")];
    let level = |value| [instana[0], instana[1], ("X-INSTANA-L", value)];
    check(
        Format::Instana,
        &[
            (&instana, "trace span sampled"),
            (&level("0"), "trace span unsampled"),
            (&level("1,correlationType=web;correlationId=1"), "trace span sampled"),
            (&[("x-instana-l", "0")], "decision Some(false)"),
            (&[("x-instana-l", "1")], "nothing"),
            (
                &[("x-instana-t", "1"), ("x-instana-s", "2")],
                "00000000000000000000000000000001 0000000000000002 sampled",
            ),
            (&[instana[0]], "! x-instana-s span-id"),
            (&[("x-instana-t", "0"), instana[1]], "! x-instana-t trace-id-zero 0"),
        ],
    );
}

#[test]
fn grpc() {
    // Hexadecimal, as debuggers show it; the header itself is base64.
    let ids = format!("00{TRACE}01{SPAN}");
    let cases = [
        (format!("00{ids}0203"), "trace span sampled"),
        (format!("00{ids}"), "trace span unsampled"),
        (format!("0002010100000000000000{}00{TRACE}", "07"), "trace 0000000000000007 sampled"),
        (format!("00{ids}0201ff00"), "trace span sampled"),
        (format!("00{ids}02"), "! grpc-trace-bin truncated 56"),
        (format!("00{}", &ids[..33]), "! grpc-trace-bin truncated 34"),
        (format!("0000{TRACE}010000000000000000"), "! grpc-trace-bin span-id-zero 38"),
        ("00".to_owned(), "! grpc-trace-bin trace-id 2"),
        ("AQ".to_owned(), "! grpc-trace-bin trace-id 0"),
        ("*".to_owned(), "! grpc-trace-bin trace-id 0"),
        (String::new(), "! grpc-trace-bin empty 0"),
    ];
    for (value, expected) in &cases {
        check(Format::GrpcTraceBin, &[(&[("grpc-trace-bin", value)], expected)]);
    }
}

#[test]
fn trace_states_of_both_levels() {
    let told = |lines: &[String], level| match TraceState::parse(lines, level) {
        Ok(state) => format!("{} members", state.len()),
        Err(error) => format!("{} {}", error.reason(), error.offset().unwrap()),
    };
    let members = |count: usize| (0..count).map(|i| format!("k{i}=v")).collect::<Vec<_>>().join(",");
    let cases: Vec<(Vec<String>, &str, &str)> = vec![
        (vec![members(32)], "32 members", "32 members"),
        (vec![members(32), " , ".to_owned()], "32 members", "32 members"),
        (vec![members(32), "a=b".to_owned()], "too-many 182", "too-many 182"),
        // A key that stands twice is counted twice.
        (vec![members(32), "k0=v".to_owned()], "too-many 182", "too-many 182"),
        (vec!["0a=1".to_owned()], "1 members", "key 0"),
        (vec!["a@0b=1".to_owned()], "1 members", "key 2"),
        (vec!["0@b=1".to_owned()], "1 members", "1 members"),
        (vec!["a@=1".to_owned()], "1 members", "key 2"),
        (vec!["a,b=1".to_owned()], "no-equals 0", "no-equals 0"),
        (vec!["a=1,a=1".to_owned()], "1 members", "duplicate 4"),
        (vec!["a=1 ;b".to_owned()], "1 members", "1 members"),
        (vec!["a= ".to_owned()], "value 2", "value 2"),
        (vec!["a=\u{7f}".to_owned()], "value 2", "value 2"),
        (vec![" a =1".to_owned()], "key 2", "key 2"),
        (vec!["a=1".to_owned(), "é=1".to_owned()], "key 4", "key 4"),
        (vec![format!("{}=1", "k".repeat(257))], "key 256", "key 256"),
        (vec![format!("{}@v=1", "t".repeat(242))], "1 members", "key 241"),
        (vec![format!("a={}", "v".repeat(257))], "value 258", "value 258"),
        (vec![format!("a={} b", " ".repeat(254))], "1 members", "1 members"),
    ];
    for (lines, second, first) in cases {
        assert_eq!(told(&lines, Level::Two), second, "{lines:?}");
        assert_eq!(told(&lines, Level::One), first, "{lines:?}");
    }
}

#[test]
fn sampling_of_odd_members() {
    let told = |member: &str, flags: TraceFlags| {
        let state: TraceState = format!("ot={member}").parse().unwrap();
        let sampling = Sampling::decode(&state, TRACE.parse().ok(), flags).unwrap();
        (sampling.probability, sampling.consistent, sampling.problems.len())
    };
    let cases = [
        ("th:0", (Some(1.0), Some(true), 0)),
        ("th:00", (Some(1.0), Some(true), 0)),
        ("th:8;rv:80000000000000", (Some(0.5), Some(true), 0)),
        ("th:8;rv:7fffffffffffff", (Some(0.5), Some(false), 0)),
        // The last 56 bits of the trace id are c4f1e8d7b62953.
        ("th:c4f1e8d7b62953", (Some(0x3b_0e17_2849_d6ad_u64 as f64 / (1_u64 << 56) as f64), Some(true), 0)),
        ("th:c4f1e8d7b62954", (Some(0x3b_0e17_2849_d6ac_u64 as f64 / (1_u64 << 56) as f64), Some(false), 0)),
        ("rv:80000000000000", (None, None, 0)),
        ("th:8;th:4", (Some(0.5), Some(true), 1)),
        ("rv:0000000000000", (None, None, 1)),
        ("th", (None, None, 1)),
        ("TH:8", (None, None, 1)),
        ("x:1;;y:2;", (None, None, 0)),
        ("p:0", (Some(1.0), None, 0)),
        ("p:62;r:62", (Some(1.0 / (1_u64 << 62) as f64), Some(true), 0)),
        ("p:63;r:62", (Some(0.0), Some(false), 0)),
        ("p:64", (None, None, 0)),
        ("p:-1", (None, None, 0)),
        ("p:2;r:63", (Some(0.25), None, 0)),
    ];
    for (member, expected) in cases {
        assert_eq!(told(member, TraceFlags::SAMPLED), expected, "{member}");
    }
    assert_eq!(told("th:8;rv:7fffffffffffff", TraceFlags::default()).1, Some(true));
}

#[test]
fn what_is_hostile_is_refused_or_cut() {
    let megabyte = "a".repeat(1 << 20);
    let commas = "a=1,".repeat(10_000);
    let text = |text: &str| text.as_bytes().to_vec();
    let values: Vec<Vec<u8>> = vec![
        text(&megabyte),
        text(&commas),
        text(&"0".repeat(1 << 20)),
        text(&",".repeat(1 << 20)),
        text(&"=".repeat(1 << 20)),
        text(&";".repeat(1 << 20)),
        text(&"-".repeat(1 << 20)),
        text(&":".repeat(1 << 20)),
        text(&"%3A".repeat(1 << 18)),
        text(&"% ".repeat(1 << 18)),
        (0..=255).cycle().take(1 << 16).collect(),
        vec![0xff; 1 << 20],
        vec![0; 1 << 16],
        text(&format!("{TRACE}-{SPAN}-1{}", "\u{1}".repeat(1000))),
    ];
    for value in &values {
        for name in spanscope::context::header_names() {
            let name = if name.ends_with('-') { format!("{name}key") } else { name.to_owned() };
            let found = extract([(&name, value)], &Format::ALL);
            assert!(found.context.is_none(), "{name}");
            assert!(found.problems.len() <= 128 && found.baggage.members().len() <= 180);
        }
    }
    // As many lines as one likes: each format looks at its own.
    let names: Vec<String> = (0..10_000).map(|i| format!("uberctx-k{i}")).collect();
    let parent = [("uber-trace-id".to_owned(), format!("{TRACE}:{SPAN}:0:1"))];
    let lines: Vec<(String, String)> = names.into_iter().map(|name| (name, "v".to_owned())).chain(parent).collect();
    let found = extract(lines.iter().map(|(name, value)| (name, value)), &Format::ALL);
    assert_eq!(
        (told(&found).as_str(), found.baggage.members().len(), found.problems.len()),
        ("trace span sampled", 180, 1)
    );
    assert_eq!(found.problems[0].header(), "uberctx-k180");
    for name in ["traceparent", "tracestate", "b3", "baggage"] {
        let found = extract((0..10_000).map(|_| (name, "a=1")), &Format::ALL);
        assert!(found.context.is_none() && found.problems.len() <= 128);
    }
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let found =
        extract([("traceparent", parent.as_str()), ("tracestate", &commas), ("baggage", &commas)], &Format::ALL);
    assert_eq!(found.context.unwrap().trace_state().as_str(), "");
    assert_eq!(found.baggage.members().len(), 180);
    // What is sent fits, whatever was read.
    let long: String = (0..64).map(|i| format!("k{i}={},", "v".repeat(200))).collect();
    let (baggage, _) = Baggage::parse([&long]);
    assert_eq!(baggage.members().len(), 64);
    let written = baggage.to_string();
    assert!(written.len() <= 8192 && written.split(',').all(|member| member.len() >= 200), "whole members");
}

#[test]
fn explanations_of_endless_headers_end() {
    for (name, member) in [
        ("baggage", "a=1,"),
        ("baggage", "a=1;"),
        ("tracestate", "a=1,"),
        ("x-datadog-tags", "_dd.p.a=1,"),
        ("x-amzn-trace-id", "a=1;"),
        ("server-timing", "trace;desc=00-2f8a6c01d4e7b935a0c4f1e8d7b62953-6d1e9f4b2a7c8035-01,"),
    ] {
        let [explained] = explain(&format!("{name}: {}", member.repeat(10_000))).try_into().unwrap();
        assert!((500..=1000).contains(&explained.fields.len()), "{name}: {}", explained.fields.len());
        let ends =
            explained.fields.iter().scan(0, |before, field| Some(field.start >= std::mem::replace(before, field.end)));
        assert!(ends.into_iter().all(|in_order| in_order), "{name}");
    }
}

#[test]
fn conversions_keep_what_both_sides_can_hold() {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let state = "dd=s:2;o:rum;t.dm:-4,ot=th:8";
    let context = extract([("traceparent", parent.as_str()), ("tracestate", state)], &[Format::W3c]).context.unwrap();
    for format in Format::ALL {
        let headers = inject(&context, &[format]);
        let found = extract(headers.iter().map(|(name, value)| (name, value)), &[format]);
        let back = found.context.unwrap_or_else(|| panic!("{format}: {:?}", found.problems));
        let trace = if format == Format::Ot { LOW.to_owned() } else { TRACE.to_owned() };
        assert!(back.trace_id().to_string().ends_with(&trace), "{format}");
        assert_eq!((back.span_id(), back.sampled()), (context.span_id(), Some(true)), "{format}");
        // Back in the headers of W3C it is the same request.
        let again = inject(&back, &[Format::W3c]);
        assert_eq!(again[0].1[36..], parent[36..], "{format}");
        if format == Format::Datadog {
            assert_eq!(again[1].1, "dd=s:2;o:rum;t.dm:-4");
        }
    }
}
