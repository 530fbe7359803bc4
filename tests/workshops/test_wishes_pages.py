"""A wish on a phone, and a session for it at the desk."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.permissions import Role
from pathways.places.models import Commune, Territory, TerritoryKind
from pathways.places.territories import flat_name
from pathways.workshops.models import Wish, WishState, WorkshopSession
from tests.web.world import csrf_of
from tests.workshops import offering


@pytest.fixture(autouse=True)
def _communes(database):
    with database.begin() as db:
        for code, name in (("45234", "Orléans"), ("36123", "Montlouis"), ("37156", "Montlouis-sur-Loire")):
            if db.get(Commune, code) is None:
                department = code[:2]
                db.add(Commune(code=code, name=name, sought=flat_name(name), department=department, region="24"))
        for kind, code in ((TerritoryKind.REGION, "24"), (TerritoryKind.DEPARTMENT, "45")):
            if db.get(Territory, (kind, code)) is None:
                db.add(Territory(kind=kind, code=code, name=code))


def found_in(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found[1]


def send(client, **typed):
    page = client.get("/wish")
    key = found_in(r'name="key" value="([^"]+)"', page.text)
    usual = {"key": key, "language": "ti", "theme": "email", "where": "Orléans"}
    return client.post("/wish", data=usual | typed)


def left(answer) -> str:
    """The address of the slip."""
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def states(database):
    with database.read() as db:
        return list(db.scalars(sa.select(Wish.state)))


def test_a_wish_in_one_screen_and_its_slip(client, database):
    address = left(send(client))
    answer = client.get(address)
    code = found_in(r'class="code">([^<]+)<', answer.text)
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert client.post("/booking", data={"code": code}).headers["location"] == address
    assert client.post(f"{address}/withdraw").status_code == 303
    assert client.post(f"{address}/withdraw").status_code == 303
    assert states(database) == [WishState.WITHDRAWN]


def test_what_the_directory_knows_is_filled_in(client):
    page = client.get("/wish?language=ps&theme=sante&where=Orl%C3%A9ans").text
    assert '<option value="ps" lang="ps" dir="rtl" selected>' in page
    assert re.search(r'value="sante" required checked', page)
    assert 'value="Orléans"' in page


def test_several_communes_of_one_name_are_asked_about(client, database):
    answer = send(client, where="Montlouis")
    assert answer.status_code == 200
    assert 'name="commune"' in answer.text
    assert states(database) == []
    assert left(send(client, where="Montlouis", commune="37156")).startswith("/wish/")


@pytest.mark.parametrize("typed", [{"where": "Nullepart-les-Oies"}, {"theme": ""}, {"language": "zz"}])
def test_what_is_wrong_is_said_and_nothing_is_lost(client, database, typed):
    answer = send(client, **typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{typed.get("where", "Orléans")}"' in answer.text
    assert states(database) == []


def test_the_same_page_twice_leaves_one(client, database):
    page = client.get("/wish")
    key = found_in(r'name="key" value="([^"]+)"', page.text)
    sent = {"key": key, "language": "ti", "theme": "email", "where": "Orléans"}
    assert left(client.post("/wish", data=sent)) == left(client.post("/wish", data=sent))
    assert len(states(database)) == 1


@pytest.mark.slow
def test_nobody_invents_a_demand(client, database):
    answers = [send(client).status_code for _ in range(31)]
    assert answers[-1] == 429
    assert len(states(database)) == 30


def test_a_session_in_three_clicks_and_a_seat_in_one(client, signed_in, database):
    """The row, the form, *Publier*; then one press for whoever wished it."""
    trainer = signed_in(Role.TRAINER)
    with database.begin() as db:
        member = offering.member_of(db, organisation_id=trainer.organisation_id)
        place = offering.place_of(db, member)
        workshop = offering.workshop_of(db, member)
    slips = [left(send(client)) for _ in range(3)]
    page = trainer.get("/wishes").text
    link = found_in(r'href="(/wishes/open\?[^"]+)"', page).replace("&amp;", "&")
    form = trainer.get(link).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    sent = hidden | {"csrf": csrf_of(trainer), "workshop": str(workshop.id), "day": day, "starts": "14:00"}
    done = trainer.post("/wishes/open", data=sent | {"where": f"place:{place.id}", "seats": "8"})
    assert done.status_code == 303, done.text
    with database.read() as db:
        session = db.scalars(sa.select(WorkshopSession).order_by(WorkshopSession.created_at.desc())).first()
        assert session.languages == ["ti"]
        assert session.reserved == 8
    seen = client.get(slips[0]).text
    assert f'action="{slips[0]}/book"' in seen
    slip = client.post(f"{slips[0]}/book")
    assert slip.headers["location"].startswith("/b/")
    assert states(database).count(WishState.MET) == 1
    again = client.post(f"{slips[0]}/book")
    assert again.headers["location"] == slip.headers["location"]
    assert f'href="{slip.headers["location"].partition("?")[0]}"' in client.get(slips[0]).text
    assert "3" not in re.findall(r"<td>(\d+)</td>", trainer.get("/wishes").text)


def test_wrong_fields_come_back_with_their_reason(signed_in, database, client):
    trainer = signed_in(Role.TRAINER)
    with database.begin() as db:
        member = offering.member_of(db, organisation_id=trainer.organisation_id)
        offering.place_of(db, member)
    for _ in range(3):
        send(client)
    link = found_in(r'href="(/wishes/open\?[^"]+)"', trainer.get("/wishes").text).replace("&amp;", "&")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', trainer.get(link).text))
    refused = trainer.post("/wishes/open", data=hidden | {"csrf": csrf_of(trainer), "day": "", "starts": "14:00"})
    assert refused.status_code == 422
    assert 'id="workshop-error"' in refused.text


def test_only_those_who_plan_read_wishes(signed_in):
    assert signed_in(Role.PRESCRIBER).get("/wishes").status_code == 403
    assert signed_in(Role.TRANSLATOR).get("/wishes").status_code == 403
    assert signed_in(Role.COORDINATOR).get("/wishes").status_code == 200
