"""The directory as people meet it: what they ask, what they find, what is missing, and what nobody may see."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import clock, i18n
from pathways.app import create_app
from pathways.places import houses, service, tours
from pathways.places.houses import RoomForm, TenantForm
from pathways.places.models import Place
from pathways.places.tours import StopForm
from pathways.settings import Settings
from pathways.workshops.models import Audience, WorkshopSession
from pathways.workshops.seating import cancelling
from tests.directory import near
from tests.places import situations
from tests.statements import counted
from tests.workshops import offering

PAPERS, FREE = "Aide aux démarches administratives", "Gratuit"


@pytest.fixture
def town(database):
    """A place that helps with papers in Tigrinya, and a session there next week."""
    with database.begin() as db:
        who = offering.member_of(db)
        situations.commune(db, "99321", "Villetest", "99321", at=near.SPOT)
        place = situations.place(
            db,
            who,
            "Maison du numérique",
            commune="Villetest",
            postcode="99321",
            services=(PAPERS,),
            fees=(FREE,),
            languages=("fr", "ti"),
            hours="Mo-Fr 09:00-12:00; PH off",
            phone="+33238000000",
            latitude=47.91,
            longitude=1.91,
        )
        session = offering.session_of(db, who, place_id=place.id, languages=("fr", "ti"))
        return who, place.id, session.id, session.code


def shown(client, path) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, f"{path}: {reply.status_code}"
    return reply.text


def test_the_front_page_leads_there(client):
    assert 'href="/near"' in shown(client, "/")


def test_a_place_and_a_session_are_found_by_need_language_and_town(client, town):
    _, place_id, _, code = town
    for query in ("where=99321", "where=VILLETEST", "spot=99321", "where=99321&language=ti&free=1&km=5"):
        page = shown(client, f"/near?{query}")
        assert f"/near/places/{place_id}" in page, query
        assert f"/s/{code}" in page, query
        assert "À 1 km" in page, query


def test_without_a_question_only_the_form_is_there(client, town):
    page = shown(client, "/near")
    assert 'name="need" value="papers"' in page
    assert "/near/places/" not in page


def test_a_postcode_in_arabic_digits_is_that_postcode(client, town):
    assert f"/near/places/{town[1]}" in shown(client, "/near?where=٩٩٣٢١&lang=ar")


def test_what_is_missing_is_said_and_can_be_wished_for(client, town):
    page = shown(client, "/near?where=99321&language=ps&theme=email&km=30")
    assert "Aucun atelier trouvé dans cette langue à moins de 30 km." in page
    wish = re.findall(r'href="(/wish\?[^"]+)"', page)[0]
    assert "language=ps" in wish
    assert "theme=email" in wish
    assert "where=Villetest" in wish
    assert "km=60" in page  # one looks further in one touch


def test_a_session_at_a_distance_does_not_answer_for_one_that_is_near(client, database, town):
    with database.begin() as db:
        who = offering.member_of(db)
        code = offering.session_of(db, who, languages=("ps",), meeting_url="https://exemple.fr/salle").code
    page = shown(client, "/near?where=99321&language=ps")
    assert f"/s/{code}" in page
    assert "Aucun atelier trouvé dans cette langue" in page
    assert "exemple.fr/salle" not in page


def test_a_place_that_nobody_knows_is_said(client, town):
    page = shown(client, "/near?where=Nimporteou")
    assert "Nous ne trouvons pas cet endroit." in page
    assert page.index("Nous ne trouvons pas cet endroit.") < page.index('<form class="near-form"')  # not a screen below
    assert "/near/places/" not in page


def test_a_need_that_no_workshop_meets_shows_places_only(client, town):
    page = shown(client, "/near?where=99321&need=print")
    assert "Ateliers</h2>" not in page
    assert 'id="sessions"' not in page


def test_drafts_cancelled_professionals_and_withdrawn_are_not_found(client, database, town):
    who, place_id, session_id, code = town
    with database.begin() as db:
        draft = offering.session_of(db, who, publish=False, place_id=place_id).code
        trade = offering.workshop_of(db, who, audience=Audience.PROFESSIONALS)
        inside = offering.session_of(db, who, trade, place_id=place_id).code
    page = (
        shown(client, "/near?where=99321") + shown(client, "/near/sessions") + shown(client, f"/near/places/{place_id}")
    )
    assert f"/s/{draft}" not in page
    assert f"/s/{inside}" not in page
    assert f"/s/{inside}" in shown(client, "/near/sessions?audience=professionals")
    with database.begin() as db:
        cancelling.cancel_session(db, who, session_id, reason="La salle est fermée")
        service.withdraw(db, who, place_id)
    assert f"/s/{code}" not in shown(client, "/near?where=99321")
    assert client.get(f"/near/places/{place_id}").status_code == 404
    assert client.get(f"/near/places/{uuid.uuid4()}").status_code == 404


def test_a_place_says_when_how_and_what_comes_next(client, database, town):
    who, place_id, _, code = town
    with database.begin() as db:
        houses.add_room(db, who, place_id, RoomForm("Salle bleue", 12, ("wifi",)))
        houses.add_tenant(db, who, place_id, TenantForm("Une permanence", hours="We 14:00-16:00"))
    page = shown(client, f"/near/places/{place_id}?lang=ti")
    for said in ("Maison du numérique", 'href="tel:+33238000000"', 'href="geo:47.91,1.91', f"/s/{code}", "Salle bleue"):
        assert said in page, said
    assert "Une permanence" in page
    assert i18n.say_date((clock.now() + timedelta(days=7)).date(), "ti") in page
    assert "<svg" in page
    assert "http" not in re.sub(r'href="http://testserver[^"]*"', "", page).replace("http-equiv", "")


@pytest.mark.slow
def test_every_language_reads_every_page(client, database, town):
    with database.begin() as db:
        tour = situations.tour(db, town[0])
        tour_id = tour.id
    paths = (
        "/near",
        "/near?where=99321",
        "/near/sessions",
        "/near/vans",
        f"/near/vans/{tour_id}",
        f"/near/places/{town[1]}",
    )
    for code, language in i18n.languages().items():
        for path in paths:
            reply = client.get(path, headers={"Accept-Language": language.tag})
            assert reply.status_code == 200, (path, code)
            assert f'<html lang="{language.tag}" dir="{language.dir}">' in reply.text, (path, code)


def test_a_language_is_chosen_and_kept(client, town):
    reply = client.get("/near?where=99321&lang=ar")
    assert 'dir="rtl"' in reply.text
    assert "language=ar" in reply.headers["set-cookie"]
    assert "where=99321&amp;lang=ti" in reply.text


@pytest.mark.slow
def test_a_van_is_where_its_rule_says(client, database, town):
    who, place_id, *_ = town
    with database.begin() as db:
        tour = situations.tour(db, who)
        stop = StopForm(
            place_id=place_id,
            first=service.today(),
            opens="14:00",
            closes="16:00",
            on_holidays=True,
            note="Sur la place",
        )
        tours.add_stop(db, who, tour.id, stop)
        tour_id = tour.id
    page = shown(client, f"/near/vans/{tour_id}")
    assert "Sur la place" in page
    assert "14:00" in page
    assert f"/near/vans/{tour_id}" in shown(client, "/near/vans")
    assert "14:00" in shown(client, f"/near/places/{place_id}")
    with database.begin() as db:
        tours.end(db, who, tour_id, ended=True)
    assert client.get(f"/near/vans/{tour_id}").status_code == 404
    assert f"/near/vans/{tour_id}" not in shown(client, "/near/vans")


def test_only_the_page_that_is_made_for_it_may_be_framed(client, town):
    for path in ("/near?where=99321", f"/near/places/{town[1]}", "/near/sessions"):
        assert "frame-ancestors 'none'" in client.get(path).headers["content-security-policy"]
    reply = client.get("/near/embed?where=99321&lang=ar")
    assert "frame-ancestors *" in reply.headers["content-security-policy"]
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert "set-cookie" not in reply.headers
    leaving = re.findall(r'<a [^>]*href="/(?:s/|near/places)[^>]*>', reply.text)
    assert leaving
    assert all('target="_blank" rel="noopener"' in one for one in leaving)
    assert '<input type="hidden" name="lang" value="ar">' in reply.text


def test_a_map_asks_nobody_unless_the_operator_says_so(client, settings, town):
    page = client.get("/near?where=99321")
    assert "<image" not in page.text
    assert "img-src 'self' data:;" in page.headers["content-security-policy"]
    tiles = Settings(
        database_url=settings.database_url,
        data=settings.data,
        url=settings.url,
        secret=settings.secret,
        map_tiles="https://tuiles.exemple.fr/{z}/{x}/{y}.png",
    )
    app = create_app(tiles)
    reply = TestClient(app).get("/near?where=99321")
    app.state.database.dispose()
    assert "img-src 'self' data: https://tuiles.exemple.fr;" in reply.headers["content-security-policy"]
    assert 'href="https://tuiles.exemple.fr/' in reply.text


@pytest.mark.parametrize(
    "query",
    [
        "where=" + "é" * 10_000,
        "where=%27%3B--",
        "where=%00",
        "where=%E2%80%AE45000",
        "day=2026-02-30",
        "km=x&page=9999999",
        "spot=%27",
        "lang=" + "x" * 999,
        "need=papers&need=print",
        "access=a&access=b&access=c",
    ],
)
@pytest.mark.slow
def test_nonsense_breaks_nothing(client, town, query):
    for path in ("/near", "/near/sessions", "/near/embed", "/near.json", "/near/sessions.ics", "/near/sessions.atom"):
        assert client.get(f"{path}?{query}").status_code == 200, path


def test_what_somebody_typed_is_shown_and_never_run(client, town):
    page = shown(client, '/near?where="><script>alert(1)</script>')
    assert "<script>alert" not in page


@pytest.mark.slow
def test_a_page_asks_the_database_as_often_for_many_as_for_one(app, client, database, town):
    who, place_id, *_ = town
    paths = (
        "/near?where=99321&language=ti",
        "/near/sessions",
        f"/near/places/{place_id}",
        "/near/vans",
        "/near.json?where=99321",
    )
    counts = []
    for number in (1, 12):
        with database.begin() as db:
            for _ in range(number):
                other = situations.place(
                    db, who, commune="Villetest", postcode="99321", languages=("ti",), latitude=47.9, longitude=1.9
                )
                offering.session_of(db, who, place_id=other.id, languages=("ti",))
                offering.session_of(db, who, place_id=place_id, languages=("ti",))
                tour = situations.tour(db, who)
                tours.add_stop(db, who, tour.id, situations.stop(other))
        asked = []
        for path in paths:
            shown(client, path)
            with counted(app) as statements:
                shown(client, path)
            asked.append(len(statements))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_a_page_says_what_is_full_and_the_next_page_goes_on(client, database, town):
    who, place_id, session_id, _ = town
    with database.begin() as db:
        db.execute(sa.update(WorkshopSession).filter_by(id=session_id).values(booked=8))
        for _ in range(12):
            offering.session_of(db, who, place_id=place_id, languages=("fr",))
    page = shown(client, "/near/sessions?where=99321&km=5")
    assert "C&#39;est complet." in page
    following = re.findall(r'href="(/near/sessions\?[^"]*page=2)"', page)[0].replace("&amp;", "&")
    assert len(re.findall(r'href="/s/\w+"', page)) == 10
    assert len(re.findall(r'href="/s/\w+"', shown(client, following))) == 3


def test_only_addresses_of_the_web_become_links_whatever_is_kept(client, database, town):
    with database.begin() as db:
        kept = db.get_one(Place, town[1])
        kept.booking_url, kept.websites = "javascript:alert(1)", ["javascript:alert(2)", "https://exemple.fr/"]
    page = shown(client, f"/near/places/{town[1]}")
    assert "javascript:" not in page
    assert 'href="https://exemple.fr/"' in page


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_time_is_refused(client, day):
    assert client.get(f"/api/v1/directory?day={day}").status_code == 422
