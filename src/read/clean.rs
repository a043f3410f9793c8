//! Text as people have it, made readable: what stands around the data is taken away before anything is detected.
//!
//! ```text
//!  UTF-16 ─► UTF-8   Docker's JSON   byte order mark   ANSI escapes   line prefixes   Markdown around fences   text before the JSON
//!  └────── decoded ────────────┘   └───────────────── removed ─────────────────────┘  └── blanked: spaces of the same length ───┘
//! ```
//! Line feeds stay where they are, so line numbers are those of what was given. Whether anything is to be done is decided from the beginning of
//! the text: one that begins as JSON is not touched, however long it is. Commas behind the last element ([`without_trailing_commas`]) are only
//! looked for when the lexer stumbles over one.
//!
//! Lines inside the answer of a store of logs come out of it ([`answers`]).
//!
//! Line prefixes name a service, so they are remembered by line ([`LinePrefixes`]).

use std::collections::HashMap;
use std::sync::Arc;

use super::detect::formats_of;
use super::instant::leading_date_time;
use super::line_prefixes::{LinePrefixes, NO_NAME};
use super::logs::answers;
use super::unpack::Trouble;

/// How much of a text is looked at.
const GLANCE: usize = 64 * 1024;
/// Noise before JSON is not longer.
const NOISE_LINES: usize = 400;
/// A date, or the name of a host or a program, is not longer.
const DATE_LENGTH: usize = 64;
/// Programs that put something before each line of each other's output are no more.
const NESTED_PREFIXES: usize = 4;

/// Makes a text readable; a sentence on each thing that was done, and what could not be.
pub(super) fn clean(bytes: &mut Arc<Vec<u8>>, notes: &mut Vec<String>, troubles: &mut Vec<Trouble>) -> LinePrefixes {
    let prefixes = without_surroundings(bytes, notes);
    let head = head_of(bytes);
    let answer = begins_as_json(head).then(|| answers::lines_of(bytes, head, troubles)).flatten();
    let Some((lines, services, note)) = answer else { return prefixes };
    *bytes = Arc::new(lines);
    notes.push(note);
    services
}

fn without_surroundings(bytes: &mut Arc<Vec<u8>>, notes: &mut Vec<String>) -> LinePrefixes {
    if let Some(order) = Order::of(bytes) {
        let (text, lone) = order.decode(bytes);
        *bytes = Arc::new(text.into_bytes());
        let replaced = match lone {
            0 => String::new(),
            1 => " One half of a surrogate pair without the other became U+FFFD.".to_owned(),
            _ => format!(" {lone} halves of surrogate pairs without the other became U+FFFD."),
        };
        notes.push(format!("Decoded UTF-16 ({}).{replaced}", order.name()));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        Arc::make_mut(bytes).drain(..3);
        notes.push("Left out a byte order mark.".to_owned());
    }
    let unseen = unseen(bytes);
    if unseen > 0 {
        Arc::make_mut(bytes).drain(..unseen);
        notes.push("Left out blanks that cannot be seen before the text.".to_owned());
    }
    if let Some(document) = quoted_document(bytes) {
        *bytes = Arc::new(document);
        notes.push("Read the document that the text holds as a string of JSON.".to_owned());
    }
    if let Some(count) = without_docker(bytes) {
        notes.push(format!("Read {count} lines out of what Docker's log driver wrote around them."));
    }
    let mut prefixes = LinePrefixes::default();
    let head = head_of(bytes);
    if head.contains(&0) && std::str::from_utf8(head).is_err_and(|error| error.error_len().is_some()) {
        return prefixes; // No text.
    }
    let escapes = head.windows(2).any(|pair| pair[0] == 0x1b && matches!(pair[1], b'[' | b']' | b'('));
    if begins_as_json(head) && !escapes {
        return prefixes;
    }
    if escapes {
        let bytes = Arc::make_mut(bytes);
        let before = bytes.len();
        remove_escapes(bytes);
        notes.push(format!("Removed ANSI escapes such as colours ({} bytes).", before - bytes.len()));
    }
    let margin = margin(head_of(bytes)).to_vec();
    if !margin.is_empty() {
        remove_margin(Arc::make_mut(bytes), &margin);
        notes.push(match margin.contains(&b'>') {
            true => "Removed the marks of a quotation before each line.".to_owned(),
            false => "Removed the indentation that all lines share.".to_owned(),
        });
        if begins_as_json(head_of(bytes)) {
            return prefixes;
        }
    }
    let fenced = read_fences(bytes, notes);
    if preformatted(head_of(bytes)) {
        *bytes = Arc::new(text_of_page(bytes));
        notes.push("Read what stands in the preformatted part of an HTML page.".to_owned());
    }
    if let Some(note) = without_marks(bytes) {
        notes.push(note.to_owned());
    }
    // A file that grep looked through may be the output of another one, and what stands next to the line names it best.
    for _ in 0..NESTED_PREFIXES {
        let Some(shape) = PrefixShape::of(head_of(bytes)) else { break };
        prefixes = remove_prefixes(Arc::make_mut(bytes), shape);
        let names = prefixes.names.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if prefixes.names.len() > 4 { ", …" } else { "" };
        notes.push(format!("Removed what {} puts before each line ({names}{more}).", shape.origin()));
    }
    if PrefixShape::Stamp.is_shared(head_of(bytes)) && stamps_are_foreign(head_of(bytes)) {
        let services = remove_prefixes(Arc::make_mut(bytes), PrefixShape::Stamp);
        if prefixes.names.is_empty() {
            prefixes = services;
        }
        notes.push("Removed the date and time before each line, which what reads it has no use for.".to_owned());
    }
    if !fenced {
        read_fences(bytes, notes);
    }
    if let Some((end, lines)) = noise(head_of(bytes)) {
        blank(&mut Arc::make_mut(bytes)[..end]);
        let lines = if lines == 1 { "a line".to_owned() } else { format!("{lines} lines") };
        notes.push(format!("Left out {lines} before the JSON: commands, progress or headers."));
    } else if let Some((end, lines)) = text_before_json(head_of(bytes)) {
        blank(&mut Arc::make_mut(bytes)[..end]);
        let lines = if lines == 1 { "a line of text".to_owned() } else { format!("{lines} lines of text") };
        notes.push(format!("Left out {lines} before the JSON."));
    } else if let Some(documents) = text_beside_json(bytes) {
        let bytes = Arc::make_mut(bytes);
        let mut end = 0;
        for (from, to) in documents {
            blank(&mut bytes[end..from]);
            end = to;
        }
        bytes.truncate(end);
        notes.push("Left out the text around the JSON.".to_owned());
    }
    prefixes
}

