//! What stores of spans make of them: tables by row or by column, texts of JSON, attributes as pairs.

use super::{Role, are_columns};
use crate::json::{Data, Node};

/// An object with what it has as texts of JSON decoded: databases and stores of logs keep lists and maps so. `roles` are those of its keys.
pub(super) fn unfolded<'a>(node: &Node<'a>, roles: &[Role]) -> Option<Node<'a>> {
    let mut unfolded: Option<Node<'a>> = None;
    for (at, ((_, value), role)) in node.members().iter().zip(roles).enumerate() {
        if !matches!(role, Role::Attributes | Role::Resource | Role::Events | Role::Links) {
            continue;
        }
        let inner = match &value.data {
            Data::Text(text) if text.starts_with(['{', '[']) => Node::embedded(text, value.start, value.end),
            _ if matches!(role, Role::Attributes | Role::Resource) => paired(value.get("attributes").unwrap_or(value)),
            _ => None,
        };
        if let Some(inner) = inner
            && let Data::Map(members) = &mut unfolded.get_or_insert_with(|| Node { json: false, ..node.clone() }).data
        {
            members[at].1 = inner;
        }
    }
    unfolded
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

/// The rows of a table as objects, if this is one of spans: names of columns, and lists of values by row or by column.
///
/// ```text
/// {"meta":[{"name":"SpanId"},…],"data":[["…",…],…]}      ClickHouse, Elasticsearch's SQL, Trino
/// {"fields":[{"name":"span_id"},…],"columns":[["…",…],…]}      Axiom
/// {"columns":[{"name":"span_id","values":["…",…]},…]}      Logfire
/// {"SpanId":["…",…],…}
/// ```
pub(super) fn table<'a>(node: &Node<'a>) -> Option<Vec<Node<'a>>> {
    let mut names: Vec<&str> = Vec::new();
    let mut columns: Vec<&[Node<'a>]> = Vec::new();
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
                return Some(lists.iter().map(|row| row_of(&names, &|at| row.items().get(at))).collect());
            }
            if first > 0 && lists.len() == names.len() {
                columns = lists.iter().map(Node::items).collect();
            }
        }
    }
    let count = columns.iter().map(|column| column.len()).max().filter(|_| tell_spans(&names))?;
    Some((0..count).map(|row| row_of(&names, &|at| columns.get(at)?.get(row))).collect())
}

fn tell_spans(names: &[&str]) -> bool {
    are_columns(names.iter().fold(0, |told, name| told | Role::of(name).bit()))
}

fn row_of<'n, 'a: 'n>(names: &[&str], cell: &dyn Fn(usize) -> Option<&'n Node<'a>>) -> Node<'a> {
    let mut row = Node { data: Data::Null, start: 0, end: 0, json: false };
    let mut members = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if let Some(cell) = cell(at) {
            (row.start, row.end) = (cell.start, cell.end);
            members.push(((*name).to_owned().into(), cell.clone()));
        }
    }
    row.data = Data::Map(members);
    row
}
