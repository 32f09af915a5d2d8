//! Which span of the client's a request belongs to: the header `traceparent` of W3C Trace Context.

use http::{HeaderMap, HeaderName};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// How long a header of version 00 is. Later versions may add fields after a dash.
const LENGTH: usize = 55;

/// The parent, if exactly one is named and well formed. What a client says beside it in `tracestate` is its own
/// affair: it would be exported as it is.
pub(super) fn read(headers: &HeaderMap) -> Option<SpanContext> {
    let mut all = headers.get_all(TRACEPARENT).iter();
    match (all.next(), all.next()) {
        (Some(one), None) => parse(one.to_str().ok()?),
        _ => None,
    }
}

fn parse(text: &str) -> Option<SpanContext> {
    let (known, rest) = text.split_at_checked(LENGTH)?;
    let mut fields = known.split('-');
    let version = hex(fields.next()?, 2)?;
    let is_in_full = match version {
        0 => rest.is_empty(),
        0xff => false,
        _ => rest.is_empty() || rest.starts_with('-'),
    };
    let trace = TraceId::from(hex(fields.next()?, 32)?);
    let span = SpanId::from(u64::try_from(hex(fields.next()?, 16)?).ok()?);
    let flags = TraceFlags::new(u8::try_from(hex(fields.next()?, 2)?).ok()?) & TraceFlags::SAMPLED;
    let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    (is_in_full && fields.next().is_none() && context.is_valid()).then_some(context)
}

/// So many lower case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_number = text.len() == digits && text.bytes().all(is_digit);
    if is_number { u128::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{TRACEPARENT, read};
    use http::{HeaderMap, HeaderValue};

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn headers(values: &[&str]) -> HeaderMap {
        let values = values.iter().filter_map(|value| HeaderValue::try_from(*value).ok());
        values.map(|value| (TRACEPARENT, value)).collect()
    }

    #[track_caller]
    fn assert_read(value: &str, is_sampled: bool) {
        let found = read(&headers(&[value]));
        let found = found.map(|parent| {
            let ids = (parent.trace_id().to_string(), parent.span_id().to_string());
            (ids, parent.is_sampled(), parent.is_remote())
        });
        let ids = (TRACE.to_owned(), SPAN.to_owned());
        assert_eq!(found, Some((ids, is_sampled, true)), "{value}");
    }

    #[test]
    fn a_parent_is_read_with_its_flag() {
        assert_read(&format!("00-{TRACE}-{SPAN}-01"), true);
        assert_read(&format!("00-{TRACE}-{SPAN}-00"), false);
        assert_read(&format!("00-{TRACE}-{SPAN}-03"), true);
        assert_read(&format!("01-{TRACE}-{SPAN}-01"), true);
        assert_read(&format!("cc-{TRACE}-{SPAN}-01-what-comes-later"), true);
    }

    #[test]
    fn what_is_not_well_formed_is_no_parent() {
        let zeros = "0".repeat(32);
        let upper = TRACE.to_uppercase();
        let table = [
            String::new(),
            "00".to_owned(),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("0g-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{TRACE}-{SPAN}-01-00"),
            format!("01-{TRACE}-{SPAN}-011"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{upper}-{SPAN}-01"),
            format!("00-{zeros}-{SPAN}-01"),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}{SPAN}--01"),
            format!("00_{TRACE}_{SPAN}_01"),
            format!("00-+{}-{SPAN}-01", "1".repeat(31)),
            format!(" 00-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-0\u{e9}"),
        ];
        for value in &table {
            assert_eq!(read(&headers(&[value])), None, "{value}");
        }
        let one = format!("00-{TRACE}-{SPAN}-01");
        assert_eq!(read(&headers(&[&one, &one])), None);
        assert_eq!(read(&HeaderMap::new()), None);
    }
}