/// Leaves what stands in the fenced blocks, if this is a Markdown text.
fn read_fences(bytes: &mut Arc<Vec<u8>>, notes: &mut Vec<String>) -> bool {
    let fenced = has_fences(head_of(bytes));
    if fenced {
        let count = keep_fenced(Arc::make_mut(bytes));
        let blocks = if count == 1 { "the fenced block".to_owned() } else { format!("the {count} fenced blocks") };
        notes.push(format!("Read {blocks} of a Markdown text and left out what stands around."));
    }
    fenced
}

fn head_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(GLANCE)]
}

/// Whether the first thing is JSON. Prefixes and log lines in brackets are none.
fn begins_as_json(text: &[u8]) -> bool {
    let mut rest = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (rest.next(), rest.next()) {
        (Some(b'{'), next) => matches!(next, None | Some(b'"' | b'}')),
        (Some(b'['), next) => matches!(next, None | Some(b'{' | b'[' | b'"' | b']')),
        _ => false,
    }
}

/// Spaces for everything but line feeds.
fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

/// How many bytes of characters that show nothing stand at the beginning; copies of pages have them.
fn unseen(bytes: &[u8]) -> usize {
    const UNSEEN: [&str; 4] = ["\u{a0}", "\u{200b}", "\u{2060}", "\u{feff}"];
    let mut end = 0;
    loop {
        let at = end + bytes[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match UNSEEN.iter().find(|mark| bytes[at..].starts_with(mark.as_bytes())) {
            Some(mark) => end = at + mark.len(),
            None => return end,
        }
    }
}

/// The document in a text that is a string of JSON as a whole: copied out of a field of another document.
fn quoted_document(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes.trim_ascii();
    let opens = text.strip_prefix(b"\"")?;
    if !matches!(opens.trim_ascii_start().first(), Some(b'{' | b'[')) && !opens.starts_with(b"\\n") {
        return None;
    }
    let mut lexer = crate::json::Lexer::new(text, 0);
    let string = lexer.string().ok()?;
    let inner = crate::json::decode_string(string.bytes(text));
    (lexer.at_end() && begins_as_json(inner.as_bytes())).then(|| inner.into_owned().into_bytes())
}

// ── UTF-16 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The order of a unit's bytes.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn of(bytes: &[u8]) -> Option<Order> {
        match bytes {
            [0xff, 0xfe, ..] => return Some(Order::Little),
            [0xfe, 0xff, ..] => return Some(Order::Big),
            _ => {}
        }
        // Without a mark: nearly all of the first characters are below U+0100, and the very first is text.
        let pairs = bytes[..bytes.len().min(512)].as_chunks::<2>().0;
        let is = |low: usize| {
            let text = |pair: &[u8; 2]| {
                pair[1 - low] == 0 && (pair[low] >= 0x20 || pair[low] == 0x1b || pair[low].is_ascii_whitespace())
            };
            pairs.len() >= 2 && text(&pairs[0]) && pairs.iter().filter(|pair| text(pair)).count() * 4 >= pairs.len() * 3
        };
        if is(0) {
            Some(Order::Little)
        } else if is(1) {
            Some(Order::Big)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Order::Little => "little-endian",
            Order::Big => "big-endian",
        }
    }

    /// The text, and how many surrogates had no other half.
    fn decode(self, bytes: &[u8]) -> (String, usize) {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| match self {
            Order::Little => u16::from_le_bytes(*pair),
            Order::Big => u16::from_be_bytes(*pair),
        });
        let mut text = String::with_capacity(bytes.len() / 2 + bytes.len() / 16);
        let mut lone = 0;
        for character in char::decode_utf16(units) {
            text.push(character.unwrap_or_else(|_| {
                lone += 1;
                char::REPLACEMENT_CHARACTER
            }));
        }
        if !rest.is_empty() {
            lone += 1;
            text.push(char::REPLACEMENT_CHARACTER);
        }
        (text, lone)
    }
}

// ── ANSI escapes ────────────────────────────────────────────────────────────────────────────────────────────────────

pub(super) fn remove_escapes(bytes: &mut Vec<u8>) {
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let run = bytes[from..].iter().position(|byte| *byte == 0x1b).unwrap_or(bytes.len() - from);
        bytes.copy_within(from..from + run, to);
        to += run;
        from += run;
        if from < bytes.len() {
            from += escape_length(&bytes[from..]);
        }
    }
    bytes.truncate(to);
}

