//! Documents too long to be held in memory as trees: of their long lists the first elements are kept, and all are read again, one after
//! another, when the list is walked through.
//!
//! ```text
//! {"service":"shop","spans":[{…},{…},{…}, …]}  ─►  {"service":"shop","spans":[{…},{…}]}  ─►  {…}  {…}  {…}  …
//! ```
//! That a list was cut is seen by the comma behind its last element.

use super::table::{TABLES, row_of};
use super::{Around, Generic, Role};
use crate::json::{Data, Kind, Lex, Lexer, Node, decode_string};
use crate::read::documents::Reading;

/// What is no longer is held as a whole.
const LONG: usize = 64 * 1024;
/// Lists inside each other that are cut: each is gone through once more.
const LEVELS: u32 = 8;
/// Lists of lists are cut behind so many: those of a table's columns are fewer.
const COLUMNS: usize = 1000;

impl Generic {
    /// The next value as a tree whose long lists are cut; nothing of one that is broken.
    pub(super) fn piece<'a>(&mut self, lexer: &mut Lexer<'a>) -> Option<Node<'a>> {
        let mark = lexer.mark();
        let len = lexer.skip().map(|range| range.len());
        lexer.rewind(mark);
        if len.ok()? <= LONG || self.level == LEVELS { lexer.node() } else { self.outline(lexer, false) }.ok()
    }

    /// The same for a value that was checked.
    fn outline<'a>(&mut self, lexer: &mut Lexer<'a>, listed: bool) -> Lex<Node<'a>> {
        let kind = lexer.peek()?;
        let start = lexer.offset();
        let data = match kind {
            Kind::Object => {
                let mut members = Vec::new();
                let mut cursor = lexer.begin_object()?;
                while let Some(name) = lexer.any_member(&mut cursor)? {
                    let key = decode_string(name.bytes(lexer.input()));
                    // What else a span's keys stand for is asked for all that is in it.
                    let may_be_cut = matches!(self.roles.of(&key).0, Role::Other | Role::Children)
                        && !matches!(key.as_ref(), "reporters" | "values")
                        && !TABLES.iter().any(|table| key.starts_with(table));
                    members.push((key, if may_be_cut { self.outline(lexer, false)? } else { lexer.node()? }));
                }
                Data::Map(members)
            }
            // A table's columns are lists in a list, and what stands in them is asked for.
            Kind::Array if !listed => {
                let mut items: Vec<Node<'a>> = Vec::new();
                let mut first = lexer.begin_array()?;
                while lexer.element(&mut first)? {
                    let may_be_cut = match items.first() {
                        Some(Node { data: Data::List(_), .. }) => items.len() > COLUMNS,
                        Some(object) => !object.members().is_empty() && object.get("values").is_none(),
                        None => false,
                    };
                    if may_be_cut && lexer.offset() - start > LONG {
                        lexer.skip()?;
                    } else {
                        items.push(self.outline(lexer, true)?);
                    }
                }
                Data::List(items)
            }
            _ => return lexer.node(),
        };
        Ok(Node { data, start: start as u32, end: lexer.offset() as u32, json: true })
    }

    /// Walks through one element of a list after another; through the rows of a table, whose columns have these names, as objects.
    pub(super) fn each(&mut self, reading: &mut Reading<'_>, list: &Node<'_>, names: &[&str], around: &Around) {
        let around = &Around { listed: true, ..*around };
        let bytes = reading.bytes;
        let mut walk = |generic: &mut Generic, item: &Node<'_>| match names {
            [] => generic.walk(reading, item, around),
            _ => generic.walk(reading, &row_of(names, &|at| item.items().get(at)), around),
        };
        if !is_cut(bytes, list) {
            list.items().iter().for_each(|item| walk(self, item));
            return;
        }
        let mut lexer = Lexer::new(bytes, list.start as usize);
        let Ok(mut first) = lexer.begin_array() else { return };
        self.level += 1;
        while let Ok(true) = lexer.element(&mut first)
            && let Some(item) = self.piece(&mut lexer)
        {
            walk(self, &item);
        }
        self.level -= 1;
    }
}

/// Whether a list has more elements than the tree says.
fn is_cut(bytes: &[u8], list: &Node<'_>) -> bool {
    let Some(last) = list.items().last() else { return false };
    let rest = bytes.get(last.end as usize..list.end as usize).unwrap_or_default();
    list.json && rest.trim_ascii_start().starts_with(b",")
}
