//! Text before JSON and around it: commands, progress, headers, assignments, labels, objects around a document.

use std::ops::Range;

use super::begins_as_json;
use crate::json::{Kind, Lexer};

/// Noise before JSON is not longer.
const NOISE_LINES: usize = 400;

/// Where the JSON begins that stands behind lines of a shell, and how many lines those are.
pub(super) fn noise(head: &[u8]) -> Option<(usize, usize)> {
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
pub(super) fn text_before_json(head: &[u8]) -> Option<(usize, usize)> {
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
pub(super) fn text_beside_json(bytes: &[u8]) -> Option<Vec<(usize, usize)>> {
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
        let mut lexer = Lexer::new(bytes, begin);
        at = lexer.skip().ok()?.end;
        documents.push((begin, at));
    }
}

/// Whether so many hexadecimal digits stand together that they are an id.
pub(super) fn has_id(line: &[u8]) -> bool {
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

/// Objects and lists inside of the object that a text is, those that lie less deep first; the last one may be cut off.
pub(in super::super) fn values_inside(bytes: &[u8]) -> Vec<Range<usize>> {
    /// Objects around each other, and values of them that are looked at.
    const DEPTH: usize = 4;
    const MOST: usize = 16;
    let mut all = Vec::new();
    let mut level: Vec<Range<usize>> = std::iter::once(0..bytes.len()).collect();
    for _ in 0..DEPTH {
        let mut inside: Vec<Range<usize>> = Vec::new();
        for around in &level {
            let mut lexer = Lexer::new(&bytes[..around.end], around.start);
            if !matches!(lexer.peek(), Ok(Kind::Object)) {
                continue;
            }
            let Ok(mut cursor) = lexer.begin_object() else { continue };
            while let Ok(Some(_)) = lexer.any_member(&mut cursor) {
                let Ok(kind) = lexer.peek() else { break };
                let start = lexer.offset();
                let value = lexer.skip();
                if matches!(kind, Kind::Object | Kind::Array) && inside.len() < MOST {
                    inside.push(value.as_ref().map_or(start..around.end, Range::clone));
                }
                if value.is_err() {
                    break;
                }
            }
        }
        all.extend_from_slice(&inside);
        level = inside;
    }
    all
}