/// The length of the escape that begins here (ECMA-48, sections 5.3 and 5.4). It never goes beyond its line.
fn escape_length(bytes: &[u8]) -> usize {
    let within = |range: std::ops::RangeInclusive<u8>, from: usize| {
        bytes[from..].iter().take_while(|byte| range.contains(byte)).count()
    };
    match bytes.get(1) {
        Some(b'[') => {
            let parameters = 2 + within(0x30..=0x3f, 2);
            let end = parameters + within(0x20..=0x2f, parameters);
            end + usize::from(matches!(bytes.get(end), Some(0x40..=0x7e)))
        }
        // A command to the system, such as the address of a link: up to a bell or `ESC \`.
        Some(b']') => {
            let end =
                bytes[2..].iter().position(|byte| matches!(byte, 7 | 0x1b | b'\n')).map_or(bytes.len(), |at| 2 + at);
            match bytes.get(end..) {
                Some([7, ..]) => end + 1,
                Some([0x1b, b'\\', ..]) => end + 2,
                _ => end,
            }
        }
        Some(0x20..=0x2f) => {
            let end = 1 + within(0x20..=0x2f, 1);
            end + usize::from(matches!(bytes.get(end), Some(0x30..=0x7e)))
        }
        Some(0x30..=0x7e) => 2,
        _ => 1,
    }
}

// ── Line prefixes ───────────────────────────────────────────────────────────────────────────────────────────────────

/// Who puts something before each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PrefixShape {
    /// `shop-1  | `
    Compose,
    /// `[pod/shop-5d4f/app] `
    Kubectl,
    /// `shop.log:`, `shop.log:12:`, `shop.log-13-`
    Grep,
    /// `2026-01-02T03:04:05.123456789Z stdout F `, `Jan 02 03:04:05 host shop[7]: `
    Stamp,
}

impl PrefixShape {
    /// The shape that at least four of five lines share.
    fn of(head: &[u8]) -> Option<PrefixShape> {
        [PrefixShape::Kubectl, PrefixShape::Compose, PrefixShape::Grep].into_iter().find(|shape| shape.is_shared(head))
    }

    fn is_shared(self, head: &[u8]) -> bool {
        let lines = || head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        // The last line of a glance may be cut off.
        let total = lines().filter(|line| *line != b"--").count();
        let matching = lines().filter(|line| self.prefix(line).is_some()).count();
        matching > 0 && matching * 5 >= total * 4
    }

    fn origin(self) -> &'static str {
        match self {
            PrefixShape::Compose => "docker compose",
            PrefixShape::Kubectl => "kubectl",
            PrefixShape::Grep => "grep",
            PrefixShape::Stamp => "a log driver",
        }
    }

    /// The name in the prefix of a line, and how long the prefix is.
    fn prefix(self, line: &[u8]) -> Option<(&[u8], usize)> {
        match self {
            PrefixShape::Compose => {
                let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || b"._-".contains(b)).count();
                let bar = name + line[name..].iter().take_while(|b| **b == b' ').count();
                let end = match line.get(bar..)? {
                    [b'|', b' ', ..] => bar + 2,
                    [b'|'] | [b'|', b'\r'] => bar + 1,
                    _ => return None,
                };
                (line.first()?.is_ascii_alphanumeric() && bar > name).then_some((&line[..name], end))
            }
            PrefixShape::Kubectl => {
                let rest = line.strip_prefix(b"[pod/")?;
                let end = rest.iter().position(|byte| *byte == b']')?;
                let name = &rest[..end];
                let good =
                    name.iter().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(b)) && name.contains(&b'/');
                let space = usize::from(rest.get(end + 1) == Some(&b' '));
                good.then_some((name, 5 + end + 1 + space))
            }
            PrefixShape::Grep => {
                let path = line.iter().take_while(|b| !b" \t:\"{[,=".contains(b)).count();
                let (name, end) = file_name(&line[..path])?;
                let separator = *line.get(end)?;
                if separator != b':' && separator != b'-' {
                    return None;
                }
                let digits = line[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let numbered = digits > 0 && line.get(end + 1 + digits) == Some(&separator);
                Some((name, end + 1 + if numbered { digits + 1 } else { 0 }))
            }
            PrefixShape::Stamp => {
                if let [_, _, _, b' ', _, _, b' ', _, _, b':', _, _, b':', _, _, b' ', rest @ ..] = line {
                    let host = rest.iter().take(DATE_LENGTH).position(|byte| *byte == b' ')? + 1;
                    let end = rest[host..].iter().take(DATE_LENGTH).position(|byte| *byte == b':')?;
                    let name = rest[host..host + end].split(|byte| *byte == b'[').next()?;
                    let space = usize::from(rest.get(host + end + 1) == Some(&b' '));
                    return Some((name, 16 + host + end + 1 + space));
                }
                let head = &line[..line.len().min(DATE_LENGTH)];
                // All of a date is ASCII.
                let head = &head[..head.iter().take_while(|byte| byte.is_ascii()).count()];
                let (date, rest) = leading_date_time(std::str::from_utf8(head).ok()?)?;
                let end = head.len() - rest.len();
                let behind = &line[end..];
                const STREAMS: [&[u8]; 6] = [b" stdout F ", b" stderr F ", b" stdout P ", b" stderr P ", b" ", b"\t"];
                let mark = STREAMS.iter().find(|mark| behind.starts_with(mark)).map_or(0, |mark| mark.len());
                (date.zoned && (mark > 0 || behind.trim_ascii().is_empty())).then_some((b"", end + mark))
            }
        }
    }
}

