"""*We led this session together*: one tap, from a list of one's own or on the page of the session."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.models import SessionEndorsement
from tests.badges.candidacy.candidates import a_member
from tests.badges.candidacy.leading import a_led_session
from tests.badges.pages.applying import said

PATH = "/h/me/co-led"


class Pair:
    """A session that two people led; the first one is signed in."""

    def __init__(self, scene, **changed) -> None:
        with scene.writing() as db:
            self.first, self.second = a_member(db, name="Une"), a_member(db, name="Pseudo Fictif")
            self.session_id = a_led_session(db, self.first, self.second, **changed).id
        self.scene, self.person = scene, scene.signed_in(self.first)
        self.fields = {"session": str(self.session_id), "account": str(self.second.account_id)}

    def kept(self) -> list[tuple]:
        with self.scene.database.read() as db:
            rows = db.execute(sa.select(SessionEndorsement.account_id, SessionEndorsement.endorsed_by)).all()
            return [tuple(row) for row in rows]


@pytest.fixture
def pair(scene) -> Pair:
    return Pair(scene)


def test_one_tap_says_so_and_another_takes_it_back(pair):
    assert "Oui, Pseudo Fictif l'a animée avec moi" in said(pair.person.browser.get(PATH))
    assert pair.person.post(PATH, **pair.fields, act="endorse").headers["location"] == f"{PATH}?said=endorsed"
    assert pair.kept() == [(pair.second.account_id, pair.first.account_id)]
    assert "confirmé" in pair.person.browser.get(PATH).text
    assert pair.person.post(PATH, **pair.fields, act="take-back").headers["location"] == f"{PATH}?said=taken-back"
    assert pair.kept() == []


def test_the_page_of_the_session_has_the_tap_and_comes_back_to_itself(pair):
    page = pair.person.browser.get(f"/sessions/{pair.session_id}").text
    assert "Animée à plusieurs" in page
    gone = pair.person.post(PATH, **pair.fields, act="endorse", back="session")
    assert gone.headers["location"] == f"/sessions/{pair.session_id}#co-led"


def test_before_a_session_took_place_there_is_nothing_to_say(scene):
    starts = clock.now().replace(year=clock.now().year + 1)
    pair = Pair(scene, starts_at=starts, closed=False)
    assert "Animée à plusieurs" not in pair.person.browser.get(f"/sessions/{pair.session_id}").text
    assert pair.person.post(PATH, **pair.fields).status_code == 409
    assert pair.kept() == []


def test_somebody_who_did_not_lead_it_says_nothing_of_it(scene, pair):
    with scene.writing() as db:
        member = a_member(db, organisation_id=pair.first.organisation_id)
    stranger = scene.signed_in(member)
    assert "Animée à plusieurs" not in stranger.browser.get(f"/sessions/{pair.session_id}").text
    assert stranger.post(PATH, **pair.fields).status_code == 404
    assert pair.person.post(PATH, session=str(pair.session_id), account=str(pair.first.account_id)).status_code == 403
    assert pair.person.browser.post(PATH, data=pair.fields).status_code == 403
    assert pair.kept() == []


def test_one_has_to_sign_in(scene):
    assert scene.browser().get(PATH).headers["location"] == f"/sign-in?next={PATH}"
