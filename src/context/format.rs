//! The header formats, and the order in which they are looked for.

use std::fmt;
use std::str::FromStr;

/// A way to write a span context in headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `traceparent` and `tracestate`, of W3C Trace Context.
    W3c,
    /// `elastic-apm-traceparent`, which Elastic's agents sent before `traceparent`.
    Elastic,
    /// `b3`, Zipkin's single header.
    B3,
    /// `x-b3-traceid` and others, Zipkin's several headers.
    B3Multi,
    /// `x-datadog-trace-id` and others.
    Datadog,
    /// `uber-trace-id`, Jaeger's.
    Jaeger,
    /// `x-amzn-trace-id`, of AWS X-Ray.
    XRay,
    /// `x-cloud-trace-context`, of Google Cloud.
    Gcp,
    /// `sentry-trace`.
    Sentry,
    /// `ot-tracer-traceid` and others, of OpenTracing tracers.
    Ot,
    /// `grpc-trace-bin`, of OpenCensus.
    GrpcTraceBin,
    /// `x-instana-t` and others.
    Instana,
}

/// All formats with their names, in the order in which they are looked for: the standard, the formats that say most
/// of themselves, and then those that load balancers and clouds add by themselves.
const FORMATS: [(Format, &str); 12] = [
    (Format::W3c, "w3c"),
    (Format::Elastic, "elastic"),
    (Format::B3, "b3"),
    (Format::B3Multi, "b3multi"),
    (Format::Datadog, "datadog"),
    (Format::Jaeger, "jaeger"),
    (Format::Sentry, "sentry"),
    (Format::Ot, "ot"),
    (Format::Instana, "instana"),
    (Format::GrpcTraceBin, "grpc-trace-bin"),
    (Format::XRay, "xray"),
    (Format::Gcp, "gcp"),
];

impl Format {
    /// All formats, in the order in which they are looked for.
    pub const ALL: [Self; 12] = {
        let mut all = [Self::W3c; 12];
        let mut i = 0;
        while i < all.len() {
            all[i] = FORMATS[i].0;
            i += 1;
        }
        all
    };

    /// The stable name, as JavaScript has it.
    pub fn as_str(self) -> &'static str {
        FORMATS.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Reads a stable name; `grpc-bin` is another for `grpc-trace-bin`.
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let name = if name == "grpc-bin" { "grpc-trace-bin" } else { name };
        FORMATS.iter().find(|(_, known)| *known == name).map(|(format, _)| *format).ok_or(UnknownFormat)
    }
}

/// The error of a name that no format has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the name of a header format:")?;
        for (i, (_, name)) in FORMATS.iter().enumerate() {
            write!(f, "{} {name}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownFormat {}
