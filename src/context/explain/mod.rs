//! Headers in words: what each part of a pasted header means, and what is wrong with it.
//!
//! [`explain`] takes any text, finds the headers in it and answers one [`Explanation`] for each, in the order of the
//! text. All places are byte offsets.

mod describe;
mod find;
mod group;
mod words;

use crate::context::error::HeaderError;
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
    /// A variable of a program's environment.
    Environment,
    /// Within a line of other text.
    Log,
    /// A member of a JSON object, or something like it.
    Json,
    /// In the comment of an SQL statement.
    SqlComment,
    /// In the `<meta>` tag of a page.
    Html,
}

impl Place {
    /// The stable name of the place, as JavaScript gets it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Header => "header",
            Self::Environment => "environment",
            Self::Log => "log",
            Self::Json => "json",
            Self::SqlComment => "sql-comment",
            Self::Html => "html",
        }
    }
}

/// Finds and explains the headers in a text: headers as they are, `curl -v`, an environment, a log, JSON, SQL, a page, or
/// a value alone. Of a text with more than a thousand headers the first thousand are explained.
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
    let found = find::headers(text);
    let mut explanations: Vec<Explanation> = found
        .iter()
        .map(|found| Explanation {
            header: found.name.to_text(),
            place: found.place,
            start: found.start,
            end: found.end,
            fields: describe::fields(found.name, &found.value),
            problems: Vec::new(),
            context: None,
            others: Vec::new(),
            value: found.value.clone().into_owned(),
        })
        .collect();
    group::contexts(text, &found, &mut explanations);
    explanations
}
