//! Why a mutation is denied.

/// A reason. The list is closed, and only ever grows at its end; the codes stand in `contracts/gate/manifest.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No route of the table is asked for.
    MutationNotAllowlisted,
    /// The body is no object, or a field of it is missing, blank or of another type.
    IntentInvalid,
    /// The body asks for something else than its route does.
    IntentContradictsRoute,
    /// The tier is none of A, B and C.
    TierUnknown,
    /// A task of tier B or C is made without saying what it is.
    TierDisclosureRequired,
    /// The action is not authorised for its tier.
    TierNotAuthorized,
    /// The task that is to be made is there.
    TaskExists,
    /// The run that is to be ended is not known.
    RunUnknown,
    /// What is known of the run contradicts itself.
    ProjectionInvariant,
    /// The run has ended.
    RunTerminal,
    /// Somebody else holds the run.
    LeaseHeldByOther,
    /// The run is leased, and nobody knows to whom.
    LeaseOrphan,
    /// The lease of the run has ended.
    LeaseExpired,
    /// The task cannot go from where it stands to where it is asked to.
    TransitionIllegal,
    /// A governance signal blocks.
    GovernanceBlocked,
    /// What was decided could not be recorded.
    AuditUnavailable,
    /// The switch has a value that is none, so that nothing starts.
    ModeInvalid,
}

impl Reason {
    /// Each of them, in the order of the contract.
    pub const ALL: &[Self] = &[
        Self::MutationNotAllowlisted,
        Self::IntentInvalid,
        Self::IntentContradictsRoute,
        Self::TierUnknown,
        Self::TierDisclosureRequired,
        Self::TierNotAuthorized,
        Self::TaskExists,
        Self::RunUnknown,
        Self::ProjectionInvariant,
        Self::RunTerminal,
        Self::LeaseHeldByOther,
        Self::LeaseOrphan,
        Self::LeaseExpired,
        Self::TransitionIllegal,
        Self::GovernanceBlocked,
        Self::AuditUnavailable,
        Self::ModeInvalid,
    ];

    /// The code as it stands on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MutationNotAllowlisted => "E_MUTATION_NOT_ALLOWLISTED",
            Self::IntentInvalid => "E_INTENT_INVALID",
            Self::IntentContradictsRoute => "E_INTENT_CONTRADICTS_ROUTE",
            Self::TierUnknown => "E_TIER_UNKNOWN",
            Self::TierDisclosureRequired => "E_TIER_DISCLOSURE_REQUIRED",
            Self::TierNotAuthorized => "E_TIER_NOT_AUTHORIZED",
            Self::TaskExists => "E_TASK_EXISTS",
            Self::RunUnknown => "E_RUN_UNKNOWN",
            Self::ProjectionInvariant => "E_PROJECTION_INVARIANT",
            Self::RunTerminal => "E_RUN_TERMINAL",
            Self::LeaseHeldByOther => "E_LEASE_HELD_BY_OTHER",
            Self::LeaseOrphan => "E_LEASE_ORPHAN",
            Self::LeaseExpired => "E_LEASE_EXPIRED",
            Self::TransitionIllegal => "E_TRANSITION_ILLEGAL",
            Self::GovernanceBlocked => "E_GOVERNANCE_BLOCKED",
            Self::AuditUnavailable => "E_AUDIT_UNAVAILABLE",
            Self::ModeInvalid => "E_MODE_INVALID",
        }
    }

    /// The HTTP status that goes with it; none for the one that keeps a server from starting.
    #[must_use]
    pub const fn http(self) -> Option<u16> {
        match self {
            Self::MutationNotAllowlisted
            | Self::TierUnknown
            | Self::TierDisclosureRequired
            | Self::TierNotAuthorized => Some(403),
            Self::IntentInvalid | Self::IntentContradictsRoute => Some(400),
            Self::RunUnknown => Some(404),
            Self::TaskExists
            | Self::ProjectionInvariant
            | Self::RunTerminal
            | Self::LeaseHeldByOther
            | Self::LeaseOrphan
            | Self::LeaseExpired
            | Self::TransitionIllegal
            | Self::GovernanceBlocked => Some(409),
            Self::AuditUnavailable => Some(503),
            Self::ModeInvalid => None,
        }
    }
}

impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
