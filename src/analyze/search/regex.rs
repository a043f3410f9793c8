//! Regular expressions, as far as searching needs them: whether one occurs in a text.
//!
//! ```text
//!  /a(b|c)*d/   →   0 a   1 split 2 7   2 split 3 5   3 b   4 jump 6   5 c   6 jump 1   7 d   8 match      a program
//!                   {0} ─a→ {0,1} ─b→ {0,6} …                                             its sets of places: a machine
//! ```
//! A text is walked once, whatever the expression is. The sets of places in which the program can be are numbered, and what a character
//! leads to is remembered, so that a character mostly costs one look into a table; with too many sets everything is forgotten and begun
//! anew. Groups do not remember what they matched, so there are no references back, and nothing looks ahead or behind but `^ $ \b \B`.

use crate::analyze::letters::other_case;
use crate::simd::Needle;
use crate::sort;
use spanscope_hot::analyze::search::machine::{MATCHED, MAX_STATES, Machine, START, Walk};
use spanscope_hot::analyze::search::texts::{Place, Texts};

/// An expression that is not one, or not one that is understood here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RegexError {
    /// Byte in the expression.
    pub(super) at: usize,
    /// One sentence.
    pub(super) message: &'static str,
}

/// Longest program. `{n}` copies what stands before it.
const MAX_PROGRAM: usize = 4000;
/// Deepest nesting of groups.
const MAX_DEPTH: u32 = 50;

#[derive(Clone, Copy, Debug)]
enum Step {
    Char(char),
    /// A set of characters, by number.
    Class(u32),
    /// Goes on in two places, counted from here.
    Split(i32, i32),
    Jump(i32),
    Look(Look),
    Match,
}

/// What has to hold between two characters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    Start,
    End,
    WordEdge,
    NoWordEdge,
}

#[derive(Clone, Debug)]
struct Class {
    inverted: bool,
    ranges: Vec<(char, char)>,
}

