//! Values of attributes.

use crate::float::format_f64;
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// The value of an attribute, an event's or a resource's field.
///
/// It keeps what the input says: an integer is never turned into a double, and a number that no machine type holds is kept as
/// written. (OpenTelemetry: `AnyValue`.)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// An integer above `i64::MAX` that still fits 64 bits.
    UInt(u64),
    /// A double.
    Double(f64),
    /// An integer beyond 64 bits, as written.
    Number(Cow<'a, str>),
    /// Text.
    String(Cow<'a, str>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    Array(Vec<Value<'a>>),
    /// Keys and values in their order; a key may stand twice.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl Value<'_> {
    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The type's name on the JavaScript surface.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::UInt(_) | Value::Number(_) => "int",
            Value::Double(_) => "double",
            Value::String(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Array(_) => "array",
            Value::Map(_) => "map",
        }
    }
}

/// As a person would write it on one line: text without quotes, lists and maps like JSON, bytes in hexadecimal.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::UInt(value) => write!(f, "{value}"),
            Value::Double(value) => f.write_str(&format_f64(*value)),
            Value::Number(value) => f.write_str(value),
            Value::String(value) => f.write_str(value),
            Value::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Value::Array(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{}", if i == 0 { "" } else { ", " }, Nested(value))?;
                }
                f.write_str("]")
            }
            Value::Map(members) => {
                f.write_str("{")?;
                for (i, (key, value)) in members.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    quoted(f, key)?;
                    write!(f, ": {}", Nested(value))?;
                }
                f.write_str("}")
            }
        }
    }
}

/// A value inside a list or map: there, text is quoted.
struct Nested<'a>(&'a Value<'a>);

impl fmt::Display for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(text) => quoted(f, text),
            value => value.fmt(f),
        }
    }
}

/// A text in quotes, with ASCII's characters escaped as `Debug` does it. That knows of all alphabets what cannot be printed, which takes
/// tables.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => f.write_char('\\').and_then(|()| f.write_char(c)),
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            '\t' => f.write_str("\\t"),
            '\0' => f.write_str("\\0"),
            _ if c.is_ascii_control() => write!(f, "\\u{{{:x}}}", u32::from(c)),
            _ => f.write_char(c),
        }?;
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_inside_lists_are_quoted_and_what_is_no_letter_is_escaped() {
        let all: String = (0..128u8).map(char::from).chain(['é', '日', '😀']).collect();
        let list = Value::Array(vec![Value::String(all.as_str().into())]);
        assert_eq!(list.to_string(), format!("[{all:?}]"));
    }
}
