//! Usual events and spans are read in one pass, the others as trees of their values: both ways give the same.
//!
//! A document is read twice: as it is, and with a field before each object's own that stands there again. The last one counts, so nothing
//! changes but the way.
#![cfg(not(target_arch = "wasm32"))]

mod dump;

use dump::dump;
use spanscope::{Outcome, ReadOptions, read};

/// Numbers that look like chance, the same ones each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Members in some order.
    fn object(&mut self, mut members: Vec<String>, before: &str) -> String {
        if self.below(4) == 0 {
            let (one, other) = (self.below(members.len()), self.below(members.len()));
            members.swap(one, other);
        }
        let blank = self.one_of(&["", "", "", " ", "\n\t"]);
        format!("{{{before}{blank}{}{blank}}}", members.join(&format!("{blank},{blank}")))
    }

    /// A value of an attribute.
    fn value(&mut self) -> &'static str {
        self.one_of(&[
            r#""text""#,
            r#""a text of more than sixty-four characters, as stack traces and statements in SQL tend to be""#,
            r#""with \"quotes\" and a \u00fc""#,
            r#""schön""#,
            r#""""#,
            "1",
            "-17",
            "0.25",
            "1e3",
            "12345678901234567890123",
            "true",
            "false",
            "null",
            "[1,2]",
            r#"{"in":{"side":1}}"#,
        ])
    }

    /// An object of attributes.
    fn attributes(&mut self, keys: &[&str]) -> String {
        let count = self.below(5);
        let members: Vec<String> = (0..count).map(|_| format!(r#""{}":{}"#, self.one_of(keys), self.value())).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// What is read, without the id of a trace that is made of the bytes, and without places.
fn told(text: String) -> String {
    let outcome: Outcome =
        read(text.clone().into_bytes(), &ReadOptions::new()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let warnings: Vec<String> =
        outcome.store.warnings().iter().map(|w| format!("{:?} {} {}", w.kind, w.count, w.message)).collect();
    let dump = dump(&outcome.store);
    let lines: Vec<&str> = dump.lines().filter(|line| !line.starts_with("trace ")).collect();
    format!("{:?}\n{warnings:?}\n{:?}\n{}", outcome.inputs[0].format.id, outcome.inputs[0].guesses, lines.join("\n"))
}

fn both_ways_are_one(seeds: std::ops::Range<u64>, document: impl Fn(&mut Dice, bool) -> String) {
    for seed in seeds {
        let dice = || Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (usual, other) = (document(&mut dice(), false), document(&mut dice(), true));
        assert_eq!(told(usual.clone()), told(other), "{usual}");
    }
}

#[test]
fn usual_trace_events_are_read_as_others_are() {
    let event = |dice: &mut Dice, other: bool, at: usize| {
        let phase = dice.one_of(&["X", "X", "X", "X", "B", "E", "i", "C", "I", "b", "M"]);
        let mut members = vec![
            format!(r#""name":"{}""#, dice.one_of(&["parse", "draw \\u0041", "läuft", "load"])),
            format!(r#""ph":"{phase}""#),
            format!(r#""ts":{}{}"#, 1000 + at * 10, dice.one_of(&["", ".5", ".0625", ".1234567", "e0"])),
            format!(r#""pid":{}"#, dice.one_of(&["1", "2", r#""p""#])),
            format!(r#""tid":{}"#, dice.one_of(&["1", r#""main""#, "null"])),
        ];
        if phase == "X" && dice.below(8) > 0 {
            members.push(format!(r#""dur":{}"#, dice.one_of(&["5", "20.125", "0", "300", "-3", r#""7""#])));
        }
        if dice.below(3) > 0 {
            members.push(format!(r#""cat":{}"#, dice.one_of(&[r#""cc,blink""#, r#""""#, "7"])));
        }
        if phase == "b" || dice.below(12) == 0 {
            members.push(r#""id":"0x1f""#.to_owned());
        }
        if dice.below(6) == 0 {
            members.push(format!(r#""tts":{}"#, dice.value()));
        }
        if dice.below(4) > 0 {
            members.push(format!(r#""args":{}"#, dice.attributes(&["url", "name", "count", "sch\\u00f6n"])));
        }
        dice.object(members, if other { r#""ph":"?","# } else { "" })
    };
    both_ways_are_one(1..400, |dice, other| {
        let count = 1 + dice.below(12);
        let events: Vec<String> = (0..count).map(|at| event(dice, other, at)).collect();
        let first = r#"{"name":"all","ph":"X","ts":1,"dur":9000,"pid":1,"tid":1}"#;
        format!(r#"{{"traceEvents":[{first},{}]}}"#, events.join(","))
    });
}

#[test]
fn usual_spans_of_datadog_are_read_as_others_are() {
    const KEYS: &[&str] =
        &["http.method", "http.status_code", "db.statement", "thread.id", "language", "_sampling_priority_v1"];
    let span = |dice: &mut Dice, other: bool, trace: usize, id: usize| {
        let mut meta = vec![format!(r#""http.url":"/{id}""#)];
        if dice.below(3) == 0 {
            meta.push(r#""_dd.p.tid":"66f1a2b300000000""#.to_owned());
        }
        for (key, often) in
            [("span.kind", 2), ("env", 3), ("version", 3), ("error.message", 9), ("http.status_code", 2)]
        {
            if dice.below(often) == 0 {
                meta.push(format!(r#""{key}":"{}""#, dice.one_of(&["client", "prod", "404", "ä"])));
            }
        }
        if dice.below(9) == 0 {
            meta.push(format!(r#""custom":{}"#, dice.value()));
        }
        let mut members = vec![
            format!(r#""trace_id":{}"#, [7_u64, 13_835_058_055_282_163_712][trace]),
            format!(r#""span_id":{}"#, id + 1),
            format!(r#""parent_id":{}"#, if id == 0 { 0 } else { 1 + dice.below(id) }),
            format!(r#""name":"{}""#, dice.one_of(&["web.request", "GET /", "sql"])),
            format!(r#""resource":"{}""#, dice.one_of(&["GET /", "SELECT", "sql"])),
            format!(r#""service":"{}""#, dice.one_of(&["shop", "db"])),
            format!(r#""type":"{}""#, dice.one_of(&["web", "sql", "custom", ""])),
            format!(r#""start":{}"#, 1_760_000_000_000_000_000_u64 + id as u64),
            format!(r#""duration":{}"#, dice.one_of(&["1000", "0", "35", "2000000"])),
            format!(r#""error":{}"#, dice.one_of(&["0", "0", "0", "1", "false"])),
            format!(r#""meta":{{{}}}"#, meta.join(",")),
            format!(r#""metrics":{}"#, dice.attributes(KEYS)),
        ];
        if dice.below(10) == 0 {
            members.remove(3 + dice.below(9));
            members.push(format!(r#""more":{}"#, dice.value()));
        }
        dice.object(members, if other { r#""trace_id":1,"# } else { "" })
    };
    both_ways_are_one(1..400, |dice, other| {
        let first = r#"{"trace_id":9,"span_id":9,"parent_id":0,"name":"a","resource":"b","service":"c","type":"","start":1760000000000000000,"duration":1,"error":0,"meta":{},"metrics":{}}"#;
        let lists: Vec<String> = (0..2)
            .map(|trace| {
                let count = 1 + dice.below(6);
                let spans: Vec<String> = (0..count).map(|id| span(dice, other, trace, id)).collect();
                format!("[{}]", spans.join(","))
            })
            .collect();
        match dice.below(2) {
            0 => format!("[[{first}],{}]", lists.join(",")),
            _ => format!(r#"{{"traces":[[{first}],{}]}}"#, lists.join(",")),
        }
    });
}

/// The reader of trace events hands over the tree of its slices, unless one of them ends before it begins: then their ids make it.
#[test]
fn a_tree_that_is_handed_over_is_the_one_that_the_ids_make() {
    let spans = |events: &[String], last: &str| {
        let last = format!(r#"{{"name":"the last","ph":"X","ts":5,"dur":{last},"pid":9,"tid":9}}"#);
        let text = format!("[{},{last}]", events.join(","));
        let outcome = read(text.clone().into_bytes(), &ReadOptions::new()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        // The id of the trace is made of the bytes; links name it.
        let id = outcome.store.traces().next().map(|trace| trace.id()).unwrap_or_default();
        let dump = dump(&outcome.store).replace(&id, "the trace");
        let of_others =
            |line: &&str| !["trace ", "the last", "end-before-start"].iter().any(|of_it| line.contains(of_it));
        let lines: Vec<String> = dump.lines().filter(of_others).map(str::to_owned).collect();
        assert!(lines.len() > 1, "{text}");
        lines
    };
    for seed in 1_u64..600 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let count = 1 + dice.below(24);
        let events: Vec<String> = (0..count)
            .map(|_| {
                let phase = dice.one_of(&["X", "X", "X", "X", "X", "B", "E", "B", "E", "i", "b", "e", "s", "t", "f"]);
                let (name, thread) = (dice.one_of(&["one", "two"]), dice.one_of(&["1", "2", "3"]));
                let (at, lasts) = (dice.below(9), dice.one_of(&["0", "0", "1", "2", "4", "9"]));
                format!(
                    r#"{{"name":"{name}","cat":"c","ph":"{phase}","ts":{at},"dur":{lasts},"pid":1,"tid":{thread},"id":{thread}}}"#
                )
            })
            .collect();
        assert_eq!(spans(&events, "0"), spans(&events, "-1"), "{events:?}");
    }
}
