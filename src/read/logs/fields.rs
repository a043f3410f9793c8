//! What a key of a log line stands for, whatever it is spelled like: `trace_id`, `traceId`, `trace.id`, `otelTraceID`, `@tr` are one field.
//!
//! Case and the characters `. _ -` do not tell keys apart. A key is looked at seldom: the table remembers it by its interned number.

use super::super::instant::Unit;
use super::super::once::Pairs;
use crate::store::StoreBuilder;
use crate::strings::StringId;

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Nothing that spans are made of.
    Attribute,
    Trace,
    Span,
    Parent,
    /// Datadog's ids, which are decimal unless they have 32 digits.
    DecimalTrace,
    DecimalSpan,
    DecimalParent,
    /// Elastic's id of the request's own span, which lines of no other span have.
    Transaction,
    Traceparent,
    /// AWS: `Root=1-…;Parent=…;Sampled=1`.
    Xray,
    /// With the unit that the key names.
    Time(Option<Unit>),
    /// When the span began that the line ends.
    Began,
    /// When the request began that the line is about, which says nothing where the line has a time of its own.
    Start,
    /// The span's kind.
    Kind,
    Seconds,
    Nanos,
    Level,
    /// HTTP's status as often as a level.
    Status,
    Message,
    /// A message whose values are still to be filled in.
    Template,
    Service,
    /// A service, a logger or a span: told by what stands beside it.
    Name,
    SpanName,
    Method,
    Path,
    /// Both, `GET /cart HTTP/1.1`, or an object that holds them.
    Request,
    /// With the unit that the key names.
    Duration(Option<Unit>),
    Exception,
    Error,
    /// An object whose members are fields of the line.
    Container,
    /// What the ids say already.
    Flags,
}

