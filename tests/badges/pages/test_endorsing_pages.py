"""An invitation to endorse: who asks, the ways to answer, what is counted, the way back; in the visitor's language."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import endorsing
from pathways.badges.holding import holders
from pathways.badges.models import AwardRequest, Endorsement, EndorsementState, Holder
from pathways.permissions import Member
from tests.badges.candidacy.candidates import LINKS, PRAISE, World, a_member
from tests.badges.pages.applying import Candidate, a_candidate, said

GIVEN = {"comment": PRAISE, "role": "médiateur numérique", "answer-0": "Un accueil, un mardi."}
QUESTION = "Qu'avez-vous vu ?"


@dataclass
class Invited:
    path: str
    candidate: Candidate
    request_id: object
    member: Member


@pytest.fixture
def invited(scene) -> Invited:
    return an_invitation(scene)


def an_invitation(scene, *, name: str = "", **changed) -> Invited:
    """With somebody who has an account and may endorse."""
    with scene.writing() as db:
        world = World(db, **changed)
        candidate = a_candidate(db, world, name=name)
        holder = db.get_one(Holder, candidate.holder_id)
        _, token = endorsing.invite(db, LINKS, holder, candidate.request_id, label="Pour la voisine")
        return Invited(f"/endorse/{token}", candidate, candidate.request_id, a_member(db, name="Pseudo Fictif"))


def given(scene) -> list[Endorsement]:
    with scene.database.read() as db:
        found = list(db.scalars(sa.select(Endorsement)).all())
        db.expunge_all()
        return found


def test_it_says_for_which_badge_and_by_whom_only_if_they_want_to_be_named(scene, invited):
    page = said(scene.browser().get(invited.path))
    assert "Accueillir en médiation" in page
    assert "Elle n'a pas écrit son nom" in page
    assert "Pour la voisine" not in page
    named = said(scene.browser().get(an_invitation(scene, name="Surnom").path))
    assert "Surnom" in named
    assert "Elle n'a pas écrit" not in named


def test_the_two_ways_are_told_plainly(scene, invited):
    page = said(scene.browser().get(invited.path))
    assert "Votre recommandation compte." in page
    assert "Elle ne compte pas dans le nombre demandé." in page
    assert f"{invited.path}/account" in page
    assert f"{invited.path}/open" in page


def test_no_search_engine_and_no_cache_keeps_it(scene, invited):
    for path in (invited.path, f"{invited.path}/open"):
        headers = scene.browser().get(path).headers
        assert (headers["x-robots-tag"], headers["cache-control"]) == ("noindex, nofollow", "no-store")


def test_the_language_is_the_visitors_and_is_remembered(scene, invited):
    browser = scene.browser()
    page = browser.get(f"{invited.path}?lang=ar").text
    assert '<html lang="ar" dir="rtl">' in page
    assert f'lang="fr" dir="ltr">{QUESTION}'.replace("'", "&#39;") in browser.get(f"{invited.path}/open").text
    assert '<html lang="ar"' in browser.get(invited.path).text


def test_an_account_has_to_sign_in_and_comes_back_here(scene, invited):
    answer = scene.browser().get(f"{invited.path}/account")
    assert answer.headers["location"] == f"/sign-in?next={invited.path}/account"


def test_somebody_who_signs_in_is_counted(scene, invited):
    person = scene.signed_in(invited.member)
    assert QUESTION in said(person.browser.get(f"{invited.path}/account"))
    assert person.browser.post(f"{invited.path}/account", data=GIVEN).status_code == 403  # no token of the session
    assert person.post(f"{invited.path}/account", **GIVEN).headers["location"] == invited.path
    found = given(scene)[0]
    assert (found.comment, found.role, found.answers) == (PRAISE, "médiateur numérique", {QUESTION: GIVEN["answer-0"]})
    assert found.endorser_id is not None
    assert found.organisation_id == invited.member.organisation_id
    assert "Merci. Votre recommandation est donnée." in said(person.browser.get(invited.path))


def test_somebody_without_an_account_is_read_and_not_counted(scene, invited):
    browser = scene.browser()
    assert browser.post(f"{invited.path}/open", data=GIVEN).headers["location"] == invited.path
    assert given(scene)[0].endorser_id is None
    page = said(scene.browser().get(invited.candidate.page))
    assert "lue par le jury, ne compte pas" in page
    assert "0 sur 1" in page


def test_the_link_of_a_space_of_ones_own_makes_it_count(scene, invited):
    with scene.writing() as db:
        holder, token = holders.create(db, LINKS)
        holder_id = holder.id
    wrong = scene.browser().post(f"{invited.path}/open", data=GIVEN | {"space": "https://testserver/h/nobody"})
    assert wrong.status_code == 422
    assert PRAISE in said(wrong)
    pasted = GIVEN | {"space": f" http://testserver/h/{token}/requests "}
    assert scene.browser().post(f"{invited.path}/open", data=pasted).status_code == 303
    assert given(scene)[0].endorser_id == holder_id


def test_nobody_endorses_themself_and_reads_why_before_they_write(scene):
    with scene.writing() as db:
        world = World(db)
        member = a_member(db)
        request = world.asked(member)
        _, token = endorsing.invite(db, LINKS, world.holder(member), request.id)
    person = scene.signed_in(member)
    page = said(person.browser.get(f"/endorse/{token}/account"))
    assert "C'est vous-même : quelqu'un d'autre doit le dire." in page
    assert "<textarea" not in page
    refused = person.post(f"/endorse/{token}/account", **GIVEN)
    assert refused.status_code == 403
    assert "C'est vous-même" in said(refused)
    assert given(scene) == []


def test_two_people_do_not_endorse_each_other(scene):
    with scene.writing() as db:
        world = World(db)
        first, second = a_member(db), a_member(db)
        world.endorsed(world.asked(second), first)
        request = world.asked(first)
        _, token = endorsing.invite(db, LINKS, world.holder(first), request.id)
    page = said(scene.signed_in(second).browser.get(f"/endorse/{token}/account"))
    assert "Cette personne vous a recommandé" in page


def test_the_own_space_cannot_be_used_for_oneself(scene, invited):
    refused = scene.browser().post(f"{invited.path}/open", data=GIVEN | {"space": f"/h/{invited.candidate.key}"})
    assert refused.status_code == 403
    assert "C'est vous-même" in said(refused)
    assert given(scene) == []


def test_words_that_name_somebody_come_back_with_all_that_was_typed(scene):
    invited = an_invitation(scene, name="Surnom Fictif")
    wrong = GIVEN | {"comment": "Surnom Fictif écoute chaque personne avec soin.", "answer-0": "Voir a@b.fr"}
    refused = scene.browser().post(f"{invited.path}/open", data=wrong)
    assert refused.status_code == 422
    page = said(refused)
    assert 'id="comment-error"' in page
    assert 'id="answers.0-error"' in page
    assert "Voir a@b.fr</textarea>" in page
    assert given(scene) == []


def test_a_link_serves_once(scene, invited):
    scene.browser().post(f"{invited.path}/open", data=GIVEN)
    again = scene.browser().post(f"{invited.path}/open", data=GIVEN | {"comment": "Autre chose, vingt signes."})
    assert again.headers["location"] == invited.path
    assert [one.comment for one in given(scene)] == [PRAISE]
    for way in ("open", "account"):
        person = scene.signed_in(invited.member) if way == "account" else None
        reply = (person.browser if person else scene.browser()).get(f"{invited.path}/{way}")
        assert reply.headers["location"] == invited.path


def test_it_is_taken_back_by_the_same_link_and_its_words_go(scene, invited):
    scene.browser().post(f"{invited.path}/open", data=GIVEN)
    page = said(scene.browser().get(invited.path))
    assert "Reprendre ma recommandation" in page
    assert PRAISE not in page
    for _ in range(2):
        assert scene.browser().post(f"{invited.path}/back").headers["location"] == invited.path
    found = given(scene)[0]
    assert (found.state, found.comment, found.answers) == (EndorsementState.WITHDRAWN, "", {})
    assert "Elle ne compte plus." in said(scene.browser().get(invited.path))
    assert scene.browser().get(f"{invited.path}/back").headers["location"] == invited.path


@pytest.mark.parametrize("way", ["", "/open"])
def test_a_link_that_ran_out_or_never_was_opens_nothing(scene, invited, monkeypatch, way):
    assert scene.browser().get(f"/endorse/nothing{way}").status_code == 404
    later = clock.now() + endorsing.LASTS
    monkeypatch.setattr(clock, "now", lambda: later)
    gone = scene.browser().get(f"{invited.path}{way}")
    assert gone.status_code == 404
    assert "Ce lien n'est plus ouvert" in said(gone)


def test_nothing_is_taken_back_that_was_not_given(scene, invited):
    assert scene.browser().post(f"{invited.path}/back").status_code == 404
    with scene.database.read() as db:
        assert db.get_one(AwardRequest, invited.request_id).state
