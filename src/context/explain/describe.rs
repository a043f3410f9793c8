//! The parts of each header's value, in words. What is broken is left without words; what stands before it has them.

use super::Field;
use super::find::Header;
use super::words;
use crate::context::b3;
use crate::context::extract::Read;
use crate::context::fields::{Name, Prefix};
use crate::context::gcp;
use crate::context::grpc;
use crate::context::hex;
use crate::context::jaeger;
use crate::context::percent;
use crate::context::sampling::Threshold;
use crate::context::server_timing;
use crate::context::shape::{leading, trim};
use crate::context::traceparent::Traceparent;
use crate::context::vendors::{Elastic, NewRelic};
use crate::context::xray;
use crate::id::{SpanId, TraceId};

const TRACE: &str = "The trace: the same in every request of it.";
/// How many parts of one header are told apart: more than a header that keeps its limits has.
const FIELDS: usize = 1000;

const SPAN: &str = "The span that made the request.";

/// The parts of a value, in order and without overlap.
pub(super) fn fields(header: Header<'_>, value: &str) -> Vec<Field> {
    let mut fields = Fields { value, list: Vec::new() };
    match header {
        Header::Known(name) => fields.of(name),
        Header::Prefixed(Prefix::Jaeger, _) => fields.encoded("value", 0, value.len()),
        Header::Prefixed(Prefix::Ot, _) => {
            fields.whole("value", "Baggage: a property of the application that travels with the request.")
        }
    }
    fields.list
}

struct Fields<'a> {
    value: &'a str,
    list: Vec<Field>,
}

