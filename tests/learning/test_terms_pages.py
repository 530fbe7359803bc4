"""Hours on paper, for the person and for whoever pays."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.learning.models import HoursCorrection, PathTerms
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.learning.test_attesting import Walking
from tests.web.world import csrf_of


@pytest.fixture
def walking(database) -> Walking:
    with database.begin() as db:
        made = Walking(db)
        made.path.chosen_at = clock.now() - timedelta(days=30)
        made.seat(clock.now() - timedelta(days=3), minutes=150)
        made.step(made.path, minutes=20)
        return made


@pytest.fixture
def trainer(walking, signed_in):
    return signed_in(Role.TRAINER, organisation=walking.member.organisation_id)


def test_the_sheet_says_hours_in_both_languages(trainer, walking):
    page = trainer.get(f"/paths/{walking.path.id}/attestation")
    assert page.status_code == 200, page.text
    assert 'lang="ar" dir="rtl"' in page.text
    assert "2 h 30" in page.text
    assert "20 min" in page.text
    assert "Heures par semaine" not in page.text
    assert walking.file.label not in page.text  # what the structure calls somebody stays there


def test_the_terms_change_what_it_says(trainer, walking, database):
    form = {"csrf": csrf_of(trainer), "funder": "Département", "rate": "27,50", "insertion": "1", "version": "0"}
    for rate in ("beaucoup", "1e3", "12,345", "-5", "NaN", "1_0"):
        assert trainer.post("/paths/terms", data=form | {"rate": rate}).status_code == 422, rate
    assert trainer.post("/paths/terms", data=form).status_code == 303
    with database.begin() as db:
        assert db.get_one(PathTerms, walking.member.organisation_id).cents_an_hour == 2750
    page = trainer.get(f"/paths/{walking.path.id}/attestation").text
    assert "Heures par semaine" in page
    assert "Département" in page
    assert "68,75 €" in page
    assert "27,50" in trainer.get("/paths/terms").text
    assert trainer.post("/paths/terms", data=form | {"funder": "Région"}).status_code == 409


def test_a_correction_is_a_line_with_its_reason(trainer, walking, database):
    path = f"/paths/{walking.path.id}/corrections"
    day = (clock.now() - timedelta(days=3)).astimezone(clock.PARIS).date().isoformat()
    form = {
        "csrf": csrf_of(trainer),
        "day": day,
        "minutes": "30",
        "sign": "less",
        "reason": "Parti plus tôt.",
        "key": "k",
    }
    assert trainer.post(path, data=form | {"reason": ""}).status_code == 422
    too_much = trainer.post(path, data=form | {"minutes": "151"})
    assert too_much.status_code == 422
    assert "150 minutes ce jour-là" in too_much.text.replace("\u00a0", " ")
    for _ in range(2):
        assert trainer.post(path, data=form).status_code == 303
    with database.begin() as db:
        assert [one.minutes for one in db.scalars(sa.select(HoursCorrection))] == [-30]
    assert "Parti plus tôt." in trainer.get(path).text
    assert "2 h 00" in trainer.get(f"/paths/{walking.path.id}/attestation").text


def test_the_table_is_noted_in_the_journal(trainer, walking, database):
    table = trainer.get("/paths/hours.csv")
    assert table.status_code == 200
    assert table.headers["content-type"].startswith("text/csv")
    with database.begin() as db:
        assert db.scalar(sa.select(JournalEntry.details).filter_by(act="hours_exported")) == {"paths": 1}
    assert trainer.get("/paths/hours.csv?first=2026-12-03&last=2026-12-01").status_code == 422


def test_another_organisation_and_another_role(signed_in, walking):
    stranger = signed_in(Role.ADMINISTRATOR)
    for path in ("attestation", "corrections"):
        assert stranger.get(f"/paths/{walking.path.id}/{path}").status_code == 404
    coordinator = signed_in(Role.COORDINATOR, organisation=walking.member.organisation_id)
    assert coordinator.get(f"/paths/{walking.path.id}/attestation").status_code == 403
