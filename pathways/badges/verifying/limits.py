"""How much one network address may have verified here, and asked of other sites: a room of telephones, and no more.

Counted in short transactions of their own, before and between the work: nobody waits for a site with one open.
"""

from __future__ import annotations

from dataclasses import dataclass

from pathways import clock, throttle
from pathways.badges.models import VerificationCount
from pathways.badges.verifying.verdict import Verdict
from pathways.database import Database, insert_for
from pathways.errors import TooMany

VERIFICATIONS, ASKED = 120, 60
"""Files, and documents of other sites, in :data:`MINUTES`."""
MINUTES = 10


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
        with self.database.begin() as db:
            one_more = insert_for(db)(VerificationCount).values(
                day=today, format=verdict.kind[:20], outcome=verdict.overall.value, count=1
            )
            db.execute(
                one_more.on_conflict_do_update(
                    index_elements=["day", "format", "outcome"], set_={"count": VerificationCount.count + 1}
                )
            )

    def _count(self, purpose: str, limit: int) -> None:
        bucket = throttle.bucket(self.secret, purpose, self.address)
        with self.database.begin() as db:
            throttle.count_within(db, bucket, limit=limit, minutes=MINUTES)
