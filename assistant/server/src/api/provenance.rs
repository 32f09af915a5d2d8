//! The claims as the exit writes them, for the description of the interface. A test holds the two together.

/// What an answer was made from. The exit writes it, under each answer and each refusal.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
pub(crate) struct Provenance {
    authority: Authority,
    system_mode: Mode,
    kind: Kind,
    /// What was drawn on. Empty for a refusal.
    sources: Vec<Origin>,
    /// The id of what is kept about this response.
    receipt: String,
    /// What was asked and gave nothing. Absent when there is none.
    #[schema(nullable = false)]
    attempts: Option<Vec<Attempt>>,
    /// The rule that the answer in whose place this refusal stands would have broken.
    #[schema(nullable = false)]
    code: Option<String>,
    /// The labels of what was required and not to be had. Absent when there is none.
    #[schema(nullable = false)]
    missing: Option<Vec<String>>,
}

/// The strongest source that was drawn on; `none` is a refusal's.
#[derive(Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(test), expect(dead_code, reason = "it stands for the kernel's own"))]
enum Authority {
    None,
    System,
    Memory,
    Tool,
}

/// What of the system was available.
#[derive(Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(test), expect(dead_code, reason = "it stands for the kernel's own"))]
enum Mode {
    Full,
    Minimal,
    LocalPower,
}

/// Whether something is said in reply.
#[derive(Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(test), expect(dead_code, reason = "it stands for the kernel's own"))]
enum Kind {
    Answer,
    Refusal,
}

/// A source that was drawn on.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Origin {
    /// `library`, `memory` or `tool:<name>`.
    source: String,
    /// A document's id, a call's id, or the name under which a conversation is shown.
    #[schema(nullable = false)]
    identifier: Option<String>,
}

/// A source that was asked and gave nothing.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Attempt {
    source: String,
    why: String,
}

#[cfg(test)]
mod tests {
    use super::{Authority, Kind, Mode};
    use speech_kernel::{Authority as Claimed, ResponseKind, SystemMode};

    const fn authority(claimed: Claimed) -> Authority {
        match claimed {
            Claimed::None => Authority::None,
            Claimed::System => Authority::System,
            Claimed::Memory => Authority::Memory,
            Claimed::Tool => Authority::Tool,
        }
    }

    const fn mode(mode: SystemMode) -> Mode {
        match mode {
            SystemMode::Full => Mode::Full,
            SystemMode::Minimal => Mode::Minimal,
            SystemMode::LocalPower => Mode::LocalPower,
        }
    }

    const fn kind(kind: ResponseKind) -> Kind {
        match kind {
            ResponseKind::Answer => Kind::Answer,
            ResponseKind::Refusal => Kind::Refusal,
        }
    }

    #[track_caller]
    fn same(described: &impl serde::Serialize, written: &impl serde::Serialize) {
        let [described, written] =
            [serde_json::to_value(described), serde_json::to_value(written)].map(Result::ok);
        assert_eq!(described, written);
        assert!(written.is_some());
    }

    #[test]
    fn each_claim_is_described_by_its_name() {
        for claimed in [Claimed::None, Claimed::System, Claimed::Memory, Claimed::Tool] {
            same(&authority(claimed), &claimed);
        }
        for told in [SystemMode::Full, SystemMode::Minimal, SystemMode::LocalPower] {
            same(&mode(told), &told);
        }
        for told in [ResponseKind::Answer, ResponseKind::Refusal] {
            same(&kind(told), &told);
        }
    }
}
