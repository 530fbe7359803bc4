"""What stands on somebody's attempts is handed over with them, and goes with them."""

from __future__ import annotations

import html
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.filing import service
from pathways.learning.models import (
    ExchangeKind,
    ExchangeRequest,
    HoursCorrection,
    Pathway,
    PathwayEvent,
    PathwayNote,
    Referral,
    ReferralState,
    Step,
)
from pathways.permissions import Role
from tests.filing.situations import post
from tests.insights.crowds import Crowd
from tests.learning.walkers import a_walker
from tests.workshops import offering

TABLES = (Pathway, Step, PathwayEvent, PathwayNote, Referral, ExchangeRequest, HoursCorrection)


@pytest.fixture
def filed(app, database):
    """Somebody with a file, on a pathway, sent on to a place, who asked for an exchange; and somebody else."""
    with database.begin() as db:
        crowd = Crowd.new(db)
        a_walker(db, app.state.door, crowd)
        walker = a_walker(db, app.state.door, crowd)
        member = walker.member
        file = service.attach(db, member, walker.attempt.id, label="mardi")
        for for_person, text in ((True, "Bravo pour mardi"), (False, "À rappeler lundi")):
            note = {"pathway_id": walker.pathway.id, "account_id": member.account_id}
            db.add(PathwayNote(**note, for_person=for_person, text=text))
        line = {"day": date(2027, 1, 5), "minutes": -15, "reason": "Parti plus tôt", "key": "k"}
        db.add(HoursCorrection(pathway_id=walker.pathway.id, account_id=member.account_id, **line))
        soon = clock.now() + timedelta(days=30)
        db.add(
            Referral(
                organisation_id=member.organisation_id,
                place_id=offering.place_of(db, member).id,
                attempt_id=walker.attempt.id,
                file_id=file.id,
                need="literacy",
                sheet={"words": "Veut lire ses courriers", "language": "ar"},
                consent_language="ar",
                consented_at=clock.now(),
                code_digest="c" * 64,
                link_digest="l" * 64,
                state=ReferralState.SENT,
                expires_at=soon,
            )
        )
        db.add(
            ExchangeRequest(
                organisation_id=member.organisation_id,
                attempt_id=walker.attempt.id,
                kind=ExchangeKind.LANGUAGES,
                gives=["ar"],
                seeks=["fr"],
                reads_in="ar",
                label="Une voisine",
                rules="0" * 64,
                expires_at=soon,
            )
        )
        db.flush()
        db.expunge_all()
    return walker, file.id


def counts(database):
    with database.read() as db:
        return {one.__name__: db.scalar(sa.select(sa.func.count()).select_from(one)) for one in TABLES}


def test_it_is_read_by_people_and_by_programs(filed, signed_in):
    walker, file_id = filed
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    with zipfile.ZipFile(io.BytesIO(trainer.get(f"/learners/{file_id}/export").content)) as archive:
        page, kept = archive.read("Fiche.html").decode(), json.loads(archive.read("Fiche.json"))
    [pathway] = kept["pathways"]
    assert pathway["goals"][0]["title"] == walker.goal.title
    assert pathway["steps"]
    assert [one["kind"] for one in pathway["events"]] == ["chosen"]
    assert {one["text"]: one["for_person"] for one in pathway["notes"]} == {
        "Bravo pour mardi": True,
        "À rappeler lundi": False,
    }
    [line] = pathway["hours_corrections"]
    assert (line["day"], line["minutes"], line["own_work"]) == ("2027-01-05", -15, False)
    assert kept["referrals"][0]["sheet"]["words"] == "Veut lire ses courriers"
    assert kept["referrals"][0]["to"]
    assert kept["referrals"][0]["to"] in html.unescape(page)
    assert kept["exchanges"][0]["gives"] == ["ar"]
    assert kept["bookings"] == []
    said = (
        walker.goal.title,
        "Bravo pour mardi",
        "À rappeler lundi",
        "Veut lire ses courriers",
        "Une voisine",
        "Parti plus tôt",
    )
    for word in said:
        assert word in page.replace("&#39;", "'"), word
    assert trainer.get(f"/api/v1/learners/{file_id}/export").json()["pathways"] == kept["pathways"]


def test_it_goes_with_the_file_and_the_receipt_says_so(filed, signed_in, database):
    walker, file_id = filed
    trainer = signed_in(Role.TRAINER, organisation=walker.member.organisation_id)
    assert "1 parcours" in trainer.get(f"/learners/{file_id}/erase").text
    receipt = trainer.get(post(trainer, f"/learners/{file_id}/erase").headers["location"])
    assert "Parcours : 1" in receipt.text.replace("\u00a0", " ")
    left = counts(database)
    assert left["Pathway"] == 1  # of the other person
    assert (left["PathwayNote"], left["Referral"], left["ExchangeRequest"], left["HoursCorrection"]) == (0, 0, 0, 0)
    assert trainer.delete(f"/api/v1/learners/{file_id}").json()["pathways"] == 1  # the same receipt


def test_what_the_learner_erases_takes_it_all(app, client, filed, database):
    walker, _ = filed
    opened = {"Authorization": f"Bearer {app.state.door.token(walker.attempt.id)}"}
    assert client.delete(f"/api/v1/attempts/{walker.attempt.id}", headers=opened).status_code == 204
    left = counts(database)
    assert (left["Pathway"], left["Referral"], left["ExchangeRequest"]) == (1, 0, 0)