/// The name of a file without folders and ending, and where its whole path ends.
fn file_name(path: &[u8]) -> Option<(&[u8], usize)> {
    const ENDINGS: [&[u8]; 7] = [b".ndjson", b".jsonl", b".json", b".log", b".txt", b".out", b".err"];
    let folder = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let dot = (folder + 1..path.len()).find(|at| ENDINGS.iter().any(|ending| path[*at..].starts_with(ending)))?;
    let ending = ENDINGS.iter().find(|ending| path[dot..].starts_with(ending))?;
    let mut end = dot + ending.len();
    // Rotated files: `shop.log.1`.
    if path.get(end) == Some(&b'.') {
        let digits = path[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        end += if digits > 0 { digits + 1 } else { 0 };
    }
    Some((&path[folder..dot], end))
}

/// Whether dates before the lines are none of their own: without them they are spans, or another format that is no log.
fn stamps_are_foreign(head: &[u8]) -> bool {
    let mut lines = head.to_vec();
    remove_prefixes(&mut lines, PrefixShape::Stamp);
    let format = formats_of(&lines).first().map(|candidate| candidate.format.id);
    format.is_some_and(|id| !matches!(id, "logs" | "rust-tracing"))
}

fn remove_prefixes(bytes: &mut Vec<u8>, shape: PrefixShape) -> LinePrefixes {
    let mut prefixes = LinePrefixes::default();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut last = (Vec::new(), NO_NAME);
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let end = bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at + 1);
        let line = bytes[from..end].strip_suffix(b"\n").unwrap_or(&bytes[from..end]);
        let (number, start) = match shape.prefix(line) {
            Some((b"", length)) => (NO_NAME, from + length),
            Some((name, length)) => {
                if last.1 == NO_NAME || last.0 != name {
                    let number =
                        *numbers.entry(String::from_utf8_lossy(name).into_owned()).or_insert_with_key(|name| {
                            prefixes.names.push(name.clone());
                            prefixes.names.len() as u32 - 1
                        });
                    last = (name.to_vec(), number);
                }
                (last.1, from + length)
            }
            // What grep puts between groups of lines.
            None if shape == PrefixShape::Grep && line.trim_ascii() == b"--" => (NO_NAME, from + line.len()),
            None => (NO_NAME, from),
        };
        if prefixes.runs.last().is_none_or(|(_, last)| *last != number) {
            prefixes.runs.push((to as u32, number));
        }
        bytes.copy_within(start..end, to);
        to += end - start;
        from = end;
    }
    bytes.truncate(to);
    prefixes
}

// ── Marks before lines ──────────────────────────────────────────────────────────────────────────────────────────────

/// What is before the lines of a listing or a difference, and says nothing of a service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// `12:`, `12|`, a number and a tab or two blanks.
    Number,
    /// `+` of a line that a difference adds.
    Added,
}

impl Mark {
    /// The line's number, and where the line itself begins; the whole line where there is nothing of the file in it.
    fn of(self, line: &[u8]) -> Option<(usize, usize)> {
        if self == Mark::Added {
            const AROUND: [&[u8]; 7] = [b"+++ ", b"--- ", b"-", b"@@ ", b"diff ", b"index ", b"new file "];
            let whole = AROUND.iter().any(|start| line.starts_with(start));
            return if whole { Some((0, line.len())) } else { line.starts_with(b"+").then_some((0, 1)) };
        }
        let blank = line.iter().take_while(|byte| **byte == b' ').count();
        let digits = line[blank..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&line[blank..blank + digits]).ok()?.parse().ok()?;
        let end = blank + digits;
        let length = match line.get(end..)? {
            [] | [b'\r'] => 0,
            // The hour of a time.
            [b':', first, second, b':', ..] if first.is_ascii_digit() && second.is_ascii_digit() => return None,
            [b'\t' | b':', ..] => 1,
            [b'|', b' ', ..] | [b' ', b' ', ..] => 2,
            [b'|', ..] => 1,
            [b' ', b'|', b' ', ..] => 3,
            [b' ', b'|', ..] => 2,
            _ => return None,
        };
        Some((number, end + length))
    }

    /// Whether all lines have it, and their numbers grow.
    fn is_shared(self, head: &[u8]) -> bool {
        // The last line of a glance may be cut off.
        let whole = match head.iter().rposition(|byte| *byte == b'\n') {
            Some(end) if head.len() == GLANCE => &head[..end],
            _ => head,
        };
        let mut last = 0;
        for line in whole.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            match self.of(line) {
                Some((number, _)) if self == Mark::Added || number > last => last = number,
                _ => return false,
            }
        }
        self == Mark::Added || last > 0
    }
}

/// Takes such marks away where JSON or another format stands behind them.
fn without_marks(bytes: &mut Arc<Vec<u8>>) -> Option<&'static str> {
    let mark = [Mark::Number, Mark::Added].into_iter().find(|mark| mark.is_shared(head_of(bytes)))?;
    let strip = |text: &[u8]| {
        let mut left = Vec::with_capacity(text.len());
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let content = line.strip_suffix(b"\n").unwrap_or(line);
            let start = mark.of(content).map_or(0, |(_, start)| start);
            left.extend_from_slice(&line[start..]);
        }
        left
    };
    let head = strip(head_of(bytes));
    if !begins_as_json(&head) && PrefixShape::of(&head).is_none() && formats_of(&head).is_empty() {
        return None;
    }
    *bytes = Arc::new(strip(bytes));
    Some(match mark {
        Mark::Number => "Removed the numbers before the lines.",
        Mark::Added => "Removed the marks of a difference before the lines.",
    })
}

// ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Whether this is a page with preformatted parts: browsers show JSON so, and save it so.
fn preformatted(head: &[u8]) -> bool {
    head.trim_ascii_start().starts_with(b"<") && head.windows(4).any(|tag| tag.eq_ignore_ascii_case(b"<pre"))
}

/// The text of the preformatted parts; of the rest the line feeds, so that lines keep their numbers.
fn text_of_page(page: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(page.len());
    let (mut at, mut inside) = (0, false);
    while at < page.len() {
        let rest = &page[at..];
        let end = match rest[0] {
            b'<' => rest.iter().position(|byte| *byte == b'>').map_or(rest.len(), |end| end + 1),
            b'&' => rest.iter().take(10).position(|byte| *byte == b';').map_or(1, |end| end + 1),
            _ => rest.iter().position(|byte| matches!(byte, b'<' | b'&')).unwrap_or(rest.len()),
        };
        let part = &rest[..end];
        let tag = |name: &[u8]| part.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if tag(b"<pre") || tag(b"</pre") {
            inside = !tag(b"</");
        }
        if inside && part[0] != b'<' {
            text.extend_from_slice(match part {
                b"&quot;" | b"&#34;" | b"&#x22;" => b"\"",
                b"&amp;" | b"&#38;" => b"&",
                b"&lt;" | b"&#60;" => b"<",
                b"&gt;" | b"&#62;" => b">",
                b"&apos;" | b"&#39;" | b"&#x27;" => b"'",
                b"&nbsp;" | b"&#160;" => b" ",
                _ => part,
            });
        } else {
            text.extend(part.iter().filter(|byte| **byte == b'\n'));
        }
        at += end;
    }
    text
}

// ── Docker's log driver ─────────────────────────────────────────────────────────────────────────────────────────────

const DOCKER: &[u8] = br#"{"log":""#;

/// What was printed, as it stands in a line.
fn docker_content(line: &[u8]) -> Option<&[u8]> {
    let text = line.strip_prefix(DOCKER)?;
    let end = crate::json::Lexer::new(line, DOCKER.len() - 1).string().ok()?.end as usize - DOCKER.len();
    let (content, behind) = text.split_at(end);
    behind.windows(9).any(|window| window == br#""stream":"#).then_some(content)
}

/// What was printed, out of lines as Docker's json-file driver keeps them, `{"log":"…\n","stream":"stdout","time":"…"}`; how many there were.
fn without_docker(bytes: &mut Arc<Vec<u8>>) -> Option<usize> {
    if !bytes.starts_with(DOCKER) {
        return None;
    }
    let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
    docker_content(lines.peek()?)?;
    let mut text = Vec::with_capacity(bytes.len());
    let mut count = 0;
    for line in lines {
        match docker_content(line) {
            Some(content) => {
                text.extend_from_slice(crate::json::decode_string(content).as_bytes());
                count += 1;
            }
            None => {
                text.extend_from_slice(line);
                text.push(b'\n');
            }
        }
    }
    *bytes = Arc::new(text);
    Some(count)
}

// ── What all lines begin with ───────────────────────────────────────────────────────────────────────────────────────

/// The indentation that all lines begin with, if there are two at least, or the marks of a quotation.
fn margin(head: &[u8]) -> &[u8] {
    let is_margin = |byte: &u8| matches!(byte, b' ' | b'\t' | b'>');
    let mut margin: Option<&[u8]> = None;
    let mut count = 0;
    // An empty line of a quotation has the mark alone.
    for line in head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii_end().iter().all(is_margin)) {
        let known = margin.unwrap_or(&line[..line.iter().take_while(|byte| is_margin(byte)).count()]);
        let common = known.iter().zip(line).take_while(|(a, b)| a == b).count();
        margin = Some(&known[..common]);
        count += 1;
        if common == 0 {
            break;
        }
    }
    margin.filter(|margin| count > 1 || margin.contains(&b'>')).unwrap_or_default()
}

fn remove_margin(bytes: &mut Vec<u8>, margin: &[u8]) {
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let end = bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at + 1);
        let start = from + margin.iter().zip(&bytes[from..end]).take_while(|(a, b)| a == b).count();
        bytes.copy_within(start..end, to);
        to += end - start;
        from = end;
    }
    bytes.truncate(to);
}

// ── Markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The character and the length of a fence.
fn fence(line: &[u8]) -> Option<(u8, usize)> {
    let line = line.trim_ascii_start();
    let mark = *line.first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = line.iter().take_while(|byte| **byte == mark).count();
    // Behind the marks there is at most the name of a language.
    (length >= 3 && !line[length..].contains(&b'`')).then_some((mark, length))
}

/// Whether a text has fenced blocks, and nothing before the first that looks like data.
fn has_fences(head: &[u8]) -> bool {
    for line in head.split(|byte| *byte == b'\n') {
        if fence(line).is_some() {
            return true;
        }
        if has_id(line) || matches!(line.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return false;
        }
    }
    false
}

/// Blanks all but what stands in the blocks, without the indentation that their fences have: how many those are.
fn keep_fenced(bytes: &mut Vec<u8>) -> usize {
    let mut open = None;
    let mut count = 0;
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let end = bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at + 1);
        let line = &mut bytes[from..end];
        let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let mut start = from;
        match (open, fence(line)) {
            (None, Some((mark, length))) => {
                open = Some((mark, length, indent));
                count += 1;
                blank(line);
            }
            (Some((mark, length, _)), Some((found, of))) if found == mark && of >= length => {
                open = None;
                blank(line);
            }
            (None, None) => blank(line),
            (Some((_, _, outer)), _) => start += indent.min(outer),
        }
        bytes.copy_within(start..end, to);
        to += end - start;
        from = end;
    }
    bytes.truncate(to);
    count
}

