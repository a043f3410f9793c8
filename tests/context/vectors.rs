//! The vectors: headers with what must come of them, written from the specifications.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use spanscope::TraceId;
use spanscope::context::{
    Baggage, BaggageMember, Datadog, Elastic, Extraction, Format, Level, NewRelic, Sampling, SpanContext, Threshold,
    TraceFlags, TraceState, Traceparent, environment_headers, environment_name, extract, inject, meta_tag_traceparent,
    server_timing_traceparent, sql_comment_headers,
};

use crate::source;

/// Calls `check` with each vector's input and expectation, and collects what it complains about.
fn vectors(name: &str, check: impl Fn(&Value, &Value) -> Result<(), String>) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/context").join(name).with_extension("json");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: no ../shared");
        return;
    };
    let file: Value = serde_json::from_str(&text).expect("the vector file is JSON");
    let vectors = file["vectors"].as_array().expect("the file has vectors");
    assert!(!vectors.is_empty());
    let failures: Vec<String> = vectors
        .iter()
        .filter_map(|vector| {
            let complaint = check(&vector["input"], &vector["expect"]).err()?;
            Some(format!("{} ({}): {complaint}\n  {vector}", vector["id"], vector["why"]))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} fail\n{}", failures.len(), vectors.len(), failures.join("\n"));
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, got: T, expected: T) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{what}: got {got:?}, expected {expected:?}")) }
}

#[test]
fn valid_traceparents_are_read_and_sent_on_as_version_00() {
    vectors("traceparent_valid", |input, expect| {
        let parent: Traceparent = input.as_str().unwrap().parse().map_err(|e| format!("refused: {e}"))?;
        equal("version", format!("{:02x}", parent.version()).as_str(), expect["version"].as_str().unwrap())?;
        equal("trace id", parent.trace_id().to_string().as_str(), expect["traceId"].as_str().unwrap())?;
        equal("parent id", parent.parent_id().to_string().as_str(), expect["parentId"].as_str().unwrap())?;
        equal("flags", u64::from(parent.flags().bits()), expect["rawFlags"].as_u64().unwrap())?;
        equal("sampled", parent.flags().is_sampled(), expect["sampled"].as_bool().unwrap())?;
        equal("random", parent.flags().is_random(), expect["random"].as_bool().unwrap())?;
        let sent = parent.to_string();
        equal("sent version", &sent[..2], expect["outgoingVersion"].as_str().unwrap())?;
        equal("sent flags", &sent[53..], expect["outgoingFlags"].as_str().unwrap())?;
        equal("sent ids", &sent[3..52], &format!("{}-{}", parent.trace_id(), parent.parent_id()))
    });
}

#[test]
fn invalid_traceparents_are_refused_with_reason_and_offset() {
    vectors("traceparent_invalid", |input, expect| {
        let Err(error) = input.as_str().unwrap().parse::<Traceparent>() else {
            return Err("accepted".into());
        };
        equal("reason", error.reason().as_str(), expect["reason"].as_str().unwrap())?;
        equal("offset", error.offset().map(|at| at as u64), expect["at"].as_u64())
    });
}

fn lines(input: &Value) -> Vec<&str> {
    input.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect()
}

#[test]
fn tracestates_are_read_as_each_level_asks() {
    vectors("tracestate", |input, expect| {
        for (name, level) in [("level1", Level::One), ("level2", Level::Two)] {
            let expect = &expect[name];
            match TraceState::parse(lines(input), level) {
                Ok(state) => {
                    equal(name, Some(true), expect["ok"].as_bool())?;
                    let members: Vec<[&str; 2]> = state.iter().map(|(key, value)| [key, value]).collect();
                    equal(name, json!(members), expect["members"].clone())?;
                }
                Err(error) => equal(name, Some(error.reason().as_str()), expect["reason"].as_str())?,
            }
        }
        Ok(())
    });
}

#[test]
fn a_changed_tracestate_member_goes_left() {
    vectors("tracestate_mutate", |input, expect| {
        let mut state: TraceState = input["state"].as_str().unwrap().parse().unwrap();
        let text = |i: usize| input["op"][i].as_str().unwrap();
        let outcome = match text(0) {
            "set" => state.insert(text(1), text(2)),
            "delete" => {
                state.remove(text(1));
                Ok(())
            }
            "truncate" => {
                state.truncate(input["op"][1].as_u64().unwrap() as usize);
                Ok(())
            }
            other => return Err(format!("no such operation: {other}")),
        };
        let got = match outcome {
            Ok(()) => state.to_string(),
            Err(error) => format!("error:{}", error.reason()),
        };
        equal("state", got.as_str(), expect.as_str().unwrap())
    });
}