const DIGITS: &[(char, char)] = &[('0', '9')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACE: &[(char, char)] = &[('\t', '\r'), (' ', ' '), ('\u{a0}', '\u{a0}')];

impl Class {
    fn has(&self, c: char) -> bool {
        self.ranges.iter().any(|(from, to)| *from <= c && c <= *to)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    classes: Vec<Class>,
}

type Parsed<T> = Result<T, RegexError>;

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.text[self.at..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn error<T>(&self, at: usize, message: &'static str) -> Parsed<T> {
        Err(RegexError { at, message })
    }

    fn alternatives(&mut self) -> Parsed<Vec<Step>> {
        let mut branches = vec![self.sequence()?];
        while self.eat("|") {
            branches.push(self.sequence()?);
        }
        let mut program = branches.pop().unwrap_or_default();
        while let Some(branch) = branches.pop() {
            let mut joined = vec![Step::Split(1, branch.len() as i32 + 2)];
            joined.extend(branch);
            joined.push(Step::Jump(program.len() as i32 + 1));
            joined.extend(program);
            program = joined;
        }
        Ok(program)
    }

    fn sequence(&mut self) -> Parsed<Vec<Step>> {
        let mut program = Vec::new();
        while self.peek().is_some_and(|c| c != '|' && c != ')') {
            let start = self.at;
            let one = self.one()?;
            let repeated = self.repeated(one)?;
            program.extend(repeated);
            if program.len() > MAX_PROGRAM {
                return self.error(start, "Expected a smaller regular expression: this one repeats too much.");
            }
        }
        Ok(program)
    }

    fn one(&mut self) -> Parsed<Vec<Step>> {
        let start = self.at;
        let step = match self.next().unwrap_or('\0') {
            '(' => {
                if self.eat("?") && !self.eat(":") {
                    return self
                        .error(start, "Expected a plain group or (?:…): looking ahead or behind is not supported.");
                }
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return self.error(start, "Expected fewer groups inside each other.");
                }
                let program = self.alternatives()?;
                self.depth -= 1;
                if !self.eat(")") {
                    return self.error(start, "Expected a ) for this (.");
                }
                return Ok(program);
            }
            '[' => self.class(start)?,
            '.' => self.set(true, &[('\n', '\n')]),
            '^' => Step::Look(Look::Start),
            '$' => Step::Look(Look::End),
            '*' | '+' | '?' => return self.error(start, "Expected something before it to repeat."),
            '\\' => match self.peek() {
                Some('b') => {
                    self.at += 1;
                    Step::Look(Look::WordEdge)
                }
                Some('B') => {
                    self.at += 1;
                    Step::Look(Look::NoWordEdge)
                }
                _ => match self.escape(start)? {
                    Escape::Char(c) => Step::Char(c),
                    Escape::Set(inverted, ranges) => self.set(inverted, ranges),
                },
            },
            c => Step::Char(c),
        };
        Ok(vec![step])
    }

    fn set(&mut self, inverted: bool, ranges: &[(char, char)]) -> Step {
        self.classes.push(Class { inverted, ranges: ranges.to_vec() });
        Step::Class(self.classes.len() as u32 - 1)
    }

    /// What stands behind a backslash.
    fn escape(&mut self, start: usize) -> Parsed<Escape> {
        let Some(c) = self.next() else { return self.error(start, "Expected a character after \\.") };
        Ok(match c {
            'd' => Escape::Set(false, DIGITS),
            'D' => Escape::Set(true, DIGITS),
            'w' => Escape::Set(false, WORD),
            'W' => Escape::Set(true, WORD),
            's' => Escape::Set(false, SPACE),
            'S' => Escape::Set(true, SPACE),
            'n' => Escape::Char('\n'),
            'r' => Escape::Char('\r'),
            't' => Escape::Char('\t'),
            c if c.is_ascii_alphanumeric() => {
                return self
                    .error(start, "Expected one of \\d \\w \\s \\D \\W \\S \\b \\B \\n \\r \\t, or a sign after \\.");
            }
            c => Escape::Char(c),
        })
    }

    fn class(&mut self, start: usize) -> Parsed<Step> {
        let inverted = self.eat("^");
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            let place = self.at;
            let Some(c) = self.next() else { return self.error(start, "Expected a ] for this [.") };
            if c == ']' && !first {
                break;
            }
            first = false;
            let low = match if c == '\\' { self.escape(place)? } else { Escape::Char(c) } {
                Escape::Char(c) => c,
                Escape::Set(false, set) => {
                    ranges.extend_from_slice(set);
                    continue;
                }
                Escape::Set(true, set) => {
                    ranges.extend(all_but(set));
                    continue;
                }
            };
            let rest = &self.text[self.at..];
            if !rest.starts_with('-') || rest.starts_with("-]") {
                ranges.push((low, low));
                continue;
            }
            self.at += 1;
            let high = match self.next() {
                Some('\\') => match self.escape(place)? {
                    Escape::Char(c) => Some(c),
                    Escape::Set(..) => None,
                },
                c => c,
            };
            match high {
                Some(high) if low <= high => ranges.push((low, high)),
                _ => return self.error(place, "Expected a range from a lower to a higher character."),
            }
        }
        self.classes.push(Class { inverted, ranges });
        Ok(Step::Class(self.classes.len() as u32 - 1))
    }

    /// With what stands behind it: `* + ? {n} {n,} {n,m}`, each also lazy, which makes no difference to whether there is a match.
    fn repeated(&mut self, one: Vec<Step>) -> Parsed<Vec<Step>> {
        let start = self.at;
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.counts() {
                Some(counts) => counts,
                None => return Ok(one),
            },
            _ => return Ok(one),
        };
        if self.at == start {
            self.at += 1;
        }
        self.eat("?");
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return self.error(self.at, "Expected something before it to repeat.");
        }
        let length = one.len() as i32;
        let copies = least.max(most.unwrap_or(0)).max(1) as usize;
        if copies.saturating_mul(one.len() + 1) > MAX_PROGRAM || most.is_some_and(|most| most < least) {
            return self.error(start, "Expected a smaller number of repetitions, the lower one first.");
        }
        let mut program = Vec::new();
        (0..least).for_each(|_| program.extend_from_slice(&one));
        match most {
            None => {
                program.push(Step::Split(1, length + 2));
                program.extend_from_slice(&one);
                program.push(Step::Jump(-length - 1));
            }
            Some(most) => {
                for _ in least..most {
                    program.push(Step::Split(1, length + 1));
                    program.extend_from_slice(&one);
                }
            }
        }
        Ok(program)
    }

    /// `{n}`, `{n,}` or `{n,m}`; `None`, and nothing read, where a brace is just a brace.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let rest = &self.text[self.at + 1..];
        let inner = &rest[..rest.find('}')?];
        let number = |text: &str| if text.len() <= 4 { text.parse::<u32>().ok() } else { None };
        let counts = match inner.split_once(',') {
            None => number(inner).map(|n| (n, Some(n)))?,
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        self.at += inner.len() + 2;
        Some(counts)
    }
}

