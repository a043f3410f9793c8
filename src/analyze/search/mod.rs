//! Finding spans: one line of text, and the spans that it means.
//!
//! ```text
//!  cart timeout                     both words, in the service, the operation, the id, the status message, values of attributes, events
//!  "no such row"  /pay(ment)?/i     a phrase, a regular expression
//!  service:cart  name=GET  kind:client  status:error  id:00f0…       : for a part, = for all of it
//!  duration>100ms  self>=1.5s       ns µs ms s m h
//!  http.route="/cart"  retries>2  http.method!=GET  has:db.statement  an attribute of the span, else of its resource
//!  -word  not (a or b)              everything else
//!  a >> b    a > b                  b below an a, b directly below an a
//! ```
//! Case never matters, but in a regular expression without `i`.
//!
//! Linear in the spans and their attributes. Each text is compared once, however many spans have it; see [`Index`].

mod parse;
mod pattern;
mod regex;

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::ops::RangeInclusive;

use pattern::Pattern;
use spanscope_hot::analyze::search::columns::Columns;
use spanscope_hot::analyze::search::marks::{self, Open};
use spanscope_hot::analyze::search::recent::Recent;
use spanscope_hot::analyze::search::texts::{Collector, Place, Texts};

use super::answers::Answers;
use crate::float::parse_f64;
use crate::store::{RawValue, Span, SpanKind, Status, Store, Trace};

/// A query that is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// Where, in characters as JavaScript counts them.
    pub at: usize,
    /// What was expected and what was found: one sentence.
    pub message: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

/// What to look for.
#[derive(Debug)]
pub struct Query {
    root: Node,
}

/// A condition on a span.
#[derive(Debug)]
enum Node {
    Leaf(Leaf),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// Fulfils `below`, and the parent (or, not `direct`, an ancestor) fulfils `above`.
    Below {
        above: Box<Node>,
        below: Box<Node>,
        direct: bool,
    },
}

/// The numbers that a comparison allows.
type Numbers = RangeInclusive<f64>;

/// A condition on a span alone.
#[derive(Debug)]
enum Leaf {
    /// In any text of it.
    Word(Pattern),
    /// In the attribute, or the word as a whole in any text.
    Member {
        key: String,
        part: Pattern,
        word: Pattern,
    },
    /// Whether it has to be the whole text.
    Service(Pattern, bool),
    Name(Pattern, bool),
    /// Begins with it.
    Id(String),
    Kind(SpanKind),
    Status(Status),
    /// In nanoseconds, as the next.
    Duration(Numbers),
    Own(Numbers),
    Attribute {
        key: String,
        test: Test,
    },
    Not(Box<Leaf>),
}

#[derive(Debug)]
enum Test {
    Exists,
    Part(Pattern),
    /// The text, or the number that it is.
    Is(Pattern, Option<f64>),
    IsNot(Pattern, Option<f64>),
    Number(Numbers),
}

/// A word is an id, or its beginning, from so many digits on: shorter ones are too often a part of one by chance.
const LEAST_ID: usize = 6;

impl Query {
    /// Reads a query; `None` when there is nothing in it.
    ///
    /// # Errors
    /// When it is not one, with the place.
    pub fn parse(text: &str) -> Result<Option<Query>, QueryError> {
        Ok(parse::parse(text)?.map(|root| Query { root }))
    }

    /// Whether it looks at texts, which are collected by the first one that does.
    pub fn needs_texts(&self) -> bool {
        self.root.needs_texts()
    }

    /// The spans of a trace that it means, by position in tree order. `self_ns` are the self times of the trace, `index` is one for this
    /// trace alone.
    pub fn run(&self, trace: &Trace<'_>, self_ns: &[u64], index: &Index) -> Vec<u32> {
        let search = Search { store: trace.store(), trace: *trace, self_ns, index };
        marks::positions(&search.node(&self.root, vec![true; trace.span_count()]))
    }
}

