//! What a search in Elasticsearch answers, for formats that know nothing of it, such as Zipkin's: its documents alone are left, each where it stands.
//!
//! ```text
//! {"took":3,"hits":{"hits":[{"_index":"…","_source":{"traceId":"…"}}]}}
//! ```

use std::ops::Range;

use super::{blank, head_of};
use crate::json::{Kind, Lex, Lexer};
use crate::read::detect::{formats_of, is_of_spans};

const SOURCE: &[u8] = b"_source";
/// The first document stands among the first bytes.
const BEGIN: usize = 4096;

/// Leaves the documents of an answer alone, if they are spans of a format that does not read such an answer itself.
pub(super) fn documents(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut begin = bytes[..bytes.len().min(BEGIN)].windows(SOURCE.len());
    if !begin.any(|window| window == SOURCE) || names_spans(head_of(bytes)) {
        return None;
    }
    let mut found = Vec::new();
    // What stands before the place where a document breaks off is there.
    let _ = gather(&mut Lexer::new(bytes, 0), &mut found);
    let mut left = bytes.to_vec();
    let mut from = 0;
    for range in found {
        blank(&mut left[from..range.start]);
        from = range.end;
    }
    blank(&mut left[from..]);
    let begin = left.iter().position(|byte| !byte.is_ascii_whitespace())?;
    names_spans(head_of(&left[begin..])).then_some(left)
}

/// Whether a text is spans of a format that has a name.
fn names_spans(text: &[u8]) -> bool {
    formats_of(text).first().is_some_and(|found| is_of_spans(found.format))
}

/// Where the documents stand. The lexer bounds how deep.
fn gather(lexer: &mut Lexer<'_>, found: &mut Vec<Range<usize>>) -> Lex<()> {
    match lexer.peek()? {
        Kind::Array => {
            let mut first = lexer.begin_array()?;
            while lexer.element(&mut first)? {
                gather(lexer, found)?;
            }
        }
        Kind::Object => {
            let mut cursor = lexer.begin_object()?;
            while let Some(name) = lexer.any_member(&mut cursor)? {
                match name.bytes(lexer.input()) {
                    SOURCE => found.push(lexer.skip()?),
                    b"hits" => gather(lexer, found)?,
                    _ => {
                        lexer.skip()?;
                    }
                }
            }
        }
        _ => {
            lexer.skip()?;
        }
    }
    Ok(())
}
