//! Headers as environment variables, for programs that are started by traced ones:
//! [OpenTelemetry's names](https://opentelemetry.io/docs/specs/otel/context/env-carriers/).
//!
//! The name is the header's in upper case, with an underscore for what a variable's name may not have: `TRACEPARENT`,
//! `X_B3_TRACEID`. Other spellings, such as `traceparent`, must not be read.

use crate::context::fields::Name;

/// The name of the variable that carries a header.
///
/// ```
/// assert_eq!(spanscope::context::environment_name("x-b3-traceid"), "X_B3_TRACEID");
/// ```
pub fn environment_name(header: &str) -> String {
    let mut name = String::with_capacity(header.len() + 1);
    if header.bytes().next().is_none_or(|first| first.is_ascii_digit()) {
        name.push('_');
    }
    name.extend(header.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }));
    name
}

/// The headers that a program's environment carries, names in lower case. AWS Lambda's `_X_AMZN_TRACE_ID` is one of them.
///
/// ```
/// use spanscope::context::{Format, environment_headers, extract};
///
/// let variables = [("PATH", "/bin"), ("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")];
/// let found = extract(environment_headers(variables), &Format::ALL);
/// assert!(found.context.is_some());
/// ```
pub fn environment_headers<'a, V: ?Sized + 'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a V)>,
) -> impl Iterator<Item = (&'static str, &'a V)> {
    variables.into_iter().filter_map(|(name, value)| Some((header(name)?.as_str(), value)))
}

/// The header that a variable of this name carries.
pub(super) fn header(variable: &str) -> Option<Name> {
    let normal = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_';
    if variable == "_X_AMZN_TRACE_ID" {
        return Some(Name::XRay);
    }
    if !variable.bytes().all(normal) {
        return None;
    }
    // An underscore stands for a dash: no header that is read has another such character.
    Name::of(&variable.replace('_', "-"))
}