enum Escape {
    Char(char),
    Set(bool, &'static [(char, char)]),
}

/// What lies between the ranges, which rise.
fn all_but(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut rest = Vec::new();
    let mut from = '\0';
    for (low, high) in ranges {
        if from < *low {
            rest.push((from, char::from_u32(*low as u32 - 1).unwrap_or(*low)));
        }
        from = char::from_u32(*high as u32 + 1).unwrap_or(*high);
    }
    rest.push((from, char::MAX));
    rest
}

/// What stands before a place.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Before {
    Nothing,
    Word,
    Other,
}

/// A set of places, and what stands before them.
#[derive(Debug)]
struct State {
    places: Vec<u16>,
    before: Before,
}

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Regex {
    program: Vec<Step>,
    classes: Vec<Class>,
    any_case: bool,
    /// What stands in every match, and whether each begins with it.
    needed: Option<Needle>,
    begins_with_it: bool,
    states: Vec<State>,
    machine: Machine,
    /// For each step of the program, the turn in which it was reached.
    reached: Vec<u32>,
    turn: u32,
    stack: Vec<u16>,
}

impl Regex {
    pub(super) fn new(text: &str, any_case: bool) -> Result<Regex, RegexError> {
        let mut parser = Parser { text, at: 0, depth: 0, classes: Vec::new() };
        let mut program = parser.alternatives()?;
        if parser.at < text.len() {
            return parser.error(parser.at, "Expected a ( for this ).");
        }
        if program.len() > MAX_PROGRAM {
            return parser.error(0, "Expected a smaller regular expression: this one repeats too much.");
        }
        program.push(Step::Match);
        let reached = vec![0; program.len()];
        let classes = parser.classes;
        let (needed, begins_with_it) = needed(&program);
        let mut regex = Regex {
            program,
            classes,
            any_case,
            needed,
            begins_with_it,
            states: Vec::new(),
            machine: Machine::default(),
            reached,
            turn: 0,
            stack: Vec::new(),
        };
        regex.forget();
        Ok(regex)
    }

    /// What stands in every match, if something does.
    pub(super) fn needed(&self) -> Option<&Needle> {
        self.needed.as_ref()
    }

    /// Whether it matches somewhere in the text.
    pub(super) fn is_in(&mut self, text: &str) -> bool {
        let first = self.needed.as_ref().map_or(Some(0), |needed| needed.find(text.as_bytes(), 0, text.len()));
        first.is_some_and(|first| self.walk(text, START, if self.begins_with_it { first } else { 0 }))
    }

    /// Adds the numbers of the texts in which it matches; at each place what is needed stands for the first time.
    pub(super) fn walk_each(&mut self, texts: &Texts, mut places: &[Place], matched: &mut Vec<u32>) {
        while let Some((index, state, at)) = self.machine.walk_each(texts, places, self.begins_with_it, matched) {
            let number = places[index].number;
            if self.walk(texts.text(number), state, at) {
                matched.push(number);
            }
            places = &places[index + 1..];
        }
    }

    /// Whether it matches when it goes on from a state and a place.
    fn walk(&mut self, text: &str, mut state: u16, mut at: usize) -> bool {
        loop {
            match self.machine.walk(state, text.as_bytes(), at) {
                Walk::Done(matched) => return matched,
                Walk::Open { state: from, at: place } => {
                    let c = text[place..].chars().next();
                    state = self.advance(from, c);
                    let Some(c) = c.filter(|_| state != MATCHED) else { return state == MATCHED };
                    at = place + c.len_utf8();
                }
            }
        }
    }

    /// The state behind a character, or behind the end.
    fn advance(&mut self, state: u16, c: Option<char>) -> u16 {
        let known = self.states.len();
        let next = self.step(state, c);
        // When everything was forgotten meanwhile the state is another one.
        if self.states.len() >= known {
            self.machine.learn(state, c, next);
        }
        next
    }

