"""The nouns of learning: goals, resources, pathways and their steps, referrals, tandems."""

from pathways.learning.models.goals import Goal, GoalAudience
from pathways.learning.models.pathways import (
    Pathway,
    PathwayEvent,
    PathwayNote,
    PathwayState,
    PathwayTemplate,
    ProposalState,
    SeatProposal,
    Step,
    StepKind,
    StepState,
    Way,
)
from pathways.learning.models.referrals import HoursCorrection, PathTerms, Referral, ReferralState
from pathways.learning.models.resources import Device, LinkState, Resource, ResourceKind
from pathways.learning.models.tandems import ExchangeKind, ExchangeRequest, Tandem, TandemState

__all__ = [
    "Device",
    "ExchangeKind",
    "ExchangeRequest",
    "Goal",
    "GoalAudience",
    "HoursCorrection",
    "LinkState",
    "PathTerms",
    "Pathway",
    "PathwayEvent",
    "PathwayNote",
    "PathwayState",
    "PathwayTemplate",
    "ProposalState",
    "Referral",
    "ReferralState",
    "Resource",
    "ResourceKind",
    "SeatProposal",
    "Step",
    "StepKind",
    "StepState",
    "Tandem",
    "TandemState",
    "Way",
]
