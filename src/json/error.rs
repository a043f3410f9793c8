//! Why a text is not JSON.

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text ends inside a value.
    UnexpectedEnd,
    /// A value was expected.
    ExpectedValue,
    /// A key in double quotes was expected.
    ExpectedKey,
    /// A colon was expected after a key.
    ExpectedColon,
    /// A comma or the closing bracket was expected.
    ExpectedCommaOrEnd,
    /// Something else was expected here than the object, array, string or number that stands here.
    WrongType,
    /// A control character stands in a string without an escape.
    ControlCharacter,
    /// A backslash is followed by something that is no escape.
    InvalidEscape,
    /// A `\u` escape of half a surrogate pair.
    LoneSurrogate,
    /// A string is not UTF-8.
    InvalidUtf8,
    /// Not a number of the JSON grammar.
    InvalidNumber,
    /// A number beyond the range of a double.
    NumberOutOfRange,
    /// Too many containers inside each other.
    TooDeep,
    /// Something follows the value.
    TrailingCharacters,
}

impl JsonErrorKind {
    /// What was expected, for a sentence that begins with "Expected".
    pub fn expected(self) -> &'static str {
        match self {
            JsonErrorKind::UnexpectedEnd => "more JSON",
            JsonErrorKind::ExpectedValue => "a JSON value",
            JsonErrorKind::ExpectedKey => "a key in double quotes",
            JsonErrorKind::ExpectedColon => "a colon after the key",
            JsonErrorKind::ExpectedCommaOrEnd => "a comma or a closing bracket",
            JsonErrorKind::WrongType => "a value of another type",
            JsonErrorKind::ControlCharacter => "control characters in a string to be escaped",
            JsonErrorKind::InvalidEscape => "an escape of JSON after the backslash",
            JsonErrorKind::LoneSurrogate => "both halves of a surrogate pair",
            JsonErrorKind::InvalidUtf8 => "UTF-8",
            JsonErrorKind::InvalidNumber => "a number as JSON writes it",
            JsonErrorKind::NumberOutOfRange => "a number within the range of a double",
            JsonErrorKind::TooDeep => "at most 127 brackets inside each other",
            JsonErrorKind::TrailingCharacters => "nothing after the value",
        }
    }
}

/// A reason and its byte offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub kind: JsonErrorKind,
    pub offset: usize,
}
