//! What stands before each line, or around it: prefixes of other programs, numbers and marks, an indentation, Docker's JSON.

use std::collections::HashMap;
use std::sync::Arc;

use super::{GLANCE, begins_as_json, content, cut_lines, head_of};
use crate::read::detect::formats_of;
use crate::read::instant::leading_date_time;
use crate::read::line_prefixes::{LinePrefixes, NO_NAME};

/// A date, or the name of a host or a program, is not longer.
const DATE_LENGTH: usize = 64;

// ── Line prefixes ───────────────────────────────────────────────────────────────────────────────────────────────────

/// Who puts something before each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrefixShape {
    /// `shop-1  | `
    Compose,
    /// `[pod/shop-5d4f/app] `
    Kubectl,
    /// `shop.log:`, `shop.log:12:`, `shop.log-13-`
    Grep,
    /// `2026-01-02T03:04:05.123456789Z stdout F `, `[2026-01-02T03:04:05Z] `, `2026-01-02T03:04:05Z app[web.1]: `, `Jan 02 03:04:05 host shop[7]: `
    Stamp,
    /// `2026-01-02 03:04:05 INFO [main] Reporter: `, before a document.
    Line,
}

impl PrefixShape {
    /// The shape that at least four of five lines share.
    pub(super) fn of(head: &[u8]) -> Option<PrefixShape> {
        [PrefixShape::Kubectl, PrefixShape::Compose, PrefixShape::Grep].into_iter().find(|shape| shape.is_shared(head))
    }

    pub(super) fn is_shared(self, head: &[u8]) -> bool {
        let lines = || head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        // The last line of a glance may be cut off.
        let total = lines().filter(|line| *line != b"--").count();
        let matching = lines().filter(|line| self.prefix(line).is_some()).count();
        matching > 0 && matching * 5 >= total * 4
    }

