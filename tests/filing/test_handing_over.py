"""The work of somebody who leaves goes to a colleague."""

from __future__ import annotations

import re

import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.models import Diagnostic
from pathways.filing import handing_over
from pathways.people.journal import Act
from pathways.people.models import Membership
from pathways.permissions import Role
from pathways.reception.models import Reception
from pathways.workshops.models import DeskTask, DeskTaskKind
from tests.filing.situations import NEVER, SELECTION, a_reception, acts, member_of, post


def test_who_leaves_hands_over_diagnostics_and_open_receptions(signed_in, database, trainer, member, code):
    administrator = signed_in(Role.ADMINISTRATOR, organisation=member.organisation_id)
    heir = member_of(signed_in(Role.TRAINER, organisation=member.organisation_id))
    trainer.post("/api/v1/diagnostics", json={"title": "Un brouillon", "selection": SELECTION})
    with database.begin() as db:
        still, over = a_reception(member, None), a_reception(member, None, closed_at=clock.now())
        tasks = [DeskTask(kind=DeskTaskKind.CALL, done_at=done_at, **own_of(member)) for done_at in (None, clock.now())]
        db.add_all([still, over, *tasks])
    page = administrator.get("/organisation").text
    membership = re.search(rf'value="{heir.account_id}"', page)
    assert membership, "a colleague who composes can take over"
    [path] = paths_to_remove(page, keep=[heir.account_id, member_of(administrator).account_id], database=database)
    for _ in range(2):  # a double press
        done = post(administrator, path, successor=str(heir.account_id))
        assert (done.status_code, done.headers["location"]) == (303, "/organisation?said=removed")
    assert "2 diagnostics, 1 accueil." in administrator.get("/organisation?said=removed").text
    assert trainer.get("/api/v1/me").status_code == 401
    with database.read() as db:
        makers = set(db.scalars(sa.select(Diagnostic.made_by).filter_by(organisation_id=member.organisation_id)))
        assert makers == {heir.account_id}
        assert db.get_one(Reception, still.id).account_id == heir.account_id
        assert db.get_one(Reception, over.id).account_id == member.account_id, "what is over keeps its author"
        assert [db.get_one(DeskTask, one.id).account_id for one in tasks] == [None, member.account_id]
    [entry] = acts(database, Act.WORK_HANDED_OVER)
    assert (entry.details["diagnostics"], entry.details["receptions"]) == (2, 1)


def own_of(member) -> dict:
    return {"organisation_id": member.organisation_id, "account_id": member.account_id}


def paths_to_remove(page: str, *, keep, database) -> list[str]:
    with database.read() as db:
        kept = {str(one) for one in db.scalars(sa.select(Membership.id).where(Membership.account_id.in_(keep)))}
    found = re.findall(r'action="(/organisation/members/([^/"]*)/remove)"', page)
    return [path for path, identifier in found if identifier not in kept]


def test_the_work_of_another_organisation_stays_where_it_is(database, member, code):
    with database.begin() as db:
        assert handing_over.hand_over(db, NEVER, member.account_id, member.account_id) == {
            "diagnostics": 0,
            "receptions": 0,
        }