impl Fields<'_> {
    fn of(&mut self, name: Name) {
        match name {
            Name::Traceparent | Name::Elastic => self.traceparent(0, self.value.len(), SPAN),
            Name::Traceresponse => self.traceparent(0, self.value.len(), "The span that answered."),
            Name::ServerTiming => {
                for (start, end) in server_timing::descriptions(self.value).take(FIELDS) {
                    self.traceparent(start, end, "The span that answered.");
                }
            }
            Name::Tracestate => self.tracestate(),
            Name::Baggage => self.baggage(),
            Name::B3 => self.b3(),
            Name::B3Trace | Name::OtTrace | Name::InstanaTrace => self.trace_id(),
            Name::B3Span | Name::OtSpan | Name::InstanaSpan => self.whole("span id", SPAN),
            Name::B3Parent => self.whole("parent id", "The parent of the span that made the request."),
            Name::B3Sampled | Name::OtSampled => {
                self.decision(&[("1", true), ("true", true), ("0", false), ("false", false)])
            }
            Name::InstanaLevel => self.decision(&[("1", true), ("0", false)]),
            Name::B3Flags => {
                let meaning =
                    if self.value == "1" { "A debug trace: sampled whatever a sampler says." } else { "Says nothing." };
                self.whole("flags", meaning);
            }
            Name::DatadogTrace => self.decimal("trace id", "The lower half of the trace id, in hexadecimal "),
            Name::DatadogParent => self.decimal("span id", "The span that made the request, in hexadecimal "),
            Name::DatadogPriority => self.whole("priority", priority(self.value)),
            Name::DatadogOrigin => self.whole("origin", "Where the trace came from."),
            Name::DatadogTags => self.datadog_tags(),
            Name::Jaeger => self.jaeger(),
            Name::XRay => self.xray(),
            Name::Gcp => self.gcp(),
            Name::Sentry => self.sentry(),
            Name::Grpc => self.grpc(),
        }
    }

    fn add(&mut self, name: &'static str, start: usize, end: usize, meaning: &str) {
        if start < end && self.list.len() < FIELDS {
            self.list.push(Field { name, start, end, meaning: meaning.to_owned() });
        }
    }

    fn whole(&mut self, name: &'static str, meaning: &str) {
        self.add(name, 0, self.value.len(), meaning);
    }

    fn bytes(&self) -> &[u8] {
        self.value.as_bytes()
    }

    /// A `traceparent` between these places; of a broken one what stands before the fault.
    fn traceparent(&mut self, start: usize, end: usize, span: &str) {
        let value = &self.bytes()[start..end];
        let (start, value) = (start + leading(value), trim(value));
        let good = match Traceparent::parse(value) {
            Ok(_) => value.len(),
            Err(error) => error.offset().unwrap_or_default(),
        };
        let flags = if good >= 55 { hex::u8_at(value, 53) } else { None };
        let meaning = flags.map(flags_meaning).unwrap_or_default();
        let version = match value.get(..2) {
            Some(b"00") | None => "W3C Trace Context.",
            Some(_) => "A later version of W3C Trace Context: read by what it shares with this one, and sent on as 00.",
        };
        let fields = [
            ("version", 0, 2, version),
            ("trace id", 3, 35, TRACE),
            ("parent id", 36, 52, span),
            ("trace flags", 53, 55, &meaning),
            ("more", 56, value.len(), "What the later version adds; not sent on."),
        ];
        for (name, from, to, meaning) in fields {
            // Two digits are a version only with the dash after them: any other value may begin with two.
            if to <= good && (to, good) != (2, 2) {
                self.add(name, start + from, start + to, meaning);
            }
        }
    }

    fn tracestate(&mut self) {
        let mut at = 0;
        for member in self.value.split(',').take(FIELDS) {
            let start = at + leading(member.as_bytes());
            at += member.len() + 1;
            let member = member.trim_matches([' ', '\t']);
            let Some((key, value)) = member.split_once('=') else {
                continue;
            };
            self.add("key", start, start + key.len(), vendor(key));
            let value_start = start + key.len() + 1;
            self.add("value", value_start, value_start + value.len(), &vendor_value(key, value));
        }
    }

    fn baggage(&mut self) {
        let mut at = 0;
        for member in self.value.split(',') {
            for (i, part) in member.split(';').enumerate() {
                if self.list.len() >= FIELDS {
                    return;
                }
                let (key, value) = part.split_once('=').map_or((part, None), |(key, value)| (key, Some(value)));
                let trimmed = |text: &str, at: usize| {
                    let start = at + leading(text.as_bytes());
                    (start, start + trim(text.as_bytes()).len())
                };
                let (start, end) = trimmed(key, at);
                match i {
                    0 => self.add("key", start, end, "A property of the application that travels with the request."),
                    _ => self.add("property", start, end, "A property of the member before it."),
                }
                if let Some(value) = value {
                    let (start, end) = trimmed(value, at + key.len() + 1);
                    self.encoded("value", start, end);
                }
                at += part.len() + 1;
            }
        }
    }

    /// A value that may be percent-encoded.
    fn encoded(&mut self, name: &'static str, start: usize, end: usize) {
        let text = &self.bytes()[start..end];
        let decoded = percent::decode(text, |_| {});
        let meaning =
            if decoded.as_bytes() == text { "As it stands.".to_owned() } else { ["Decoded: ", &decoded].concat() };
        self.add(name, start, end, &meaning);
    }

    fn b3(&mut self) {
        let meaning = |state: &str| match state {
            "1" => words::sampled(Some(true)),
            "0" => words::sampled(Some(false)),
            _ => "A debug trace: sampled whatever a sampler says.",
        };
        match b3::single(trim(self.bytes())) {
            Ok(Read::Decision { .. }) => self.whole("sampling state", meaning(self.value.trim())),
            Ok(Read::Context(_)) => {
                let mut at = leading(self.bytes());
                for (i, part) in self.value.trim().split('-').enumerate() {
                    let end = at + part.len();
                    match (i, part.len()) {
                        (0, 16) => self.add(
                            "trace id",
                            at,
                            end,
                            "The trace, with an id of 64 bits: elsewhere it has 16 zeros in front.",
                        ),
                        (0, _) => self.add("trace id", at, end, TRACE),
                        (1, _) => self.add("span id", at, end, SPAN),
                        (2, 1) => self.add("sampling state", at, end, meaning(part)),
                        _ => self.add("parent id", at, end, "The parent of the span that made the request."),
                    }
                    at = end + 1;
                }
            }
            Err(_) => {}
        }
    }

    fn trace_id(&mut self) {
        let meaning = match self.value.len() {
            16 => "The trace, with an id of 64 bits: elsewhere it has 16 zeros in front.",
            _ => TRACE,
        };
        self.whole("trace id", meaning);
    }

    fn decision(&mut self, words: &[(&str, bool)]) {
        let known = words.iter().find(|(word, _)| self.value.eq_ignore_ascii_case(word));
        if let Some((_, sampled)) = known {
            self.whole("sampled", words::sampled(Some(*sampled)));
        }
    }

    /// A decimal id, with the hexadecimal one it stands for.
    fn decimal(&mut self, name: &'static str, meaning: &str) {
        match self.value.parse::<u64>() {
            Ok(0) => self.whole(name, "None."),
            Ok(id) => self.whole(name, &[meaning, &SpanId::new(id).to_string(), "."].concat()),
            Err(_) => {}
        }
    }

    fn datadog_tags(&mut self) {
        let mut at = 0;
        for tag in self.value.split(',').take(FIELDS) {
            let key = tag.split_once('=').map_or(tag, |(key, _)| key);
            self.add("tag", at, at + key.len(), datadog_tag(key));
            self.add("value", at + key.len() + 1, at + tag.len(), "As it stands.");
            at += tag.len() + 1;
        }
    }

    fn jaeger(&mut self) {
        let Ok([trace, span, parent, flags]) = jaeger::parts(self.value.as_bytes()) else {
            return;
        };
        let bits = flags.1.last().and_then(|digit| char::from(*digit).to_digit(16)).unwrap_or_default();
        let meaning = match bits & 3 {
            0 => words::sampled(Some(false)),
            1 => words::sampled(Some(true)),
            2 => "Debug without sampled, which counts as not sampled.",
            _ => "A debug trace: sampled whatever a sampler says.",
        };
        let trace_meaning = if trace.1.len() <= 16 {
            "The trace, with an id of 64 bits: elsewhere it has 16 zeros in front."
        } else {
            TRACE
        };
        let parts = [
            ("trace id", trace, trace_meaning),
            ("span id", span, SPAN),
            ("parent id", parent, "Given up, and ignored."),
            ("flags", flags, meaning),
        ];
        for (name, (start, part), meaning) in parts {
            self.add(name, start, start + part.len(), meaning);
        }
    }

    fn xray(&mut self) {
        let value = self.value;
        for (start, key, at, part) in xray::parts(value.as_bytes()).take(FIELDS) {
            let end = at + part.len();
            let is = |name: &str| key.eq_ignore_ascii_case(name.as_bytes());
            // Without its version an id is broken, and may have a character across the place where it would be parted.
            if is("root") && !matches!(part, [version, b'-', ..] if version.is_ascii()) {
                continue;
            }
            if is("root") {
                self.add("version", at, at + part.len().min(1), "The version of the id.");
                let id = hex::u64_at(part.get(11..27).unwrap_or_default(), 0);
                let time = part
                    .get(2..10)
                    .and_then(|digits| str::from_utf8(digits).ok())
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let meaning = match (time, id) {
                    (Some(time), Some(_)) => {
                        let begun = words::xray_time(TraceId::new(u128::from(time) << 96));
                        begun.map_or(TRACE.to_owned(), |begun| {
                            [TRACE, " Its id says that it began at ", &begun, "."].concat()
                        })
                    }
                    _ => TRACE.to_owned(),
                };
                self.add("trace id", at + 2, end, &meaning);
            } else if is("parent") {
                self.add("span id", at, end, SPAN);
            } else if is("sampled") {
                let meaning = match part {
                    b"1" => words::sampled(Some(true)),
                    b"0" => words::sampled(Some(false)),
                    _ => words::sampled(None),
                };
                self.add("sampled", at, end, meaning);
            } else {
                self.add("field", start, end, "Kept and sent on.");
            }
        }
    }

    fn gcp(&mut self) {
        let [(_, trace), (at_span, span), (at_options, options)] = gcp::parts(self.value.as_bytes());
        let (trace, span, options) = (trace.map(<[u8]>::len), span.map(<[u8]>::len), options.map(<[u8]>::len));
        self.add("trace id", 0, trace.unwrap_or_default(), TRACE);
        if let Some(length) = span {
            let end = at_span + length;
            match self.value[at_span..end].parse::<u64>() {
                Ok(id) if id > 0 => {
                    let meaning =
                        ["The span that made the request, in hexadecimal ", &SpanId::new(id).to_string(), "."].concat();
                    self.add("span id", at_span, end, &meaning);
                }
                Ok(_) => self.add("span id", at_span, end, "None."),
                Err(_) => {}
            }
        }
        if let Some(length) = options {
            let text = &self.value[at_options..at_options + length];
            let meaning = match text.strip_prefix("o=").and_then(|number| number.bytes().last()) {
                Some(digit) if digit.is_ascii_digit() => words::sampled(Some(digit & 1 == 1)),
                _ => words::sampled(None),
            };
            self.add("options", at_options, at_options + length, meaning);
        }
    }

    fn sentry(&mut self) {
        let mut at = 0;
        for (i, part) in self.value.split('-').enumerate() {
            let end = at + part.len();
            match (i, part) {
                (0, _) => self.add("trace id", at, end, TRACE),
                (1, _) => self.add("span id", at, end, SPAN),
                (2, "1") => self.add("sampled", at, end, words::sampled(Some(true))),
                (2, "0") => self.add("sampled", at, end, words::sampled(Some(false))),
                _ => return,
            }
            at = end + 1;
        }
    }

    fn grpc(&mut self) {
        if let Ok(Read::Context(context)) = grpc::value(trim(self.bytes())) {
            let trace_id = context.trace_id().to_string();
            let span_id = context.span_id().map(|id| id.to_string()).unwrap_or_default();
            let meaning =
                ["Trace id ", &trace_id, ", span id ", &span_id, ". ", words::sampled(context.sampled())].concat();
            self.whole("binary context", &meaning);
        }
    }
}

