//! A query as it is typed, taken apart.

use super::pattern::Pattern;
use super::{Leaf, Node, Numbers, QueryError, Test};
use crate::float::parse_f64;
use crate::store::{SpanKind, Status};

/// Parentheses inside each other.
const MAX_DEPTH: u32 = 40;

const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// The condition of a query, `None` when there is none in it.
pub(super) fn parse(text: &str) -> Result<Option<Node>, QueryError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.skip_space();
    if parser.rest().is_empty() {
        return Ok(None);
    }
    let node = parser.structure()?;
    if parser.rest().starts_with(')') {
        return parser.error(parser.at, "Expected a ( for this ).");
    }
    Ok(Some(node))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Bare,
    Quoted,
    Regex { any_case: bool },
}

struct Value {
    text: String,
    at: usize,
    form: Form,
}

/// What stands between a key and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    /// `:`
    Has,
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `=~`
    Matches,
    Order(Order),
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Order {
    /// The numbers of which it holds beside this one.
    fn allows(self, number: f64) -> Numbers {
        match self {
            Order::Above => number.next_up()..=f64::INFINITY,
            Order::AtLeast => number..=f64::INFINITY,
            Order::Below => f64::NEG_INFINITY..=number.next_down(),
            Order::AtMost => f64::NEG_INFINITY..=number,
        }
    }
}

