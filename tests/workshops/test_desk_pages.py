"""The desk's pages of workshops: an offer, a session, a series, means, a poster."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.permissions import OF_ROLE, Member, Role
from pathways.workshops.models import QuotaKind, SessionState, Workshop, WorkshopSession
from pathways.workshops.scheduling import sessions
from pathways.workshops.seating import seats
from tests.statements import counted
from tests.web.world import csrf_of
from tests.workshops import offering

WORKSHOP = {"title-fr": "Mes e-mails", "theme": "email", "languages": ["fr", "ti"], "seats": "8", "minutes": "90"}


class Desk:
    def __init__(self, client, database):
        self.client, self.database = client, database
        self.csrf = csrf_of(client)
        self.organisation_id = client.organisation_id

    def post(self, address, **fields):
        return self.client.post(address, data={"csrf": self.csrf} | fields)

    def member(self, db) -> Member:
        from pathways.people.models import Membership

        account_id = db.scalar(sa.select(Membership.account_id).filter_by(organisation_id=self.organisation_id))
        return Member(account_id, "", self.organisation_id, "", Role.TRAINER, OF_ROLE[Role.TRAINER])

    def session(self, **values) -> WorkshopSession:
        with self.database.begin() as db:
            made = offering.session_of(db, self.member(db), **values)
            assert made.workshop
            return made


@pytest.fixture
def desk(signed_in, database) -> Desk:
    return Desk(signed_in(Role.TRAINER), database)


@pytest.fixture
def other(signed_in, database) -> Desk:
    return Desk(signed_in(Role.TRAINER), database)


def next_week() -> str:
    return (clock.now() + timedelta(days=7)).date().isoformat()


@pytest.mark.slow
def test_from_an_offer_to_a_published_session(desk):
    assert "Aucun atelier" in desk.client.get("/workshops").text
    made = desk.post("/workshops/new", key=str(uuid.uuid4()), **WORKSHOP)
    assert made.status_code == 303
    address = made.headers["location"].partition("?")[0]
    page = desk.client.get(address).text
    assert "Mes e-mails" in page
    assert "ትግርኛ" in page
    form = desk.client.get(f"{address}/sessions/new").text
    key = re.findall(r'name="key" value="([^"]+)"', form)[0]
    fields = {"day": next_week(), "starts": "14:00", "seats": "8", "languages": "ti", "action": "publish", "key": key}
    first = desk.post(f"{address}/sessions/new", **fields)
    assert first.status_code == 303, first.text
    assert desk.post(f"{address}/sessions/new", **fields).headers["location"] == first.headers["location"]
    page = desk.client.get(first.headers["location"]).text
    assert "La séance est publiée" in page
    assert "14:00 – 15:30" in page  # as long as the workshop says
    assert "Mes e-mails" in desk.client.get("/workshops").text


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(desk):
    reply = desk.post("/workshops/new", **WORKSHOP | {"title-fr": "", "seats": "beaucoup", "title-ar": "بريدي"})
    assert reply.status_code == 422
    assert 'id="seats-error">Écrivez un nombre.' in reply.text
    assert "بريدي" in reply.text
    reply = desk.post("/workshops/new", **WORKSHOP | {"title-fr": "", "theme": "cuisine"})
    assert 'id="title-fr-error">Donnez un titre en français.' in reply.text
    assert 'id="theme-error">' in reply.text
    session = desk.session()
    reply = desk.post(f"/workshops/{session.workshop_id}/sessions/new", day="demain", starts="25:00", seats="8")
    assert 'id="day-error">La date' in reply.text
    assert 'id="starts-error">L&#39;heure s' in reply.text


def test_micro_skills_are_found_by_words(desk):
    page = desk.post("/workshops/new", **WORKSHOP | {"find": "pièce jointe", "action": "find"}).text
    assert 'value="inclusion-numerique:MEL-' in page
    assert 'value="Mes e-mails"' in page
    code = re.findall(r'name="skills" value="([^"]+)"', page)[0]
    made = desk.post("/workshops/new", **WORKSHOP | {"skills": code})
    with desk.database.read() as db:
        found = db.get_one(Workshop, uuid.UUID(made.headers["location"][11:47]))
        assert found.skills == [code]


def test_an_edit_in_between_is_not_overwritten(desk):
    session = desk.session()
    address = f"/workshops/{session.workshop_id}/edit"
    assert desk.client.get(address).status_code == 200
    assert desk.post(address, **WORKSHOP | {"version": "1", "minutes": "60"}).status_code == 303
    late = desk.post(address, **WORKSHOP | {"version": "1", "minutes": "45"})
    assert late.status_code == 409
    assert "Un collègue a modifié" in late.text
    assert 'value="45"' in late.text


def test_a_series_from_the_form_and_its_end(desk):
    workshop = desk.session().workshop_id
    fields = {"day": next_week(), "starts": "09:00", "ends": "10:00", "seats": "5", "weeks": "2", "action": "publish"}
    made = desk.post(f"/workshops/{workshop}/sessions/new", key=str(uuid.uuid4()), languages="fr", **fields)
    assert made.status_code == 303, made.text
    address = made.headers["location"].partition("?")[0]
    page = desk.client.get(made.headers["location"]).text
    assert "toutes les 2 semaines" in page
    assert len(re.findall(r'href="/sessions/', page)) > 15
    ended = desk.post(f"{address}/end", last=(clock.now() + timedelta(days=30)).date().isoformat())
    assert ended.status_code == 303
    assert "Encore prévues après l'arrêt" in desk.client.get(address).text
    assert desk.post(f"{address}/end").status_code == 422


def test_a_session_is_edited_duplicated_and_cancelled(desk):
    session = desk.session()
    address = f"/sessions/{session.id}"
    form = desk.client.get(f"{address}/edit").text
    assert 'value="14:00"' in form
    fields = {"day": next_week(), "starts": "15:00", "ends": "17:00", "seats": "8", "languages": "fr"}
    reply = desk.post(f"{address}/edit", version=str(session.version), **fields)
    assert reply.status_code == 303, reply.text
    assert "15:00 – 17:00" in desk.client.get(address).text
    copied = desk.post(f"{address}/duplicate", day=(clock.now() + timedelta(days=9)).date().isoformat())
    assert copied.headers["location"] != f"{address}?said=kept"
    assert desk.post(f"{address}/duplicate", day="").status_code == 422
    assert desk.post(f"{address}/cancel", reason=" ").status_code == 422
    assert desk.post(f"{address}/cancel", reason="La salle est fermée").status_code == 303
    assert "La salle est fermée" in desk.client.get(address).text
    assert desk.post(f"{address}/edit", version="9", **fields).status_code == 409


def test_seats_are_kept_and_more_are_allowed_with_a_reason(desk, other):
    session = desk.session()
    address = f"/sessions/{session.id}"
    row = {"kind-0": "structure", "value-0": str(other.organisation_id), "seats-0": "3", "funder-0": "Département"}
    until = (clock.now() + timedelta(days=3)).date().isoformat()
    reply = desk.post(f"{address}/quotas", **row, **{"kind-1": "prescribers", "seats-1": "2", "until-1": until})
    assert reply.status_code == 303, reply.text
    page = desk.client.get(address).text
    assert "Département" in page
    assert desk.post(f"{address}/quotas", **{"kind-0": "prescribers", "seats-0": "99"}).status_code == 409
    assert desk.post(f"{address}/seats", allowance="2").status_code == 422
    assert desk.post(f"{address}/seats", allowance="2", reason="Deux chaises de plus").status_code == 303
    assert "Deux chaises de plus" in desk.client.get(address).text
    theirs = other.client.get(address).text
    assert "Vous y avez une part" in theirs
    assert "Deux chaises" not in theirs
    assert "prescripteurs" not in theirs
    assert other.client.get(f"{address}/edit").status_code == 403
    with desk.database.read() as db:
        quota = seats.quota(db, session.id, QuotaKind.PRESCRIBERS)
        assert quota is not None
        assert quota.until is not None


def test_others_see_nothing(desk, other):
    session = desk.session()
    for address in (f"/sessions/{session.id}", f"/workshops/{session.workshop_id}", f"/sessions/{session.id}/poster"):
        assert desk.client.get(address).status_code == 200
        assert other.client.get(address).status_code == 404


def test_means_from_the_sheet_to_a_phone(desk, other, client):
    made = desk.post(
        "/means/new", kind="interpreter", name="Interprète tigrinya", languages="ti", units="1", key=str(uuid.uuid4())
    )
    assert made.status_code == 303, made.text
    address = made.headers["location"].partition("?")[0]
    session = desk.session()
    fields = {"day": next_week(), "starts": "14:00", "ends": "16:00", "seats": "8", "languages": "fr"}
    bound = fields | {"means": address[7:], "version": str(session.version), "before_minutes": "30"}
    assert desk.post(f"/sessions/{session.id}/edit", **bound).status_code == 303
    page = desk.client.get(address).text
    assert "13:30 – 16:00" in page
    taken = desk.post(f"/workshops/{session.workshop_id}/sessions/new", **fields, means=address[7:])
    assert taken.status_code == 409
    assert "« Interprète tigrinya » est déjà pris" in taken.text
    shown = desk.post(f"/workshops/{session.workshop_id}/sessions/new", **fields, action="free")
    assert "déjà pris" in shown.text
    url = re.findall(r'href="http://testserver(/means/agenda/[^"]+)"', page)[0]
    feed = client.get(url)
    assert feed.status_code == 200
    assert "SUMMARY:Mes e-mails" in feed.text
    assert client.get(url, headers={"if-none-match": feed.headers["etag"]}).status_code == 304
    assert client.get(url.replace(url[15:19], "AAAA")).status_code == 404
    assert other.client.get(address).status_code == 404
    desk.post(f"{address}/archive", action="archive")
    assert client.get(url).status_code == 404


def test_own_agenda(desk):
    assert "Aucune fiche" in desk.client.get("/means/mine").text
    with desk.database.begin() as db:
        member = desk.member(db)
        offering.interpreter_of(db, member, name="Formatrice", account_id=member.account_id)
    assert "/means/agenda/" in desk.client.get("/means/mine").text
    assert "Formatrice" in desk.client.get("/means").text


def test_the_poster_speaks_two_languages(desk):
    session = desk.session(languages=("ti",))
    page = desk.client.get(f"/sessions/{session.id}/poster").text
    assert "ኢመይለይ" in page
    assert "Mes e-mails" in page
    assert session.code in page
    assert '<html lang="ti"' in page
    assert 'dir="rtl"' in desk.client.get(f"/sessions/{session.id}/poster?lang=ar").text


def test_forms_bear_anything(desk):
    session = desk.session()
    poison = "\u202e<script>'\"\0%s{{7*7}}" + "x" * 900
    fields = dict.fromkeys(("day", "starts", "ends", "seats", "where", "means", "weeks", "until", "timezone"), poison)
    fields |= {"languages": poison, "interpretation": poison}
    for address in (f"/workshops/{session.workshop_id}/sessions/new", f"/sessions/{session.id}/edit"):
        assert desk.post(address, **fields).status_code == 422
        assert desk.post(address, **fields, action="free").status_code == 200
    assert desk.post(f"/sessions/{session.id}/quotas", **{"seats-0": poison, "kind-0": poison}).status_code == 422
    for one in ("languages", "equipment", "access", "skills", "theme", "french_level"):
        reply = desk.post("/workshops/new", **WORKSHOP | {one: poison[:60]})
        assert reply.status_code == 422
        assert "<script>'" not in reply.text
    assert desk.post("/means/new", name=poison, kind=poison, units=poison, account=poison).status_code == 422
    assert desk.client.get(f"/workshops/{session.workshop_id}/sessions/new", params=fields).status_code == 200
    with desk.database.read() as db:
        assert sessions.form_of(db, db.get_one(WorkshopSession, session.id)).seats == 8
        assert db.scalar(sa.select(sa.func.count()).where(WorkshopSession.state == SessionState.DRAFT)) == 0


def test_a_list_asks_the_database_as_often_whatever_it_holds(desk, app):
    """Each session in a room of its own, so that nothing is read only once by chance."""

    def asked() -> int:
        with counted(app) as statements:
            assert desk.client.get("/workshops").status_code == 200
        return len(statements)

    def add(number: int) -> None:
        with desk.database.begin() as db:
            member = desk.member(db)
            for _ in range(number):
                room = offering.room_of(db, offering.place_of(db, member))
                offering.session_of(db, member, room_id=room.id)

    add(1)
    few = asked()
    add(5)
    assert asked() == few