/// What queries ask of a trace, collected when one first asks for it.
#[derive(Debug, Default)]
pub struct Index {
    columns: OnceCell<Columns>,
    texts: OnceCell<Texts>,
    /// Those that were collected so far.
    begun: RefCell<Option<Collector>>,
    recent: RefCell<Recent>,
}

impl Index {
    /// Collects the texts of so many spans more, so that the first query need not wait; whether all are there.
    pub fn prepare(&self, trace: &Trace<'_>, most: usize) -> bool {
        if self.texts.get().is_some() {
            return true;
        }
        self.columns(trace);
        let mut begun = self.begun.borrow_mut();
        let collector = begun.get_or_insert_with(|| Collector::new(trace));
        let mut all = collector.collect(trace, most);
        while !all && most == usize::MAX {
            all = collector.collect(trace, most);
        }
        if let Some(collector) = begun.take_if(|_| all) {
            // They were not there a moment ago.
            let _ = self.texts.set(collector.into_texts());
        }
        all
    }

    fn columns(&self, trace: &Trace<'_>) -> &Columns {
        self.columns.get_or_init(|| Columns::new(trace))
    }

    fn texts(&self, trace: &Trace<'_>) -> &Texts {
        self.prepare(trace, usize::MAX);
        self.texts.get_or_init(Texts::default)
    }
}

impl Node {
    fn needs_texts(&self) -> bool {
        match self {
            Node::Leaf(leaf) => leaf.needs_texts(),
            Node::Not(node) => node.needs_texts(),
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(Node::needs_texts),
            Node::Below { above, below, .. } => above.needs_texts() || below.needs_texts(),
        }
    }

    /// How much work it is, roughly.
    fn cost(&self) -> u32 {
        match self {
            Node::Leaf(leaf) => leaf.cost(),
            Node::Not(node) => node.cost(),
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().map(Node::cost).sum(),
            Node::Below { above, below, .. } => above.cost() + below.cost(),
        }
    }
}

impl Leaf {
    fn needs_texts(&self) -> bool {
        match self {
            Leaf::Word(_) | Leaf::Member { .. } | Leaf::Attribute { .. } => true,
            Leaf::Not(leaf) => leaf.needs_texts(),
            _ => false,
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Leaf::Word(Pattern::Regex(_)) => 40,
            Leaf::Word(_) | Leaf::Member { .. } => 20,
            Leaf::Attribute { .. } => 4,
            Leaf::Not(leaf) => leaf.cost(),
            _ => 1,
        }
    }
}

struct Search<'a> {
    store: &'a Store,
    trace: Trace<'a>,
    self_ns: &'a [u64],
    index: &'a Index,
}

impl<'a> Search<'a> {
    /// Which of the spans that are marked fulfil a condition.
    fn node(&self, node: &Node, mut within: Vec<bool>) -> Vec<bool> {
        match node {
            Node::Leaf(leaf) => self.leaf(leaf, &mut within),
            Node::All(nodes) => {
                let mut order: Vec<u32> = (0..nodes.len() as u32).collect();
                let cost = |number: u32| nodes[number as usize].cost();
                crate::sort::numbers(&mut order, &mut |one, other| cost(one).cmp(&cost(other)));
                for number in order {
                    within = self.node(&nodes[number as usize], within);
                }
            }
            Node::Any(nodes) => {
                let mut rest = within.clone();
                for node in nodes {
                    let found = self.node(node, rest.clone());
                    marks::take_away(&mut rest, &found);
                }
                marks::take_away(&mut within, &rest);
            }
            Node::Not(node) => {
                let found = self.node(node, within.clone());
                marks::take_away(&mut within, &found);
            }
            Node::Below { above, below, direct } => {
                within = self.node(below, within);
                let asked = marks::above(&self.trace, &within, *direct);
                let fulfils = self.node(above, asked.clone());
                marks::keep_below(&self.trace, &mut within, &asked, fulfils, *direct);
            }
        }
        within
    }