fn members(baggage: &Baggage) -> Value {
    baggage
        .members()
        .iter()
        .map(|member| json!({"key": member.key(), "value": member.value(), "properties": member.properties()}))
        .collect()
}

#[test]
fn baggage_keeps_the_good_members_and_reports_the_others() {
    vectors("baggage_parse", |input, expect| {
        let (baggage, problems) = Baggage::parse(lines(input));
        equal("ok", Some(problems.is_empty()), expect["ok"].as_bool())?;
        let expected = if problems.is_empty() { &expect["members"] } else { &expect["lenient_members"] };
        equal("members", members(&baggage), expected.clone())?;
        equal("reason", problems.first().map(|p| p.reason().as_str()), expect["reason"].as_str())
    });
}

#[test]
fn baggage_is_written_with_as_little_encoding_as_may_be() {
    vectors("baggage_format", |input, expect| {
        let member = |input: &Value| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let mut member = BaggageMember::new(text(&input["key"]).unwrap(), text(&input["value"]).unwrap())?;
            for property in input["properties"].as_array().unwrap() {
                member = member.with_property(text(&property[0]).unwrap(), text(&property[1]))?;
            }
            Ok(member)
        };
        let members: Result<Baggage, spanscope::context::HeaderError> =
            input.as_array().unwrap().iter().map(member).collect();
        let got = match members {
            Ok(baggage) if baggage.is_empty() => Value::Null,
            Ok(baggage) => json!(baggage.to_string()),
            Err(error) => json!(format!("error:{}", error.reason())),
        };
        equal("header", got, expect.clone())
    });
}

