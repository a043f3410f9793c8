//! Groups of spans with figures, events in time order and what else looks at many spans at once, through the public API.

mod common;

use std::fmt::Write;

use common::{BASE, Drawn, Random, check, drawn, read_spans, store};
use spanscope::analyze::critical_path::critical_paths;
use spanscope::analyze::self_time::self_times;
use spanscope::analyze::service_graph::ServiceGraph;
use spanscope::analyze::statistics::{Column, Figures, GroupBy, Statistics, attribute_keys};
use spanscope::view::flame::{Flame, Look, Measure};
use spanscope::view::logs::{Level, Logs};
use spanscope::view::map::layout;
use spanscope::write::csv::statistics_csv;
use spanscope::{ReadOptions, Span, Status, Store, read};

fn figures_of_first(store: &Store) -> Figures {
    let trace = store.traces().next().expect("a trace");
    Figures::of_trace(&trace, &self_times(&trace), &critical_paths(&trace))
}

const SHOP: &str = "
    cart     [------------------]  service=shop kind=server
      stock    [---]               service=stock kind=server
        read    [-]                kind=client
      stock         [------]       service=stock kind=server error=timeout
      note       [---------------] service=audit
";

/// Label, count, total, self, critical path, median, 95th percentile, maximum, errors.
fn table(store: &Store, figures: &Figures, statistics: &Statistics) -> String {
    let services: Vec<&str> = store.services().collect();
    let mut text = String::new();
    for place in 0..statistics.len() {
        let group = statistics.group(store, figures, place).expect("a group");
        let label = statistics.label(store, figures, place).expect("a label");
        let service = label.service.map(|service| services[service]).unwrap_or_default();
        let missing = if label.missing { " (missing)" } else { "" };
        writeln!(
            text,
            "{service}/{}{missing} {} {} {} {} {} {} {} {}",
            label.text,
            group.count,
            group.total_ns,
            group.own_ns,
            group.critical_ns,
            group.p50_ns,
            group.p95_ns,
            group.max_ns,
            group.errors
        )
        .expect("a string takes it");
    }
    text
}

#[test]
fn spans_are_grouped_and_added_up() {
    let store = store(SHOP);
    let figures = figures_of_first(&store);
    let by = |by| table(&store, &figures, &Statistics::new(&store, &figures, by));
    check(
        &by(GroupBy::Operation),
        "
        shop/cart 1 190 20 40 190 190 190 0
        stock/stock 2 110 90 0 40 70 70 1
        stock/read 1 20 20 0 20 20 20 0
        audit/note 1 160 160 150 160 160 160 0
        ",
    );
    check(
        &by(GroupBy::Service),
        "
        shop/ 1 190 20 40 190 190 190 0
        stock/ 3 130 110 0 40 70 70 1
        audit/ 1 160 160 150 160 160 160 0
        ",
    );
    check(
        &by(GroupBy::Status),
        "
        /unset 4 410 220 190 40 190 190 0
        /error 1 70 70 0 70 70 70 1
        ",
    );
    assert_eq!(by(GroupBy::Span).lines().count(), 5);
    assert_eq!(by(GroupBy::Attribute("no.such")), "/ (missing) 5 480 290 190 70 190 190 1\n");
}

#[test]
fn groups_are_sorted_by_any_column() {
    let store = store(SHOP);
    let figures = figures_of_first(&store);
    let mut statistics = Statistics::new(&store, &figures, GroupBy::Operation);
    let mut order = |column: &str, descending| {
        statistics.sort(&store, &figures, Column::named(column).expect("a column"), descending);
        let names = (0..statistics.len()).map(|place| statistics.label(&store, &figures, place).expect("a label").text);
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order("label", false), "note cart read stock");
    assert_eq!(order("label", true), "stock read cart note");
    assert_eq!(order("count", true), "stock cart read note");
    assert_eq!(order("total", false), "read stock note cart");
    assert_eq!(order("self", true), "note stock cart read");
    assert_eq!(order("critical", true), "note cart stock read");
    assert_eq!(order("p95", false), "read stock note cart");
    assert_eq!(order("errors", true), "stock cart read note");
    assert_eq!(order("start", false), "cart stock read note");
    assert!(Column::named("nothing").is_none());
}

