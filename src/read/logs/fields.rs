//! What a key of a log line stands for, whatever it is spelled like: `trace_id`, `traceId`, `trace.id`, `otelTraceID`, `@tr` are one field.
//!
//! Case and the characters `. _ -` do not tell keys apart. A key is looked at once: the table remembers by its interned number.

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
        match plain {
            "traceid"
            | "oteltraceid"
            | "@tr"
            | "xtraceid"
            | "xb3traceid"
            | "b3traceid"
            | "trace"
            | "logginggoogleapiscom/trace"
            | "tracecontexttraceid"
            | "spancontexttraceid" => Field::Trace,
            "spanid"
            | "otelspanid"
            | "@sp"
            | "xspanid"
            | "xb3spanid"
            | "b3spanid"
            | "logginggoogleapiscom/spanid"
            | "tracecontextspanid"
            | "spancontextspanid" => Field::Span,
            "parentspanid" | "parentid" | "@ps" | "otelparentspanid" | "xb3parentspanid" | "b3parentspanid"
            | "spanparentid" => Field::Parent,
            "ddtraceid" => Field::DecimalTrace,
            "ddspanid" => Field::DecimalSpan,
            "ddparentid" => Field::DecimalParent,
            "transactionid" => Field::Transaction,
            "traceparent" | "httptraceparent" | "w3ctraceparent" => Field::Traceparent,
            "xamzntraceid" | "xraytraceid" | "awsxraytraceid" => Field::Xray,
            "time" | "ts" | "@t" | "timestamp" | "@timestamp" | "asctime" | "datetime" | "eventtime" | "timelocal"
            | "timeiso8601" | "recordtime" | "date" | "localtime" | "utctime" => Field::Time(None),
            "@st" => Field::Began,
            "@sk" | "spankind" => Field::Kind,
            "timeunixnano" | "timestampns" | "timens" | "tsns" => Field::Time(Some(Unit::Nanos)),
            "timestampus" | "timeus" | "tsus" => Field::Time(Some(Unit::Micros)),
            "timestampms" | "timems" | "tsms" | "timemillis" | "epochmillis" => Field::Time(Some(Unit::Millis)),
            "timestampseconds" | "timeseconds" | "epochseconds" | "instantepochsecond" => Field::Seconds,
            "timestampnanos" | "timenanos" | "instantnanoofsecond" => Field::Nanos,
            "level" | "severity" | "lvl" | "@l" | "levelname" | "loglevel" | "severitytext" | "detectedlevel"
            | "logseverity" | "levelstr" | "priority" => Field::Level,
            "status" => Field::Status,
            "message" | "msg" | "@m" | "event" | "body" | "textpayload" | "shortmessage" | "text" | "bodyvalue"
            | "renderedmessage" | "recordmessage" | "logmessage" | "formattedmessage" => Field::Message,
            "@mt" | "messagetemplate" => Field::Template,
            "service"
            | "servicename"
            | "app"
            | "appname"
            | "resourceattributesservicename"
            | "application"
            | "applicationname"
            | "ddservice"
            | "otelservicename"
            | "resourceservicename"
            | "servicecontextservice"
            | "springapplicationname" => Field::Service,
            "name" => Field::Name,
            "operation" | "operationname" | "spanname" | "transactionname" | "otelspanname" => Field::SpanName,
            "method"
            | "httpmethod"
            | "httprequestmethod"
            | "requestmethod"
            | "reqmethod"
            | "httprequestrequestmethod" => Field::Method,
            "path"
            | "httproute"
            | "urlpath"
            | "httptarget"
            | "requesturi"
            | "uri"
            | "url"
            | "requesturl"
            | "requestpath"
            | "requri"
            | "requrl"
            | "httprequestrequesturl"
            | "route" => Field::Path,
            "duration" | "elapsed" | "latency" | "took" | "dur" | "timetaken" | "elapsedtime"
            | "httprequestlatency" | "processingtime" => Field::Duration(None),
            "responsetime"
            | "durationms"
            | "elapsedms"
            | "latencyms"
            | "tookms"
            | "elapsedmilliseconds"
            | "durationmillis"
            | "responsetimems"
            | "elapsedtimems"
            | "timetakenms"
            | "latencymillis"
            | "elapsedmillis" => Field::Duration(Some(Unit::Millis)),
            "durationus" | "elapsedus" | "latencyus" | "tookus" | "durationmicros" => {
                Field::Duration(Some(Unit::Micros))
            }
            "eventduration" | "durationns" | "elapsedns" | "latencyns" | "tookns" | "durationnanos" => {
                Field::Duration(Some(Unit::Nanos))
            }
            "requesttime" | "durations" | "elapseds" | "latencys" | "durationseconds" | "elapsedseconds"
            | "latencyseconds" | "durationsec" | "elapsedsec" => Field::Duration(Some(Unit::Seconds)),
            "exception"
            | "excinfo"
            | "@x"
            | "stack"
            | "stacktrace"
            | "errorstack"
            | "errorstacktrace"
            | "errstack"
            | "exceptionmessage"
            | "exceptiontype"
            | "exceptionstacktrace"
            | "thrown" => Field::Exception,
            "error" | "err" | "errormessage" | "errmessage" | "errortype" | "errtype" => Field::Error,
            "traceflags"
            | "tracesampled"
            | "logginggoogleapiscom/tracesampled"
            | "oteltraceflags"
            | "sampled"
            | "oteltracesampled" => Field::Flags,
            "dd" | "context" | "ctx" | "fields" | "jsonpayload" | "attributes" | "properties" | "mdc"
            | "contextmap" | "extra" | "record" | "span" | "transaction" | "parent" | "otel" | "tracecontext"
            | "spancontext" | "log" | "labels" | "resource" | "data" | "instant" | "http" | "req" | "request"
            | "httprequest" | "servicecontext" | "resourceattributes" => Field::Container,
            _ => Field::Attribute,
        }
    }

    /// Members of an object under this key are looked at: those of a trace id are `trace.id`.
    pub fn holds_fields(self) -> bool {
        matches!(
            self,
            Field::Container
                | Field::Trace
                | Field::Service
                | Field::Time(_)
                | Field::Message
                | Field::Error
                | Field::Exception
        )
    }
}

/// The fields of interned keys.
#[derive(Debug)]
pub struct FieldTable {
    known: Vec<Option<Field>>,
    joined: Pairs,
}

impl Default for FieldTable {
    fn default() -> FieldTable {
        FieldTable { known: Vec::new(), joined: Pairs::new() }
    }
}

impl FieldTable {
    #[inline]
    pub fn of(&mut self, builder: &StoreBuilder, key: StringId) -> Field {
        match self.known.get(key.index()) {
            Some(Some(field)) => *field,
            _ => self.learn(builder, key),
        }
    }

    #[cold]
    fn learn(&mut self, builder: &StoreBuilder, key: StringId) -> Field {
        if self.known.len() <= key.index() {
            // Keys and texts are numbered together: room for those to come.
            self.known.resize(key.index() * 2 + 64, None);
        }
        let field = Field::of(builder.string(key));
        self.known[key.index()] = Some(field);
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
