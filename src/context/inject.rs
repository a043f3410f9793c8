//! From a context to headers, in any set of formats.

use crate::context::baggage::Baggage;
use crate::context::fields::Name;
use crate::context::format::Format;
use crate::context::span_context::SpanContext;
use crate::context::{b3, datadog, gcp, grpc, instana, jaeger, ot, sentry, xray};
use crate::simd;

/// Takes a header: its name, and its value in parts.
pub(super) type Out<'a> = dyn FnMut(&str, &[&str]) + 'a;

/// The headers that carry a context in these formats, names in lower case.
///
/// A format writes nothing when it cannot hold the context: most need a span id, and those whose trace ids have 64 bits need
/// a lower half that is not zero. X-Ray, Google Cloud and Datadog write a trace without a span.
///
/// ```
/// use spanscope::context::{Format, SpanContext, Traceparent, inject};
///
/// let context: SpanContext = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse::<Traceparent>()?.into();
/// let headers = inject(&context, &[Format::W3c, Format::Gcp]);
/// assert_eq!(headers[1].1, "0af7651916cd43dd8448eb211c80319c/13235353014750950193;o=1");
/// # Ok::<(), spanscope::context::HeaderError>(())
/// ```
pub fn inject(context: &SpanContext, formats: &[Format]) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    inject_with(context, formats, |name, value| headers.push((name.to_owned(), value.to_owned())));
    headers
}

/// The same, handed to `set` one by one as name and value.
pub fn inject_with(context: &SpanContext, formats: &[Format], mut set: impl FnMut(&str, &str)) {
    let mut value = String::new();
    for format in formats {
        write(*format, context, &mut |name, parts| match parts {
            [whole] => set(name, whole),
            _ => {
                value.clear();
                parts.iter().for_each(|part| value.push_str(part));
                set(name, &value);
            }
        });
    }
}

/// The headers that carry baggage in these formats: `baggage` in most, one header for each member in Jaeger's and
/// OpenTracing's.
pub fn inject_baggage(baggage: &Baggage, formats: &[Format]) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut set = |name: &str, parts: &[&str]| headers.push((name.to_owned(), parts.concat()));
    let own = |format: &Format| matches!(format, Format::Jaeger | Format::Ot);
    if formats.iter().any(|format| !own(format)) {
        let value = baggage.to_string();
        if !value.is_empty() {
            set(Name::Baggage.as_str(), &[&value]);
        }
    }
    if formats.contains(&Format::Jaeger) {
        jaeger::write_baggage(baggage, &mut set);
    }
    if formats.contains(&Format::Ot) {
        ot::write_baggage(baggage, &mut set);
    }
    headers
}

fn write(format: Format, context: &SpanContext, out: &mut Out<'_>) {
    match format {
        Format::W3c => {
            traceparent(context, Name::Traceparent, out);
            if context.span_id().is_some() && !context.trace_state().is_empty() {
                out(Name::Tracestate.as_str(), &[context.trace_state().as_str()]);
            }
        }
        Format::Elastic => traceparent(context, Name::Elastic, out),
        Format::B3 => b3::write_single(context, out),
        Format::B3Multi => b3::write_multi(context, out),
        Format::Datadog => datadog::write(context, out),
        Format::Jaeger => jaeger::write(context, out),
        Format::XRay => xray::write(context, out),
        Format::Gcp => gcp::write(context, out),
        Format::Sentry => sentry::write(context, out),
        Format::Ot => ot::write(context, out),
        Format::GrpcTraceBin => grpc::write(context, out),
        Format::Instana => instana::write(context, out),
    }
}

fn traceparent(context: &SpanContext, name: Name, out: &mut Out<'_>) {
    if let Some(parent) = context.traceparent() {
        out(name.as_str(), &[simd::ascii(&parent.to_ascii()).unwrap_or_default()]);
    }
}
