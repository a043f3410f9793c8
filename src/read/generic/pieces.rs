//! Documents too long to be held in memory as trees: of their long lists only the first element is kept, and the elements are read again, one after
//! another, when the list is walked through.
//!
//! ```text
//! {"service":"shop","spans":[{…},{…},{…}, …]}  ─►  {"service":"shop","spans":[{…}]}  ─►  {…}  {…}  {…}  …
//! ```
//! That a list was cut is seen by what stands behind its only element.

use super::table::TABLES;
use super::{Generic, Role};
use crate::json::{Data, Kind, Lex, Lexer, Node, decode_string};
use crate::read::documents::Reading;

/// What is no longer is held as a whole.
const LONG: usize = 64 * 1024;
/// Lists inside each other that are cut: each is gone through once more.
const LEVELS: u32 = 8;
/// Lists of lists are cut behind so many: those of a table's columns are fewer.
const COLUMNS: usize = 1000;

impl Generic {
    /// The next value as a tree whose long lists are cut.
    pub(super) fn piece<'a>(&mut self, lexer: &mut Lexer<'a>) -> Lex<Node<'a>> {
        let mark = lexer.mark();
        let whole = lexer.skip()?.len() <= LONG || self.level >= LEVELS;
        lexer.rewind(mark);
        if whole { lexer.node() } else { self.outline(lexer) }
    }

    /// The same for a value that was checked.
    fn outline<'a>(&mut self, lexer: &mut Lexer<'a>) -> Lex<Node<'a>> {
        let kind = lexer.peek()?;
        let (mark, start) = (lexer.mark(), lexer.offset());
        let data = match kind {
            Kind::Object => {
                let mut members = Vec::new();
                let mut cursor = lexer.begin_object()?;
                while let Some(name) = lexer.any_member(&mut cursor)? {
                    let key = decode_string(name.bytes(lexer.input()));
                    // What else a span's keys stand for is asked for all that is in it.
                    let may_be_cut = matches!(self.roles.of(&key), Role::Other | Role::Children)
                        && !TABLES.iter().any(|table| key.starts_with(table));
                    members.push((key, if may_be_cut { self.outline(lexer)? } else { lexer.node()? }));
                }
                Data::Map(members)
            }
            Kind::Array => {
                let mut items: Vec<Node<'a>> = Vec::new();
                let mut first = lexer.begin_array()?;
                let mut of_kind = None;
                let mut cut = false;
                while lexer.element(&mut first)? {
                    let kind = lexer.peek()?;
                    let alike = *of_kind.get_or_insert(kind) == kind;
                    if cut && !alike {
                        lexer.rewind(mark);
                        return lexer.node();
                    }
                    if cut {
                        lexer.skip()?;
                        continue;
                    }
                    of_kind = of_kind.filter(|_| alike).or(Some(Kind::Null));
                    items.push(self.outline(lexer)?);
                    cut = lexer.offset() - start > LONG
                        && match kind {
                            Kind::Object => of_kind == Some(kind) && items[0].get("values").is_none(),
                            Kind::Array => of_kind == Some(kind) && items.len() > COLUMNS,
                            _ => false,
                        };
                    if cut {
                        items.truncate(1);
                    }
                }
                Data::List(items)
            }
            _ => return lexer.node(),
        };
        Ok(Node { data, start: start as u32, end: lexer.offset() as u32, json: true })
    }

    /// Takes one element of a list after another.
    pub(super) fn each<'a>(
        &mut self,
        reading: &mut Reading<'a>,
        list: &Node<'_>,
        take: &mut dyn FnMut(&mut Generic, &mut Reading<'a>, &Node<'_>),
    ) {
        if !is_cut(reading.bytes, list) {
            list.items().iter().for_each(|item| take(self, reading, item));
            return;
        }
        let mut lexer = Lexer::new(reading.bytes, list.start as usize);
        let Ok(mut first) = lexer.begin_array() else { return };
        self.level += 1;
        while let Ok(true) = lexer.element(&mut first) {
            let Ok(item) = self.piece(&mut lexer) else { break };
            take(self, reading, &item);
        }
        self.level -= 1;
    }
}

/// Whether a list has more elements than the tree says.
fn is_cut(bytes: &[u8], list: &Node<'_>) -> bool {
    let [only] = list.items() else { return false };
    let rest = bytes.get(only.end as usize..list.end as usize).unwrap_or_default();
    list.json && rest.trim_ascii_start().first() == Some(&b',')
}
