//! Headers in words: what each part of a pasted header means, and what is wrong with it.
//!
//! [`explain`] takes any text, finds the headers in it and answers one [`Explanation`] for each, in the order of the
//! text. All places are byte offsets.

mod describe;
mod find;

use crate::context::error::HeaderError;
use crate::context::format::Format;
use crate::context::inject::inject;
use crate::context::span_context::SpanContext;

/// One header found in a text, with its parts explained.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The header's name in lower case.
    pub header: String,
    /// How the header was written where it was found.
    pub place: Place,
    /// Where the value begins in the text.
    pub start: usize,
    /// Where the value ends in the text.
    pub end: usize,
    /// The value, decoded where its surroundings encode it, without white space around it.
    pub value: String,
    /// The parts of the value, in order; they do not overlap.
    pub fields: Vec<Field>,
    /// What is wrong with the value, with offsets into it.
    pub problems: Vec<HeaderError>,
    /// The context that the header gives. Of several headers that give one together, the first has it.
    pub context: Option<SpanContext>,
    /// The same context in the other formats: header names and values.
    pub others: Vec<(String, String)>,
}

/// A part of a header's value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// What the part is called, such as `trace id`.
    pub name: &'static str,
    /// Where it begins in the value.
    pub start: usize,
    /// Where it ends in the value.
    pub end: usize,
    /// What it says, as a sentence or two.
    pub meaning: String,
}

/// How a header was written where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The value alone, without a name.
    Alone,
    /// `name: value`, as in HTTP.
    Header,
}

impl Place {
    /// The stable name of the place, as JavaScript gets it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Header => "header",
        }
    }
}

/// Finds and explains the headers in a text.
///
/// ```
/// use spanscope::context::explain;
///
/// let found = explain("> traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
/// assert_eq!(found[0].header, "traceparent");
/// assert_eq!(found[0].fields[1].name, "trace id");
/// assert!(found[0].context.is_some());
/// ```
pub fn explain(text: &str) -> Vec<Explanation> {
    find::headers(text)
        .into_iter()
        .map(|found| {
            let value = text[found.start..found.end].to_owned();
            let described = describe::header(found.header, &value);
            Explanation {
                header: found.header.to_owned(),
                place: found.place,
                start: found.start,
                end: found.end,
                fields: described.fields,
                problems: described.problems,
                others: described.context.as_ref().map(|context| others(context, found.header)).unwrap_or_default(),
                context: described.context,
                value,
            }
        })
        .collect()
}

/// The context in all formats that do not write this header.
fn others(context: &SpanContext, header: &str) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for format in Format::ALL {
        let own = inject(context, &[format]);
        if own.iter().all(|(name, _)| name != header) {
            headers.extend(own);
        }
    }
    headers
}
