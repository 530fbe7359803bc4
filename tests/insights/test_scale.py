"""No page of a group asks the database more for sixty people than for two."""

from __future__ import annotations

import pytest

from tests.insights.crowds import Crowd
from tests.statements import counted

pytestmark = pytest.mark.slow

PAGES = ("group", "live?since=2000-01-01", "live/rows?since=2000-01-01", "session?skill=SEC-02", "attempts.csv")
API = ("group", "live", "mistakes", "next-skills")


def addresses(crowd: Crowd) -> list[str]:
    base = f"/diagnostics/{crowd.diagnostic.id}"
    return [f"{base}/{end}" for end in PAGES] + [f"/api/v1{base}/{end}" for end in API]


@pytest.mark.slow
def test_no_page_asks_more_for_sixty_people_than_for_two(app, signed_in, database):
    with database.begin() as db:
        crowd = Crowd.new(db)
        crowd.many(2)
        crowd.add({"SEC-01": "correct"}, file=crowd.file("Lundi"))
    trainer = signed_in(organisation=crowd.member.organisation_id)
    counts = []
    for more in (0, 60):
        with database.begin() as db:
            crowd.db = db
            if more:
                crowd.many(more, seed=9)
                for number in range(9):
                    crowd.add({"SEC-01": "correct"}, file=crowd.file(f"Fiche {number}"))
        trainer.get(addresses(crowd)[0])
        told = {}
        for path in addresses(crowd):
            with counted(app) as statements:
                assert trainer.get(path).status_code == 200, path
            told[path] = len(statements)
        counts.append(told)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) < 20