    fn step(&mut self, state: u16, c: Option<char>) -> u16 {
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 {
            self.reached.fill(0);
            self.turn = 1;
        }
        let State { places, before, .. } = &self.states[state as usize];
        let before = *before;
        self.stack.clear();
        // A match may begin anywhere.
        self.stack.push(0);
        self.stack.extend_from_slice(places);
        let is_word = |c: char| WORD.iter().any(|(from, to)| *from <= c && c <= *to);
        let edge = (before == Before::Word) != c.is_some_and(is_word);
        let mut next = Vec::new();
        while let Some(place) = self.stack.pop() {
            let at = place as usize;
            if std::mem::replace(&mut self.reached[at], self.turn) == self.turn {
                continue;
            }
            let to = |by: i32| (i32::from(place) + by) as u16;
            match self.program[at] {
                Step::Match => return MATCHED,
                Step::Jump(by) => self.stack.push(to(by)),
                Step::Split(one, other) => self.stack.extend([to(one), to(other)]),
                Step::Look(look) => {
                    let holds = match look {
                        Look::Start => before == Before::Nothing,
                        Look::End => c.is_none(),
                        Look::WordEdge => edge,
                        Look::NoWordEdge => !edge,
                    };
                    if holds {
                        self.stack.push(to(1));
                    }
                }
                Step::Char(_) | Step::Class(_) => {
                    if c.is_some_and(|c| self.accepts(at, c)) {
                        next.push(to(1));
                    }
                }
            }
        }
        let Some(c) = c else { return 0 };
        sort::slice(&mut next, Ord::cmp);
        self.number(next, if is_word(c) { Before::Word } else { Before::Other })
    }

    fn accepts(&self, at: usize, c: char) -> bool {
        let other = if self.any_case { other_case(c) } else { c };
        match self.program[at] {
            Step::Char(wanted) => wanted == c || wanted == other,
            Step::Class(class) => {
                let class = &self.classes[class as usize];
                (class.has(c) || class.has(other)) != class.inverted
            }
            _ => false,
        }
    }

    /// The number of a state.
    fn number(&mut self, places: Vec<u16>, before: Before) -> u16 {
        let known = self.states.iter().position(|state| state.before == before && state.places == places);
        if let Some(known) = known {
            return known as u16;
        }
        if self.states.len() >= MAX_STATES {
            self.forget();
        }
        self.states.push(State { places, before });
        self.machine.add();
        self.states.len() as u16 - 1
    }

    /// Leaves nothing but the state before any text.
    fn forget(&mut self) {
        self.states.clear();
        self.machine.clear();
        self.states.push(State { places: Vec::new(), before: Before::Nothing });
        self.machine.add();
    }
}

