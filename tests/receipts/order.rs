//! What is kept of one response comes in order and says what goes together.

use speech_exit::receipt::{Closing, Ended, Opening, Receipt, Verdict};
use speech_harness::replay::Code;
use speech_kernel::{Authority, ResponseKind, SystemMode};

use super::{
    allowed, claims, closes, closing, denied, found_in, id, malformed, opening, opens, trace, whole,
};

#[track_caller]
fn assert_order(receipts: Vec<Receipt>, found: &[Code]) {
    assert_eq!(found_in(receipts), found);
}

#[test]
fn segments_follow_one_another_and_one_closing_ends_them() {
    use Ended::{ClientGone, Complete, Cut, Refused};
    for ended in [Complete, Cut, ClientGone] {
        assert_order(vec![opens(1, allowed(0)), opens(1, allowed(1)), closes(1, ended)], &[]);
    }
    for ended in [Refused, Cut, ClientGone] {
        assert_order(vec![opens(1, allowed(0)), opens(1, denied(1)), closes(1, ended)], &[]);
    }
    let last = Receipt { closing: Some(closing(Refused)), ..opens(1, denied(1)) };
    assert_order(vec![opens(1, allowed(0)), last], &[]);
    assert_order(vec![opens(1, allowed(0)), opens(2, allowed(0)), closes(1, Complete)], &[]);
}

#[test]
fn a_refusal_of_its_own_may_end_a_stream() {
    let refusal = claims(ResponseKind::Refusal, Authority::None, SystemMode::Full);
    let refusal = opening(1, None, refusal, trace(&[], &[]));
    let first = opens(1, allowed(0));
    assert_order(vec![first.clone(), opens(1, refusal.clone()), closes(1, Ended::Refused)], &[]);
    assert_order(vec![first, opens(1, refusal), opens(1, allowed(2))], &[Code::BadOrder]);
}

#[test]
fn what_is_out_of_order_is_found() {
    use Ended::{Complete, Refused};
    let first = || opens(1, allowed(0));
    for receipts in [
        vec![closes(1, Complete)],
        vec![opens(1, allowed(1))],
        vec![first(), first()],
        vec![first(), opens(1, allowed(2))],
        vec![first(), closes(1, Complete), closes(1, Complete)],
        vec![first(), closes(1, Complete), opens(1, allowed(1))],
        vec![first(), closes(2, Complete)],
        vec![first(), closes(1, Refused)],
        vec![first(), whole(1, allowed(0))],
        vec![opens(1, denied(0)), opens(1, allowed(1))],
        vec![opens(1, malformed()), opens(1, allowed(1))],
        vec![first(), opens(1, denied(1)), closes(1, Complete)],
        vec![Receipt { closing: None, id: id(1), opening: None }],
    ] {
        assert_order(receipts, &[Code::BadOrder]);
    }
}

#[test]
fn members_that_do_not_go_together_are_found() {
    let all = [
        Opening { code: Some("AUTHORITY_MISMATCH".to_owned()), ..allowed(0) },
        Opening { pointer: Some("/a".to_owned()), ..allowed(0) },
        Opening { response: None, ..allowed(0) },
        Opening { trace: None, ..allowed(0) },
        Opening { code: None, ..denied(0) },
        Opening { pointer: Some(String::new()), ..denied(0) },
        Opening { response: None, ..denied(0) },
        Opening { code: None, ..malformed() },
        Opening { outcome: Verdict::Deny, ..malformed() },
        Opening { outcome: Verdict::Malformed, ..denied(0) },
        Opening { response: allowed(0).response, ..malformed() },
        Opening { trace: allowed(0).trace, ..malformed() },
    ];
    for opening in all {
        assert_eq!(found_in(vec![whole(1, opening.clone())]), [Code::Inconsistent], "{opening:?}");
    }
    for sha256 in ["", "x", &"A".repeat(64)] {
        let closing = Closing { sha256: sha256.to_owned(), ..closing(Ended::Complete) };
        let receipt = Receipt { closing: Some(closing), ..whole(1, allowed(0)) };
        assert_order(vec![receipt], &[Code::Inconsistent]);
    }
}

#[test]
fn another_code_than_is_decided_now_is_drift() {
    for code in ["CONTEXT_UNAVAILABLE", "authority_mismatch", "", "AUTHORITY_MISMATCH\""] {
        let opening = Opening { code: Some(code.to_owned()), ..denied(0) };
        assert_order(vec![whole(1, opening)], &[Code::Drift]);
    }
}
