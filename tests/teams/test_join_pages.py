"""The way of one person: an invitation in their language, a yes or a no, a link of their own, the questions, their no
at any time. The organisation holds the first link, so that link never opens what is theirs.
"""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import i18n
from pathways.badges.holding import holders
from pathways.badges.models import Holder, HolderAttempt
from pathways.permissions import Role
from pathways.teams import consenting, inviting, standings
from pathways.teams.inviting import PersonForm
from pathways.teams.models import Sharing, TeamMember
from tests.diagnostics.situations import Taker
from tests.teams.a_team import EMPLOYEE, INVITATIONS, LINKS, TEN, csrf_of
from tests.web.routes import routes_of


@pytest.fixture
def phone(app) -> TestClient:
    """A telephone of nobody in particular."""
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def join(four) -> str:
    """Where Datte's invitation leads."""
    return f"/join/{INVITATIONS.token_of(four.datte)}"


def hidden(page, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page.text)[0]


def agree(phone, join: str, **more) -> str:
    page = phone.get(join)
    form = {"act": "agree", "seen": hidden(page, "seen"), "lang": hidden(page, "lang")}
    answer = phone.post(join, data=form | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def press(phone, own: str, act: str, **more):
    page = phone.get(own)
    return phone.post(own, data={"team": hidden(page, "team"), "lang": hidden(page, "lang"), "act": act} | more)


def row(database, four, name: str = "datte") -> TeamMember:
    with database.read() as db:
        found = db.get_one(TeamMember, getattr(four, name).id)
        db.expunge(found)
        return found


def test_the_invitation_speaks_the_persons_language_and_says_plainly_what_is_seen(phone, join):
    page = phone.get(join)
    assert page.status_code == 200
    assert '<html lang="ar" dir="rtl">' in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    read = html.unescape(page.text).replace("\xa0", " ")
    for sentence in consenting.CONSENT:
        assert sentence in read  # the French beneath
    for code in ("Accueillir la personne", "Passer la main"):
        assert code in read
    assert "Une structure" in read
    assert "Datte" not in read


def test_looking_changes_nothing(phone, join, database, four):
    for _ in range(3):
        phone.get(join)
    assert row(database, four).sharing is Sharing.INVITED


@pytest.mark.parametrize("code", [one for one in i18n.languages() if one != "fr"])
def test_it_can_be_read_in_every_language(phone, join, code):
    tag = i18n.language(code).tag
    answer = phone.get(f"{join}/language/{tag}")
    assert answer.headers["location"] == f"{join}?lang={code}"
    assert f'<html lang="{tag}"' in phone.get(f"{join}?lang={code}").text
    assert phone.get(f"{join}/language").status_code == 200


def test_a_no_is_kept_and_shows_nothing(phone, join, database, four, desk):
    assert phone.post(join, data={"act": "refuse", "lang": "ar"}).status_code == 303
    assert row(database, four).sharing is Sharing.WITHHELD
    assert "ne partage pas" in desk.get(f"/team/members/{four.datte.id}").text.lower()
    own = agree(phone, join)  # they may change their mind
    assert re.fullmatch(r"/h/[\w-]{43}/teams", own)


def test_a_yes_leads_to_a_link_of_their_own_and_to_the_questions(phone, join, database, four, app):
    own = agree(phone, join)
    page = phone.get(f"{own}?said=joined")
    assert f"http://testserver{own.removesuffix('/teams')}" in page.text
    assert 'class="qr"' in page.text
    begun = press(phone, own, "begin", key="k1")
    assert re.fullmatch(r"/t/[0-9a-f-]{36}/practice", begun.headers["location"])
    again = press(phone, own, "begin", key="k1")
    assert again.headers["location"] == begun.headers["location"]
    assert phone.get(begun.headers["location"]).status_code == 200  # the browser holds what opens it
    with database.read() as db:
        assert (
            db.scalar(
                sa.select(sa.func.count()).select_from(HolderAttempt).filter_by(holder_id=row(database, four).holder_id)
            )
            == 1
        )


def test_the_questions_lead_to_what_the_team_sees_and_to_a_pathway(phone, join, database, four, desk, app):
    own = agree(phone, join)
    begun = press(phone, own, "begin", key="k1").headers["location"]
    attempt_id = begun.split("/")[2]
    taker = Taker(phone, {"id": attempt_id, "token": phone.cookies["attempt"]}, None)
    taker.item = taker.current()["item"]
    while taker.item:
        taker.dont_know()
    page = html.unescape(phone.get(own).text)
    assert "À apprendre" in page
    shown = desk.get(f"/team/members/{four.datte.id}").text
    assert "pas encore" in shown
    assert attempt_id not in shown
    goals = press(phone, own, "pathway")
    assert goals.headers["location"] == f"/t/{attempt_id}/goals"
    assert phone.get(goals.headers["location"]).status_code == 200


def test_once_it_is_answered_the_invitation_opens_nothing_more(phone, join, database, four, app):
    own = agree(phone, join)
    other = TestClient(app, follow_redirects=False)
    page = other.get(join)
    assert own not in page.text
    assert "/h/" not in page.text
    assert 'name="seen"' not in page.text
    holder_id = row(database, four).holder_id
    refused = other.post(join, data={"act": "agree", "seen": "x", "lang": "ar"})
    assert refused.status_code == 409
    assert row(database, four).holder_id == holder_id


def test_whoever_holds_the_invitation_can_stop_it_and_do_nothing_else(phone, join, database, four, app):
    agree(phone, join)
    other = TestClient(app, follow_redirects=False)
    other.post(join, data={"act": "begin", "lang": "ar"})
    other.post(join, data={"act": "leave", "lang": "ar"})
    assert row(database, four).sharing is Sharing.SHARED
    other.post(join, data={"act": "refuse", "lang": "ar"})
    assert row(database, four).sharing is Sharing.WITHHELD


def test_taken_back_and_given_again_from_their_own_link(phone, join, database, four):
    own = agree(phone, join, badges="1")
    assert row(database, four).shows_badges
    assert press(phone, own, "refuse").headers["location"].endswith("said=stopped")
    assert row(database, four).sharing is Sharing.WITHHELD
    page = phone.get(own)
    press(phone, own, "agree", seen=hidden(page, "seen"))
    found = row(database, four)
    assert (found.sharing, found.shows_badges) == (Sharing.SHARED, False)


def test_leaving_from_their_own_link_keeps_their_space(phone, join, database, four):
    own = agree(phone, join)
    holder_id = row(database, four).holder_id
    assert press(phone, own, "leave").headers["location"].endswith("said=left")
    with database.read() as db:
        assert db.get(TeamMember, four.datte.id) is None
        assert db.get(Holder, holder_id) is not None
    assert phone.get(own).status_code == 200
    assert phone.get(join).status_code == 404


def test_a_space_that_somebody_has_already_is_used_again(phone, join, database, four):
    with database.begin() as db:
        holder, token = holders.create(db, LINKS, language="ar")
        holder_id = holder.id
    own = agree(phone, join, space=f"  http://testserver/h/{token} ")
    assert own == f"/h/{token}/teams"
    assert row(database, four).holder_id == holder_id


def test_a_space_that_is_not_there_is_said_and_nothing_is_made(phone, join, database, four):
    page = phone.get(join)
    form = {"act": "agree", "seen": hidden(page, "seen"), "lang": "ar", "space": "https://exemple.fr/nothing"}
    answer = phone.post(join, data=form)
    assert answer.status_code == 409
    assert "https://exemple.fr/nothing" in answer.text
    assert row(database, four).holder_id is None


def test_somebody_with_an_account_says_yes_with_it(join, database, four, signed_in):
    with database.begin() as db:
        mine = inviting.add(db, INVITATIONS, four.team.desk, PersonForm("Salarié", EMPLOYEE), key="k")
        path = f"/join/{INVITATIONS.token_of(mine)}/account"
    colleague = signed_in(Role.TRAINER, organisation=four.organisation_id)
    page = colleague.get(path)
    assert page.status_code == 200
    answer = colleague.post(path, data={"csrf": csrf_of(colleague), "seen": hidden(page, "seen"), "badges": "1"})
    assert answer.status_code == 303
    with database.read() as db:
        found = db.scalars(sa.select(TeamMember).filter_by(label="Salarié")).one()
        holder = db.get_one(Holder, found.holder_id)
        assert holder.account_id is not None
        assert answer.headers["location"] == "/h/me/teams?said=joined"
    assert colleague.get(answer.headers["location"]).status_code == 200


def test_nobody_in_particular_is_sent_to_sign_in_for_an_account(phone, join):
    assert phone.get(f"{join}/account").headers["location"].startswith("/sign-in?next=/join/")


@pytest.mark.parametrize("token", ["x" * 43, "%00", "é" * 20, "x" * 300])
def test_a_link_that_leads_nowhere_says_so(phone, token):
    for path in (f"/join/{token}", f"/h/{token}/teams", f"/join/{token}/language"):
        assert phone.get(path).status_code in {404, 422}


def test_another_persons_space_does_nothing_about_a_team(phone, four, database):
    with database.begin() as db:
        _, token = holders.create(db, LINKS)
    answer = phone.post(f"/h/{token}/teams", data={"team": str(four.ardoise.id), "act": "refuse"})
    assert answer.status_code == 404
    assert row(database, four, "ardoise").sharing is Sharing.SHARED


def test_what_the_team_proposes_stands_on_the_persons_own_page(phone, four, database):
    with database.begin() as db:
        holder = db.get_one(Holder, four.ardoise.holder_id)
        own = f"/h/{holders.token_of(LINKS, holder)}/teams"
        assert "Votre équipe vous propose des questions" not in phone.get(own).text
        inviting.ask(db, four.team.desk, [four.ardoise.id])
    assert "Votre équipe vous propose des questions" in phone.get(own).text


def test_the_own_page_shows_the_same_as_the_desk_sees(phone, four, database):
    with database.read() as db:
        holder = db.get_one(Holder, four.bambou.holder_id)
        own = f"/h/{holders.token_of(LINKS, holder)}/teams"
        seen = standings.board(db, four.team.desk).row(four.bambou.id)
    assert seen is not None
    page = html.unescape(phone.get(own).text)
    for code, state in zip(TEN, seen.states, strict=True):
        assert state is not None, code
    can = page.index("Vous savez faire")
    assert can < page.index("Accueillir la personne") < page.index("À apprendre")


def test_every_page_of_a_person_is_public_with_a_reason(app):
    found = [one for one in routes_of(app) if one.path.startswith("/join/") or one.path == "/h/{key}/teams"]
    assert len(found) == 8
    assert all(one.public_because or one.path.endswith("/account") for one in found)