/// The longest run of ASCII characters that stands in every match of a program, and whether the match begins with it. A step over which nothing
/// jumps is always taken, and behind a character comes the next step.
fn needed(program: &[Step]) -> (Option<Needle>, bool) {
    let (mut longest, mut run, mut begins_with_it) = (Vec::new(), Vec::new(), false);
    // How far what came before may jump.
    let mut reached = 0;
    for (number, step) in program.iter().enumerate() {
        let goes_to = |by: &i32| number.saturating_add_signed(*by as isize);
        match step {
            Step::Char(c) if c.is_ascii() && (!run.is_empty() || reached <= number) => run.push(*c as u8),
            Step::Split(one, other) => reached = reached.max(goes_to(one)).max(goes_to(other)),
            Step::Jump(by) => reached = reached.max(goes_to(by)),
            _ => {}
        }
        if !matches!(step, Step::Char(c) if c.is_ascii()) {
            run.clear();
        }
        if run.len() > longest.len() {
            longest.clone_from(&run);
            begins_with_it = run.len() == number + 1;
        }
    }
    (Needle::new(&longest).filter(|needle| needle.len() > 0), begins_with_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, found: &[&str], absent: &[&str]) {
        for any_case in [false, true] {
            let mut regex = Regex::new(expression, any_case).unwrap();
            for text in found {
                assert!(regex.is_in(text), "/{expression}/ in {text:?}");
            }
            for text in absent {
                assert!(!regex.is_in(text), "/{expression}/ not in {text:?}");
            }
        }
    }

    #[test]
    fn what_expressions_mean() {
        check("b", &["b", "abc"], &["", "ac"]);
        check("^b", &["b", "bc"], &["ab", ""]);
        check("b$", &["b", "ab"], &["ba", ""]);
        check("^$", &[""], &["a"]);
        check("", &["", "a"], &[]);
        check("a.c", &["abc", "xa cx", "aßc"], &["ac", "a\nc"]);
        check("a*b", &["b", "aaab"], &["aaa"]);
        check("^a+b?$", &["a", "aab"], &["", "abb", "b"]);
        check("^(ab|cd)+$", &["ab", "cdab"], &["abc", "", "ac"]);
        check("^(?:a|b|c|)x$", &["ax", "bx", "cx", "x"], &["dx", "abx"]);
        check("^a{3}$", &["aaa"], &["aa", "aaaa"]);
        check("^a{2,}$", &["aa", "aaaaa"], &["a"]);
        check("^a{1,2}?b$", &["ab", "aab"], &["b", "aaab"]);
        check("a{x}", &["a{x}"], &["ax"]);
        check("^[a-c0]+$", &["abc0"], &["d", "1"]);
        check("^[^a-c]$", &["d", "-"], &["a"]);
        check("^[]x-]+$", &["]-x"], &["a"]);
        check("^[\\d_]+$", &["1_2"], &["a"]);
        check("^[\\D]$", &["a", "ü", "_"], &["1"]);
        check("\\d\\.\\d", &["1.2"], &["1x2"]);
        check("^\\w+\\s\\S\\W$", &["ab_1 x!"], &["ab x"]);
        check("\\bcart\\b", &["cart", "GET /cart/1", "a cart"], &["carts", "_cart"]);
        check("\\Bart", &["cart"], &["art"]);
        check("ab+c", &["ab abbc", "AB abc", "xabc"], &["ab abb", "bc"]);
        check("ar\\b", &["art ar", "ar"], &["art", "arar_"]);
        check("^(a*)*$", &["", "aaa"], &["b"]);
        check("^(a|aa)+$", &["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"], &["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"]);
    }

    #[test]
    fn what_stands_in_every_match() {
        for (expression, text, begins_with_it) in [
            ("carts\\/[0-9]+5", "carts/", true),
            ("a.bcd*e", "bc", false),
            ("ab.c", "ab", true),
            ("ab|cd", "", false),
            ("x(ab|cd)", "x", true),
            ("x(ab|cd)efg", "efg", false),
            ("x(ab|cd)*ef|gh", "", false),
            ("ca?rts", "rts", false),
            ("c(a|b)?(?:rt)+s", "rt", false),
            ("(ab)*", "", false),
            ("a*b{2}c+", "bbc", false),
            ("^ab\\bc$", "ab", false),
            ("\\bab", "ab", false),
            ("ab+c", "ab", true),
            ("ab?c", "a", true),
            ("(?:ab){2}c", "ababc", true),
            ("größe", "gr", true),
            ("ößab", "ab", false),
            (".*ab", "ab", false),
            ("", "", false),
        ] {
            let regex = Regex::new(expression, false).unwrap();
            let needed = regex.needed().map(Needle::as_bytes).unwrap_or_default();
            assert_eq!((needed, regex.begins_with_it), (text.as_bytes(), begins_with_it), "{expression}");
        }
    }

    #[test]
    fn case_matters_unless_told_otherwise() {
        let mut exact = Regex::new("Straße [a-c]Ö", false).unwrap();
        assert!(exact.is_in("Straße bÖ") && !exact.is_in("straße bÖ") && !exact.is_in("Straße BÖ"));
        let mut any = Regex::new("Straße [a-c]Ö", true).unwrap();
        assert!(any.is_in("STRAßE Bö") && !any.is_in("STRAßE Dö"));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (expression, at) in [
            ("a(b", 1),
            ("ab)", 2),
            ("[a", 0),
            ("*a", 0),
            ("a**", 2),
            ("a\\", 1),
            ("a\\1", 1),
            ("(?=a)", 0),
            ("[b-a]", 1),
            ("a{3,2}", 1),
            ("a{5000}", 7),
            ("(a{900}){9}", 8),
        ] {
            let found = Regex::new(expression, false).map(|_| ()).map_err(|error| error.at);
            // A number that is too long is no number, so that its brace is just a brace.
            assert_eq!(found, if expression == "a{5000}" { Err(1) } else { Err(at) }, "{expression}");
        }
        assert!(Regex::new(&"(".repeat(100_000), false).is_err());
        assert!(Regex::new(&"a{99}".repeat(100), false).is_err());
    }

    /// Twenty places that may each be there or not make a million sets; each text is walked once all the same.
    #[test]
    fn too_many_sets_are_forgotten_and_found_again() {
        let mut regex = Regex::new(&format!("x{}y", "[ab]".repeat(20)), false).unwrap();
        let mut seed = 7_u32;
        let noise: String = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ['x', 'a', 'b'][(seed >> 24) as usize % 3]
        })
        .take(30_000)
        .collect();
        assert!(!regex.is_in(&noise));
        assert!(regex.is_in(&format!("{noise}x{}y", "ab".repeat(10))));
        assert!(regex.states.len() <= MAX_STATES);
    }
}
