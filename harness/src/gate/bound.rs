//! How often something may happen at most, given how often it was seen.

/// The chance to see so little by luck that is accepted: one in twenty.
const DOUBT: f64 = 0.05;

/// Halvings after which the interval is as narrow as the numbers are.
const HALVINGS: u32 = 100;

/// The exact (Clopper-Pearson) upper 95 % bound of the share of which `seen` of `of` were seen: the greatest share with
/// which so few are seen in one of twenty times. It is 1 where nothing was looked at.
#[must_use]
pub fn upper_bound(seen: u64, of: u64) -> f64 {
    if seen >= of {
        return 1.0;
    }
    let (seen, of) = (seen as f64, of as f64);
    let ways = log_ways(seen, of);
    // What was seen is more likely than the doubt at the share that was seen, so that the bound lies above it.
    let (mut low, mut high) = (seen / of, 1.0);
    for _ in 0..HALVINGS {
        let share = f64::midpoint(low, high);
        if at_most(seen, of, share, ways) > DOUBT {
            low = share;
        } else {
            high = share;
        }
    }
    high
}

/// The logarithm of how many ways there are to take `seen` out of `of`.
fn log_ways(seen: f64, of: f64) -> f64 {
    let mut ways = 0.0;
    let mut taken = 0.0;
    while taken < seen {
        ways += ((of - taken) / (taken + 1.0)).ln();
        taken += 1.0;
    }
    ways
}

/// The chance that at most `seen` of `of` happen, each with a chance of `share`, which is at least `seen / of`: then each
/// term is smaller than that of one more, and the sum ends where terms no longer count.
fn at_most(seen: f64, of: f64, share: f64, ways: f64) -> f64 {
    let most = ways + seen * share.ln() + (of - seen) * (-share).ln_1p();
    let odds = (1.0 - share) / share;
    let (mut term, mut sum, mut count) = (1.0, 1.0, seen);
    while count > 0.0 && term > f64::EPSILON * sum {
        term *= count / (of - count + 1.0) * odds;
        sum += term;
        count -= 1.0;
    }
    most.exp() * sum
}