/// The key in lower case without `. _ -`.
fn plain(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '.' | '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

impl Field {
    /// Of a key, or of a path of keys with points between them.
    pub fn of(key: &str) -> Field {
        match Field::of_whole(key) {
            // Ids are ids however deep they lie.
            Field::Attribute => match key.rsplit_once('.') {
                Some((_, last)) => match Field::of_whole(last) {
                    id @ (Field::Trace
                    | Field::Span
                    | Field::Parent
                    | Field::Traceparent
                    | Field::DecimalTrace
                    | Field::DecimalSpan) => id,
                    _ => Field::Attribute,
                },
                None => Field::Attribute,
            },
            field => field,
        }
    }

    fn of_whole(key: &str) -> Field {
        let field = Field::named(&plain(key));
        if field != Field::Attribute {
            return field;
        }
        // An envelope's fields are those of the line.
        let mut rest = key;
        while let Some((around, inner)) = rest.split_once('.') {
            let envelope = matches!(
                plain(around).as_str(),
                "jsonpayload"
                    | "fields"
                    | "attributes"
                    | "properties"
                    | "extra"
                    | "record"
                    | "data"
                    | "context"
                    | "mdc"
                    | "contextmap"
                    | "body"
                    | "payload"
                    | "log"
                    | "message"
            );
            if !envelope {
                break;
            }
            let field = Field::named(&plain(inner));
            if field != Field::Attribute {
                return field;
            }
            rest = inner;
        }
        Field::Attribute
    }

    fn named(plain: &str) -> Field {
        let at = NAMES.binary_search_by(|(name, _)| (*name).cmp(plain));
        at.map_or(Field::Attribute, |at| NAMES[at].1)
    }

    /// Members of an object under this key are looked at: those of a trace id are `trace.id`.
    pub fn holds_fields(self) -> bool {
        matches!(
            self,
            Field::Container
                | Field::Request
                | Field::Trace
                | Field::Service
                | Field::Time(_)
                | Field::Message
                | Field::Error
                | Field::Exception
                | Field::Level
        )
    }
}

/// What names stand for, in their order. A table takes less room than code does, and few names are looked up.
static NAMES: [(&str, Field); 247] = {
    use Field::*;
    use Unit::{Micros as Us, Millis as Ms, Nanos as Ns, Seconds as S};
    [
        ("@l", Level),
        ("@m", Message),
        ("@mt", Template),
        ("@ps", Parent),
        ("@sk", Kind),
        ("@sp", Span),
        ("@st", Began),
        ("@t", Time(None)),
        ("@timestamp", Time(None)),
        ("@tr", Trace),
        ("@x", Exception),
        ("app", Service),
        ("application", Service),
        ("applicationname", Service),
        ("appname", Service),
        ("asctime", Time(None)),
        ("attributes", Container),
        ("awsxraytraceid", Xray),
        ("b3parentspanid", Parent),
        ("b3spanid", Span),
        ("b3traceid", Trace),
        ("body", Message),
        ("bodyvalue", Message),
        ("context", Container),
        ("contextmap", Container),
        ("ctx", Container),
        ("data", Container),
        ("date", Time(None)),
        ("datetime", Time(None)),
        ("dd", Container),
        ("ddparentid", DecimalParent),
        ("ddservice", Service),
        ("ddservicename", Service),
        ("ddspanid", DecimalSpan),
        ("ddtraceid", DecimalTrace),
        ("detectedlevel", Level),
        ("downstreamstatus", Status),
        ("dur", Duration(None)),
        ("duration", Duration(None)),
        ("durationmicros", Duration(Some(Us))),
        ("durationmillis", Duration(Some(Ms))),
        ("durationms", Duration(Some(Ms))),
        ("durationnanos", Duration(Some(Ns))),
        ("durationns", Duration(Some(Ns))),
        ("durations", Duration(Some(S))),
        ("durationsec", Duration(Some(S))),
        ("durationseconds", Duration(Some(S))),
        ("durationus", Duration(Some(Us))),
        ("elapsed", Duration(None)),
        ("elapsedmillis", Duration(Some(Ms))),
        ("elapsedmilliseconds", Duration(Some(Ms))),
        ("elapsedms", Duration(Some(Ms))),
        ("elapsedns", Duration(Some(Ns))),
        ("elapseds", Duration(Some(S))),
        ("elapsedsec", Duration(Some(S))),
        ("elapsedseconds", Duration(Some(S))),
        ("elapsedtime", Duration(None)),
        ("elapsedtimems", Duration(Some(Ms))),
        ("elapsedus", Duration(Some(Us))),
        ("endepochnanos", Time(Some(Ns))),
        ("epochmillis", Time(Some(Ms))),
        ("epochseconds", Seconds),
        ("err", Error),
        ("errmessage", Error),
        ("error", Error),
        ("errormessage", Error),
        ("errorstack", Exception),
        ("errorstacktrace", Exception),
        ("errortype", Error),
        ("errstack", Exception),
        ("errtype", Error),
        ("event", Message),
        ("eventduration", Duration(Some(Ns))),
        ("eventtime", Time(None)),
        ("exception", Exception),
        ("exceptionmessage", Exception),
        ("exceptionstacktrace", Exception),
        ("exceptiontype", Exception),
        ("excinfo", Exception),
        ("extra", Container),
        ("fields", Container),
        ("formattedmessage", Message),
        ("http", Container),
        ("httpmethod", Method),
        ("httprequest", Container),
        ("httprequestlatency", Duration(None)),
        ("httprequestmethod", Method),
        ("httprequestrequestmethod", Method),
        ("httprequestrequesturl", Path),
        ("httprequeststatus", Status),
        ("httpresponsestatuscode", Status),
        ("httproute", Path),
        ("httpstatuscode", Status),
        ("httptarget", Path),
        ("httptraceparent", Traceparent),
        ("instant", Container),
        ("instantepochsecond", Seconds),
        ("instantnanoofsecond", Nanos),
        ("jsonpayload", Container),
        ("labels", Container),
        ("latency", Duration(None)),
        ("latencymillis", Duration(Some(Ms))),
        ("latencyms", Duration(Some(Ms))),
        ("latencyns", Duration(Some(Ns))),
        ("latencys", Duration(Some(S))),
        ("latencyseconds", Duration(Some(S))),
        ("latencyus", Duration(Some(Us))),
        ("level", Level),
        ("levelname", Level),
        ("levelstr", Level),
        ("localtime", Time(None)),
        ("log", Container),
        ("logginggoogleapiscom/spanid", Span),
        ("logginggoogleapiscom/trace", Trace),
        ("logginggoogleapiscom/tracesampled", Flags),
        ("loglevel", Level),
        ("logmessage", Message),
        ("logseverity", Level),
        ("lvl", Level),
        ("mdc", Container),
        ("message", Message),
        ("messagetemplate", Template),
        ("method", Method),
        ("msg", Message),
        ("name", Name),
        ("operation", SpanName),
        ("operationname", SpanName),
        ("otel", Container),
        ("otelparentspanid", Parent),
        ("otelservicename", Service),
        ("otelspanid", Span),
        ("otelspanname", SpanName),
        ("oteltraceflags", Flags),
        ("oteltraceid", Trace),
        ("oteltracesampled", Flags),
        ("parent", Container),
        ("parentid", Parent),
        ("parentspanid", Parent),
        ("path", Path),
        ("priority", Level),
        ("processingtime", Duration(None)),
        ("properties", Container),
        ("realtimetimestamp", Time(Some(Us))),
        ("record", Container),
        ("recordmessage", Message),
        ("recordtime", Time(None)),
        ("renderedmessage", Message),
        ("req", Container),
        ("reqmethod", Method),
        ("request", Request),
        ("requestmethod", Method),
        ("requestpath", Path),
        ("requesttime", Duration(Some(S))),
        ("requesturi", Path),
        ("requesturl", Path),
        ("requri", Path),
        ("requrl", Path),
        ("resource", Container),
        ("resourceattributes", Container),
        ("resourceattributesservicename", Service),
        ("resourcelabels", Container),
        ("resourcelabelscontainername", Service),
        ("resourcelabelsservicename", Service),
        ("resourceservicename", Service),
        ("responsecode", Status),
        ("responsetime", Duration(Some(Ms))),
        ("responsetimems", Duration(Some(Ms))),
        ("resstatuscode", Status),
        ("route", Path),
        ("sampled", Flags),
        ("segmentid", Span),
        ("service", Service),
        ("servicecontext", Container),
        ("servicecontextservice", Service),
        ("servicename", Service),
        ("severity", Level),
        ("severitytext", Level),
        ("shortmessage", Message),
        ("span", Container),
        ("spancontext", Container),
        ("spancontextspanid", Span),
        ("spancontexttraceid", Trace),
        ("spanid", Span),
        ("spankind", Kind),
        ("spanname", SpanName),
        ("spanparentid", Parent),
        ("springapplicationname", Service),
        ("stack", Exception),
        ("stacktrace", Exception),
        ("startepochnanos", Began),
        ("starttime", Start),
        ("status", Status),
        ("statuscode", Status),
        ("syslogidentifier", Service),
        ("text", Message),
        ("textpayload", Message),
        ("thrown", Exception),
        ("time", Time(None)),
        ("timeiso8601", Time(None)),
        ("timelocal", Time(None)),
        ("timemillis", Time(Some(Ms))),
        ("timems", Time(Some(Ms))),
        ("timenanos", Nanos),
        ("timens", Time(Some(Ns))),
        ("timeseconds", Seconds),
        ("timestamp", Time(None)),
        ("timestampms", Time(Some(Ms))),
        ("timestampnanos", Nanos),
        ("timestampns", Time(Some(Ns))),
        ("timestampseconds", Seconds),
        ("timestampus", Time(Some(Us))),
        ("timetaken", Duration(None)),
        ("timetakenms", Duration(Some(Ms))),
        ("timetimestamp", Time(None)),
        ("timeunixnano", Time(Some(Ns))),
        ("timeus", Time(Some(Us))),
        ("took", Duration(None)),
        ("tookms", Duration(Some(Ms))),
        ("tookns", Duration(Some(Ns))),
        ("tookus", Duration(Some(Us))),
        ("trace", Trace),
        ("tracecontext", Container),
        ("tracecontextspanid", Span),
        ("tracecontexttraceid", Trace),
        ("traceflags", Flags),
        ("traceid", Trace),
        ("traceparent", Traceparent),
        ("tracesampled", Flags),
        ("transaction", Container),
        ("transactionid", Transaction),
        ("transactionname", SpanName),
        ("ts", Time(None)),
        ("tsms", Time(Some(Ms))),
        ("tsns", Time(Some(Ns))),
        ("tsus", Time(Some(Us))),
        ("uri", Path),
        ("url", Path),
        ("urlpath", Path),
        ("utctime", Time(None)),
        ("w3ctraceparent", Traceparent),
        ("xamzntraceid", Xray),
        ("xb3parentspanid", Parent),
        ("xb3spanid", Span),
        ("xb3traceid", Trace),
        ("xraytraceid", Xray),
        ("xspanid", Span),
        ("xtraceid", Trace),
    ]
};

/// The fields of interned keys.
#[derive(Debug)]
pub struct FieldTable {
    /// Each in a place that its number tells: keys and texts are numbered together, a place for each of them would take much room.
    known: Vec<(StringId, Field)>,
    joined: Pairs,
}

impl Default for FieldTable {
    fn default() -> FieldTable {
        FieldTable { known: vec![(StringId::EMPTY, Field::Attribute); 1 << 10], joined: Pairs::new() }
    }
}

impl FieldTable {
    #[inline]
    pub fn of(&mut self, builder: &StoreBuilder, key: StringId) -> Field {
        let at = key.index() % self.known.len();
        match self.known[at] {
            (known, field) if known == key => field,
            _ => self.learn(builder, key, at),
        }
    }

    #[cold]
    fn learn(&mut self, builder: &StoreBuilder, key: StringId, at: usize) -> Field {
        let field = Field::of(builder.string(key));
        self.known[at] = (key, field);
        field
    }

    /// The key of a member of an object that stands under a key.
    pub fn join(&mut self, builder: &mut StoreBuilder, around: StringId, key: StringId) -> StringId {
        if around == StringId::EMPTY {
            return key;
        }
        let number = self.joined.number((around.0, key.0), || {
            let path = format!("{}.{}", builder.string(around), builder.string(key));
            builder.intern(&path).0
        });
        StringId(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_without_what_does_not_tell_keys_apart() {
        assert!(NAMES.is_sorted_by(|(one, _), (other, _)| one < other));
        for (name, field) in &NAMES {
            assert_eq!((plain(name).as_str(), Field::named(name)), (*name, *field));
        }
        assert_eq!(Field::named(""), Field::Attribute);
    }

    #[test]
    fn spelling_does_not_tell_keys_apart() {
        for key in [
            "trace_id",
            "traceId",
            "traceID",
            "TraceId",
            "trace.id",
            "trace-id",
            "otelTraceID",
            "@tr",
            "mdc.traceId",
            "a.b.trace_id",
        ] {
            assert_eq!(Field::of(key), Field::Trace, "{key}");
        }
        for key in ["span_id", "spanID", "span.id", "otelSpanID", "@sp", "logging.googleapis.com/spanId"] {
            assert_eq!(Field::of(key), Field::Span, "{key}");
        }
        for (key, field) in [
            ("@ps", Field::Parent),
            ("parent.id", Field::Parent),
            ("dd.trace_id", Field::DecimalTrace),
            ("fields.message", Field::Message),
            ("jsonPayload.severity", Field::Level),
            ("duration_ms", Field::Duration(Some(Unit::Millis))),
            ("event.duration", Field::Duration(Some(Unit::Nanos))),
            ("tracestate", Field::Attribute),
            ("data_id", Field::Attribute),
            ("source.line", Field::Attribute),
        ] {
            assert_eq!(Field::of(key), field, "{key}");
        }
    }
}
