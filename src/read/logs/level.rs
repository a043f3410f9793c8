//! Levels of log lines, in every library's spelling.

/// How bad it is, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Unsaid,
    Fine,
    Warning,
    Error,
}

impl Level {
    /// A level's name, in every library's spelling.
    pub fn of(name: &[u8]) -> Option<Level> {
        if name.len() > 8 {
            return Level::of_long(name);
        }
        // Those that are met most come first.
        const FINE: [u64; 19] = words([
            "info", "debug", "trace", "inf", "dbg", "trc", "verbose", "notice", "dbug", "trce", "vrb", "fine", "finer",
            "finest", "config", "default", "ok", "debu", "trac",
        ]);
        const WARNING: [u64; 3] = words(["warn", "warning", "wrn"]);
        const ERROR: [u64; 17] = words([
            "error", "err", "fatal", "critical", "severe", "panic", "fail", "eror", "crit", "crt", "ftl", "dpanic",
            "alert", "emerg", "erro", "fata", "pani",
        ]);
        let word = word(name);
        // In front of a word a zero byte would be none.
        if name.first() == Some(&0) {
            return None;
        }
        if FINE.contains(&word) {
            Some(Level::Fine)
        } else if WARNING.contains(&word) {
            Some(Level::Warning)
        } else {
            ERROR.contains(&word).then_some(Level::Error)
        }
    }

    #[cold]
    fn of_long(name: &[u8]) -> Option<Level> {
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if is("information") || is("informational") {
            return Some(Level::Fine);
        }
        is("emergency").then_some(Level::Error)
    }

    /// Pino and bunyan number their levels from 10 to 60.
    pub(super) fn of_number(number: &str) -> (Level, Option<&'static str>) {
        match number {
            "10" => (Level::Fine, Some("trace")),
            "20" => (Level::Fine, Some("debug")),
            "30" => (Level::Fine, Some("info")),
            "40" => (Level::Warning, Some("warn")),
            "50" => (Level::Error, Some("error")),
            "60" => (Level::Error, Some("fatal")),
            _ => (Level::Unsaid, None),
        }
    }
}

/// A word of at most eight letters as a number, whatever their case.
pub(super) const fn word(name: &[u8]) -> u64 {
    let (mut number, mut at) = (0, 0);
    while at < name.len() {
        number = number << 8 | name[at].to_ascii_lowercase() as u64;
        at += 1;
    }
    number
}

pub(super) const fn words<const N: usize>(names: [&str; N]) -> [u64; N] {
    let (mut numbers, mut at) = ([0; N], 0);
    while at < N {
        numbers[at] = word(names[at].as_bytes());
        at += 1;
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_told_whatever_their_case() {
        for (name, level) in [
            ("INFO", Some(Level::Fine)),
            ("Ok", Some(Level::Fine)),
            ("informational", Some(Level::Fine)),
            ("wArn", Some(Level::Warning)),
            ("critical", Some(Level::Error)),
            ("EMERGENCY", Some(Level::Error)),
            ("", None),
            ("inform", None),
            ("information!", None),
            ("\0\0\0\0info", None),
        ] {
            assert_eq!(Level::of(name.as_bytes()), level, "{name}");
        }
    }
}
