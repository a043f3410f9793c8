//! What building the tree finds odd, and the warnings about spans that it moves.

use super::builder::StoreBuilder;
use super::{IdForm, SpanKey, SpanRecord};
use crate::error::WarningKind;
use crate::strings::StringId;

#[derive(Default)]
pub(super) struct Findings {
    /// Count and first case (position in the input).
    counts: Vec<(WarningKind, u64, u32)>,
    /// Position in the input.
    spans: Vec<(u32, WarningKind)>,
    /// Spans whose id an earlier span of their trace has, halves of a shared id and empty ids included.
    pub(super) repeated_ids: u64,
}

impl Findings {
    pub(super) fn add(&mut self, kind: WarningKind, span: u32) {
        match self.counts.iter_mut().find(|(found, ..)| *found == kind) {
            Some((_, count, _)) => *count += 1,
            None => self.counts.push((kind, 1, span)),
        }
        self.spans.push((span, kind));
    }

    pub(super) fn report(self, builder: &mut StoreBuilder) {
        for (kind, count, first) in self.counts {
            let span = builder.spans.as_slice()[first as usize];
            let text = describe(builder, kind, &span);
            builder.warn_many(kind, count, Some(span.source), || text);
        }
        builder.expect_span_warnings(self.spans.len());
        for (span, kind) in self.spans {
            builder.push_span_warning(span, kind, StringId::EMPTY);
        }
    }
}

/// One sentence about the first case of a finding.
fn describe(builder: &StoreBuilder, kind: WarningKind, span: &SpanRecord) -> String {
    let name = builder.strings.get(span.name);
    let id = |key: SpanKey| match key.form {
        IdForm::Text => builder.strings.get(StringId(key.value as u32)).to_owned(),
        _ => format!("{:016x}", key.value),
    };
    match kind {
        WarningKind::Orphan => {
            format!("The parent {} of span \"{name}\" is not in the input.", id(span.parent_key()))
        }
        WarningKind::DuplicateId => {
            format!("The id {} stands twice in a trace; the second span is \"{name}\".", id(span.key()))
        }
        WarningKind::Cycle => format!("Span \"{name}\" is its own ancestor; the cycle was cut there."),
        WarningKind::SelfParent => format!("Span \"{name}\" names itself, {}, as its parent.", id(span.key())),
        WarningKind::EndBeforeStart => {
            format!("Span \"{name}\" ends {} ns before it starts.", span.start.saturating_sub(span.end))
        }
        _ => format!("Span \"{name}\": {}", kind.sentence()),
    }
}

/// Warnings about spans follow them to their place in tree order.
pub(super) fn renumber_warnings(builder: &mut StoreBuilder, order: &[u32]) {
    if builder.span_warnings.is_empty() {
        return;
    }
    let warnings = builder.span_warnings.as_mut_slice();
    // How many warnings a span has, then where they begin, then where they end.
    let mut next = vec![0_u32; order.len()];
    warnings.iter().for_each(|warning| next[warning.span as usize] += 1);
    let mut start = 0;
    for member in order {
        let count = std::mem::replace(&mut next[*member as usize], start);
        start += count;
    }
    // Those of one span keep their order. In the place of its span each has its own place until it is there.
    for warning in warnings.iter_mut() {
        let slot = &mut next[warning.span as usize];
        warning.span = *slot;
        *slot += 1;
    }
    for at in 0..warnings.len() {
        while warnings[at].span as usize != at {
            let to = warnings[at].span as usize;
            warnings.swap(at, to);
        }
    }
    let mut start = 0;
    for (index, member) in (0..).zip(order) {
        let end = next[*member as usize];
        warnings[start as usize..end as usize].iter_mut().for_each(|warning| warning.span = index);
        start = end;
    }
}