    fn leaf(&self, leaf: &Leaf, within: &mut [bool]) {
        match leaf {
            Leaf::Not(leaf) => {
                let mut found = within.to_vec();
                self.leaf(leaf, &mut found);
                marks::take_away(within, &found);
            }
            Leaf::Service(pattern, whole) => {
                let services: Vec<bool> = self.store.services().map(|name| is(pattern, name, *whole)).collect();
                self.columns().keep_services(within, &services);
            }
            Leaf::Name(pattern, whole) => {
                let mut names = Answers::default();
                self.keep(within, &mut |span| names.get(span.name_id().index(), || is(pattern, span.name(), *whole)));
            }
            Leaf::Id(id) => self.keep(within, &mut |span| span.id_begins(id)),
            Leaf::Kind(kind) => self.columns().keep_kind(within, *kind),
            Leaf::Status(status) => self.columns().keep_status(within, *status),
            Leaf::Duration(wanted) => self.columns().keep_durations(within, wanted),
            Leaf::Own(wanted) => {
                let own = |span: Span<'_>| self.self_ns.get(span.position()).map_or(0.0, |ns| *ns as f64);
                self.keep(within, &mut |span| wanted.contains(&own(span)) && span.start_ns().is_some());
            }
            Leaf::Attribute { key, test } => {
                self.keep_attribute(within, key, &|text| test.passes(text), true);
            }
            Leaf::Word(pattern) => self.keep_word(within, pattern),
            Leaf::Member { key, part, word } => {
                let mut attribute = within.to_vec();
                self.keep_attribute(&mut attribute, key, &|text| part.is_in(text), false);
                self.keep_word(within, word);
                marks::add(within, &attribute);
            }
        }
    }

    fn keep(&self, within: &mut [bool], holds: &mut dyn FnMut(Span<'a>) -> bool) {
        for (span, within) in self.trace.spans().zip(within) {
            *within = *within && holds(span);
        }
    }

    fn columns(&self) -> &'a Columns {
        self.index.columns(&self.trace)
    }

    fn keep_word(&self, within: &mut [bool], pattern: &Pattern) {
        let texts = self.index.texts(&self.trace);
        let id = match pattern {
            Pattern::Plain(needle) if needle.len() >= LEAST_ID => std::str::from_utf8(needle.as_bytes()).ok(),
            _ => None,
        };
        // Ids are digits, or as in a few systems any text.
        let id = id.filter(|id| id.bytes().all(|digit| digit.is_ascii_hexdigit()) || self.has_ids_of_text());
        let mut open = Open::new(within);
        let mut recent = self.index.recent.borrow_mut();
        match (pattern, pattern.needed()) {
            (Pattern::Plain(_), Some(needle)) => recent.find(texts, &needle, &mut open),
            (Pattern::Regex(regex), needed) => {
                let (mut regex, mut matched) = (regex.borrow_mut(), Vec::new());
                let mut walk = |places: &[Place]| {
                    matched.clear();
                    regex.walk_each(texts, places, &mut matched);
                    texts.find_spans_of(&matched, &mut open)
                };
                match needed {
                    Some(needle) => recent.each(texts, &needle, &mut walk),
                    None => texts.each(&mut walk),
                }
            }
            // Nothing is in everything.
            (Pattern::Plain(_), None) => open.marks().fill(false),
            // Some letter of it is not ASCII, in either case.
            (Pattern::Letters(_), _) => {
                let found = |number: &u32| pattern.is_in(texts.text(*number));
                let found: Vec<u32> = texts.beyond_ascii().iter().copied().filter(found).collect();
                texts.find_spans_of(&found, &mut open);
            }
        }
        let open = open.marks();
        for (position, value) in texts.long() {
            open[position] = open[position] && !pattern.is_in(&self.store.decode(value).to_string());
        }
        if let Some(id) = id {
            for (position, open) in open.iter_mut().enumerate().filter(|(_, open)| **open) {
                *open = !self.trace.span(position).is_some_and(|span| span.id_begins(id));
            }
        }
        marks::take_away(within, open);
    }

