//! What queries find, through the public API.

use spanscope::Store;
use spanscope::analyze::search::{Index, Query};
use spanscope::analyze::self_time::self_times;

/// A shop: ids are the letters of the names' first characters, times in milliseconds.
const SHOP: &str = r#"{"resourceSpans":[
{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"gateway"}},{"key":"host.name","value":{"stringValue":"Node-7"}}]},"scopeSpans":[{"spans":[
 {"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000000000a1","name":"GET /cart","kind":2,"startTimeUnixNano":"1000000000","endTimeUnixNano":"1400000000","status":{},
  "attributes":[{"key":"http.route","value":{"stringValue":"/cart"}},{"key":"http.response.status_code","value":{"intValue":"200"}},{"key":"note","value":{"stringValue":"say \"hello\"\tor\u00e9"}}]},
 {"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000000000a2","parentSpanId":"00000000000000a1","name":"GET","kind":3,"startTimeUnixNano":"1050000000","endTimeUnixNano":"1350000000","status":{},
  "attributes":[{"key":"retries","value":{"intValue":"3"}},{"key":"ratio","value":{"doubleValue":0.5}},{"key":"final","value":{"boolValue":true}}]}]}]},
{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},"scopeSpans":[{"spans":[
 {"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000deadbe01","parentSpanId":"00000000000000a2","name":"Load Größe","kind":2,"startTimeUnixNano":"1100000000","endTimeUnixNano":"1300000000","status":{},
  "attributes":[{"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"blue"},{"intValue":"7"}]}}},{"key":"http.route","value":{"stringValue":"/internal/cart"}}]},
 {"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"00000000deadbe02","parentSpanId":"00000000deadbe01","name":"SELECT carts","kind":3,"startTimeUnixNano":"1110000000","endTimeUnixNano":"1210000000","status":{"code":2,"message":"Lock Timeout"},
  "attributes":[{"key":"db.statement","value":{"stringValue":"SELECT *\nFROM carts"}}],
  "events":[{"timeUnixNano":"1200000000","name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"DeadlockError"}}]}]}]}]}]}"#;

fn shop() -> Store {
    spanscope::read(SHOP.as_bytes().to_vec(), &Default::default()).expect("a readable sample").store
}

/// The spans that a query finds, by their places.
#[track_caller]
fn found(store: &Store, query: &str) -> Vec<u32> {
    let trace = store.traces().next().expect("a trace");
    let query = Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}")).expect("a condition");
    query.run(&trace, &self_times(&trace), &Index::default())
}

#[test]
fn conditions_find_what_they_say() {
    let store = shop();
    for (query, expected) in [
        // Words: service, operation, values, status message, events, ids from six digits on.
        ("cart", vec![0, 2, 3]),
        ("CART", vec![0, 2, 3]),
        ("cart get", vec![0]),
        ("gateway", vec![0, 1]),
        ("timeout", vec![3]),
        ("deadlock", vec![3]),
        ("exception", vec![3]),
        ("GRÖßE", vec![2]),
        ("blue", vec![2]),
        ("true", vec![1]),
        ("node-7", vec![]),
        ("00000000deadbe", vec![2, 3]),
        ("dead", vec![3]),
        ("/cart", vec![0, 2]),
        ("0.5", vec![1]),
        // What stands escaped in the input is found as it reads.
        ("\"say \\\"hello\\\"\"", vec![0]),
        ("oré", vec![0]),
        ("tore", vec![]),
        ("nfrom", vec![]),
        ("/\\*\\sFROM/", vec![3]),
        ("\"FROM carts\"", vec![3]),
        // Fields.
        ("service:cart", vec![2, 3]),
        ("service:GATE", vec![0, 1]),
        ("service=gate", vec![]),
        ("service!=cart", vec![0, 1]),
        ("name=get", vec![1]),
        ("name:\"get /\"", vec![0]),
        ("name:/^(GET|SELECT)\\b/", vec![0, 1, 3]),
        ("name:/get/", vec![]),
        ("name:/get/i", vec![0, 1]),
        ("name=~^SEL", vec![3]),
        ("kind:client", vec![1, 3]),
        ("kind!=client", vec![0, 2]),
        ("status:error", vec![3]),
        ("status=unset", vec![0, 1, 2]),
        ("id:00000000DEADBE02", vec![3]),
        ("id:00000000000000a", vec![0, 1]),
        // Numbers.
        ("duration>100ms", vec![0, 1, 2]),
        ("duration > 100ms", vec![0, 1, 2]),
        ("duration>=100ms", vec![0, 1, 2, 3]),
        ("duration=0.1s", vec![3]),
        ("duration<150000us kind:client", vec![3]),
        ("duration:>0.2s", vec![0, 1]),
        ("self<=100ms", vec![0, 1, 2, 3]),
        ("self=100ms", vec![0, 1, 2, 3]),
        ("retries>2", vec![1]),
        ("retries > 3", vec![]),
        ("retries=3.0", vec![1]),
        ("ratio<1", vec![1]),
        ("http.response.status_code>=200", vec![0]),
        // Attributes, then those of the resource.
        ("http.route=\"/cart\"", vec![0]),
        ("http.route=/cart", vec![0]),
        ("http.route = /cart", vec![0]),
        ("http.route=/cart/", vec![0, 2]),
        ("http.route!=/cart", vec![2]),
        ("-http.route=/cart", vec![1, 2, 3]),
        ("http.route:internal", vec![2]),
        ("http.route:\"INTERNAL\"", vec![2]),
        ("has:http.route", vec![0, 2]),
        ("-has:http.route", vec![1, 3]),
        ("host.name=node-7", vec![0, 1]),
        ("has:host.name", vec![0, 1]),
        ("has:nothing", vec![]),
        ("final=true", vec![1]),
        ("\"http.route\"=/cart", vec![0]),
        // Together.
        ("-cart", vec![1]),
        ("not cart", vec![1]),
        ("not (cart or retries>2)", vec![]),
        ("timeout or retries=3", vec![1, 3]),
        ("timeout OR retries=3 gateway", vec![1, 3]),
        ("(timeout or retries=3) gateway", vec![1]),
        ("cart and -status:error", vec![0, 2]),
        ("- x", vec![]),
        // Structure.
        ("service:gateway >> service:cart", vec![2, 3]),
        ("service:gateway > service:cart", vec![2]),
        ("name=GET >> status:error", vec![3]),
        ("name=GET > status:error", vec![]),
        ("service:gateway > service:cart > kind:client", vec![3]),
        ("(service:cart >> kind:client) or name=GET", vec![1, 3]),
        ("kind:server >> kind:server or kind:client", vec![1, 2, 3]),
        ("-(a >> b) kind:client", vec![1, 3]),
    ] {
        assert_eq!(found(&store, query), expected, "{query}");
    }
}

/// Every text of up to three parts is a query, an error with a place inside of it, or nothing; none makes it panic.
#[test]
fn no_text_is_too_strange() {
    let parts = [
        "a", " ", "-", "(", ")", "\"", "/", "\\", "=", "!", ">", "<", ":", "é", "or ", "not ", "duration", "5ms", "[",
        "*", "{2,",
    ];
    let store = shop();
    let trace = store.traces().next().expect("a trace");
    let own = self_times(&trace);
    let index = Index::default();
    for one in parts {
        for two in parts {
            for three in parts {
                for four in ["", "a", "\"", "/"] {
                    let text = format!("{one}{two}{three}{four}");
                    match Query::parse(&text) {
                        Ok(query) => {
                            let found = query.map(|query| query.run(&trace, &own, &index)).unwrap_or_default();
                            assert!(found.is_sorted() && found.iter().all(|span| *span < 4), "{text}");
                        }
                        Err(error) => {
                            assert!(error.at <= text.encode_utf16().count() && error.message.ends_with('.'), "{text}");
                        }
                    }
                }
            }
        }
    }
}

/// A word that goes on from the last one is looked for in what that one was found in.
#[test]
fn a_word_that_is_typed_finds_what_it_finds_at_once() {
    let store = shop();
    let trace = store.traces().next().expect("a trace");
    let own = self_times(&trace);
    let index = Index::default();
    let find = |text: &str, index: &Index| {
        let query = Query::parse(text).expect("a query").expect("a condition");
        query.run(&trace, &own, index)
    };
    for words in [
        "service:shop cart",
        "exception",
        "GET /cart",
        "art",
        "/FROM\\s?/",
        "timeouts",
        "e",
        "cart -cart or GET",
        "größe",
        "http.route=/cart -http.route=/cart",
        "/[a-z]+\\b ?7/i",
    ] {
        for end in words.char_indices().map(|(at, letter)| at + letter.len_utf8()) {
            let typed = &words[..end];
            if matches!(Query::parse(typed), Ok(Some(_))) {
                assert_eq!(find(typed, &index), find(typed, &Index::default()), "{typed}");
            }
        }
    }
}

/// Many texts, asked again and again and about the same part of them: each query finds what a comparison of every text finds.
#[test]
fn what_is_asked_again_is_found_again() {
    let name = |number: usize| format!("GET /api/{}/{}", ["carts", "orders", "cats"][number % 3], number * 7919 % 1000);
    let spans: Vec<String> = (0..900)
        .map(|number| {
            format!(
                r#"{{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"{:016x}","name":"{}","startTimeUnixNano":"{}","endTimeUnixNano":"{}"}}"#,
                number + 1,
                name(number),
                number + 1,
                number + 2
            )
        })
        .collect();
    let text = format!("[{}]", spans.join(","));
    let store = spanscope::read(text.into_bytes(), &Default::default()).expect("a readable sample").store;
    let trace = store.traces().next().expect("a trace");
    let index = Index::default();
    let digits = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    type Holds<'a> = &'a dyn Fn(&str) -> bool;
    let queries: [(&str, Holds<'_>); 8] = [
        ("carts/", &|name| name.contains("carts/")),
        ("carts/7", &|name| name.contains("carts/7")),
        ("/carts\\/[0-9]*5$/", &|name| name.contains("carts/") && name.ends_with('5')),
        ("/carts\\/[0-9]{2}$/", &|name| name.contains("carts/") && digits(name).len() == 2),
        ("/c(ar)?ts\\/[0-9]$/", &|name| name.contains("carts/") && digits(name).len() == 1),
        ("/c?ats\\/1/", &|name| name.contains("ats/1")),
        ("/[13]+$/", &|name| name.ends_with(['1', '3'])),
        ("s/99", &|name| name.contains("s/99")),
    ];
    for _ in 0..3 {
        for (text, holds) in &queries {
            let query = Query::parse(text).expect("a query").expect("a condition");
            let wanted: Vec<u32> = (0..900).filter(|number| holds(&name(*number as usize))).collect();
            assert!(!wanted.is_empty(), "{text}");
            assert_eq!(query.run(&trace, &self_times(&trace), &index), wanted, "{text}");
        }
    }
}

/// A key that some spans have once, one several times and one not at all, of itself or of its resource; many attributes beside it.
#[test]
fn attributes_are_found_under_their_keys() {
    let attribute = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#);
    let many: Vec<String> =
        (0..70).map(|number| attribute(&format!("key.{number}"), &format!("value {number}"))).collect();
    let long = "long ".repeat(100);
    let of_spans = [
        vec![attribute("tier", "gold")],
        vec![attribute("tier", "silver"), attribute("note", "x"), attribute("tier", "gold")],
        many,
        vec![attribute("tier", &long)],
    ];
    let spans = of_spans.iter().zip(1..).map(|(attributes, number)| {
        format!(r#"{{"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"000000000000000{number}","name":"n","startTimeUnixNano":"{number}","endTimeUnixNano":"9","attributes":[{}]}}"#, attributes.join(","))
    });
    let spans: Vec<String> = spans.collect();
    for (resource, without) in [("bronze", [2].as_slice()), ("gold", &[2])] {
        let text = format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
            attribute("tier", resource),
            spans.join(","),
        );
        let store = spanscope::read(text.into_bytes(), &Default::default()).expect("a readable sample").store;
        let gold = if resource == "gold" { vec![0, 1, 2] } else { vec![0, 1] };
        assert_eq!(found(&store, "tier=gold"), gold);
        assert_eq!(
            found(&store, &format!("tier={resource}")),
            if resource == "gold" { gold } else { without.to_vec() }
        );
        for (query, expected) in [
            ("tier=silver", vec![1]),
            ("tier:long", vec![3]),
            ("key.69=\"value 69\"", vec![2]),
            ("value 3", vec![2]),
            ("has:key.30", vec![2]),
            ("has:tier", vec![0, 1, 2, 3]),
            ("-tier:o", vec![2]),
            ("tier=silver tier=gold", vec![1]),
        ] {
            assert_eq!(found(&store, query), expected, "{query} with {resource}");
        }
    }
}

#[test]
fn texts_that_were_collected_in_parts_are_found_like_those_collected_at_once() {
    let store = shop();
    let trace = store.traces().next().expect("a trace");
    let own = self_times(&trace);
    for query in [
        "cart",
        "exception",
        "http.route=/cart",
        "host.name=node-7",
        "retries>2",
        "/FROM\\s?/",
        "größe",
        "\"\"",
        "service:shop",
        "kind:client",
        "status:error",
        "duration>1ms",
        "duration<=1ms",
        "self>=0ms",
        "a >> service:shop",
    ] {
        let query = Query::parse(query).expect("a query").expect("a condition");
        let at_once = query.run(&trace, &own, &Index::default());
        // Asked for in the middle of collecting, too.
        for parts in 0..14 {
            let index = Index::default();
            for part in 0..parts {
                assert_eq!(index.prepare(&trace, 1), part >= 11, "there are four spans, looked at three times each");
            }
            assert_eq!(query.run(&trace, &own, &index), at_once);
            while !index.prepare(&trace, 1) {}
            assert_eq!(query.run(&trace, &own, &index), at_once);
        }
    }
}
