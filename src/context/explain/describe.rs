//! The parts of a header's value, in words.

use super::Field;
use crate::context::error::HeaderError;
use crate::context::span_context::SpanContext;
use crate::context::traceparent::Traceparent;

#[derive(Default)]
pub(super) struct Described {
    pub(super) fields: Vec<Field>,
    pub(super) problems: Vec<HeaderError>,
    pub(super) context: Option<SpanContext>,
}

pub(super) fn header(name: &str, value: &str) -> Described {
    match name {
        "traceparent" => traceparent(value),
        _ => Described::default(),
    }
}

fn traceparent(value: &str) -> Described {
    match value.parse::<Traceparent>() {
        Ok(parent) => {
            let field = |name, start, end, meaning: &str| Field { name, start, end, meaning: meaning.to_owned() };
            let version = match parent.version() {
                0 => "W3C Trace Context.",
                _ => {
                    "A version after this one of W3C Trace Context; read by what both have in common, and sent on as 00."
                }
            };
            let mut flags = String::from(if parent.flags().is_sampled() {
                "Sampled: the sender may have recorded this trace."
            } else {
                "Not sampled: the sender did not record this trace."
            });
            flags.push_str(if parent.flags().is_random() {
                " The trace id is known to be random."
            } else {
                " Whether the trace id is random is not said."
            });
            if parent.flags() != parent.flags().known() {
                flags.push_str(" The other bits have no meaning and are not sent on.");
            }
            let mut fields = vec![
                field("version", 0, 2, version),
                field("trace id", 3, 35, "The trace: the same in every request of it."),
                field("parent id", 36, 52, "The span that made the request."),
                field("trace flags", 53, 55, &flags),
            ];
            if value.len() > 56 {
                fields.push(field("more", 56, value.len(), "Defined by that later version; not sent on."));
            }
            Described { fields, problems: Vec::new(), context: Some(parent.into()) }
        }
        Err(error) => Described { problems: vec![error], ..Described::default() },
    }
}