    pub(super) fn origin(self) -> &'static str {
        match self {
            PrefixShape::Compose => "docker compose",
            PrefixShape::Kubectl => "kubectl",
            PrefixShape::Grep => "grep",
            PrefixShape::Stamp => "a log driver",
            PrefixShape::Line => "a log",
        }
    }

    /// The name in the prefix of a line, and how long the prefix is.
    fn prefix(self, line: &[u8]) -> Option<(&[u8], usize)> {
        match self {
            PrefixShape::Compose => {
                let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || b"._-@".contains(b)).count();
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
            PrefixShape::Line => {
                let at = line.windows(2).position(|pair| pair == b"{\"")?;
                let list = line[..at].iter().rev().take_while(|byte| **byte == b'[').count();
                let document = line[at..].trim_ascii_end();
                // Spans have times.
                let has = |part: &[u8]| document.windows(part.len()).any(|window| window == part);
                let whole = document.ends_with(if list > 0 { b"]" } else { b"}" });
                (at > list && whole && [&b"tart"[..], b"imestamp", b"baseType"].into_iter().any(has))
                    .then_some((b"", at - list))
            }
            PrefixShape::Stamp => {
                if let [_, _, _, b' ', _, _, b' ', _, _, b':', _, _, b':', _, _, b' ', rest @ ..] = line {
                    let host = rest.iter().take(DATE_LENGTH).position(|byte| *byte == b' ')? + 1;
                    let end = rest[host..].iter().take(DATE_LENGTH).position(|byte| *byte == b':')?;
                    let name = rest[host..host + end].split(|byte| *byte == b'[').next()?;
                    let space = usize::from(rest.get(host + end + 1) == Some(&b' '));
                    return Some((name, 16 + host + end + 1 + space));
                }
                let bracket = usize::from(line.first() == Some(&b'['));
                let line = &line[bracket..];
                let head = &line[..line.len().min(DATE_LENGTH)];
                // All of a date is ASCII.
                let head = &head[..head.iter().take_while(|byte| byte.is_ascii()).count()];
                let (date, rest) = leading_date_time(std::str::from_utf8(head).ok()?)?;
                let mut end = head.len() - rest.len();
                if bracket > 0 {
                    end += line[end..].starts_with(b"]").then_some(1)?;
                }
                let behind = &line[end..];
                // `host shop[7]: `
                let program = behind.iter().take(DATE_LENGTH).position(|byte| *byte == b'{').unwrap_or(DATE_LENGTH);
                let program = &behind[..behind.len().min(program)];
                if let Some(close) = program.windows(3).position(|window| window == b"]: ")
                    && let Some(open) = program[..close].iter().position(|byte| *byte == b'[')
                    && program[..open].trim_ascii().iter().filter(|byte| **byte == b' ').count() < 2
                {
                    let name = program[..open].rsplit(|byte| *byte == b' ').next()?;
                    return date.zoned.then_some((name, bracket + end + close + 3));
                }
                const STREAMS: [&[u8]; 6] = [b" stdout F ", b" stderr F ", b" stdout P ", b" stderr P ", b" ", b"\t"];
                let mark = STREAMS.iter().find(|mark| behind.starts_with(mark)).map_or(0, |mark| mark.len());
                (date.zoned && (mark > 0 || behind.trim_ascii().is_empty())).then_some((b"", bracket + end + mark))
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

/// Whether what this begins with is of a log, if it is of any format.
fn is_log(head: &[u8]) -> Option<bool> {
    let format = formats_of(head).first().map(|candidate| candidate.format.id);
    format.map(|id| matches!(id, "logs" | "rust-tracing"))
}

/// What all lines begin with, three at least, as programs that run others put it there (`[0] `, `shop:dev: `), if spans stand behind it.
pub(super) fn same_beginning(head: &[u8]) -> Option<Vec<u8>> {
    // The last line of a glance may be cut off.
    let whole = if head.len() == GLANCE { head.iter().rposition(|byte| *byte == b'\n')? } else { head.len() };
    let mut lines = head[..whole].split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let (mut common, mut count) = (lines.next()?, 1);
    for line in lines {
        let length = common.iter().zip(line).take_while(|(a, b)| a == b).count();
        (common, count) = (&common[..length], count + 1);
        if length == 0 {
            return None;
        }
    }
    // An indentation behind it is the lines' own.
    let end = common.iter().rposition(|byte| *byte != b' ')? + 1;
    let common = &common[..common.len().min(end + 1)];
    if common.iter().any(|byte| matches!(byte, b'{' | b'"')) {
        return None;
    }
    let mut text = head.to_vec();
    remove_margin(&mut text, common);
    // What goes on over lines is indented; lines that stand for themselves may begin alike.
    let indented = text.windows(2).any(|pair| pair == b"\n ");
    (count > 2 && indented && is_log(&text) == Some(false)).then(|| common.to_vec())
}

/// Whether what stands before the lines is none of their own: without it they are spans, or another format that is no log.
pub(super) fn is_foreign(head: &[u8], shape: PrefixShape) -> bool {
    let mut lines = head.to_vec();
    match shape {
        // Formats whose documents stand in lines of logs read them there.
        PrefixShape::Line => {
            let mut all = head.split(|byte| *byte == b'\n');
            if !all.any(|line| shape.prefix(line).is_some()) || is_log(head) == Some(false) {
                return false;
            }
        }
        _ if !shape.is_shared(head) => return false,
        _ => {}
    }
    remove_prefixes(&mut lines, shape);
    is_log(&lines) == Some(false)
}

pub(super) fn remove_prefixes(bytes: &mut Vec<u8>, shape: PrefixShape) -> LinePrefixes {
    let mut prefixes = LinePrefixes::default();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut last = (Vec::new(), NO_NAME);
    cut_lines(bytes, &mut |line, to| {
        let line = content(line);
        let (number, length) = match shape.prefix(line) {
            Some((b"", length)) => (NO_NAME, length),
            Some((name, length)) => {
                if last.1 == NO_NAME || last.0 != name {
                    let number =
                        *numbers.entry(String::from_utf8_lossy(name).into_owned()).or_insert_with_key(|name| {
                            prefixes.names.push(name.clone());
                            prefixes.names.len() as u32 - 1
                        });
                    last = (name.to_vec(), number);
                }
                (last.1, length)
            }
            // What grep puts between groups of lines.
            None if shape == PrefixShape::Grep && line.trim_ascii() == b"--" => (NO_NAME, line.len()),
            None => (NO_NAME, 0),
        };
        if prefixes.runs.last().is_none_or(|(_, last)| *last != number) {
            prefixes.runs.push((to as u32, number));
        }
        length
    });
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
pub(super) fn without_marks(bytes: &mut Arc<Vec<u8>>) -> Option<&'static str> {
    let mark = [Mark::Number, Mark::Added].into_iter().find(|mark| mark.is_shared(head_of(bytes)))?;
    let strip = |text: &mut Vec<u8>| {
        cut_lines(text, &mut |line, _| mark.of(content(line)).map_or(0, |(_, start)| start));
    };
    let mut head = head_of(bytes).to_vec();
    strip(&mut head);
    if !begins_as_json(&head) && PrefixShape::of(&head).is_none() && formats_of(&head).is_empty() {
        return None;
    }
    strip(Arc::make_mut(bytes));
    Some(match mark {
        Mark::Number => "Removed the numbers before the lines.",
        Mark::Added => "Removed the marks of a difference before the lines.",
    })
}

// ── What all lines begin with ───────────────────────────────────────────────────────────────────────────────────────

/// The indentation that all lines begin with, if there are two at least, or the marks of a quotation.
pub(super) fn margin(head: &[u8]) -> &[u8] {
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

pub(super) fn remove_margin(bytes: &mut Vec<u8>, margin: &[u8]) {
    cut_lines(bytes, &mut |line, _| margin.iter().zip(line.iter()).take_while(|(a, b)| a == b).count());
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
pub(super) fn without_docker(bytes: &mut Arc<Vec<u8>>) -> Option<usize> {
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