    fn has_ids_of_text(&self) -> bool {
        self.trace.span(0).is_some_and(|span| !span.id().bytes().all(|digit| digit.is_ascii_hexdigit()))
    }

    /// Keeps the spans that have an attribute with a text that passes; those without it may have it on their resource.
    fn keep_attribute(&self, within: &mut [bool], key: &str, passes: &dyn Fn(&str) -> bool, on_resource: bool) {
        let Some(number) = self.store.find_string(key) else {
            within.fill(false);
            return;
        };
        let on_resource = on_resource && self.store.is_on_a_resource(number);
        let mut resources = Answers::default();
        let mut text = |text: Result<&str, RawValue>| match text {
            Ok(text) => passes(text),
            Err(value) => passes(&self.store.decode(value).to_string()),
        };
        let mut without = |position: usize| {
            self.trace.span(position).is_some_and(|span| {
                resources.get(span.resource_index(), || {
                    span.resource().any(|(found, value)| found == key && passes(&value.to_string()))
                })
            })
        };
        let mut recent = self.index.recent.borrow_mut();
        let without: Option<&mut dyn FnMut(usize) -> bool> = if on_resource { Some(&mut without) } else { None };
        self.index.texts(&self.trace).keep_attribute(number, &mut recent, within, &mut text, without);
    }
}

impl Test {
    fn passes(&self, text: &str) -> bool {
        let number = || parse_f64(text.trim());
        let equal = |pattern: &Pattern, wanted: &Option<f64>| {
            pattern.is_all_of(text) || wanted.is_some() && number() == *wanted
        };
        match self {
            Test::Exists => true,
            Test::Part(pattern) => pattern.is_in(text),
            Test::Is(pattern, wanted) => equal(pattern, wanted),
            Test::IsNot(pattern, wanted) => !equal(pattern, wanted),
            Test::Number(wanted) => number().is_some_and(|found| wanted.contains(&found)),
        }
    }
}

fn is(pattern: &Pattern, text: &str, whole: bool) -> bool {
    if whole { pattern.is_all_of(text) } else { pattern.is_in(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (query, at, message) in [
            ("cart )", 5, "Expected a ( for this )."),
            ("cart (a or b", 5, "Expected a ) for this (, found the end."),
            ("a >> ", 5, "Expected what is below after >>, found the end."),
            ("a or", 4, "Expected a word or a condition, found the end."),
            ("=5", 0, "Expected a word or a condition, found \"=5\"."),
            ("é \"open", 2, "Expected a closing quote for this one."),
            ("status:bad", 7, "Expected one of error, ok, unset, found \"bad\"."),
            ("kind:x", 5, "Expected one of server, client, producer, consumer, internal, unspecified, found \"x\"."),
            ("service:", 8, "Expected a value after service:, found the end."),
            ("duration>", 9, "Expected a value after duration>, found the end."),
            ("duration>100", 12, "Expected a unit after the number: ns, µs, ms, s, m or h, found the end."),
            ("self<5xs", 6, "Expected a unit after the number: ns, µs, ms, s, m or h, found \"xs\"."),
            ("duration>fast", 9, "Expected a duration such as 100ms, found \"fast\"."),
            ("service>cart", 8, "Expected : or = after service, as it has no order."),
            ("retries<many", 8, "Expected a number, found \"many\"."),
            ("a>b", 2, "Expected a number after >, or spaces around it for \"is the parent of\", found \"b\"."),
            ("name:/a(/", 7, "Expected a ) for this (."),
        ] {
            let error = Query::parse(query).expect_err(query);
            assert_eq!((error.at, error.message.as_str()), (at, message), "{query}");
        }
        assert!(Query::parse(" ").expect("nothing").is_none());
        for deep in ["(", "-", "not "] {
            assert!(Query::parse(&format!("{}a", deep.repeat(100_000))).is_err());
        }
    }
}