type Parsed<T> = Result<T, QueryError>;

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// A word of the language: not a part of a longer word, not a key.
    fn eat_word(&mut self, words: &[&str]) -> bool {
        let word = bare(self.rest());
        let behind = self.rest()[word.len()..].trim_start();
        let is_key = behind.starts_with('=') || behind.starts_with("!=");
        let found = !is_key && words.iter().any(|known| known.eq_ignore_ascii_case(word));
        if found {
            self.at += word.len();
            self.skip_space();
        }
        found
    }

    fn error<T>(&self, at: usize, message: impl Into<String>) -> Parsed<T> {
        // JavaScript counts in UTF-16.
        Err(QueryError { at: self.text[..at].encode_utf16().count(), message: message.into() })
    }

    /// What stands at a place, for a message.
    fn found(&self, at: usize) -> String {
        match self.text[at..].split_whitespace().next() {
            None => "the end".to_owned(),
            Some(word) => format!("\"{}\"", word.chars().take(40).collect::<String>()),
        }
    }

    /// `a >> b`, `a > b`
    fn structure(&mut self) -> Parsed<Node> {
        let mut left = self.either()?;
        loop {
            let sign = self.at;
            let direct = match () {
                () if self.eat(">>") => false,
                () if self.eat(">") => true,
                () => return Ok(left),
            };
            self.skip_space();
            if self.rest().is_empty() || self.rest().starts_with(')') {
                let sign = &self.text[sign..].trim_end();
                return self
                    .error(self.at, format!("Expected what is below after {sign}, found {}.", self.found(self.at)));
            }
            let right = self.either()?;
            left = Node::Below { above: Box::new(left), below: Box::new(right), direct };
        }
    }

    fn either(&mut self) -> Parsed<Node> {
        let mut all = vec![self.every()?];
        while self.eat_word(&["or", "||", "|"]) {
            all.push(self.every()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Any(all) })
    }

    fn every(&mut self) -> Parsed<Node> {
        let mut all = vec![self.one()?];
        loop {
            self.skip_space();
            let rest = self.rest();
            let ahead = Parser { text: self.text, ..*self }.eat_word(&["or", "||", "|"]);
            if rest.is_empty() || rest.starts_with([')', '>']) || ahead {
                break;
            }
            self.eat_word(&["and", "&&", "&"]);
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Node::All(all) })
    }

    fn one(&mut self) -> Parsed<Node> {
        let start = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error(start, "Expected fewer conditions inside each other.");
        }
        let denied = match self.rest().strip_prefix('-') {
            Some(behind) if !behind.is_empty() && !behind.starts_with(char::is_whitespace) => {
                self.at += 1;
                true
            }
            _ => self.eat_word(&["not"]),
        };
        let node = if denied {
            Node::Not(Box::new(self.one()?))
        } else if self.eat("(") {
            self.skip_space();
            let node = self.structure()?;
            if !self.eat(")") {
                return self.error(start, format!("Expected a ) for this (, found {}.", self.found(self.at)));
            }
            node
        } else {
            Node::Leaf(self.condition()?)
        };
        self.depth -= 1;
        self.skip_space();
        Ok(node)
    }

    fn condition(&mut self) -> Parsed<Leaf> {
        let start = self.at;
        let mut key = self.value_with(bare)?;
        if key.text.is_empty() && key.form == Form::Bare {
            let found = self.found(start);
            return self.error(start, format!("Expected a word or a condition, found {found}."));
        }
        if let Form::Regex { .. } = key.form {
            return Ok(Leaf::Word(self.pattern(&key)?));
        }
        let mut operator = self.operator();
        if let (Some(_), Some(name)) = (operator, key.text.strip_suffix(':')) {
            // `duration:>1s`
            if Field::of(name).is_some() {
                key.text.pop();
            }
        }
        let colon = key.text.find(':').filter(|_| key.form == Form::Bare && operator.is_none());
        if let Some(colon) = colon {
            let known = Field::of(&key.text[..colon]);
            let quoted = colon + 1 == key.text.len() && self.rest().starts_with('"');
            if known.is_none() && !quoted {
                // A URL, a host with its port, or an attribute and a part of its value.
                let (word, part) = (Pattern::text(&key.text), Pattern::text(&key.text[colon + 1..]));
                return Ok(Leaf::Member { key: key.text[..colon].to_owned(), part, word });
            }
            self.at = start + colon + 1;
            key.text.truncate(colon);
            operator = Some(Operator::Has);
        }
        let Some(operator) = operator else { return Ok(Leaf::Word(self.pattern(&key)?)) };
        self.skip_space();
        let value = self.value_with(until_space)?;
        if value.text.is_empty() && value.form != Form::Quoted {
            let before = self.text[start..value.at].trim_end();
            return self.error(value.at, format!("Expected a value after {before}, found {}.", self.found(value.at)));
        }
        match Field::of(&key.text).filter(|_| key.form == Form::Bare) {
            None => self.attribute(key.text, operator, &value),
            Some(field) => self.field(field, operator, &value),
        }
    }

    /// A quoted text, a regular expression, or what `bare` takes.
    fn value_with(&mut self, bare: fn(&str) -> &str) -> Parsed<Value> {
        let at = self.at;
        if self.eat("\"") {
            let text = self.until('"', at)?;
            return Ok(Value { text, at, form: Form::Quoted });
        }
        if let Some((length, any_case)) = regex_length(self.rest()) {
            let text = self.rest()[1..=length].to_owned();
            self.at += length + 2 + usize::from(any_case);
            return Ok(Value { text, at, form: Form::Regex { any_case } });
        }
        let text = bare(self.rest());
        self.at += text.len();
        Ok(Value { text: text.to_owned(), at, form: Form::Bare })
    }

    /// What stands before the closing quote, which a backslash in front of it makes a plain one.
    fn until(&mut self, quote: char, start: usize) -> Parsed<String> {
        let mut text = String::new();
        let mut rest = self.rest().chars();
        while let Some(c) = rest.next() {
            let escaped = c == '\\' && rest.as_str().starts_with([quote, '\\']);
            match c {
                _ if escaped => text.extend(rest.next()),
                _ if c == quote => {
                    self.at = self.text.len() - rest.as_str().len();
                    return Ok(text);
                }
                _ => text.push(c),
            }
        }
        self.error(start, "Expected a closing quote for this one.")
    }

    /// An operator behind a key. A `>` with spaces around it compares with a number, and else means "is the parent of".
    fn operator(&mut self) -> Option<Operator> {
        let start = self.at;
        self.skip_space();
        let spaced = self.at > start;
        let found = match () {
            () if self.rest().starts_with(">>") => None,
            () if self.eat("!=") => Some(Operator::IsNot),
            () if self.eat("=~") => Some(Operator::Matches),
            () if self.eat("==") || self.eat("=") => Some(Operator::Is),
            () if self.eat("<=") => Some(Operator::Order(Order::AtMost)),
            () if self.eat(">=") => Some(Operator::Order(Order::AtLeast)),
            () if self.eat("<") => Some(Operator::Order(Order::Below)),
            () if self.eat(">") => {
                let number = self.rest().trim_start().trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
                (number || !spaced).then_some(Operator::Order(Order::Above))
            }
            () => None,
        };
        if found.is_none() {
            self.at = start;
        }
        found
    }

    fn pattern(&self, value: &Value) -> Parsed<Pattern> {
        match value.form {
            Form::Regex { any_case } => Pattern::regex(&value.text, any_case)
                .or_else(|error| self.error(value.at + 1 + error.at, error.message)),
            _ => Ok(Pattern::text(&value.text)),
        }
    }

    /// The pattern of `=~`, whose value is a regular expression in whatever form.
    fn any_pattern(&self, operator: Operator, value: &Value) -> Parsed<Pattern> {
        if operator == Operator::Matches && !matches!(value.form, Form::Regex { .. }) {
            return Pattern::regex(&value.text, false).or_else(|error| self.error(value.at, error.message));
        }
        self.pattern(value)
    }

    fn attribute(&self, key: String, operator: Operator, value: &Value) -> Parsed<Leaf> {
        let test = match operator {
            Operator::Order(order) => match parse_f64(&value.text) {
                Some(number) => Test::Number(order.allows(number)),
                None if self.text[..value.at].ends_with('>') => {
                    let message = "Expected a number after >, or spaces around it for \"is the parent of\", found";
                    return self.error(value.at, format!("{message} {}.", self.found(value.at)));
                }
                None => return self.error(value.at, format!("Expected a number, found {}.", self.found(value.at))),
            },
            Operator::Has => Test::Part(self.pattern(value)?),
            Operator::Is | Operator::Matches => Test::Is(self.any_pattern(operator, value)?, parse_f64(&value.text)),
            Operator::IsNot => Test::IsNot(self.pattern(value)?, parse_f64(&value.text)),
        };
        Ok(Leaf::Attribute { key, test })
    }

    fn field(&self, field: Field, operator: Operator, value: &Value) -> Parsed<Leaf> {
        let ordered = matches!(operator, Operator::Order(_));
        if ordered && !matches!(field, Field::Duration | Field::Own) {
            return self.error(value.at, format!("Expected : or = after {}, as it has no order.", field.name()));
        }
        let whole = operator != Operator::Has;
        let leaf = match field {
            Field::Service => Leaf::Service(self.any_pattern(operator, value)?, whole),
            Field::Name => Leaf::Name(self.any_pattern(operator, value)?, whole),
            Field::Id => Leaf::Id(value.text.clone()),
            Field::Has => Leaf::Attribute { key: value.text.clone(), test: Test::Exists },
            Field::Kind => match SpanKind::from_name(&value.text) {
                Some(kind) => Leaf::Kind(kind),
                None => {
                    let message = "Expected one of server, client, producer, consumer, internal, unspecified, found";
                    return self.error(value.at, format!("{message} {}.", self.found(value.at)));
                }
            },
            Field::Status => match [Status::Unset, Status::Ok, Status::Error]
                .into_iter()
                .find(|status| status.as_str().eq_ignore_ascii_case(&value.text))
            {
                Some(status) => Leaf::Status(status),
                None => {
                    let found = self.found(value.at);
                    return self.error(value.at, format!("Expected one of error, ok, unset, found {found}."));
                }
            },
            Field::Duration | Field::Own => {
                let ns = self.duration(value)?;
                let allowed = match operator {
                    Operator::Order(order) => order.allows(ns),
                    _ => ns..=ns,
                };
                if field == Field::Duration { Leaf::Duration(allowed) } else { Leaf::Own(allowed) }
            }
        };
        Ok(if operator == Operator::IsNot { Leaf::Not(Box::new(leaf)) } else { leaf })
    }

    /// A number with a unit, in nanoseconds.
    fn duration(&self, value: &Value) -> Parsed<f64> {
        let text = value.text.as_str();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let Some(number) = parse_f64(&text[..digits]) else {
            let found = self.found(value.at);
            return self.error(value.at, format!("Expected a duration such as 100ms, found {found}."));
        };
        match UNITS.iter().find(|(unit, _)| *unit == &text[digits..]) {
            Some((_, ns)) => Ok(number * ns),
            None => {
                let at = value.at + usize::from(value.form == Form::Quoted) + digits;
                let message = "Expected a unit after the number: ns, µs, ms, s, m or h, found";
                self.error(at.min(self.text.len()), format!("{message} {}.", self.found(at.min(self.text.len()))))
            }
        }
    }
}

