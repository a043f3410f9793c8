//! All events of a trace, lines of logs among them, in time order, with what is hidden by a filter.
//!
//! ```text
//!  +12.4 ms  INFO   checkout  POST /cart     cart loaded
//!  +31.0 ms  ERROR  stock     SELECT stock   PoolTimeout: no connection in 30 ms      an exception
//! ```
//! An event without a time stands where its span starts. The level is what the event says of itself in one of the attributes that loggers use;
//! an exception is an error whatever else it says. A filter is a list of words, each of which occurs in the text, the service, the operation,
//! or a value, in any case; and the least level.
//!
//! The list is made once, O(n log n); filtering looks at every event once.

use crate::analyze::errors::tells_of_error;
use crate::analyze::letters::{fold, lower_case};
use crate::store::{Event, Span, Trace};

/// How bad a line is, by what it says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It says nothing of it.
    #[default]
    Unsaid,
    /// Finer than debug.
    Trace,
    /// For those who wrote the program.
    Debug,
    /// As it should be.
    Info,
    /// Something to look at.
    Warn,
    /// It went wrong.
    Error,
    /// It ended the program.
    Fatal,
}

impl Level {
    const ALL: [Level; 7] =
        [Level::Unsaid, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

    /// Lower-case name, "" when nothing is said.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Unsaid => "",
            Level::Trace => "trace",
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
            Level::Fatal => "fatal",
        }
    }

    /// The level of this name; nothing for a name of no level.
    pub fn named(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.as_str() == name)
    }

    /// In the spellings of loggers; any other word is none, as an attribute may be of another sort of level.
    fn of(text: &str) -> Level {
        const SPELLINGS: [(Level, &str); 6] = [
            (Level::Trace, " trace trc verbose vrb finest "),
            (Level::Debug, " debug dbg d fine finer config "),
            (Level::Info, " info inf information informational i notice ok "),
            (Level::Warn, " warn wrn warning w "),
            (Level::Error, " error err eror severe e alert "),
            (Level::Fatal, " fatal ftl critical crit crt panic dpanic emerg emergency f "),
        ];
        let word = format!(" {} ", text.to_ascii_lowercase());
        let found = SPELLINGS.iter().find(|(_, names)| names.contains(&word));
        found.map_or_else(|| Level::of_number(text), |(level, _)| *level)
    }

    /// OpenTelemetry numbers from 1 to 24, four to a level.
    fn of_number(text: &str) -> Level {
        match text.parse::<usize>() {
            Ok(number @ 1..=24) => Level::ALL[(number - 1) / 4 + 1],
            _ => Level::Unsaid,
        }
    }
}

/// A line of the list.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Position of the span in the trace's tree order.
    span: u32,
    /// Place among the span's events.
    place: u32,
    level: Level,
    exception: bool,
}

/// A line as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Position of the span in the trace's tree order.
    pub span: u32,
    /// Place among the span's events.
    pub place: u32,
    /// Nanoseconds since the start of the trace; NaN without a time.
    pub ns: f64,
    /// What it says of itself.
    pub level: Level,
    /// Whether it tells of an exception.
    pub exception: bool,
    /// What it says.
    pub text: String,
    /// How many attributes it has.
    pub attributes: u32,
}

/// The events of a trace.
#[derive(Debug)]
pub struct Logs {
    lines: Vec<Line>,
    /// Those that the filter leaves, in time order.
    shown: Vec<u32>,
    levels: [u32; 7],
    exceptions: u32,
}

impl Logs {
    /// All events, by time; events of one time as their spans stand in the tree.
    pub fn new(trace: &Trace<'_>) -> Logs {
        let mut times: Vec<(u64, u32)> = Vec::new();
        let mut lines = Vec::new();
        let mut levels = [0; 7];
        let mut exceptions = 0;
        for span in trace.spans() {
            for (place, event) in (0..).zip(span.events()) {
                let exception = is_exception(&event);
                let level = level_of(&event, exception);
                levels[level as usize] += 1;
                exceptions += u32::from(exception);
                let time = event.time_ns().or(span.start_ns()).unwrap_or(u64::MAX);
                times.push((time, lines.len() as u32));
                lines.push(Line { span: span.position() as u32, place, level, exception });
            }
        }
        times.sort_unstable();
        let lines: Vec<Line> = times.into_iter().map(|(_, index)| lines[index as usize]).collect();
        Logs { shown: (0..lines.len() as u32).collect(), lines, levels, exceptions }
    }

    /// How many lines there are in all.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// How many lines the filter leaves.
    pub fn shown_count(&self) -> usize {
        self.shown.len()
    }

    /// How many lines there are of each level, in rising order from those that say nothing.
    pub fn levels(&self) -> [u32; 7] {
        self.levels
    }

    /// How many lines tell of an exception.
    pub fn exceptions(&self) -> u32 {
        self.exceptions
    }

