//! A `traceparent` on the way back to the browser: in `Server-Timing`, and in the page itself.
//!
//! ```text
//! Server-Timing: cache;dur=2.4, traceparent;desc="00-…-01"      as observability vendors send it
//! Server-Timing: trace;desc=00-…-01                             as the draft of Trace Context level 3 has it
//! <meta name="traceparent" content="00-…-01">                   for the span of the page's load
//! ```

use crate::context::traceparent::Traceparent;

/// The `traceparent` in the value of a `Server-Timing` header; the first valid one.
///
/// ```
/// let value = "cache;dur=2.4, traceparent;desc=\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"";
/// assert!(spanscope::context::server_timing_traceparent(value).is_some());
/// ```
pub fn server_timing_traceparent(value: &str) -> Option<Traceparent> {
    descriptions(value).find_map(|(start, end)| value[start..end].parse().ok())
}

/// Where the descriptions of the metrics stand that are named for a trace, without their quotes.
pub(super) fn descriptions(value: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut named = false;
    parts(value).filter_map(move |(kind, start, end)| {
        let part = value[start..end].trim();
        if kind == Part::Name {
            named = part.eq_ignore_ascii_case("trace") || part.eq_ignore_ascii_case("traceparent");
            return None;
        }
        let (name, description) = part.split_once('=')?;
        if !named || !name.trim_end().eq_ignore_ascii_case("desc") {
            return None;
        }
        // Offsets again, without white space and quotes.
        let description = description.trim().trim_matches('"');
        let offset = start + value[start..end].find(description)?;
        (!description.is_empty()).then_some((offset, offset + description.len()))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Parameter,
}

/// The parts between commas and semicolons that do not stand in quotes.
fn parts(value: &str) -> impl Iterator<Item = (Part, usize, usize)> {
    let bytes = value.as_bytes();
    let mut next = Some((Part::Name, 0));
    std::iter::from_fn(move || {
        let (kind, start) = next?;
        let (mut quoted, mut escaped) = (false, false);
        let length = bytes[start..].iter().position(|&byte| {
            let literal = escaped;
            escaped = quoted && byte == b'\\' && !literal;
            quoted ^= byte == b'"' && !literal;
            !quoted && matches!(byte, b',' | b';')
        });
        let end = length.map_or(bytes.len(), |length| start + length);
        next = bytes.get(end).map(|separator| (if *separator == b',' { Part::Name } else { Part::Parameter }, end + 1));
        Some((kind, start, end))
    })
}

/// The `traceparent` in the `<meta>` tag of a page; the first valid one.
///
/// ```
/// let page = r#"<head><meta content='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' name='traceparent'></head>"#;
/// assert!(spanscope::context::meta_tag_traceparent(page).is_some());
/// ```
pub fn meta_tag_traceparent(html: &str) -> Option<Traceparent> {
    meta_tags(html).find_map(|tag| (tag.name == "traceparent").then(|| html[tag.start..tag.end].parse().ok())?)
}

/// A `<meta>` tag with a name and a content.
pub(super) struct MetaTag {
    /// In lower case.
    pub(super) name: String,
    /// Where the content stands.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The `<meta>` tags of a page.
pub(super) fn meta_tags(html: &str) -> impl Iterator<Item = MetaTag> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + html[at..].find('<')? + 1;
            at = start;
            if html.get(start..start + 4).is_some_and(|tag| tag.eq_ignore_ascii_case("meta")) {
                let (tag, end) = attributes(html, start + 4);
                at = end;
                if tag.is_some() {
                    return tag;
                }
            }
        }
    })
}

/// The name and content of the tag whose attributes begin at `at`; and where it ends.
fn attributes(html: &str, mut at: usize) -> (Option<MetaTag>, usize) {
    let bytes = html.as_bytes();
    let (mut name, mut content) = (None, None);
    loop {
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/') {
            at += 1;
        }
        if bytes.get(at).is_none_or(|byte| matches!(byte, b'>' | b'<')) {
            break;
        }
        let key = at;
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && !b"=/><".contains(byte)) {
            at += 1;
        }
        let key = &html[key..at];
        if bytes.get(at) != Some(&b'=') {
            // An attribute without a value, or a stray character.
            at += usize::from(key.is_empty());
            continue;
        }
        at += 1;
        let quote = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        at += usize::from(quote.is_some());
        let start = at;
        while bytes.get(at).is_some_and(|byte| match quote {
            Some(quote) => *byte != quote,
            None => !byte.is_ascii_whitespace() && *byte != b'>',
        }) {
            at += 1;
        }
        let end = at;
        at += usize::from(quote.is_some() && at < bytes.len());
        if key.eq_ignore_ascii_case("name") {
            name = Some(html[start..end].trim().to_ascii_lowercase());
        } else if key.eq_ignore_ascii_case("content") {
            content = Some((start, end));
        }
    }
    let tag = name.zip(content).map(|(name, (start, end))| MetaTag { name, start, end });
    (tag, at)
}