/// What a key of the language asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Field {
    Service,
    Name,
    Kind,
    Status,
    Id,
    Has,
    Duration,
    Own,
}

impl Field {
    const ALL: [Field; 8] =
        [Field::Service, Field::Name, Field::Kind, Field::Status, Field::Id, Field::Has, Field::Duration, Field::Own];

    fn name(self) -> &'static str {
        match self {
            Field::Service => "service",
            Field::Name => "name",
            Field::Kind => "kind",
            Field::Status => "status",
            Field::Id => "id",
            Field::Has => "has",
            Field::Duration => "duration",
            Field::Own => "self",
        }
    }

    fn of(key: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(key))
    }
}

/// The word that a text begins with: up to a space, a parenthesis, a quote or an operator.
fn bare(text: &str) -> &str {
    let end = text.char_indices().find(|(at, c)| match c {
        '(' | ')' | '"' | '=' | '<' | '>' => true,
        '!' => text[at + 1..].starts_with('='),
        c => c.is_whitespace(),
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// The value that a text begins with.
fn until_space(text: &str) -> &str {
    &text[..text.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(text.len())]
}

/// How long the regular expression between the slashes is that a text begins with, and whether an `i` follows it. A text such as
/// `/cart` is none: behind the second slash nothing else may follow.
fn regex_length(text: &str) -> Option<(usize, bool)> {
    let inner = text.strip_prefix('/')?;
    let mut escaped = false;
    let end = inner.find(|c: char| {
        let end = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        end
    })?;
    let behind = &inner[end + 1..];
    let (any_case, behind) = behind.strip_prefix('i').map_or((false, behind), |behind| (true, behind));
    let ends = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || c == ')');
    (ends && end > 0).then_some((end, any_case))
}
