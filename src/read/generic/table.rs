//! What stores of spans make of them: tables by row or by column, texts of JSON, attributes as pairs.

use super::{Role, are_columns};
use crate::json::{Data, Node};

/// Columns of nested tables, as ClickHouse writes them: `{"Events.Name":["retry"],"Events.Timestamp":["…"]}`.
pub(super) const TABLES: [&str; 2] = ["Events.", "Links."];

/// What a value is where it is a text of JSON, or pairs: databases and stores of logs keep lists and maps so.
pub(super) fn unfolded<'n>(role: Role, value: &'n Node<'_>) -> Option<Node<'n>> {
    if !matches!(role, Role::Attributes | Role::Resource | Role::Events | Role::Links) {
        return None;
    }
    match &value.data {
        Data::Text(text) if text.starts_with(['{', '[']) => Node::embedded(text, value.start, value.end),
        _ if matches!(role, Role::Attributes | Role::Resource) => paired(value.get("attributes").unwrap_or(value)),
        _ => None,
    }
}

/// The object that a list of pairs is: `[{"key":"http.route","value":"/pay"}]`, `[{"Key":"error","value_bool":true}]`.
fn paired<'a>(list: &Node<'a>) -> Option<Node<'a>> {
    let mut members = Vec::new();
    for pair in list.items() {
        let key = pair.get_any(&["key", "Key"])?.text()?;
        // `value_string`, `vStr`, `vInt64`, beside `vType` or `ValueType`.
        let typed = |key: &str| key.starts_with(['v', 'V']) && !key.ends_with("ype");
        let typed = || pair.members().iter().find(|(key, _)| typed(key)).map(|(_, value)| value);
        let value = pair.get_any(&["value", "Value"]).or_else(typed)?;
        members.push((key.to_owned().into(), value.any_value()));
    }
    let node = Node { data: Data::Map(members), start: list.start, end: list.end, json: false };
    (!node.members().is_empty()).then_some(node)
}

/// A table of spans: names of columns, and lists of values by row or by column.
///
/// ```text
/// {"meta":[{"name":"SpanId"},…],"data":[["…",…],…]}      ClickHouse, Elasticsearch's SQL, Trino
/// {"fields":[{"name":"span_id"},…],"columns":[["…",…],…]}      Axiom
/// {"columns":[{"name":"span_id","values":["…",…]},…]}      Logfire
/// {"SpanId":["…",…],…}
/// ```
pub(super) struct Table<'n> {
    pub(super) names: Vec<&'n str>,
    pub(super) rows: Option<&'n Node<'n>>,
    pub(super) columns: Vec<&'n [Node<'n>]>,
}

impl<'n> Table<'n> {
    pub(super) fn of(node: &'n Node<'_>) -> Option<Table<'n>> {
        let mut names: Vec<&str> = Vec::new();
        let mut columns: Vec<&[Node<'_>]> = Vec::new();
        for (_, list) in node.members() {
            names.clear();
            columns.clear();
            for item in list.items() {
                names.extend(item.text().or_else(|| item.get_any(&["name", "ColumnName"])?.text()));
                columns.extend(item.get("values").map(Node::items));
            }
            if names.len() == list.items().len() && tell_spans(&names) {
                break;
            }
        }
        if !tell_spans(&names) {
            // The names are the keys.
            names.clear();
            for (key, column) in node.members() {
                let Data::List(column) = &column.data else { return None };
                names.push(key);
                columns.push(column);
            }
        } else if columns.len() != names.len() {
            for (_, value) in node.members() {
                let lists = value.items();
                let first = lists.first().map_or(0, |list| list.items().len());
                if first == names.len() {
                    return Some(Table { names, rows: Some(value), columns });
                }
                if first > 0 && lists.len() == names.len() {
                    columns = lists.iter().map(Node::items).collect();
                }
            }
        }
        (tell_spans(&names) && !columns.is_empty()).then_some(Table { names, rows: None, columns })
    }
}

fn tell_spans(names: &[&str]) -> bool {
    are_columns(names.iter().fold(0, |told, name| told | Role::of(name).bit()))
}

pub(super) fn row_of<'n>(names: &[&'n str], cell: &dyn Fn(usize) -> Option<&'n Node<'n>>) -> Node<'n> {
    let mut row = Node { data: Data::Null, start: 0, end: 0, json: false };
    let mut members = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        if let Some(cell) = cell(at) {
            (row.start, row.end) = (cell.start, cell.end);
            members.push(((*name).into(), cell.clone()));
        }
    }
    row.data = Data::Map(members);
    row
}