// ── Shell noise ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// Where the JSON begins that stands behind lines of a shell, and how many lines those are.
fn noise(head: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    let mut lines = 0;
    for line in head.split(|byte| *byte == b'\n').take(NOISE_LINES) {
        let text = line.trim_ascii();
        if matches!(text.first(), Some(b'{' | b'[')) {
            return (lines > 0 && begins_as_json(&head[at..])).then_some((at, lines));
        }
        if !text.is_empty() {
            if !is_noise(text) {
                return None;
            }
            lines += 1;
        }
        at += line.len() + 1;
    }
    None
}

/// Where JSON begins behind lines of another kind, such as what a program prints when it starts, and how many lines those are. Lines with ids are
/// data, and so are those of consoles that write ids or spans in a notation of their own.
fn text_before_json(head: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    let mut lines = 0;
    for line in head.split(|byte| *byte == b'\n').take(NOISE_LINES) {
        if matches!(line.first(), Some(b'{' | b'[')) && begins_as_json(&head[at..]) {
            return (lines > 0).then_some((at, lines));
        }
        let has = |part: &[u8]| line.windows(part.len()).any(|window| window == part);
        if has_id(line) || has(b"#<struct") || has(b"}: ") || has(b"time.busy=") {
            return None;
        }
        lines += usize::from(!line.trim_ascii().is_empty());
        at += line.len() + 1;
    }
    None
}

/// Where the documents begin and end that stand behind a few words, such as a command, an assignment or a label. Other words than those that
/// something is given to or quoted by, and words with numbers, may be the head of a line of a log. Several ones stand behind assignments alone.
fn text_beside_json(bytes: &[u8]) -> Option<Vec<(usize, usize)>> {
    const WORDS: usize = 200;
    let mut documents = Vec::new();
    let mut at = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    loop {
        let rest = &bytes[at..];
        let length = rest.iter().take(WORDS).position(|byte| matches!(byte, b'{' | b'[')).unwrap_or(0);
        let (words, begin) = (rest[..length].trim_ascii(), at + length);
        let dated = words.windows(4).any(|digits| digits.iter().all(u8::is_ascii_digit) && !words.starts_with(b"curl"));
        // A comment may stand above an assignment.
        let last = words.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let gives = match last.last() {
            Some(b'=') => true,
            Some(b':') => !words.contains(&b' ') && documents.is_empty(),
            last => last.is_some_and(|last| b"'\"`(".contains(last)) && documents.is_empty(),
        };
        if !gives
            || dated
            || words.len() > last.len() && (has_id(words) || !last.ends_with(b"="))
            || !begins_as_json(&bytes[begin..bytes.len().min(begin + WORDS)])
        {
            // What follows with brackets of its own is data, too.
            return (!documents.is_empty() && !rest.contains(&b'{')).then_some(documents);
        }
        let mut lexer = crate::json::Lexer::new(bytes, begin);
        at = lexer.skip().ok()?.end;
        documents.push((begin, at));
    }
}

/// Whether so many hexadecimal digits stand together that they are an id.
fn has_id(line: &[u8]) -> bool {
    line.split(|byte| !byte.is_ascii_hexdigit()).any(|run| run.len() >= 16)
}

fn is_noise(line: &[u8]) -> bool {
    // What a terminal shows behind the last carriage return.
    let line = line.rsplit(|byte| *byte == b'\r').next().unwrap_or(line).trim_ascii();
    let begins = |starts: &[&str]| starts.iter().any(|start| line.starts_with(start.as_bytes()));
    if line.is_empty() || begins(&["$ ", "# ", "% ", "> ", "< ", "* ", "+ ", "HTTP/", "PS ", "curl ", "Dload "]) {
        return true;
    }
    if matches!(line, b"$" | b">" | b"<" | b"*") {
        return true;
    }
    // `user@host:~/shop$ kubectl …`
    let prompt = line.iter().position(|byte| matches!(byte, b'$' | b'#' | b'%'));
    if prompt.is_some_and(|at| line[..at].contains(&b'@') && line.get(at + 1).is_none_or(|byte| *byte == b' ')) {
        return true;
    }
    // curl's progress: numbers and times only.
    if line.contains(&b':') && line.iter().all(|byte| byte.is_ascii_digit() || b" kMG.:-".contains(byte)) {
        return true;
    }
    // `Content-Type: application/json`
    let name = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    name > 0 && line[name..].starts_with(b": ") && line[0].is_ascii_alphabetic()
}

// ── Commas ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Whether what is wrong at `offset` is a closing bracket behind a comma.
pub(super) fn is_trailing_comma(bytes: &[u8], offset: usize) -> bool {
    matches!(bytes.get(offset), Some(b']' | b'}'))
        && bytes[..offset].iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b',')
}

