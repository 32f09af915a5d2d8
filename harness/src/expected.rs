//! What the oracle makes of a case, in the kernel's words, and the comparison of the two on a whole domain.

use speech_kernel::{
    Authority, AuthorityViolation, ContextUnavailable, EnforcementViolation, ModeViolation,
    RefusalAuthorityViolation,
};

use crate::domain::{self, Case};
use crate::oracle::{self, Oracle, Question};
use crate::trouble::Trouble;

/// What the kernel has to decide.
pub type Expected = Result<(), EnforcementViolation>;

/// The oracle's verdict with the evidence that the kernel's violation has to carry.
///
/// # Errors
///
/// The rules deny with a code that no violation has.
pub fn of(oracle: &Oracle, case: &Case) -> Result<Expected, Trouble> {
    let question = Question::from_case(case);
    let Some(code) = oracle.denial(&question) else {
        return Ok(Ok(()));
    };
    let claimed = case.response.authority;
    let violation = match code {
        "AUTHORITY_MISMATCH" => EnforcementViolation::Authority(AuthorityViolation {
            claimed,
            required: authority(oracle.derived(&question.sources)),
        }),
        "CONTEXT_UNAVAILABLE" => {
            EnforcementViolation::ContextUnavailable(ContextUnavailable { missing: case.missing })
        }
        "MODE_MISREPORTED" => EnforcementViolation::Mode(ModeViolation {
            claimed: case.response.system_mode,
            actual: case.true_mode,
        }),
        "REFUSAL_CLAIMS_AUTHORITY" => {
            EnforcementViolation::RefusalAuthority(RefusalAuthorityViolation { claimed })
        }
        other => {
            return Err(Trouble::new(format!(
                "{}: expected a code of the manifest in deny, found {other}",
                oracle::RULES
            )));
        }
    };
    Ok(Err(violation))
}

/// The oracle's decision table, in domain order.
///
/// # Errors
///
/// As [`of`].
pub fn table(oracle: &Oracle) -> Result<Vec<(Case, Expected)>, Trouble> {
    domain::cases().map(|case| Ok((case, of(oracle, &case)?))).collect()
}

/// The digest of the oracle's decision table, by its own words alone.
#[must_use]
pub fn table_sha256(oracle: &Oracle) -> String {
    domain::table_sha256(domain::cases().map(|case| {
        let denial = oracle.denial(&Question::from_case(&case));
        (case, denial.unwrap_or("allow").to_owned())
    }))
}

const fn authority(word: oracle::Authority) -> Authority {
    match word {
        oracle::Authority::None => Authority::None,
        oracle::Authority::System => Authority::System,
        oracle::Authority::Memory => Authority::Memory,
        oracle::Authority::Tool => Authority::Tool,
    }
}
