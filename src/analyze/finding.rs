//! The shape of an answer: what was found in a trace, what speaks for it, what it costs, and what to do next.
//!
//! A finding claims no more than span times, statuses and attributes can show. Where it rests on a guess, its confidence says so.
//! All texts are made from the trace by fixed rules, so that the same input gives the same words.

use crate::store::SpanIndex;

/// How much a finding matters to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know: about the quality of the data, or of no consequence to this request.
    Info,
    /// It costs time, or it went wrong without failing the request.
    Warning,
    /// It decides how long the request took, or why it failed.
    Critical,
}

impl Severity {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Another reading of the same data is possible.
    Guess,
    /// The data fits, but span times cannot prove that one thing caused another.
    Likely,
    /// The data says it outright.
    Certain,
}

impl Confidence {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Guess => "guess",
            Confidence::Likely => "likely",
            Confidence::Certain => "certain",
        }
    }
}

/// One thing that speaks for a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// A phrase with its figures: `SELECT stock took 499 ms of 500 ms`.
    pub text: String,
    /// The spans that show it.
    pub spans: Vec<SpanIndex>,
}

/// One thing that was found in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which kind of finding: a stable name such as `serial-repeat`.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// One sentence without a full stop at its end.
    pub title: String,
    /// The spans it is about; the first one is the one to look at.
    pub spans: Vec<SpanIndex>,
    /// How much sooner this request would have ended without what was found, in nanoseconds; 0 where nothing can be said.
    pub saves_ns: u64,
    /// How that figure, or the one in the title, was computed: `12 × 30 ms − 30 ms = 330 ms`; "" when there is nothing to compute.
    pub arithmetic: String,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// What to do next: one sentence.
    pub next: String,
}

impl Finding {
    /// A finding with a title and its spans, nothing else said yet.
    pub fn new(
        id: &'static str,
        severity: Severity,
        confidence: Confidence,
        title: String,
        spans: Vec<SpanIndex>,
    ) -> Finding {
        Finding {
            id,
            severity,
            confidence,
            title,
            spans,
            saves_ns: 0,
            arithmetic: String::new(),
            evidence: Vec::new(),
            next: String::new(),
        }
    }

    /// With what it would save on this request, and how that was computed.
    #[must_use]
    pub fn saving(mut self, ns: u64, arithmetic: String) -> Finding {
        self.saves_ns = ns;
        self.arithmetic = arithmetic;
        self
    }

    /// With one more piece of evidence.
    #[must_use]
    pub fn because(mut self, text: String, spans: Vec<SpanIndex>) -> Finding {
        self.evidence.push(Evidence { text, spans });
        self
    }

    /// With the next step.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Finding {
        self.next = next.into();
        self
    }
}
