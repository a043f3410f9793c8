//! Tables as comma-separated values (RFC 4180): lines end in CRLF, and what has a comma, a quote or a line break in it stands in quotes.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, and names come from whoever
//! wrote the trace: such a text gets an apostrophe in front, which spreadsheets show as text.

use crate::analyze::statistics::{Figures, Group, GroupBy, Statistics};
use crate::store::Store;

/// A table that grows line by line.
#[derive(Debug, Default)]
struct Table {
    text: String,
    in_line: bool,
}

impl Table {
    fn part(&mut self) {
        if self.in_line {
            self.text.push(',');
        }
        self.in_line = true;
    }

    /// A cell with a text of the trace's.
    fn text(&mut self, text: &str) {
        self.part();
        let formula = text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r']);
        let quoted = text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
        if quoted {
            self.text.push('"');
        }
        if formula {
            self.text.push('\'');
        }
        for (index, part) in text.split('"').enumerate() {
            if index > 0 {
                self.text.push_str("\"\"");
            }
            self.text.push_str(part);
        }
        if quoted {
            self.text.push('"');
        }
    }

    fn number(&mut self, number: u64) {
        self.part();
        self.text.push_str(&number.to_string());
    }

    fn end_line(&mut self) {
        self.text.push_str("\r\n");
        self.in_line = false;
    }
}

/// Statistics in their order, times in nanoseconds.
pub fn statistics_csv(store: &Store, figures: &Figures, statistics: &Statistics, by: GroupBy<'_>) -> String {
    let mut table = Table::default();
    let services: Vec<&str> = store.services().collect();
    let first: &[&str] = match by {
        GroupBy::Span => {
            &["trace_id", "span_id", "parent_span_id", "service", "operation", "kind", "status", "start_unix_ns"]
        }
        GroupBy::Service => &["service"],
        GroupBy::Operation => &["service", "operation"],
        GroupBy::Kind => &["kind"],
        GroupBy::Status => &["status"],
        GroupBy::Attribute(key) => &[key],
    };
    let figures_of_spans = ["duration_ns", "self_ns", "critical_path_ns"];
    let figures_of_groups =
        ["count", "total_ns", "self_ns", "critical_path_ns", "p50_ns", "p95_ns", "max_ns", "errors"];
    let names: &[&str] = if by == GroupBy::Span { &figures_of_spans } else { &figures_of_groups };
    first.iter().chain(names).for_each(|name| table.text(name));
    table.end_line();
    for place in 0..statistics.len() {
        let (Some(group), Some(label)) =
            (statistics.group(store, figures, place), statistics.label(store, figures, place))
        else {
            continue;
        };
        if by == GroupBy::Span {
            let Some(span) = statistics.members(figures, place).first().map(|span| store.span(*span)) else { continue };
            table.text(&store.trace(span.trace()).map(|trace| trace.id()).unwrap_or_default());
            table.text(&span.id());
            table.text(&span.parent_id());
            table.text(span.service());
            table.text(span.name());
            table.text(span.kind().as_str());
            table.text(span.status().as_str());
            match span.start_ns() {
                Some(start) => table.number(start),
                None => table.text(""),
            }
            [group.total_ns, group.own_ns, group.critical_ns].into_iter().for_each(|figure| table.number(figure));
        } else {
            if let Some(service) = label.service {
                table.text(services[service]);
            }
            if by != GroupBy::Service {
                table.text(&label.text);
            }
            let Group { count, total_ns, own_ns, critical_ns, p50_ns, p95_ns, max_ns, errors, .. } = group;
            table.number(u64::from(count));
            [total_ns, own_ns, critical_ns, p50_ns, p95_ns, max_ns].into_iter().for_each(|figure| table.number(figure));
            table.number(u64::from(errors));
        }
        table.end_line();
    }
    table.text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[&str]) -> String {
        let mut table = Table::default();
        cells.iter().for_each(|cell| table.text(cell));
        table.end_line();
        table.text
    }

    #[test]
    fn what_needs_quotes_has_them() {
        for (cell, expected) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            (" space", "\" space\""),
            ("naïve 😀", "naïve 😀"),
        ] {
            assert_eq!(line(&[cell, "x"]), format!("{expected},x\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|' /C calc'!A0,\"x\""] {
            let text = line(&[cell]);
            assert!(text.trim_start_matches('"').starts_with('\''), "{text:?}");
        }
        assert_eq!(line(&["a=1", "1-2"]), "a=1,1-2\r\n");
    }
}