    /// Leaves only what has all these words and at least this level.
    pub fn filter(&mut self, trace: &Trace<'_>, words: &str, least: Level) {
        let words: Vec<String> = words.split_whitespace().map(lower_case).collect();
        let mut shown = Vec::new();
        let mut haystack = String::new();
        for (index, line) in (0..).zip(&self.lines) {
            if line.level >= least && (words.is_empty() || has_all(trace, line, &words, &mut haystack)) {
                shown.push(index);
            }
        }
        self.shown = shown;
    }

    /// The lines from one on.
    pub fn rows(&self, trace: &Trace<'_>, from: usize, count: usize) -> Vec<Row> {
        let lines = self.shown.iter().skip(from).take(count).filter_map(|index| self.lines.get(*index as usize));
        lines.filter_map(|line| row(trace, line)).collect()
    }
}

fn found<'a>(trace: &Trace<'a>, line: &Line) -> Option<(Span<'a>, Event<'a>)> {
    let span = trace.span(line.span as usize)?;
    Some((span, span.event(line.place)?))
}

fn row(trace: &Trace<'_>, line: &Line) -> Option<Row> {
    let (_, event) = found(trace, line)?;
    let ns = match (event.time_ns(), trace.start_ns()) {
        (Some(time), Some(start)) => (i128::from(time) - i128::from(start)) as f64,
        _ => f64::NAN,
    };
    Some(Row {
        span: line.span,
        place: line.place,
        ns,
        level: line.level,
        exception: line.exception,
        text: text_of(&event),
        attributes: event.attributes().len() as u32,
    })
}

fn has_all(trace: &Trace<'_>, line: &Line, words: &[String], haystack: &mut String) -> bool {
    let Some((span, event)) = found(trace, line) else { return false };
    haystack.clear();
    let mut add = |text: &str| {
        haystack.extend(text.chars().map(fold));
        haystack.push('\n');
    };
    add(&event.name());
    add(span.service());
    add(span.name());
    add(line.level.as_str());
    for (_, value) in event.attributes() {
        match value.as_str() {
            Some(text) => add(text),
            None => add(&value.to_string()),
        }
    }
    words.iter().all(|word| haystack.contains(word.as_str()))
}

/// What an event says: its message, or what an exception is and says, else its name.
fn text_of(event: &Event<'_>) -> String {
    let mut message = String::new();
    let mut exception = (String::new(), String::new());
    for (key, value) in event.attributes() {
        match key {
            "exception.type" => exception.0 = value.to_string(),
            "exception.message" => exception.1 = value.to_string(),
            "message" | "log.message" | "body" if message.is_empty() => message = value.to_string(),
            _ => {}
        }
    }
    let name = event.name();
    match (exception.0.is_empty(), exception.1.is_empty()) {
        _ if !name.eq_ignore_ascii_case("exception") && !message.is_empty() => message,
        _ if !name.is_empty() && !name.eq_ignore_ascii_case("exception") => name.into_owned(),
        (false, false) => format!("{}: {}", exception.0, exception.1),
        (false, true) => exception.0,
        (true, false) => exception.1,
        (true, true) if !message.is_empty() => message,
        (true, true) => name.into_owned(),
    }
}

fn is_exception(event: &Event<'_>) -> bool {
    tells_of_error(&event.name()) || event.attributes().any(|(key, _)| key.starts_with("exception."))
}

fn level_of(event: &Event<'_>, exception: bool) -> Level {
    const NAMES: [&str; 7] = ["level", "severity", "severity_text", "severitytext", "lvl", "levelname", "loglevel"];
    let mut level = Level::Unsaid;
    for (key, value) in event.attributes() {
        let key = key.rsplit('.').next().unwrap_or(key);
        if level == Level::Unsaid && NAMES.iter().any(|name| key.eq_ignore_ascii_case(name)) {
            level = value.as_str().map_or(Level::Unsaid, |text| Level::of(text.trim()));
        } else if level == Level::Unsaid && key.eq_ignore_ascii_case("severity_number") {
            level = Level::of_number(&value.to_string());
        }
    }
    if exception { level.max(Level::Error) } else { level }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn levels_are_known_in_the_spellings_of_loggers() {
        for (level, spellings) in [
            (Level::Trace, "trace TRACE trc verbose VRB finest 1 4"),
            (Level::Debug, "debug DBG D fine FINER config"),
            (Level::Info, "info INFO Information I notice NOTICE ok 9"),
            (Level::Warn, "warn WARNING wrn W"),
            (Level::Error, "error ERR eror SEVERE alert 17"),
            (Level::Fatal, "fatal FTL critical CRIT panic dpanic emerg emergency 24"),
            (Level::Unsaid, "? 0 25 -1 xyz default platinum"),
        ] {
            for spelling in spellings.split(' ') {
                assert_eq!(Level::of(spelling), level, "{spelling}");
            }
        }
    }
}
