"""A referral that the organisation sent, one that came to it, two people who asked for an exchange, and a tandem."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.learning.exchanges import exchanging
from pathways.learning.exchanges.exchanging import Asked
from pathways.learning.models import Tandem
from pathways.learning.referrals import referring
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.workshops.codes import Codes
from tests.conftest import SECRET

_CODES = Codes(SECRET)
_DAY = (clock.now() + timedelta(days=9)).date().isoformat()
_ASKED = {"kind": "languages", "gives": ["fr"], "seeks": ["ti"]}
JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/attempts/{attempt_id}/referrals": {"need": "literacy", "organisation": str(uuid.UUID(int=5))},
    "POST /api/v1/referrals/{referral_id}/answer": {"accepted": True},
    "POST /api/v1/referrals/{referral_id}/end": {"outcome": "done"},
    "POST /api/v1/tandems": {
        "first": str(uuid.UUID(int=1)),
        "second": str(uuid.UUID(int=2)),
        "place": str(uuid.UUID(int=3)),
        "day": _DAY,
        "at": "10:00",
    },
    "POST /api/v1/tandems/requests": _ASKED | {"agreed": True},
    "POST /api/v1/tandems/{tandem_id}": {"act": "end"},
}
FORMS: dict[str, dict[str, str]] = {
    "/profiles/{attempt_id}/referral": {"need": "literacy", "go": "look", "where": "Orléans"},
    "/referrals/{referral_id}/consent": {"act": "refuse"},
    "/referrals/{referral_id}/answer": {"accepted": "yes"},
    "/referrals/{referral_id}/end": {"outcome": "done"},
    "/t/{attempt_id}/referrals/{referral_id}": {"act": "withdraw"},
    "/t/{attempt_id}/exchange": {"act": "withdraw"},
    "/r": {"code": "2222-2222"},
    "/tandems": {"pair": "", "day": _DAY, "at": "10:00"},
    "/tandems/requests/new": {"kind": "languages", "gives": "fr", "seeks": "ti", "agreed": "1"},
    "/tandems/{tandem_id}": {"act": "end"},
    "/paths/terms": {"funder": "Département", "rate": "27,50", "version": "0"},
    "/paths/{pathway_id}/corrections": {"day": _DAY, "minutes": "30", "reason": "Oubli"},
}


def made(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID, attempt_id: uuid.UUID) -> dict[str, str]:
    role = Role.TRAINER
    member = Member(account_id, "Une personne", organisation_id, "Une structure", role, OF_ROLE[role])
    receiver = people.create_organisation(db, name="Un centre")
    attempt = db.get_one(Attempt, attempt_id)
    asked = referring.Asked("literacy", receiver.id, words="Lit son prénom.")
    sent = referring.propose(db, _CODES, member, attempt, asked, key="world")
    first, second = (
        exchanging.ask(db, organisation_id, Asked(**asked), agreed=exchanging.rules_text("fr"), actor=member)
        for asked in (_ASKED, {"kind": "languages", "gives": ["ti"], "seeks": ["fr"]})
    )
    tandem = Tandem(
        organisation_id=organisation_id,
        first_id=first.id,
        second_id=second.id,
        meets_at=clock.now() + timedelta(days=3),
        made_by=account_id,
    )
    db.add(tandem)
    db.flush()
    values = {"referral_id": sent.id, "tandem_id": tandem.id, "exchange_id": first.id}
    return {name: str(value) for name, value in values.items()} | {"referral_token": _CODES.token_of(sent.id)}
