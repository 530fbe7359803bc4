"""What anybody sees of a session, and how they take a place in it: two screens, no account."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, i18n
from pathways.workshops.models import (
    Booking,
    BookingState,
    Channel,
    QuotaKind,
    SessionState,
    WaitingRule,
    WorkshopSession,
)
from pathways.workshops.seating import cancelling, seats
from pathways.workshops.seating.seats import Share
from tests.workshops import offering
from tests.workshops.forms_sent import key_of


@pytest.fixture
def held(database):
    """A session of eight seats next week, and the member who holds it."""
    with database.begin() as db:
        member = offering.member_of(db)
        place = offering.place_of(db, member)
        session = offering.session_of(db, member, place_id=place.id, languages=("fr", "ti"))
        return member, session.code, session.id


def form(client, code, what="book", **typed):
    page = client.get(f"/s/{code}/{what}")
    assert page.status_code == 200, page.text
    key = key_of(page.text)
    return client.post(f"/s/{code}/{what}", data={"key": key, "party": "1"} | typed)


def bookings(database) -> int:
    with database.read() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(Booking).filter_by(state=BookingState.CONFIRMED)) or 0


def fill(database, session_id, seats_taken=8):
    with database.begin() as db:
        db.execute(sa.update(WorkshopSession).filter_by(id=session_id).values(booked=seats_taken))


def test_a_session_in_the_language_of_the_reader_and_in_french(client, held):
    page = client.get(f"/s/{held[1]}?lang=ti")
    assert page.status_code == 200
    assert "ኢመይለይ" in page.text
    assert "Mes e-mails" in page.text
    assert "14:00 – 16:00" in page.text
    assert 'lang="ti"' in page.text
    assert "language=ti" in page.headers["set-cookie"]
    assert client.get(f"/s/{held[1]}").text.count("ኢመይለይ")  # the cookie remembers


def test_a_code_is_read_as_people_type_it_and_a_wrong_one_opens_nothing(client, held):
    assert client.get(f"/s/{held[1].lower()}").status_code == 200
    assert client.get("/s/22222222").status_code == 404
    assert client.get("/s/%00").status_code == 404


def test_a_draft_does_not_exist(client, database):
    with database.begin() as db:
        code = offering.session_of(db, offering.member_of(db), publish=False).code
    assert client.get(f"/s/{code}").status_code == 404
    assert client.post(f"/s/{code}/book", data={}).status_code == 404


def test_a_seat_is_four_presses_away_and_needs_nothing(client, held, database):
    first = client.get(f"/s/{held[1]}").text
    assert f'href="/s/{held[1]}/book"' in first  # one
    reply = form(client, held[1])  # two: nothing on the form has to be chosen
    assert reply.status_code == 303
    slip = client.get(reply.headers["location"])
    assert slip.status_code == 200
    assert re.search(r'<p class="code">[2-9A-Z]{4}-[2-9A-Z]{4}</p>', slip.text)
    assert bookings(database) == 1
    with database.read() as db:
        made = db.scalars(sa.select(Booking)).one()
        assert (made.party, made.label, made.contact, made.needs) == (1, "", "", [])


def test_a_party_with_needs_and_a_name_in_one_act(client, held, database):
    assert form(client, held[1], party="3", needs=["interpreter", "nonsense"], label=" A. ").status_code == 303
    with database.read() as db:
        made = db.scalars(sa.select(Booking)).one()
        assert (made.party, made.label, made.needs) == (3, "A.", ["interpreter"])
        assert db.get_one(WorkshopSession, held[2]).booked == 3


def test_digits_of_another_writing_are_read(client, held, database):
    assert form(client, held[1], party="٣").status_code == 303
    with database.read() as db:
        assert db.scalars(sa.select(Booking.party)).one() == 3


def test_sent_twice_it_books_once(client, held, database):
    page = client.get(f"/s/{held[1]}/book").text
    key = key_of(page)
    first = client.post(f"/s/{held[1]}/book", data={"key": key, "party": "2"})
    again = client.post(f"/s/{held[1]}/book", data={"key": key, "party": "5"})
    assert first.headers["location"] == again.headers["location"]
    assert bookings(database) == 1


def test_going_back_shows_the_slip_and_another_booking_is_still_possible(client, held, database):
    made = form(client, held[1]).headers["location"]
    back = client.get(f"/s/{held[1]}/book")
    assert back.status_code == 303
    assert back.headers["location"].split("?")[0] == made.split("?")[0]
    assert client.get(f"/s/{held[1]}/book?again=1").status_code == 200
    client.post(f"{made.split('?')[0]}/done")
    assert client.get(f"/s/{held[1]}/book").status_code == 200
    assert bookings(database) == 1


def test_what_was_typed_stays_when_the_last_seats_went(client, held, database):
    fill(database, held[2], 6)
    page = client.get(f"/s/{held[1]}/book").text
    key = key_of(page)
    reply = client.post(f"/s/{held[1]}/book", data={"key": key, "party": "3", "label": "Z.", "needs": "wheelchair"})
    assert reply.status_code == 409
    assert 'value="Z."' in reply.text
    assert re.search(r'value="3" checked', reply.text)
    assert re.search(r'value="wheelchair" checked', reply.text)
    assert f'action="/s/{held[1]}/wait"' in reply.text
    assert f'formaction="/s/{held[1]}/book"' in reply.text  # or a smaller party
    assert bookings(database) == 0


def test_a_refused_form_may_be_sent_again_as_it_is(client, held, database):
    sent = {"key": key_of(client.get(f"/s/{held[1]}/book").text), "party": "2"}
    fill(database, held[2])
    assert client.post(f"/s/{held[1]}/book", data=sent).status_code == 409
    fill(database, held[2], 6)
    assert client.post(f"/s/{held[1]}/book", data=sent).status_code == 303
    assert bookings(database) == 1


def test_a_full_session_publishes_its_rule_and_lets_one_wait(client, held, database):
    fill(database, held[2])
    page = client.get(f"/s/{held[1]}").text
    assert "C'est complet." in page.replace("&#39;", "'")
    assert "attend depuis le plus longtemps" in page
    assert client.get(f"/s/{held[1]}/book").headers["location"] == f"/s/{held[1]}/wait"
    reply = form(client, held[1], "wait", party="2")
    assert reply.status_code == 303
    assert reply.headers["location"].startswith("/w/")
    assert "Personne n'attend avant vous." in client.get(reply.headers["location"]).text.replace("&#39;", "'")
    second = form(client, held[1], "wait")
    assert "Avant vous : 1" in client.get(second.headers["location"]).text.replace("\u00a0", " ")


def test_the_other_rule_is_told_in_other_words(client, held, database):
    fill(database, held[2])
    with database.begin() as db:
        db.get_one(WorkshopSession, held[2]).waiting_rule = WaitingRule.BEST_FIT
    assert "un groupe plus petit peut passer" in client.get(f"/s/{held[1]}").text


def test_seats_kept_for_a_language_are_for_those_who_read_it(client, held, database):
    fill(database, held[2], 6)
    with database.begin() as db:
        seats.set_quotas(db, db.get_one(WorkshopSession, held[2]), [Share(QuotaKind.LANGUAGE, "ti", 2)])
    assert client.get(f"/s/{held[1]}/book?lang=fr").headers["location"].endswith("/wait")
    client.cookies.set("language", "ti")
    assert form(client, held[1], party="2").status_code == 303
    client.cookies.clear()
    assert bookings(database) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"closes_at": timedelta(hours=-1)}, "Il est trop tard"),
        ({"closes_at": timedelta(days=-9), "starts_at": timedelta(days=-8), "ends_at": timedelta(days=-7)}, "passé"),
    ],
)
def test_what_cannot_be_booked_says_why(client, held, database, changed, words):
    with database.begin() as db:
        values = {name: clock.now() + delta for name, delta in changed.items()}
        db.execute(sa.update(WorkshopSession).filter_by(id=held[2]).values(values))
    page = client.get(f"/s/{held[1]}").text
    assert words in page
    assert f"/s/{held[1]}/book" not in page
    assert client.get(f"/s/{held[1]}/book").status_code == 303
    assert client.post(f"/s/{held[1]}/book", data={"key": uuid.uuid4().hex}).status_code == 409
    assert bookings(database) == 0


def test_a_cancelled_session_says_why_and_shows_another_date(client, held, database):
    member, code, session_id = held
    with database.begin() as db:
        first = db.get_one(WorkshopSession, session_id)
        other = offering.session_of(db, member, first.workshop, day=(clock.now() + timedelta(days=14)).date()).code
        cancelling.cancel_session(db, member, session_id, reason="La salle est fermée.")
    page = client.get(f"/s/{code}").text
    assert "La salle est fermée." in page
    assert f'href="/s/{other}"' in page
    assert f"/s/{code}/book" not in page


def test_no_contact_is_asked_where_nothing_can_be_sent(client, held):
    assert 'name="contact"' not in client.get(f"/s/{held[1]}/book").text


@pytest.fixture
def sending(app):
    """The same server, which can send mail and short messages."""
    mail = {"mail_url": "smtp://127.0.0.1", "mail_from": "pathways@exemple.fr"}
    app.state.settings = replace(app.state.settings, sms_url="https://sms.exemple.fr", **mail)


def test_a_reminder_is_offered_and_never_asked_for(client, held, database, sending):
    assert 'name="contact"' in client.get(f"/s/{held[1]}/book").text
    reply = form(client, held[1], contact="06 12", label="Z.")
    assert reply.status_code == 422
    assert 'aria-describedby="contact-said"' in reply.text
    assert 'value="06 12"' in reply.text
    assert 'value="Z."' in reply.text
    for typed in ("", "0692 12 34 56", "une.personne@exemple.fr"):
        client.cookies.clear()
        assert form(client, held[1], contact=typed).status_code == 303
    with database.read() as db:
        kept = {(one.channel, one.contact) for one in db.scalars(sa.select(Booking))}
    expected = {(Channel.NONE, ""), (Channel.SMS, "+262692123456"), (Channel.EMAIL, "une.personne@exemple.fr")}
    assert kept == expected


def test_one_address_cannot_empty_a_calendar(client, held, app, database):
    app.state.settings = replace(app.state.settings, bookings_an_hour=2)
    for _ in range(2):
        client.cookies.clear()
        assert form(client, held[1]).status_code == 303
    client.cookies.clear()
    assert form(client, held[1]).status_code == 429
    assert bookings(database) == 2


@pytest.mark.parametrize("language", list(i18n.languages()))
def test_each_page_in_each_language(client, held, language):
    client.cookies.set("language", language)
    tag = i18n.language(language).tag
    assert f'lang="{tag}"' in client.get(f"/s/{held[1]}").text
    assert f'lang="{tag}"' in client.get(f"/s/{held[1]}/book").text
    wall = client.get(f"/s/{held[1]}/language")
    assert wall.text.count("hreflang") == len(i18n.languages())
    chosen = client.get(f"/s/{held[1]}/language/{tag}")
    assert (chosen.status_code, chosen.headers["location"]) == (303, f"/s/{held[1]}")


def test_a_closed_session_is_over(client, held, database):
    with database.begin() as db:
        db.get_one(WorkshopSession, held[2]).state = SessionState.CLOSED
    assert "passé" in client.get(f"/s/{held[1]}").text