/// Makes a space of every comma behind a last element; how many there were. Strings end with their line at the latest.
pub(super) fn without_trailing_commas(bytes: &mut [u8]) -> usize {
    let mut count = 0;
    let mut in_string = false;
    let mut comma = None;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'\n' => in_string = false,
            b'\\' if in_string => at += 1,
            b'"' => {
                in_string = !in_string;
                comma = None;
            }
            _ if in_string || byte.is_ascii_whitespace() => {}
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                    count += 1;
                }
            }
            _ => comma = None,
        }
        at += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &[u8]) -> (String, Vec<String>) {
        let mut bytes = Arc::new(text.to_vec());
        let mut notes = Vec::new();
        clean(&mut bytes, &mut notes, &mut Vec::new());
        (String::from_utf8_lossy(&bytes).into_owned(), notes)
    }

    #[test]
    fn what_begins_as_json_is_not_copied() {
        for text in ["{}", " \r\n[{\"a\":\"```\"}]", "{\"a\":\"\\u001b[1m\"}", "[\n[", "{", ""] {
            let mut bytes = Arc::new(text.as_bytes().to_vec());
            let shared = Arc::clone(&bytes);
            let mut notes = Vec::new();
            clean(&mut bytes, &mut notes, &mut Vec::new());
            assert!(Arc::ptr_eq(&bytes, &shared) && notes.is_empty(), "{text}: {notes:?}");
        }
    }

    #[test]
    fn utf16_of_either_order_is_decoded() {
        let text = "{\"név\":\"日本 𝄞\"}\r\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for (bytes, order) in [
            (little.clone(), "little"),
            ([&b"\xff\xfe"[..], &little].concat(), "little"),
            (big.clone(), "big"),
            ([&b"\xfe\xff"[..], &big].concat(), "big"),
        ] {
            let (found, notes) = cleaned(&bytes);
            assert_eq!(found, text);
            assert!(notes[0].starts_with(&format!("Decoded UTF-16 ({order}-endian).")), "{notes:?}");
        }
        let (found, notes) = cleaned(b"\xff\xfe{\0\x00\xd8}\0\x20");
        assert_eq!(found, "{\u{fffd}}\u{fffd}");
        assert_eq!(
            notes[0],
            "Decoded UTF-16 (little-endian). 2 halves of surrogate pairs without the other became U+FFFD."
        );
        for binary in [&b"\0\0\0\x05\x0a\x03"[..], b"\x0a\0\x0a\0", b"\0\x01\x02\xff\xfe", b"a\0b", b"{\""] {
            assert_eq!(
                cleaned(binary).1.iter().filter(|note| note.contains("UTF-16")).count(),
                usize::from(binary == b"\x0a\0\x0a\0")
            );
        }
    }

    #[test]
    fn colours_are_removed() {
        let text =
            b"\x1b[2m2025\x1b[0m \x1b[1;32mINFO\x1b[m \x1b]8;;http://a/\x1b\\link\x1b]8;;\x07 \x1b(Bend\x1b[\nnext\x1b";
        assert_eq!(cleaned(text).0, "2025 INFO link end\nnext");
    }

    #[test]
    fn prefixes_that_most_lines_share_are_removed_and_remembered() {
        let text = "shop-1  | {\"a\":1}\nshop-1  |\ndb-1    | x | y\nAttaching to db-1\nshop-1  | z\nshop-1  | z\n";
        let mut bytes = Arc::new(text.as_bytes().to_vec());
        let mut notes = Vec::new();
        let prefixes = clean(&mut bytes, &mut notes, &mut Vec::new());
        let found = String::from_utf8_lossy(&bytes);
        assert_eq!(found, "{\"a\":1}\n\nx | y\nAttaching to db-1\nz\nz\n");
        assert_eq!(notes, ["Removed what docker compose puts before each line (shop-1, db-1)."]);
        let name = |part: &str| prefixes.name_at(found.find(part).expect("there"));
        assert_eq!(
            (name("{"), name("x |"), name("Att"), name("z")),
            (Some("shop-1"), Some("db-1"), None, Some("shop-1"))
        );
        for (text, expected) in [
            ("[pod/shop-5d/app] {\"a\":1}\n[pod/shop-5d/app] b\n", "{\"a\":1}\nb\n"),
            ("logs/shop.log:{\"a\":1}\nshop.log-12-b\n--\nshop.log.1:13:c\n", "{\"a\":1}\nb\n\nc\n"),
            ("shop-1 | a\nb\nc\n", "shop-1 | a\nb\nc\n"),
            ("key: value\nother: value\n", "key: value\nother: value\n"),
            ("2025-01-01 10:00:00 | INFO | a\n", "2025-01-01 10:00:00 | INFO | a\n"),
            ("", ""),
        ] {
            assert_eq!(cleaned(text.as_bytes()).0, expected);
        }
    }

    #[test]
    fn only_fenced_blocks_of_markdown_are_left() {
        let text = "# Title\nSee:\n```json\n{\"a\":1}\n```\nand\n~~~~\n{\"b\":\n~~~\n2}\n~~~~\nend";
        let (found, notes) = cleaned(text.as_bytes());
        assert_eq!(found.len(), text.len());
        assert_eq!(found.split_whitespace().collect::<Vec<_>>(), ["{\"a\":1}", "{\"b\":", "~~~", "2}"]);
        assert_eq!(found.lines().count(), text.lines().count());
        assert_eq!(notes, ["Read the 2 fenced blocks of a Markdown text and left out what stands around."]);
        let log = "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 answer:\n```\nx\n```\n";
        assert_eq!(cleaned(log.as_bytes()).0, log, "a log that has a fence in it");
        assert_eq!(cleaned(b"```\n{}").0.trim(), "{}", "never closed");
    }

    #[test]
    fn shell_noise_before_json_is_left_out() {
        let text = "\
user@web:~$ curl -si http://localhost:3200/api/traces/1
  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r100   12k  100   12k    0     0  9000      0  0:00:01
HTTP/1.1 200 OK
Content-Type: application/json

{\"a\":1}
";
        let (found, notes) = cleaned(text.as_bytes());
        assert_eq!(found.trim(), "{\"a\":1}");
        assert_eq!(found.len(), text.len());
        assert_eq!(notes, ["Left out 6 lines before the JSON: commands, progress or headers."]);
        for text in ["$ ls\nfile\n", "Level: x\n[INFO] y\n", "trace 4bf92f3577b34da6a3ce929d0e0e4736\n{\"a\":1}\n"] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn text_before_json_is_left_out_unless_it_names_ids() {
        let (found, notes) = cleaned(b"Server listening.\n\nready\n{\"a\":1}\n");
        assert_eq!((found.trim(), found.lines().count()), ("{\"a\":1}", 4));
        assert_eq!(notes, ["Left out 2 lines of text before the JSON."]);
    }

    #[test]
    fn text_beside_json_is_left_out() {
        for text in [
            "const trace = {\"a\":1};\n",
            "'[{\"a\":1}]'",
            "Response: {\"a\":1}",
            "curl -d '{\"a\":1}' http://localhost:4318/v1/traces\n",
            "\u{a0}\u{200b}{\"a\":1}",
        ] {
            let (found, notes) = cleaned(text.as_bytes());
            assert!(matches!(found.trim(), "{\"a\":1}" | "[{\"a\":1}]"), "{text}: {found}");
            assert_eq!(notes.len(), 1, "{text}");
        }
        for text in [
            "2026-01-02 INFO {\"a\":1}\n",
            "ERROR not paid {\"a\":1}\n",
            "not paid: {\"a\":1}\n",
            "INFO {\"a\":1}\nINFO {\"a\":2}\n",
            "a {b: 1}\n",
            "cut {\"a\":\n",
            "key: [x]\n",
        ] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn a_string_of_json_that_holds_a_document_is_that_document() {
        let (found, notes) = cleaned(br#" "{\"a\":\"\\n\",\n\"b\":[]}" "#);
        assert_eq!(found, "{\"a\":\"\\n\",\n\"b\":[]}");
        assert_eq!(notes, ["Read the document that the text holds as a string of JSON."]);
        for text in ["\"{\" is a brace", "\"a\"", "\"{x}\"", "\"{\\\"a\\\"", "\"[1]\" \"[2]\""] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn what_all_lines_begin_with_is_removed() {
        for (text, expected, note) in [
            ("    a\n\n      b\n    c\n", "a\n\n  b\nc\n", "Removed the indentation that all lines share."),
            ("> a\n>\n>  b\n", "a\n\n b\n", "Removed the marks of a quotation before each line."),
            (">{\"a\":1}", "{\"a\":1}", "Removed the marks of a quotation before each line."),
            ("> {\"a\":\n> 1}", "{\"a\":\n1}", "Removed the marks of a quotation before each line."),
        ] {
            assert_eq!(cleaned(text.as_bytes()), (expected.to_owned(), vec![note.to_owned()]));
        }
        for text in ["  a\nb\n", "    one line\n", "\n\n"] {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn numbers_and_marks_before_lines_are_removed_where_data_stands_behind_them() {
        for (text, expected) in [
            ("1:{\"a\":\n2:\n10:1}\n", "{\"a\":\n\n1}\n"),
            (" 9\t[{\n10\t}]\n", "[{\n}]\n"),
            ("1 | {\"a\":\r\n2 |\r\n3 | 1}", "{\"a\":\r\n\r\n1}"),
            ("+{\"a\":\n+1}\n", "{\"a\":\n1}\n"),
            ("@@ -1 +1 @@\n-{}\n+{\"a\":1}\n", "\n\n{\"a\":1}\n"),
        ] {
            assert_eq!(cleaned(text.as_bytes()).0, expected);
        }
        for text in
            ["2:{\"a\":1}\n1:{\"b\":2}\n", "1: one\n2: two\n", "+ first\n+ second\n", "07:14:01 a\n08:14:01 b\n"]
        {
            assert_eq!(cleaned(text.as_bytes()).0, text);
        }
    }

    #[test]
    fn the_preformatted_text_of_a_page_is_what_it_shows() {
        let (found, notes) =
            cleaned(b"<html>\n<body><PRE\nclass=a>{&quot;a&quot;:<b>&#39;&lt;</b>&amp;lt;</PRE>x\n</body>");
        assert_eq!(found, "\n\n{\"a\":'<&lt;\n");
        assert_eq!(notes, ["Read what stands in the preformatted part of an HTML page."]);
        assert_eq!(cleaned(b"<html><body>{}</body></html>").0, "<html><body>{}</body></html>");
    }

    #[test]
    fn lines_of_dockers_log_driver_are_what_was_printed() {
        let text = concat!(
            "{\"log\":\"{\\\"a\\\":1}\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
            "{\"log\":\"half \",\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
            "{\"log\":\"and half\\n\",\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
        );
        let (found, notes) = cleaned(text.as_bytes());
        assert_eq!(found.trim_end(), "{\"a\":1}\nhalf and half");
        assert_eq!(notes, ["Read 3 lines out of what Docker's log driver wrote around them."]);
    }

    #[test]
    fn commas_behind_the_last_element_become_spaces() {
        let mut text = br#"[{"a":[1,2,],"b":",]","c":"\",}",},{"e":1 , }]"#.to_vec();
        assert_eq!(without_trailing_commas(&mut text), 3);
        let expected = r#"[{"a":[1,2 ],"b":",]","c":"\",}" },{"e":1   }]"#;
        assert_eq!(String::from_utf8_lossy(&text), expected);
        assert!(is_trailing_comma(b"[1, ]", 4) && !is_trailing_comma(b"[1 ]", 3) && !is_trailing_comma(b"[1,", 3));
    }
}