fn flags_meaning(bits: u8) -> String {
    let random = if bits & 2 != 0 {
        " The trace id is known to be random."
    } else {
        " Whether the trace id is random is not said."
    };
    let others = if bits > 3 { " The other bits have no meaning and are not sent on." } else { "" };
    [words::sampled(Some(bits & 1 != 0)), random, others].concat()
}

fn vendor(key: &str) -> &'static str {
    match key {
        "ot" => "OpenTelemetry.",
        "dd" => "Datadog.",
        "es" => "Elastic.",
        _ if NewRelic::is_key(key) => "New Relic, and the account that its sender trusts.",
        _ if key.ends_with("@dt") || key.ends_with("@dtr") => "Dynatrace, and the tenant.",
        _ if key.contains('@') => "A tenant, and the system it uses.",
        _ => "The system that set this.",
    }
}

fn vendor_value(key: &str, value: &str) -> String {
    let own = "Of use to that system alone.";
    match key {
        "ot" => {
            let mut meanings = Vec::new();
            for part in value.split(';') {
                match part.split_once(':') {
                    Some(("th", threshold)) => meanings.extend(threshold.parse::<Threshold>().ok().map(words::kept)),
                    Some(("rv", _)) => meanings.push("The random number to sample by is given.".to_owned()),
                    Some(("p", _)) => {
                        meanings.push("The probability is written in the older way, as a power of two.".to_owned())
                    }
                    _ => {}
                }
            }
            if meanings.is_empty() { own.to_owned() } else { meanings.join(" ") }
        }
        "dd" => {
            let said = value.split(';').find_map(|part| part.strip_prefix("s:")).map(priority);
            let origin = value.split(';').find_map(|part| part.strip_prefix("o:"));
            let origin = origin.map(|origin| ["From ", &origin.replace('~', "="), "."].concat());
            let sentences: Vec<&str> = said.into_iter().chain(origin.as_deref()).collect();
            if sentences.is_empty() { own.to_owned() } else { sentences.join(" ") }
        }
        "es" => match value.split(';').find_map(|part| part.strip_prefix("s:")) {
            Some("0") => "Not sampled at the root.".to_owned(),
            Some("1") => "Every trace is sampled.".to_owned(),
            Some(rate) if Elastic::is_rate(rate) => ["Sampled at the rate ", rate, "."].concat(),
            _ => own.to_owned(),
        },
        _ if NewRelic::is_key(key) => new_relic(value).unwrap_or_else(|| own.to_owned()),
        _ => own.to_owned(),
    }
}

