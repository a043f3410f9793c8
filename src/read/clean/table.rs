//! Tables in text, as stores of logs and databases give them away: each row becomes an object of JSON in a line, whose keys are the names of
//! the columns.
//!
//! ```text
//! "Time","Line"           trace_id | span_id        +----------+---------+
//! "07:14","a, ""b"""     ----------+---------       | trace_id | span_id |
//! ```

use crate::json::{Data, Node, is_number};
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
    let plain = bytes.trim_ascii_start().starts_with("┌".as_bytes()).then(|| undrawn(bytes));
    let bytes = plain.as_deref().unwrap_or(bytes);
    let begin = bytes.iter().position(|byte| byte.is_ascii_graphic() && !b"+-".contains(byte))?;
    let end = begin + bytes[begin..].iter().take(HEAD).position(|byte| *byte == b'\n')?;
    let separator = *b",\t;|".iter().find(|separator| names_columns(&bytes[begin..end], **separator))?;
    let mut rows = Rows { bytes, at: begin, separator };
    let names = rows.next()?;
    let mut out = Vec::with_capacity(bytes.len() * 2);
    let (mut any, mut from) = (false, 0);
    loop {
        // Lines keep their numbers.
        out.extend(bytes[from..rows.at].iter().filter(|byte| **byte == b'\n'));
        from = rows.at;
        let Some(row) = rows.next() else { break };
        // What is drawn between rows, and what is said below them, are no rows.
        if row.len() == names.len() {
            out.extend(object(&names, &row).into_bytes());
            any = true;
        }
    }
    any.then_some(out)
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
fn object(names: &[String], row: &[String]) -> String {
    let is_said = |cell: &str| !matches!(cell, "" | "NULL" | "null" | "-");
    let member = |(name, cell): (&String, &String)| {
        let text = || Data::Text(cell.clone().into());
        let data = match month_first_alone(cell) {
            Some(instant) => Data::Text(written(instant.ns).into()),
            // Longer ones are ids or times, which are read from texts as well.
            _ if cell.len() < 16 && is_number(cell) => Data::Number(cell.clone().into()),
            _ if cell.starts_with(['{', '[']) && name != LINE => {
                Node::embedded(cell, 0, 0).map_or_else(text, |node| node.data)
            }
            _ => text(),
        };
        // The zone of a time in Azure's tables.
        (name.trim_end_matches(" [UTC]").to_owned().into(), made(data))
    };
    let cells = names.iter().zip(row).filter(|(_, cell)| is_said(cell));
    made(Data::Map(cells.map(member).collect())).to_json()
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
