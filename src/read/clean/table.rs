//! Tables in text, as stores of logs and databases give them away: each row becomes an object of JSON in a line, whose keys are the names of
//! the columns.
//!
//! ```text
//! "Time","Line"           trace_id | span_id        +----------+---------+
//! "07:14","a, ""b"""     ----------+---------       | trace_id | span_id |
//! ```

use super::head_of;
use crate::json::{Data, Node, is_number};
use crate::read::detect::formats_of;
use crate::read::generic;
use crate::read::instant::month_first_alone;
use crate::read::logs::answers::{made, written};
use spanscope_hot::read::logs::fields::Field;

/// Names of columns are not longer, nor is a row of them.
const NAME: usize = 64;
const HEAD: usize = 4096;
/// The column of a line as it was logged, in Grafana's tables.
const LINE: &str = "Line";

/// The rows of a table one of whose columns has ids of traces, or lines of a log; nothing of anything else.
pub(super) fn objects(bytes: &[u8]) -> Option<Vec<u8>> {
    match bytes.trim_ascii_start().starts_with("┌".as_bytes()) {
        true => plain_objects(&undrawn(bytes)),
        false => plain_objects(bytes),
    }
}

fn plain_objects(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut from = 0;
    let any = each_row(bytes, &mut |row| {
        if out.is_empty() {
            out.reserve(bytes.len() * 2);
        }
        // Lines keep their numbers.
        out.extend(bytes[from..row.start as usize].iter().filter(|byte| **byte == b'\n'));
        from = row.start as usize;
        out.extend(row.to_json().into_bytes());
    });
    if !any {
        return None;
    }
    out.extend(bytes[from..].iter().filter(|byte| **byte == b'\n'));
    Some(out)
}

/// The first rows of such a table as objects.
pub(in crate::read) fn first_objects(bytes: &[u8]) -> Option<Vec<u8>> {
    plain_objects(head_of(bytes))
}

/// Whether this is a table of spans of any program. It is left as it is: their reader takes its rows one at a time.
pub(super) fn of_spans(bytes: &[u8]) -> bool {
    let found = first_objects(bytes).map(|objects| formats_of(&objects)).unwrap_or_default();
    found.first().is_some_and(|first| *first.format == generic::FORMAT)
}

/// Hands out the rows of such a table as objects; whether there are any.
pub(in crate::read) fn each_row(bytes: &[u8], take: &mut dyn FnMut(Node<'_>)) -> bool {
    let begin = bytes.iter().position(|byte| byte.is_ascii_graphic() && !b"+-".contains(byte)).unwrap_or(bytes.len());
    let Some(len) = bytes[begin..].iter().take(HEAD).position(|byte| *byte == b'\n') else { return false };
    let separator = b",\t;|".iter().find(|separator| names_columns(&bytes[begin..begin + len], **separator));
    let Some(separator) = separator else { return false };
    let mut rows = Rows { bytes, at: begin, separator: *separator };
    let Some(names) = rows.next() else { return false };
    let mut any = false;
    loop {
        let start = rows.at as u32;
        let Some(row) = rows.next() else { return any };
        // What is drawn between rows, and what is said below them, are no rows.
        if row.len() == names.len() {
            take(Node { start, ..object(&names, &row) });
            any = true;
        }
    }
}

/// A table in a drawn frame (ClickHouse) with plain bars alone, and without the numbers before its rows.
fn undrawn(bytes: &[u8]) -> Vec<u8> {
    let mut plain = String::with_capacity(bytes.len());
    for line in String::from_utf8_lossy(bytes).lines() {
        let begin = line.find(['│', '┌', '├', '└']).unwrap_or(0);
        plain.extend(line[begin..].chars().map(|c| match c {
            '─' => ' ',
            '\u{2500}'..='\u{257f}' => '|',
            c => c,
        }));
        plain.push('\n');
    }
    plain.into_bytes()
}

/// Whether a line is the names of columns that this separates.
fn names_columns(line: &[u8], separator: u8) -> bool {
    let Some(names) = (Rows { bytes: line, at: 0, separator }).next() else { return false };
    let is_in_name = |byte: u8| byte.is_ascii_alphanumeric() || b" _.-@()[]/".contains(&byte);
    let is_name = |name: &String| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '@')
            && name.len() <= NAME
            && name.bytes().all(is_in_name)
    };
    let tells = |name: &String| {
        name == LINE
            || name == "operation_Id"
            || matches!(Field::of(name), Field::Trace | Field::DecimalTrace | Field::Traceparent | Field::Xray)
    };
    names.len() > 1 && names.iter().all(is_name) && names.iter().any(tells)
}

/// A row as an object; what is empty is left out.
fn object<'c>(names: &'c [String], row: &'c [String]) -> Node<'c> {
    let is_said = |cell: &str| !matches!(cell, "" | "NULL" | "null" | "-");
    let member = |(name, cell): (&'c String, &'c String)| {
        let text = || Data::Text(cell.as_str().into());
        let data = match month_first_alone(cell) {
            Some(instant) => Data::Text(written(instant.ns).into()),
            // Longer ones are ids or times, which are read from texts as well.
            _ if cell.len() < 16 && is_number(cell) => Data::Number(cell.as_str().into()),
            _ if cell.starts_with(['{', '[']) && name != LINE => {
                Node::embedded(cell, 0, 0).map_or_else(text, |node| node.data)
            }
            _ => text(),
        };
        // The zone of a time in Azure's tables.
        (name.trim_end_matches(" [UTC]").into(), made(data))
    };
    let cells = names.iter().zip(row).filter(|(_, cell)| is_said(cell));
    made(Data::Map(cells.map(member).collect()))
}

/// Cuts a text into rows of cells. Between quotes anything may stand, and a quote twice is one.
struct Rows<'t> {
    bytes: &'t [u8],
    at: usize,
    separator: u8,
}

impl Rows<'_> {
    fn next(&mut self) -> Option<Vec<String>> {
        // Bars may stand around a row, too, and blanks beside them.
        let drawn = self.separator == b'|';
        let mut cells: Vec<String> = Vec::new();
        let mut cell = Vec::new();
        let (mut quoted, mut opened) = (false, false);
        let start = self.at;
        loop {
            let byte = self.bytes.get(self.at).copied();
            self.at += 1;
            let ends = byte.is_none_or(|byte| !quoted && (byte == b'\n' || byte == self.separator));
            match byte {
                None if self.at - 1 == start => {
                    self.at = start;
                    return None;
                }
                _ if ends => {
                    let text = String::from_utf8_lossy(&cell);
                    let text = if drawn { text.trim() } else { text.trim_end_matches('\r') };
                    // In front of the first bar and behind the last one.
                    if !drawn || !cell.is_empty() || !cells.is_empty() && byte == Some(b'|') {
                        cells.push(text.to_owned());
                    }
                    cell.clear();
                    opened = false;
                }
                Some(b'"') if !drawn => {
                    // The second of two is one of the text.
                    if opened && !quoted {
                        cell.push(b'"');
                    }
                    (quoted, opened) = (!quoted, true);
                }
                byte => cell.extend(byte),
            }
            if byte.is_none_or(|byte| ends && byte == b'\n') {
                self.at = self.at.min(self.bytes.len());
                return Some(cells);
            }
        }
    }
}
