//! What further vendors keep in their members of a `tracestate`: Elastic (`es`) and New Relic (`<account>@nr`).
//!
//! ```text
//! es=s:0.25                                                    the share of traces that the root's agent keeps
//! 190@nr=0-0-709288-8599547-f85f42fd82a4cf1d-164d3b4b0d09cb05-1-0.789-1563574856827
//!        │ │ └ account  └ app   └ span             └ transaction    │ └ priority └ milliseconds since 1970
//!        │ └ type of the parent                                     └ sampled
//!        └ version; other fields may be empty
//! ```

/// The member of Elastic's agents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Elastic {
    /// The share of traces that are kept, from 0 to 1; 0 for a trace that is not.
    pub sample_rate: Option<f64>,
}

impl Elastic {
    /// Reads the value of the `es` member.
    pub fn parse(value: &str) -> Self {
        let rate = value.split(';').find_map(|part| part.strip_prefix("s:"));
        let rate = rate.filter(|text| Self::is_rate(text)).and_then(|text| text.parse().ok());
        Self { sample_rate: rate.filter(|rate| (0.0..=1.0).contains(rate)) }
    }

    /// Whether a text is written as a rate: digits, with a point among them or not.
    pub(super) fn is_rate(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    }
}

/// The member of New Relic's agents. What its sender left empty is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NewRelic {
    /// The version of the member: 0.
    pub version: Option<String>,
    /// 0 an app, 1 a browser, 2 a mobile app.
    pub parent_type: Option<String>,
    /// The account of the sender.
    pub account_id: Option<String>,
    /// The app of the sender.
    pub app_id: Option<String>,
    /// The sender's span.
    pub span_id: Option<String>,
    /// The sender's transaction.
    pub transaction_id: Option<String>,
    /// Whether the sender keeps the trace.
    pub sampled: Option<bool>,
    /// Which traces are kept rather than others: the higher.
    pub priority: Option<f64>,
    /// When it was sent, in milliseconds since 1970.
    pub timestamp_ms: Option<u64>,
}

impl NewRelic {
    /// Reads the value of an `…@nr` member; `None` when it has fewer than its nine fields.
    pub fn parse(value: &str) -> Option<Self> {
        let mut fields = value.split('-');
        let mut text = || fields.next().map(|field| Some(field.to_owned()).filter(|field| !field.is_empty()));
        let parsed = Self {
            version: text()?,
            parent_type: text()?,
            account_id: text()?,
            app_id: text()?,
            span_id: text()?,
            transaction_id: text()?,
            sampled: match text()?.as_deref() {
                Some("1") => Some(true),
                Some("0") => Some(false),
                _ => None,
            },
            priority: text()?.and_then(|text| text.parse().ok()).filter(|priority: &f64| priority.is_finite()),
            timestamp_ms: text()?.and_then(|text| text.parse().ok()),
        };
        Some(parsed)
    }

    /// Whether a key of a trace state is one of New Relic's: the account that the sender trusts, and `@nr`.
    pub fn is_key(key: &str) -> bool {
        key.strip_suffix("@nr").is_some_and(|account| !account.is_empty())
    }
}