#[test]
fn the_ot_member_tells_the_sampling() {
    vectors("otel_tracestate", |input, expect| {
        let mut state = TraceState::new();
        state.insert("ot", input.as_str().unwrap()).unwrap();
        let trace_id: TraceId = "0af7651916cd43dd8448eb211c80319c".parse().unwrap();
        let sampling = Sampling::decode(&state, Some(trace_id), TraceFlags::SAMPLED).ok_or("no ot member")?;
        let th = &expect["th"];
        equal("threshold", sampling.threshold.map(|t| t.to_hex()).as_deref(), th["threshold"].as_str())?;
        equal("canonical", sampling.threshold.map(|t| t.to_string()).as_deref(), th["canonical"].as_str())?;
        if let Some(threshold) = sampling.threshold {
            // The reader of the vectors may be off by one in the last place.
            let close =
                |got: f64, expected: &Value| (got / expected.as_f64().unwrap() - 1.0).abs() < 4.0 * f64::EPSILON;
            equal("probability", close(threshold.probability(), &th["probability"]), true)?;
            equal("adjusted count", close(threshold.adjusted_count(), &th["adjustedCount"]), true)?;
        }
        let rv = sampling.randomness.filter(|_| sampling.explicit).map(|r| format!("{r:014x}"));
        equal("rv", rv.as_deref(), expect["rv"].as_str())?;
        let other: serde_json::Map<String, Value> = sampling.other.into_iter().map(|(k, v)| (k, json!(v))).collect();
        equal("other", Value::from(other), expect["other"].clone())?;
        let problems: Vec<String> = sampling.problems.iter().map(ToString::to_string).collect();
        let expected: Vec<&str> =
            expect["problems"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        equal("problems", problems.len(), expected.len())?;
        for (problem, key) in problems.iter().zip(expected) {
            equal("named in the problem", problem.contains(key), true)?;
        }
        match expect["keep"].as_bool() {
            Some(keep) => equal("keep", sampling.consistent, Some(keep)),
            None => Ok(()),
        }
    });
}

#[test]
fn thresholds_are_written_as_the_specification_tabulates_them() {
    vectors("otel_threshold_encode", |input, expect| {
        let precision = input["precision"].as_u64().unwrap() as usize;
        let threshold = Threshold::from_probability(input["probability"].as_f64().unwrap(), precision);
        equal("threshold", threshold.map(|t| t.to_string()).as_deref(), expect.as_str())
    });
}

/// The headers of a vector: an object, or a list of pairs.
fn headers(input: &Value) -> Vec<(&str, &str)> {
    match input {
        Value::Object(map) => map.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect(),
        list => {
            list.as_array().unwrap().iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect()
        }
    }
}

fn extracted(input: &Value) -> Extraction {
    extract(headers(input), &Format::ALL)
}

/// The reason of a refusal, of which there must be no context.
fn refused(found: &Extraction, expect: &Value) -> Result<(), String> {
    equal("context", &found.context, &None)?;
    equal("reason", found.problems.first().map(|p| p.reason().as_str()), expect["reason"].as_str())
}

/// Compares the ids and the decision.
fn same_context(found: &Extraction, expect: &Value) -> Result<(), String> {
    let context = found.context.as_ref();
    let trace_id = context.map(|context| context.trace_id().to_string());
    let span_id = context.and_then(|context| context.span_id()).map(|id| id.to_string());
    equal("trace id", trace_id.as_deref(), expect["traceId"].as_str())?;
    equal("span id", span_id.as_deref(), expect["spanId"].as_str())?;
    let sampled = context.map_or(found.sampled, SpanContext::sampled);
    equal("sampled", sampled, expect["sampled"].as_bool())
}

/// A file of headers, in which a good one gives a context or a decision; `more` looks at what else is expected.
fn header_vectors(name: &str, more: impl Fn(&Extraction, &Value) -> Result<(), String>) {
    vectors(name, |input, expect| {
        let found = extracted(input);
        if expect["ok"] == false {
            return refused(&found, expect);
        }
        same_context(&found, expect)?;
        more(&found, expect)
    });
}

#[test]
fn b3_is_read_from_one_header_or_several() {
    header_vectors("b3", |found, expect| {
        equal("debug", Some(found.debug), expect["debug"].as_bool())?;
        let context = found.context.as_ref();
        let bits = context.map(|context| if context.has_narrow_trace_id() { 64 } else { 128 });
        equal("width", bits, expect["traceIdBits"].as_u64())?;
        let parent = context.and_then(|context| context.extra_value("parentSpanId"));
        equal("parent", parent, expect["parentSpanId"].as_str())
    });
}

fn baggage_map(baggage: &Baggage) -> Value {
    baggage
        .members()
        .iter()
        .map(|member| (member.key().to_owned(), json!(member.value())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn jaeger_is_read_with_its_baggage() {
    header_vectors("jaeger", |found, expect| {
        equal("debug", Some(found.debug), expect["debug"].as_bool())?;
        equal("baggage", baggage_map(&found.baggage), expect["baggage"].clone())
    });
}

#[test]
fn xray_fields_come_in_any_order() {
    header_vectors("xray", |found, expect| {
        let context = found.context.as_ref().unwrap();
        equal("time", Some(u64::from(context.trace_id().xray_epoch_seconds())), expect["epochSeconds"].as_u64())?;
        let extra: serde_json::Map<String, Value> = context.extra().map(|(k, v)| (k.to_owned(), json!(v))).collect();
        equal("extra", Value::from(extra), expect["extra"].clone())
    });
}

#[test]
fn gcp_is_read_with_or_without_a_span() {
    header_vectors("gcp", |_, _| Ok(()));
}

#[test]
fn sentry_is_read() {
    header_vectors("sentry", |_, _| Ok(()));
}

#[test]
fn ot_tracers_are_read_with_their_baggage() {
    header_vectors("ot_tracer", |found, expect| {
        equal("baggage", baggage_map(&found.baggage), expect["baggage"].clone())
    });
}

#[test]
fn datadog_is_read_with_its_tags() {
    header_vectors("datadog", |found, expect| {
        let context = found.context.as_ref().unwrap();
        let priority = context.extra_value("samplingPriority").map(|text| text.parse::<i64>().unwrap());
        equal("priority", priority, expect["samplingPriority"].as_i64())?;
        equal("origin", context.extra_value("origin"), expect["origin"].as_str())?;
        let tags: serde_json::Map<String, Value> =
            context.extra().filter(|(key, _)| key.starts_with("_dd.")).map(|(k, v)| (k.to_owned(), json!(v))).collect();
        equal("tags", Value::from(tags), expect["tags"].clone())
    });
}

#[test]
fn the_dd_member_agrees_with_the_flag() {
    vectors("datadog_tracestate", |input, expect| {
        let state = input["tracestate"].as_str().unwrap().parse().unwrap();
        let datadog = Datadog::from_trace_state(&state, input["traceparentSampled"].as_bool().unwrap());
        equal("priority", datadog.sampling_priority.map(i64::from), expect["samplingPriority"].as_i64())?;
        equal("origin", datadog.origin.as_deref(), expect["origin"].as_str())?;
        equal("decision maker", datadog.decision_maker(), expect["decisionMaker"].as_str())?;
        equal("last parent", datadog.last_parent_id.as_deref(), expect["lastParentId"].as_str())?;
        let tags: serde_json::Map<String, Value> = datadog.tags.into_iter().map(|(k, v)| (k, json!(v))).collect();
        equal("tags", Value::from(tags), expect["tags"].clone())
    });
}

fn bytes_of_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0, |n, i| n << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let digit = ALPHABET[(number >> (18 - 6 * i) & 63) as usize] as char;
            text.push(if i <= chunk.len() { digit } else { '=' });
        }
    }
    text
}

#[test]
fn grpc_trace_bin_is_read_from_base64_and_from_hex() {
    vectors("grpc_trace_bin", |input, expect| {
        let hex = input.as_str().unwrap();
        for value in [base64(&bytes_of_hex(hex)), hex.to_owned()] {
            let found = extract([("grpc-trace-bin", value.as_str())], &Format::ALL);
            if expect["ok"] == false {
                refused(&found, expect)?;
                continue;
            }
            let context = found.context.as_ref().ok_or_else(|| format!("refused: {:?}", found.problems))?;
            equal("trace id", Some(context.trace_id().to_string().as_str()), expect["traceId"].as_str())?;
            equal("span id", context.span_id().map(|id| id.to_string()).as_deref(), expect["spanId"].as_str())?;
            equal("flags", Some(u64::from(context.flags().bits())), expect["flags"].as_u64())?;
        }
        Ok(())
    });
}

#[test]
fn a_hop_sends_on_what_it_received() {
    vectors("http_propagation", |input, expect| {
        let found = extracted(input);
        let restart = expect["trace"] == "restart";
        equal("restart", found.context.is_none(), restart)?;
        let Some(context) = found.context else {
            return equal("tracestate", expect["tracestate"].clone(), Value::Null);
        };
        let sent = inject(&context.child(&mut source(7), None), &[Format::W3c]);
        let parent: Traceparent = sent[0].1.parse().map_err(|e| format!("sent {}: {e}", sent[0].1))?;
        equal("name", sent[0].0.as_str(), "traceparent")?;
        equal("trace id", Some(parent.trace_id().to_string().as_str()), expect["traceId"].as_str())?;
        equal(
            "parent id changed",
            Some(Some(parent.parent_id()) != context.span_id()),
            expect["parentIdChanged"].as_bool(),
        )?;
        equal("tracestate", sent.get(1).map(|(_, value)| value.as_str()), expect["tracestate"].as_str())?;
        if let Some(random) = expect["random"].as_bool() {
            equal("random", parent.flags().is_random(), random)?;
        }
        equal("version", &sent[0].1[..2], expect["version"].as_str().unwrap_or("00"))
    });
}

#[test]
fn formats_are_converted() {
    vectors("convert", |input, expect| {
        let found = extract(headers(&input["headers"]), &[input["from"].as_str().unwrap().parse().unwrap()]);
        let context = found.context.ok_or_else(|| format!("refused: {:?}", found.problems))?;
        let mut sent = inject(&context, &[input["to"].as_str().unwrap().parse().unwrap()]);
        if let Some((_, value)) = sent.iter_mut().find(|(name, _)| name == "grpc-trace-bin") {
            let hex = expect["grpc-trace-bin"].as_str().unwrap();
            equal("base64", value.as_str(), base64(&bytes_of_hex(hex)).trim_end_matches('='))?;
            hex.clone_into(value);
        }
        let sent: serde_json::Map<String, Value> = sent.into_iter().map(|(name, value)| (name, json!(value))).collect();
        equal("headers", Value::from(sent), expect.clone())
    });
}

#[test]
fn other_carriers_are_read() {
    vectors("carriers_misc", |input, expect| {
        let value = &input["value"];
        let text = || value.as_str().unwrap();
        let parent = |parent: Option<Traceparent>| json!(parent.map(|parent| parent.to_string()));
        let got = match input["kind"].as_str().unwrap() {
            "server-timing" => parent(server_timing_traceparent(text())),
            "meta-tag" => parent(meta_tag_traceparent(text())),
            "traceresponse" => parent(text().parse().ok()),
            "env" => {
                let found: Vec<_> = environment_headers(headers(value)).collect();
                let of = |header| found.iter().find(|(name, _)| *name == header).map(|(_, value)| *value);
                json!({"traceparent": of("traceparent"), "tracestate": of("tracestate"), "baggage": of("baggage")})
            }
            "env-name" => json!(environment_name(text())),
            "sqlcommenter" => match sql_comment_headers(text()) {
                headers if headers.is_empty() => Value::Null,
                headers => headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into(),
            },
            "elastic" => {
                let found = extracted(value);
                parent(found.context.and_then(|context| context.traceparent()))
            }
            "elastic-tracestate" => json!({"sampleRate": Elastic::parse(text()).sample_rate}),
            "newrelic-tracestate" => NewRelic::parse(text()).map_or(Value::Null, |new_relic| {
                json!({
                    "version": new_relic.version, "parentType": new_relic.parent_type, "accountId": new_relic.account_id,
                    "appId": new_relic.app_id, "spanId": new_relic.span_id, "transactionId": new_relic.transaction_id,
                    "sampled": new_relic.sampled, "priority": new_relic.priority, "timestamp": new_relic.timestamp_ms,
                })
            }),
            "instana" => return same_context(&extracted(value), expect),
            other => return Err(format!("no such kind: {other}")),
        };
        equal("result", got, expect.clone())
    });
}