#[test]
fn sums_and_percentiles_are_those_of_counting_one_by_one() {
    let mut random = Random(11);
    for round in 0..60 {
        let count = 1 + random.below(200);
        let spans: Vec<Drawn> = (0..count)
            .map(|index| {
                let start = random.below(1000);
                Drawn {
                    name: format!("op{}", random.below(5)),
                    id: format!("{:016x}", index + 1),
                    parent: if index == 0 { String::new() } else { format!("{:016x}", 1 + random.below(index)) },
                    start: Some(start),
                    // Some end before they start.
                    end: Some((start + random.below(400)).saturating_sub(20)),
                    service: format!("service{}", random.below(3)),
                    error: (random.below(9) == 0).then(|| "failed".to_owned()),
                    trace: random.below(3),
                    ..Drawn::default()
                }
            })
            .collect();
        let store = read_spans(&spans).store;
        let figures = Figures::of_all(&store);
        let statistics = Statistics::new(&store, &figures, GroupBy::Operation);
        let duration = |span: &Span<'_>| span.duration_ns().unwrap_or(0).max(0) as u64;
        let mut counted = 0;
        for place in 0..statistics.len() {
            let group = statistics.group(&store, &figures, place).expect("a group");
            let members = statistics.members(&figures, place);
            let first = store.span(members[0]);
            let mut durations: Vec<u64> = store
                .spans()
                .filter(|span| span.name() == first.name() && span.service() == first.service())
                .map(|span| duration(&span))
                .collect();
            durations.sort_unstable();
            let rank = |percent: usize| durations[(durations.len() * percent).div_ceil(100).max(1) - 1];
            assert_eq!(members.len(), durations.len(), "round {round}");
            assert_eq!((group.p50_ns, group.p95_ns, group.max_ns), (rank(50), rank(95), rank(100)));
            assert_eq!(group.total_ns, durations.iter().sum::<u64>());
            counted += group.count as usize;
        }
        assert_eq!(counted, store.span_count());
        let all = statistics.all();
        assert_eq!(all.count as usize, store.span_count());
        assert_eq!(all.errors as usize, store.spans().filter(|span| span.status() == Status::Error).count());
        let own: u64 = store.traces().flat_map(|trace| self_times(&trace)).sum();
        assert_eq!(all.own_ns, own);
        let critical: u64 =
            store.traces().map(|trace| critical_paths(&trace).iter().map(|path| path.total_ns()).sum::<u64>()).sum();
        assert_eq!(all.critical_ns, critical);
    }
}

