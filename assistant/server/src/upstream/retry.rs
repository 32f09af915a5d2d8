//! Is the same asked once more? Only where nothing was said yet, and not more often than twice.

use std::time::Duration;

use super::fault::FaultCode;

/// How often the same is asked again.
const MAX_RETRIES: u32 = 2;

/// The longest wait that the upstream may ask for. Who waits for the answer waits for this too.
const MAX_WAIT: Duration = Duration::from_secs(2);

const FIRST_WAIT: Duration = Duration::from_millis(100);

/// What the upstream said about when to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comeback {
    /// Nothing.
    Unsaid,
    /// After this time.
    After(Duration),
    /// Something that is not a number of seconds.
    Unreadable,
}

impl Comeback {
    /// Reads a `Retry-After`. A date is not read: the clocks of two machines differ.
    pub(crate) fn read(header: Option<&[u8]>) -> Self {
        let Some(header) = header else { return Self::Unsaid };
        let seconds = std::str::from_utf8(header).ok().and_then(|text| text.trim().parse().ok());
        seconds.map_or(Self::Unreadable, |seconds| Self::After(Duration::from_secs(seconds)))
    }
}

/// How long to wait before the same is asked again; `None` when it is not. `retries` were made before, and
/// `random` spreads those who failed together.
pub(crate) fn wait(
    code: FaultCode,
    comeback: Comeback,
    retries: u32,
    random: u32,
) -> Option<Duration> {
    if retries >= MAX_RETRIES || !is_passing(code) {
        return None;
    }
    let longest = FIRST_WAIT.saturating_mul(1 << retries);
    // From half of it to all of it.
    let spread = longest.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX));
    match comeback {
        Comeback::Unsaid => Some(spread),
        Comeback::After(said) => (said <= MAX_WAIT).then(|| said.max(spread)),
        Comeback::Unreadable => None,
    }
}

/// Whether nothing was said, and soon all may be well. A timeout is none of these: who waited that long has no
/// time for the same again.
const fn is_passing(code: FaultCode) -> bool {
    match code {
        FaultCode::Unreachable | FaultCode::Busy => true,
        FaultCode::Timeout
        | FaultCode::KeyRefused
        | FaultCode::RequestRefused
        | FaultCode::Status
        | FaultCode::Redirect
        | FaultCode::ContentType
        | FaultCode::TooLarge
        | FaultCode::Garbage
        | FaultCode::Cut
        | FaultCode::Error
        | FaultCode::Open
        | FaultCode::NotKept => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Comeback, wait};
    use crate::upstream::fault::FaultCode;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn only_what_passes_is_asked_again() {
        let again: Vec<_> = FaultCode::ALL
            .into_iter()
            .filter(|code| wait(*code, Comeback::Unsaid, 0, 0).is_some())
            .collect();
        assert_eq!(again, [FaultCode::Unreachable, FaultCode::Busy]);
    }

    #[test]
    fn the_wait_grows_is_spread_and_is_what_was_asked_for_if_that_is_little() {
        let after = |seconds| Comeback::After(Duration::from_secs(seconds));
        let table = [
            (Comeback::Unsaid, 0, 0, Some(ms(50))),
            (Comeback::Unsaid, 0, u32::MAX, Some(ms(100))),
            (Comeback::Unsaid, 1, 0, Some(ms(100))),
            (Comeback::Unsaid, 1, u32::MAX, Some(ms(200))),
            (Comeback::Unsaid, 2, 0, None),
            (Comeback::Unsaid, u32::MAX, 0, None),
            (after(0), 0, 0, Some(ms(50))),
            (after(2), 0, 0, Some(ms(2000))),
            (after(2), 1, 0, Some(ms(2000))),
            (after(2), 2, 0, None),
            (after(3), 0, 0, None),
            (Comeback::Unreadable, 0, 0, None),
        ];
        for (comeback, retries, random, expected) in table {
            let found = wait(FaultCode::Busy, comeback, retries, random);
            assert_eq!(found, expected, "{comeback:?} {retries} {random}");
        }
    }

    #[test]
    fn a_comeback_is_a_number_of_seconds() {
        let table = [
            (None, Comeback::Unsaid),
            (Some("0"), Comeback::After(Duration::ZERO)),
            (Some(" 7 "), Comeback::After(Duration::from_secs(7))),
            (Some("1.5"), Comeback::Unreadable),
            (Some("-1"), Comeback::Unreadable),
            (Some("Wed, 21 Oct 2015 07:28:00 GMT"), Comeback::Unreadable),
            (Some("99999999999999999999999"), Comeback::Unreadable),
        ];
        for (header, expected) in table {
            assert_eq!(Comeback::read(header.map(str::as_bytes)), expected, "{header:?}");
        }
        assert_eq!(Comeback::read(Some(b"\xff")), Comeback::Unreadable);
    }
}