fn new_relic(value: &str) -> Option<String> {
    let fields: Vec<&str> = value.split('-').collect();
    let [_, _, account, app, span, transaction, sampled, priority, time, ..] = fields[..] else {
        return None;
    };
    let mut words = Vec::new();
    for (name, value) in [("Account ", account), (", app ", app), (", span ", span), (", transaction ", transaction)] {
        if !value.is_empty() {
            words.extend([name, value]);
        }
    }
    words.push(match sampled {
        "1" => "; sampled",
        "0" => "; not sampled",
        _ => "",
    });
    if !priority.is_empty() {
        words.extend([", priority ", priority]);
    }
    let time = time.parse::<u64>().ok().filter(|time| *time < 1 << 48).map(|time| words::date_and_time(time / 1000));
    if let Some(time) = &time {
        words.extend([", sent at ", time]);
    }
    words.push(".");
    Some(words.concat())
}

fn priority(text: &str) -> &'static str {
    match text {
        "-1" => "Rejected by the user.",
        "0" => "Rejected by the sampler.",
        "1" => "Kept by the sampler.",
        "2" => "Kept by the user.",
        _ if text.starts_with('-') => "Rejected.",
        _ => "Kept.",
    }
}

fn datadog_tag(key: &str) -> &'static str {
    match key {
        "_dd.p.tid" => "The upper half of the trace id.",
        "_dd.p.dm" => "How the sampling decision was made.",
        _ => "A tag of the whole trace.",
    }
}