/// Spans with attributes and events, as OTLP JSON.
fn with_attributes() -> Store {
    let attribute = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":{{{value}}}}}"#);
    let span = |id: u64, start: u64, attributes: &[String], events: &[String]| {
        format!(
            r#"{{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"{id:016x}","parentSpanId":"{}","name":"op {id}","startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"events":[{}]}}"#,
            if id == 1 { String::new() } else { format!("{:016x}", 1) },
            BASE + start,
            BASE + 1000,
            attributes.join(","),
            events.join(",")
        )
    };
    let event = |time: u64, name: &str, attributes: &[String]| {
        format!(r#"{{"timeUnixNano":"{}","name":"{name}","attributes":[{}]}}"#, BASE + time, attributes.join(","))
    };
    let spans = [
        span(
            1,
            0,
            &[attribute("code", r#""intValue":"9""#)],
            &[
                event(500, "done", &[attribute("level", r#""stringValue":"INFO""#)]),
                event(100, "begun, with Umlaut Ä", &[attribute("log.severity", r#""stringValue":"Debug""#)]),
            ],
        ),
        span(
            2,
            200,
            &[attribute("code", r#""intValue":"10""#)],
            &[event(
                300,
                "exception",
                &[
                    attribute("exception.type", r#""stringValue":"PoolTimeout""#),
                    attribute("exception.message", r#""stringValue":"no connection""#),
                ],
            )],
        ),
        span(3, 300, &[attribute("code", r#""stringValue":"=ten""#)], &[]),
        span(4, 400, &[], &[event(500, "severity by number", &[attribute("severity_number", r#""intValue":"13""#)])]),
    ];
    let resource = attribute("service.name", r#""stringValue":"shop""#);
    let document = format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{resource}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    );
    read(document, &ReadOptions::new()).expect("a document").store
}

#[test]
fn values_of_attributes_make_groups_and_their_keys_are_known() {
    let store = with_attributes();
    let figures = figures_of_first(&store);
    let keys = attribute_keys(&store, &figures);
    let keys: Vec<(&str, u32)> = keys.iter().map(|(key, count)| (store.string(*key), *count)).collect();
    assert_eq!(keys, [("service.name", 4), ("code", 3)]);
    let mut statistics = Statistics::new(&store, &figures, GroupBy::Attribute("code"));
    let labels = |statistics: &Statistics| {
        let label = |place| statistics.label(&store, &figures, place).expect("a label");
        (0..statistics.len()).map(|place| (label(place).text, label(place).missing)).collect::<Vec<_>>()
    };
    let text = |text: &str| (text.to_owned(), false);
    let none = (String::new(), true);
    assert_eq!(labels(&statistics), [none.clone(), text("9"), text("10"), text("=ten")]);
    statistics.sort(&store, &figures, Column::Label, false);
    assert_eq!(labels(&statistics), [text("9"), text("10"), text("=ten"), none]);
    // A resource's attribute is that of its spans.
    let by_resource = Statistics::new(&store, &figures, GroupBy::Attribute("service.name"));
    assert_eq!(labels(&by_resource), [text("shop")]);
    let csv = statistics_csv(&store, &figures, &statistics, GroupBy::Attribute("code"));
    check(
        &csv.replace("\r\n", "\n"),
        "
        code,count,total_ns,self_ns,critical_path_ns,p50_ns,p95_ns,max_ns,errors
        9,1,1000,200,400,1000,1000,1000,0
        10,1,800,800,0,800,800,800,0
        '=ten,1,700,700,0,700,700,700,0
        ,1,600,600,600,600,600,600,0
        ",
    );
    let csv = statistics_csv(&store, &figures, &Statistics::new(&store, &figures, GroupBy::Span), GroupBy::Span);
    assert_eq!(csv.lines().count(), 5);
    assert!(csv.lines().next().is_some_and(|line| line.starts_with("trace_id,span_id,")), "{csv}");
}

#[test]
fn events_stand_in_time_order_and_are_filtered_by_words_and_level() {
    let store = with_attributes();
    let trace = store.traces().next().expect("a trace");
    let mut logs = Logs::new(&trace);
    let lines = |logs: &Logs| {
        let mut text = String::new();
        for row in logs.rows(&trace, 0, usize::MAX) {
            let mark = if row.exception { "!" } else { "" };
            writeln!(text, "{} {}{mark} {} of {}", row.ns, row.level.as_str(), row.text, row.span).expect("text");
        }
        text
    };
    check(
        &lines(&logs),
        "
        100 debug begun, with Umlaut Ä of 0
        300 error! PoolTimeout: no connection of 1
        500 info done of 0
        500 warn severity by number of 3
        ",
    );
    assert_eq!((logs.count(), logs.exceptions(), logs.levels()), (4, 1, [0, 0, 1, 1, 1, 1, 0]));
    for (words, least, expected) in [
        ("", "warn", "PoolTimeout severity"),
        ("POOLtimeout", "", "PoolTimeout"),
        ("umlaut ä shop", "", "begun,"),
        ("umlaut nothing", "", ""),
        ("op", "info", "PoolTimeout done severity"),
        ("13", "", "severity"),
    ] {
        logs.filter(&trace, words, Level::named(least).expect("a level"));
        let rows = logs.rows(&trace, 0, usize::MAX);
        assert_eq!(rows.len(), logs.shown_count());
        let first = |text: &str| text.split([' ', ':']).next().unwrap_or_default().to_owned();
        assert_eq!(rows.iter().map(|row| first(&row.text)).collect::<Vec<_>>().join(" "), expected, "{words} {least}");
    }
    assert_eq!(logs.count(), 4);
}

#[test]
fn a_drawing_with_many_events_has_them_all() {
    let store = read_spans(&drawn(
        "
        A [---------]  events=3
          B  [--]      events=2
          C            events=1
        ",
    ))
    .store;
    let logs = Logs::new(&store.traces().next().expect("a trace"));
    assert_eq!(logs.count(), 6);
    let rows = logs.rows(&store.traces().next().expect("a trace"), 1, 4);
    assert_eq!(rows.len(), 4);
    assert!(rows.windows(2).all(|pair| pair[0].ns <= pair[1].ns || pair[1].ns.is_nan()));
}

/// The frames as a tree: service, name, spans, errors, total, self, on the path, edges in thousandths.
fn tree(store: &Store, flame: &Flame) -> String {
    let services: Vec<&str> = store.services().collect();
    let mut text = String::new();
    for frame in flame.frames() {
        let edge = |at: f64| (at * 1000.0).round();
        writeln!(
            text,
            "{}{}/{} {}x !{}+{} {} {} {} [{}..{}]",
            "  ".repeat(frame.depth as usize),
            services[frame.service as usize],
            store.string(frame.name),
            frame.count,
            frame.errors,
            frame.errors_below,
            frame.total_ns,
            frame.own_ns,
            frame.critical_ns,
            edge(frame.left),
            edge(frame.right)
        )
        .expect("a string takes it");
    }
    text
}

#[test]
fn a_flame_graph_puts_spans_of_one_path_together() {
    let store = store(
        "
        cart     [--------------------]  service=shop
          stock    [-----]               service=stock
            read    [--]
          stock            [------]      service=stock error=timeout id=stock2
            read            [-]          error=timeout id=read2
            read               [-]       id=read3
          note       [-----------]       service=audit
        ",
    );
    let figures = figures_of_first(&store);
    let flame = Flame::new(&store, &figures, Measure::Own);
    check(
        &tree(&store, &flame),
        "
        shop/cart 1x !0+2 210 60 80 [0..1000]
          stock/stock 2x !1+1 130 60 60 [0..419]
            stock/read 3x !1+0 70 70 70 [0..226]
          audit/note 1x !0+0 120 120 0 [419..806]
        ",
    );
    assert_eq!((flame.whole_ns(), flame.depth()), (310, 3));
    let total = Flame::new(&store, &figures, Measure::Total);
    // The children took 130 and 120 of the parent's 210 and share its width.
    check(
        &tree(&store, &total),
        "
        shop/cart 1x !0+2 210 60 80 [0..1000]
          stock/stock 2x !1+1 130 60 60 [0..520]
            stock/read 3x !1+0 70 70 70 [0..280]
          audit/note 1x !0+0 120 120 0 [520..1000]
        ",
    );
    let critical = Flame::new(&store, &figures, Measure::Critical);
    assert_eq!(critical.whole_ns(), 210);
    let names: Vec<&str> = flame.spans(2).iter().map(|span| store.span(*span).name()).collect();
    assert_eq!(names, ["read", "read", "read"]);
    assert!(flame.spans(4).is_empty());
}

#[test]
fn frames_lie_within_their_parents_and_no_error_is_lost_however_narrow() {
    let mut random = Random(23);
    for round in 0..150 {
        let count = 1 + random.below(250);
        let few = 1 + random.below(30);
        let spans: Vec<Drawn> = (0..count)
            .map(|index| {
                let start = random.below(2000);
                Drawn {
                    name: format!("op{}", random.below(few)),
                    id: format!("{:016x}", index + 1),
                    parent: if random.below(20) == 0 {
                        String::new()
                    } else {
                        format!("{:016x}", 1 + random.below(count))
                    },
                    start: Some(start),
                    end: Some(start + random.below(700)),
                    service: format!("service{}", random.below(3)),
                    error: (random.below(25) == 0).then(|| "failed".to_owned()),
                    trace: random.below(2),
                    ..Drawn::default()
                }
            })
            .collect();
        let store = read_spans(&spans).store;
        let figures = Figures::of_all(&store);
        for measure in [Measure::Total, Measure::Own, Measure::Critical] {
            let flame = Flame::new(&store, &figures, measure);
            let frames = flame.frames();
            assert_eq!(frames.iter().map(|frame| frame.count as usize).sum::<usize>(), store.span_count());
            let own: u64 = frames.iter().map(|frame| frame.own_ns).sum();
            assert_eq!(own, store.spans().map(|span| figures.own_ns(span.index())).sum::<u64>());
            let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
            for (index, frame) in frames.iter().enumerate() {
                let (left, right, depth) = frame.parent.map_or((0.0, 1.0, 0), |parent| {
                    let above = &frames[parent as usize];
                    assert!((index as u32) < above.end && parent < index as u32);
                    (above.left, above.right, above.depth + 1)
                });
                assert_eq!(frame.depth, depth);
                assert!(left - 1e-9 <= frame.left && frame.left <= frame.right && frame.right <= right + 1e-9);
                if let Some(next) = frames.get(frame.end as usize).filter(|next| next.depth == frame.depth) {
                    assert!(near(next.left, frame.right) && next.value_ns <= frame.value_ns);
                }
                if measure != Measure::Total && flame.whole_ns() > 0 {
                    let part = frame.value_ns as f64 / flame.whole_ns() as f64;
                    assert!(near(frame.right - frame.left, part), "round {round}: {frame:?}");
                }
                assert_eq!(flame.spans(index as u32).len(), frame.count as usize);
            }
            let width = 1.0 + random.below(200) as f64;
            let look = Look { from: 0.0, to: 1.0, width, first_row: 0, end_row: u32::MAX };
            let drawn = flame.rectangles(&look);
            for frame in frames.iter().filter(|frame| frame.errors > 0) {
                let at = (frame.left * width).min(width - 1.0);
                let shown = drawn.iter().any(|rectangle| {
                    let over = rectangle.left <= at + 1.0 && at <= rectangle.right + 1.0;
                    let marked = if rectangle.depth == frame.depth { rectangle.error } else { rectangle.error_below };
                    rectangle.depth <= frame.depth && over && marked
                });
                assert!(shown, "round {round} {measure:?} width {width}: {frame:?}\n{drawn:?}");
            }
            let stands_for: u64 =
                drawn.iter().filter(|drawn| drawn.depth == 0).map(|drawn| u64::from(drawn.frames)).sum();
            assert_eq!(stands_for, frames.iter().filter(|frame| frame.parent.is_none()).count() as u64);
            assert!(drawn.iter().all(|drawn| 0.0 <= drawn.left && drawn.left < drawn.right && drawn.right <= width));
        }
    }
}

#[test]
fn a_flame_graph_is_looked_at_from_near_and_from_nowhere() {
    let store = store(SHOP);
    let flame = Flame::new(&store, &figures_of_first(&store), Measure::Own);
    let audit = flame.frames().iter().position(|frame| store.string(frame.name) == "note").expect("a frame");
    let frame = flame.frames()[audit];
    let near = Look { from: frame.left, to: frame.right, width: 100.0, first_row: 0, end_row: 9 };
    let drawn = flame.rectangles(&near);
    assert!(drawn.iter().any(|drawn| drawn.frame == audit as u32 && drawn.left == 0.0 && drawn.right > 99.9));
    assert!(drawn.iter().any(|drawn| drawn.frame == 0 && (drawn.left, drawn.right) == (0.0, 100.0)));
    assert!(flame.rectangles(&Look { first_row: 1, ..near }).iter().all(|drawn| drawn.depth >= 1));
    assert!(flame.rectangles(&Look { end_row: 1, ..near }).iter().all(|drawn| drawn.depth < 1));
    for (from, to, width) in
        [(0.0, 0.0, 9.0), (1.0, 0.0, 9.0), (f64::NAN, 1.0, 9.0), (0.0, 1.0, 0.0), (0.0, 1.0, f64::INFINITY)]
    {
        assert!(flame.rectangles(&Look { from, to, width, first_row: 0, end_row: 9 }).is_empty());
    }
}

/// Nodes with their figures, then edges.
fn map(store: &Store, graph: &ServiceGraph) -> String {
    let mut text = String::new();
    for node in &graph.nodes {
        let system = if node.system.is_empty() { String::new() } else { format!(" ({})", node.system) };
        writeln!(
            text,
            "{} {}{system} {}x !{} in {} self {} path {}",
            node.kind.as_str(),
            node.name,
            node.spans,
            node.errors,
            node.entries,
            node.own_ns,
            node.critical_ns
        )
        .expect("text");
    }
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from].name, &graph.nodes[edge.to].name);
        let examples: Vec<&str> = edge.examples.iter().map(|span| store.span(*span).name()).collect();
        writeln!(
            text,
            "{from} > {to} {}x !{} p50 {} max {} network {}/{} queue {}/{} path {} of {}",
            edge.calls,
            edge.errors,
            edge.p50_ns,
            edge.max_ns,
            edge.network_ns,
            edge.network_calls,
            edge.queue_ns,
            edge.queue_calls,
            edge.critical_ns,
            examples.join("+")
        )
        .expect("text");
    }
    writeln!(text, "unnamed {}, path {}", graph.unnamed, graph.critical_ns).expect("text");
    text
}

#[test]
fn calls_are_found_past_spans_inside_of_a_service() {
    let store = store(
        "
        cart           [--------------------]  service=shop kind=server
          get          [------]                kind=client
            retry       [----]                 kind=internal
              stock      [--]                  service=stock kind=server error=timeout
          get             [------]             id=get2 kind=client
            stock           [---]              service=stock kind=server id=stock2
          self                    [---]        kind=client id=self
            own                    [-]         kind=server id=own
        ",
    );
    let figures = figures_of_first(&store);
    let graph = ServiceGraph::new(&store, &figures);
    check(
        &map(&store, &graph),
        "
        service shop 6x !0 in 1 self 180 path 170
        service stock 2x !1 in 0 self 70 path 40
        shop > shop 1x !0 p50 40 max 40 network 20/1 queue 0/0 path 40 of own
        shop > stock 2x !1 p50 70 max 70 network 70/2 queue 0/0 path 70 of stock+stock
        unnamed 0, path 210
        ",
    );
    let names = |spans: Vec<spanscope::SpanIndex>| {
        spans.iter().map(|span| store.span(*span).name()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(graph.spans_of_edge(1)), "stock stock");
    assert_eq!(names(graph.spans_of_node(&store, &figures, 1)), "stock stock");
    assert!(graph.spans_of_edge(2).is_empty() && graph.spans_of_node(&store, &figures, 9).is_empty());
}

/// Name, service, kind, id, parent, start and end, attributes, link to.
type Line<'a> = (&'a str, &'a str, u32, u64, u64, [u64; 2], &'a [(&'a str, &'a str)], u64);

/// A document of spans with attributes and links.
fn document(spans: &[Line<'_>]) -> Store {
    let mut text = String::new();
    for (name, service, kind, id, parent, [start, end], attributes, link) in spans {
        let attribute =
            |(key, value): &(&str, &str)| format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#);
        let attributes: Vec<String> = attributes.iter().map(attribute).collect();
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let link =
            if *link == 0 { String::new() } else { format!(r#"{{"traceId":"{trace}","spanId":"{link:016x}"}}"#) };
        let parent = if *parent == 0 { String::new() } else { format!("{parent:016x}") };
        let comma = if text.is_empty() { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"resource":{{"attributes":[{}]}},"scopeSpans":[{{"spans":[{{"traceId":"{trace}","spanId":"{id:016x}","parentSpanId":"{parent}","name":"{name}","kind":{kind},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"links":[{link}]}}]}}]}}"#,
            attribute(&("service.name", service)),
            BASE + start,
            BASE + end,
            attributes.join(",")
        )
        .expect("text");
    }
    read(format!(r#"{{"resourceSpans":[{text}]}}"#), &ReadOptions::new()).expect("a document").store
}

#[test]
fn what_recorded_no_spans_is_on_the_map_by_its_name() {
    const SERVER: u32 = 2;
    const CLIENT: u32 = 3;
    const PRODUCER: u32 = 4;
    const CONSUMER: u32 = 5;
    let db: &[(&str, &str)] = &[("db.system.name", "postgresql"), ("db.namespace", "orders")];
    let old: &[(&str, &str)] = &[("db.system", "redis"), ("net.peer.name", "cache"), ("net.peer.port", "6379")];
    let topic: &[(&str, &str)] = &[("messaging.system", "kafka"), ("messaging.destination.name", "placed")];
    let store = document(&[
        ("POST", "shop", SERVER, 1, 0, [0, 1000], &[], 0),
        ("orm", "shop", CLIENT, 2, 1, [100, 300], db, 0),
        // The driver's span below the library's: one call.
        ("SELECT", "shop", CLIENT, 3, 2, [150, 250], db, 0),
        ("GET", "shop", 1, 4, 1, [300, 400], old, 0),
        ("send", "shop", PRODUCER, 5, 1, [400, 450], topic, 0),
        ("pay", "shop", CLIENT, 6, 1, [500, 900], &[("url.full", "https://user@bank.example:8443/pay?x=1")], 0),
        ("ask", "shop", CLIENT, 7, 1, [900, 950], &[], 0),
        ("tell", "shop", CLIENT, 8, 1, [950, 990], &[("peer.service", "billing")], 0),
        ("handle", "billing", CONSUMER, 9, 5, [600, 700], &[], 0),
        ("handle batch", "audit", CONSUMER, 10, 0, [800, 850], &[], 5),
        ("poll", "audit", CONSUMER, 11, 10, [810, 820], &[], 0),
    ]);
    let figures = figures_of_first(&store);
    check(
        &map(&store, &ServiceGraph::new(&store, &figures)),
        "
        service shop 8x !0 in 1 self 1000 path 1000
        service billing 1x !0 in 0 self 100 path 0
        service audit 2x !0 in 0 self 50 path 50
        messaging placed (kafka) 1x !0 in 0 self 50 path 50
        database orders (postgresql) 1x !0 in 0 self 100 path 100
        database cache:6379 (redis) 1x !0 in 0 self 100 path 100
        peer bank.example:8443 1x !0 in 0 self 400 path 400
        shop > billing 1x !0 p50 40 max 40 network 0/0 queue 0/0 path 40 of tell
        shop > placed 1x !0 p50 50 max 50 network 0/0 queue 0/0 path 50 of send
        shop > orders 1x !0 p50 200 max 200 network 0/0 queue 0/0 path 200 of orm
        shop > cache:6379 1x !0 p50 100 max 100 network 0/0 queue 0/0 path 100 of GET
        shop > bank.example:8443 1x !0 p50 400 max 400 network 0/0 queue 0/0 path 400 of pay
        placed > billing 1x !0 p50 100 max 100 network 0/0 queue 150/1 path 0 of handle
        placed > audit 1x !0 p50 50 max 50 network 0/0 queue 350/1 path 50 of handle batch
        unnamed 1, path 1050
        ",
    );
}

/// Every link between a parent and a child of two services is one call on one edge.
fn check_graph(store: &Store, name: &str) {
    let figures = Figures::of_all(store);
    let graph = ServiceGraph::new(store, &figures);
    let remote = |span: &Span<'_>| {
        span.parent().is_some_and(|parent| store.span(parent).service_index() != span.service_index())
    };
    let links = store.spans().filter(remote).count();
    assert_eq!(graph.edges.iter().map(|edge| edge.parent_links as usize).sum::<usize>(), links, "{name}");
    let from_to: Vec<(usize, usize)> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    assert!(from_to.windows(2).all(|pair| pair[0] < pair[1]), "{name}");
    for edge in &graph.edges {
        assert!(edge.errors <= edge.calls && edge.parent_links + edge.one_sided <= edge.calls, "{name}: {edge:?}");
        assert!(edge.p50_ns <= edge.p95_ns && edge.p95_ns <= edge.max_ns, "{name}: {edge:?}");
        assert!(edge.critical_ns <= graph.critical_ns, "{name}: {edge:?}");
        assert!(!edge.examples.is_empty(), "{name}: {edge:?}");
    }
    let services: u64 = graph.nodes.iter().filter(|node| node.service.is_some()).map(|node| node.critical_ns).sum();
    assert_eq!(services, graph.critical_ns, "{name}");
    let placed = layout(&graph);
    assert_eq!((placed.nodes.len(), placed.edges.len()), (graph.nodes.len(), graph.edges.len()), "{name}");
    let mut places: Vec<(u32, u64)> = placed.nodes.iter().map(|place| (place.layer, place.row.to_bits())).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), graph.nodes.len(), "no two boxes in one place: {name}");
    for place in &placed.nodes {
        assert!(place.layer < placed.layers && place.row >= 0.0 && place.row < placed.rows, "{name}: {place:?}");
    }
}

#[test]
fn every_call_between_services_is_on_an_edge() {
    let mut random = Random(31);
    for round in 0..120 {
        let count = 1 + random.below(120);
        let services = 1 + random.below(9);
        let kinds = ["", "internal", "server", "client", "producer", "consumer"];
        let spans: Vec<Drawn> = (0..count)
            .map(|index| {
                let start = random.below(2000);
                Drawn {
                    name: format!("op{index}"),
                    id: format!("{:016x}", index + 1),
                    parent: if random.below(9) == 0 {
                        String::new()
                    } else {
                        format!("{:016x}", 1 + random.below(count))
                    },
                    start: Some(start),
                    end: Some(start + random.below(700)),
                    kind: kinds[random.below(6) as usize].to_owned(),
                    service: format!("service{}", random.below(services)),
                    error: (random.below(9) == 0).then(|| "failed".to_owned()),
                    ..Drawn::default()
                }
            })
            .collect();
        check_graph(&read_spans(&spans).store, &format!("round {round}"));
    }
}

#[test]
fn every_trace_of_real_files_has_a_map() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus"));
    if !root.exists() {
        println!("skipped: no ../shared");
        return;
    }
    let mut seen = 0;
    for folder in std::fs::read_dir(root).expect("a folder").flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
            let Ok(bytes) = std::fs::read(file.path()) else { continue };
            let Ok(outcome) = read(bytes, &ReadOptions::new()) else { continue };
            check_graph(&outcome.store, &file.path().display().to_string());
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}
