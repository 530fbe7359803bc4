"""How much one network address may have verified here, and asked of other sites: a room of telephones, and no more.

Counted in short transactions of their own, before and between the work: nobody waits for a site with one open, and
nobody for the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from pathways import clock, throttle
from pathways.badges.models import VerificationCount
from pathways.badges.verifying.verdict import Verdict
from pathways.database import Base, Database, Prepared
from pathways.errors import TooMany

VERIFICATIONS, ASKED = 120, 60
"""Files, and documents of other sites, in :data:`MINUTES`."""
MINUTES = 10
_TABLE = Base.metadata.tables[VerificationCount.__tablename__]
_SAME: dict[str, Any] = {
    "index_elements": [_TABLE.c.day, _TABLE.c.format, _TABLE.c.outcome],
    "set_": {"count": _TABLE.c.count + 1},
}
_ONE_MORE = Prepared(
    sqlite.insert(_TABLE).on_conflict_do_update(**_SAME),
    postgresql=postgresql.insert(_TABLE).on_conflict_do_update(**_SAME),
)


@dataclass(frozen=True, slots=True)
class Limits:
    database: Database
    secret: bytes
    address: str

    def count(self) -> None:
        """Count one file; raises ``TooMany``."""
        self._count("verification", VERIFICATIONS)

    def may_ask(self) -> bool:
        """Count one document that another site is asked for; whether it may be."""
        try:
            self._count("verification of others", ASKED)
        except TooMany:
            return False
        return True

    def tell(self, verdict: Verdict) -> None:
        """One more of its kind on this day: how often files are verified here, and nothing of which."""
        today = clock.now().astimezone(clock.PARIS).date().isoformat()
        values = {"day": today, "format": verdict.kind[:20], "outcome": verdict.overall.value, "count": 1}
        with self.database.begin(lasting=False) as db:
            _ONE_MORE.run(db, values)

    def _count(self, purpose: str, limit: int) -> None:
        bucket = throttle.bucket(self.secret, purpose, self.address)
        with self.database.begin(lasting=False) as db:
            throttle.count_within(db, bucket, limit=limit, minutes=MINUTES)
