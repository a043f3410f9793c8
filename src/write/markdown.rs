//! A trace as Markdown, ready for a ticket: what was found, with its figures, in as few lines as a reader needs.
//!
//! Nothing is left out in silence: where a list is cut, a line says how much is missing. Text from the trace is escaped, so that it
//! stands as it is and formats nothing.

use std::fmt::Write;

use crate::analyze::advice::Advice;
use crate::analyze::attribution::path_by_spent;
use crate::analyze::bottleneck::path_by_operation;
use crate::analyze::facts::Facts;
use crate::analyze::finding::Finding;
use crate::analyze::summary::trace_summary;
use crate::time::{format_duration, grouped};

/// Rows of the table of operations.
const OPERATIONS: usize = 8;
/// Findings that are told.
const FINDINGS: usize = 8;
/// Spans of the outline.
const OUTLINE: usize = 30;

/// A trace as Markdown. `verdict`, `findings` and `advice` are those of the trace.
pub fn markdown(facts: &Facts<'_>, verdict: &str, findings: &[Finding], advice: &Advice) -> String {
    let mut text = String::new();
    let summary = trace_summary(&facts.trace);
    let root = if summary.root_name.is_empty() { "(no name)" } else { &summary.root_name };
    let service =
        if summary.root_service.is_empty() { String::new() } else { format!(" in {}", plain(&summary.root_service)) };
    line(&mut text, &format!("## {}{service}: {}", plain(root), format_duration(facts.whole_ns())));
    line(&mut text, "");
    line(&mut text, &plain(verdict));
    line(&mut text, "");
    let errors =
        if summary.errors > 0 { format!(", {} with an error", grouped(summary.errors as u64)) } else { String::new() };
    line(
        &mut text,
        &format!(
            "Trace {}: {} spans{errors}, {} services, {} levels.",
            code(&facts.trace.id()),
            grouped(summary.spans as u64),
            grouped(summary.services.len() as u64),
            grouped(u64::from(summary.depth))
        ),
    );
    operations(&mut text, facts);
    told(&mut text, findings);
    advised(&mut text, advice);
    outline(&mut text, facts);
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The critical path by operation, as a table that adds up.
fn operations(text: &mut String, facts: &Facts<'_>) {
    let Some(path) = facts.paths.of_top(facts.top.index()).filter(|path| !path.segments.is_empty()) else { return };
    let parts = path_by_operation(facts.store(), &path);
    let whole = facts.whole_ns();
    let services: Vec<&str> = facts.store().services().collect();
    line(text, "\n### Where the time went\n");
    line(text, "| operation | service | time on the critical path | share |");
    line(text, "|---|---|---:|---:|");
    let mut row = |name: &str, service: &str, ns: u64| {
        let whole = u128::from(whole.max(1));
        let tenths = (u128::from(ns) * 1000 + whole / 2) / whole;
        let (name, service) = (plain(name), plain(service));
        writeln!(text, "| {name} | {service} | {} | {}.{} % |", format_duration(ns), tenths / 10, tenths % 10)
            .expect("a string takes it");
    };
    for part in parts.iter().take(OPERATIONS) {
        let times =
            if part.spans.len() > 1 { format!(" ({} spans)", grouped(part.spans.len() as u64)) } else { String::new() };
        row(&format!("{}{times}", facts.store().string(part.name)), services[part.service], part.ns);
    }
    let rest: u64 = parts.iter().skip(OPERATIONS).map(|part| part.ns).sum();
    if rest > 0 {
        row(&format!("{} other operations", grouped((parts.len() - OPERATIONS) as u64)), "", rest);
    }
    row("all", "", whole);
    let spent: Vec<String> = path_by_spent(facts)
        .iter()
        .map(|part| format!("{} {}", part.spent.as_str().replace('-', " "), format_duration(part.ns)))
        .collect();
    line(text, &format!("\nBy what it was spent on: {}.", spent.join(", ")));
}

fn told(text: &mut String, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    line(text, "\n### Findings\n");
    for (number, finding) in findings.iter().take(FINDINGS).enumerate() {
        let saves = if finding.saves_ns > 0 {
            format!(" Up to {} sooner without it.", format_duration(finding.saves_ns))
        } else {
            String::new()
        };
        line(
            text,
            &format!(
                "{}. **{}.** ({}, {}){saves}",
                number + 1,
                plain(&finding.title),
                finding.severity.as_str(),
                finding.confidence.as_str()
            ),
        );
        if !finding.arithmetic.is_empty() {
            line(text, &format!("   - {}", plain(&finding.arithmetic)));
        }
        for evidence in &finding.evidence {
            line(text, &format!("   - {}", plain(&evidence.text)));
        }
        if !finding.next.is_empty() {
            line(text, &format!("   - Next: {}.", plain(&finding.next)));
        }
    }
    if findings.len() > FINDINGS {
        line(text, &format!("\n{} further findings are left out.", grouped((findings.len() - FINDINGS) as u64)));
    }
}

fn advised(text: &mut String, advice: &Advice) {
    if advice.now.is_empty() {
        return;
    }
    line(text, "\n### What to do\n");
    for action in &advice.now {
        let why = if action.why.is_empty() { String::new() } else { format!(" ({})", plain(&action.why)) };
        line(text, &format!("- [ ] Now: {}{why}.", plain(&action.text)));
    }
    if let Some(later) = &advice.later {
        line(text, &format!("- [ ] Later: {}.", plain(&later.text)));
    }
    if !advice.runbook.is_empty() {
        line(text, "\n### Runbook\n");
        for (number, step) in advice.runbook.iter().enumerate() {
            line(text, &format!("{}. {}", number + 1, plain(step)));
        }
    }
    if !advice.query.is_empty() {
        line(text, &format!("\nMore such requests, in TraceQL: {}", code(&advice.query)));
    }
}

/// The spans on the path as an indented list, the first ones.
fn outline(text: &mut String, facts: &Facts<'_>) {
    let all = facts.critical.iter().filter(|ns| **ns > 0).count();
    if all == 0 {
        return;
    }
    line(text, "\n### Critical path\n");
    line(text, "```");
    for span in facts.trace.spans().filter(|span| facts.critical[span.position()] > 0).take(OUTLINE) {
        let indent = "  ".repeat((span.depth() as usize).min(20));
        let service =
            if span.service().is_empty() { String::new() } else { format!(" [{}]", one_line(span.service())) };
        let own = format_duration(facts.critical[span.position()]);
        let took = format_duration(span.interval().map_or(0, |(start, end)| end - start));
        line(text, &format!("{indent}{}{service} {took}, {own} on the path", one_line(span.name())));
    }
    line(text, "```");
    if all > OUTLINE {
        line(text, &format!("\n{} further spans of the path are left out.", grouped((all - OUTLINE) as u64)));
    }
}

/// Text that stands as it is: what would format something is escaped, and lines are joined.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~') {
            escaped.push('\\');
        }
        escaped.push(if character.is_control() { ' ' } else { character });
    }
    escaped
}

/// Text inside a fence: it cannot end it.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() || character == '`' { '\'' } else { character }).collect()
}

fn code(text: &str) -> String {
    format!("`{}`", one_line(text))
}
