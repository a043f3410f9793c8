//! Numbers and decisions in words.

use crate::context::sampling::Threshold;
use crate::id::TraceId;
pub(super) use crate::time::date_and_time;

/// One more than the largest threshold.
const SCALE: u128 = 1 << 56;

/// What a sampling decision says.
pub(super) fn sampled(decision: Option<bool>) -> &'static str {
    match decision {
        Some(true) => "Sampled: the sender may have recorded this trace.",
        Some(false) => "Not sampled: the sender did not record this trace.",
        None => "Deferred: the receiver decides whether to sample.",
    }
}

/// The share that a threshold keeps, and what that makes of one span.
pub(super) fn kept(threshold: Threshold) -> String {
    let kept = SCALE - u128::from(threshold.as_u64());
    if kept == SCALE {
        return "Every trace is sampled.".to_owned();
    }
    let about = if SCALE.is_multiple_of(kept) { "" } else { "about " };
    let count = (SCALE + kept / 2) / kept;
    ["Sampled at ", &percent(kept), " %: a trace that was kept stands for ", about, &count.to_string(), "."].concat()
}

/// So many of 2⁵⁶ in percent, with four digits that say something.
fn percent(kept: u128) -> String {
    // Of a whole number of billionths of a percent.
    let mut number = (kept * 100_000_000_000 + SCALE / 2) >> 56;
    let mut decimals = 9;
    let mut unit = 1;
    while number / unit >= 10_000 && decimals > 0 {
        unit *= 10;
        decimals -= 1;
    }
    number = (number + unit / 2) / unit;
    while decimals > 0 && number.is_multiple_of(10) {
        number /= 10;
        decimals -= 1;
    }
    let digits = number.to_string();
    let digits = ["0".repeat((decimals + 1_usize).saturating_sub(digits.len())), digits].concat();
    match digits.split_at(digits.len() - decimals) {
        (whole, "") => whole.to_owned(),
        (whole, part) => [whole, ".", part].concat(),
    }
}

/// The time that AWS X-Ray puts into its ids, if this may be one: of 2010 or later, and before 2040.
pub(super) fn xray_time(trace_id: TraceId) -> Option<String> {
    let seconds = trace_id.xray_epoch_seconds();
    (1_262_304_000..2_208_988_800).contains(&seconds).then(|| date_and_time(u64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_with_the_digits_that_matter() {
        let kept = |th: &str| kept(th.parse().unwrap());
        assert_eq!(kept("0"), "Every trace is sampled.");
        assert_eq!(kept("c"), "Sampled at 25 %: a trace that was kept stands for 4.");
        assert_eq!(kept("e666"), "Sampled at 10 %: a trace that was kept stands for about 10.");
        assert_eq!(kept("fd70a4"), "Sampled at 1 %: a trace that was kept stands for about 100.");
        assert_eq!(kept("aaab"), "Sampled at 33.33 %: a trace that was kept stands for about 3.");
        assert_eq!(kept("ffffef39"), "Sampled at 0.0001 %: a trace that was kept stands for about 999992.");
        assert_eq!(kept("1"), "Sampled at 93.75 %: a trace that was kept stands for about 1.");
    }
}
