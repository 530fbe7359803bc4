"""Two people decide at the same moment: one wins, the other is told."""

from __future__ import annotations

import threading
import uuid

import sqlalchemy as sa

from pathways.calibrations import deciding
from pathways.calibrations.deciding import Decision
from pathways.database import Database
from pathways.diagnostics.models import Calibration, CalibrationState
from pathways.errors import Conflict
from tests.calibrations import proposals
from tests.calibrations.population import reviewer

TIMES = 5


def at_once(database: Database, decisions: list[tuple[uuid.UUID, Decision]]) -> list[str]:
    """Each by a person of their own, all at the same moment; what came of each."""
    with database.begin() as db:
        people = [reviewer(db) for _ in decisions]
    ready, told = threading.Barrier(len(decisions)), [""] * len(decisions)

    def one(place: int) -> None:
        proposal, decision = decisions[place]
        ready.wait()
        try:
            with database.begin() as db:
                deciding.decide(db, people[place], proposal, decision=decision, reason="Relue.")
            told[place] = "done"
        except Conflict:
            told[place] = "told"

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(decisions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_of_two_decisions_on_one_proposal_one_counts(database):
    for _ in range(TIMES):
        with database.begin() as db:
            row = proposals.empty("another")
            db.add(row)
        assert at_once(database, [(row.id, Decision.REFUSE), (row.id, Decision.REFUSE)]) == ["done", "told"]


def test_of_two_proposals_accepted_at_the_same_moment_one_is(database):
    for time in range(TIMES):
        framework = f"another-{time}"
        with database.begin() as db:
            rows = [proposals.empty(framework) for _ in range(2)]
            db.add_all(rows)
        assert at_once(database, [(row.id, Decision.ACCEPT) for row in rows]) == ["done", "told"]
        with database.read() as db:
            query = sa.select(sa.func.count()).select_from(Calibration)
            assert db.scalar(query.filter_by(framework=framework, state=CalibrationState.ACCEPTED)) == 1
