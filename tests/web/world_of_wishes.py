"""A wish that somebody left, for the addresses that name one."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from pathways.places.models import Commune, Territory, TerritoryKind
from pathways.workshops import wishes
from pathways.workshops.codes import Codes

CODES = Codes(b"a secret for tests, thirty-two bytes or more")
_WISH = {"language": "ti", "theme": "email"}
FORMS: dict[str, dict[str, str]] = {
    "/wish": _WISH | {"where": "Le bourg des essais", "key": str(uuid.UUID(int=14))},
    "/wishes/open": _WISH | {"area": "department:98", "day": "2027-01-12", "starts": "14:00"},
}
JSON_BODIES: dict[str, Any] = {"POST /api/v1/wishes": _WISH | {"commune": "98001"}}


def made(db: Session) -> dict[str, str]:
    if db.get(Commune, "98001") is None:
        name = "Le bourg des essais"
        db.add(Commune(code="98001", name=name, sought=name.lower(), department="98", region="98"))
        db.add(Territory(kind=TerritoryKind.DEPARTMENT, code="98", name="Le département des essais"))
        db.flush()
    left = wishes.leave(db, CODES, language="ti", theme="email", commune_code="98001", reads_in="ti")
    return {"wish_token": left.token}
