"""The page of a request: asking, writing, sending, what the jury said, a way back; for its person alone."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import jury, standing
from pathways.badges.holding import holders
from pathways.badges.models import AwardRequest, Credential, Evidence, Holder, JuryVerdict, RequestState
from tests.badges.candidacy.candidates import ANYONE, PRAISE, REASON, SIGNER, YES, World, a_member
from tests.badges.pages.applying import WORDS, a_candidate, said, sent
from tests.insights.crowds import Crowd

STORY = {"portfolio": {"piece": "story", "asked": {"fr": "Le récit", "en": "The story"}, "jury": 1}}
QUESTION = "Racontez un accueil."


@pytest.fixture
def browser(scene):
    return scene.browser()


def a_world(scene, **changed):
    """A network, and somebody who asks for its badge."""
    with scene.writing() as db:
        world = World(db, **changed)
        return world, a_candidate(db, world)


def request_of(scene, candidate) -> AwardRequest:
    with scene.database.read() as db:
        found = db.get_one(AwardRequest, candidate.request_id)
        db.expunge(found)
        return found


# --- asking ---------------------------------------------------------------------------------------------------


def test_somebody_sees_what_it_takes_and_asks_once(scene, browser):
    _, candidate = a_world(scene)
    with scene.writing() as db:
        other = World(db)
        wanted = other.version.achievement_id
    page = said(browser.get(f"{candidate.base}/requests/new?badge={wanted}"))
    assert "Au moins 1 recommandation" in page
    assert "0 sur 1" in page
    made = [browser.post(f"{candidate.base}/requests", data={"badge": str(wanted)}) for _ in range(2)]
    assert {one.status_code for one in made} == {303}
    location = made[1].headers["location"]
    assert location.startswith(f"{candidate.base}/requests/")
    with scene.database.read() as db:
        assert len(db.scalars(sa.select(AwardRequest).filter_by(achievement_id=wanted)).all()) == 1
    assert said(browser.get(location)).count("C'est commencé") == 1


def test_every_badge_on_offer_can_be_chosen(scene, browser):
    world, candidate = a_world(scene)
    page = browser.get(f"{candidate.base}/requests/new").text
    assert f"badge={world.version.achievement_id}" in page
    assert browser.post(f"{candidate.base}/requests", data={"badge": "none"}).headers["location"].endswith("/new")


def test_a_level_that_was_not_chosen_is_asked_for_again(scene, browser):
    with scene.writing() as db:
        world = World(db, levels=["Je fais", "Je transmets"])
        candidate = a_candidate(db, World(db))
    data = {"badge": str(world.version.achievement_id)}
    refused = browser.post(f"{candidate.base}/requests", data=data)
    assert refused.status_code == 422
    assert "Choisissez un niveau" in said(refused)
    assert browser.post(f"{candidate.base}/requests", data=data | {"level": "2"}).status_code == 303


def test_an_account_asks_by_a_form_of_its_own_session_alone(scene):
    with scene.writing() as db:
        world = World(db)
        member = a_member(db)
    person = scene.signed_in(member)
    data = {"badge": str(world.version.achievement_id), "organisation": str(member.organisation_id)}
    assert person.browser.post("/h/me/requests", data=data).status_code == 403
    made = person.post("/h/me/requests", **data)
    assert made.status_code == 303
    assert made.headers["location"].startswith("/h/me/requests/")
    assert person.browser.get(made.headers["location"]).status_code == 200
    assert f'href="{made.headers["location"].partition("?")[0]}"' in person.browser.get("/h/me/requests").text


def test_nobody_in_particular_has_no_space_of_an_account(browser):
    assert browser.get("/h/me/requests").headers["location"] == "/sign-in?next=/h/me/requests"
    assert browser.post("/h/me/requests", data={}).status_code == 401


# --- whose it is ----------------------------------------------------------------------------------------------


def test_to_anybody_else_a_request_does_not_exist(scene, browser):
    world, candidate = a_world(scene)
    with scene.writing() as db:
        stranger = a_candidate(db, world)
    theirs = f"{stranger.base}/requests/{candidate.request_id}"
    assert browser.get(theirs).status_code == 404
    for act in ("words", "submit", "withdraw", "appeal", "pathway", "questions", "evidence", "invitations", "attested"):
        assert browser.post(f"{theirs}/{act}", data={"kind": "text", "act": "invite"}).status_code == 404, act
    assert browser.get(f"/h/nobody/requests/{candidate.request_id}").status_code == 404
    assert request_of(scene, candidate).state is RequestState.GATHERING


def test_no_search_engine_may_have_these_pages(scene, browser):
    _, candidate = a_world(scene)
    for path in (candidate.page, f"{candidate.base}/requests", f"{candidate.base}/requests/new"):
        reply = browser.get(path)
        assert (reply.headers["x-robots-tag"], reply.headers["cache-control"]) == ("noindex, nofollow", "no-store")


# --- what is needed -------------------------------------------------------------------------------------------


def test_each_point_says_how_far_one_has_come_and_the_next_comes_first(scene, browser):
    both = {"all": [{"sessions": {"n": 3}}, {"endorsements": {"n": 2, "by": ANYONE}}]}
    with scene.writing() as db:
        world = World(db, criteria=both)
        candidate = a_candidate(db, world)
        world.endorsed(db.get_one(AwardRequest, candidate.request_id), a_member(db))
    page = said(browser.get(candidate.page))
    assert page.index("Au moins 2 recommandations") < page.index("Animer ou co-animer au moins 3 séances")
    assert "1 sur 2" in page
    assert "0 sur 3" in page
    assert page.count("Ensuite") == 1
    assert page.index("Ensuite") < page.index("Au moins 2 recommandations")
    assert "Envoyer ma demande" not in page


@pytest.mark.slow
def test_what_is_done_stands_last(scene, browser):
    both = {"all": [{"endorsements": {"n": 1, "by": ANYONE}}, {"sessions": {"n": 1}}]}
    with scene.writing() as db:
        world = World(db, criteria=both)
        candidate = a_candidate(db, world)
        world.endorsed(db.get_one(AwardRequest, candidate.request_id), a_member(db))
    page = said(browser.get(candidate.page))
    assert page.index("Animer ou co-animer") < page.index("Au moins 1 recommandation")
    assert page.count(">Fait<") == 1


def test_a_gap_that_nothing_measures_says_whom_to_ask(scene, browser):
    needed = {"profile": {"framework": "inclusion-numerique", "skills": {"SEC-01": 0.9}}}
    with scene.writing() as db:
        candidate = a_candidate(db, World(db, criteria=needed))
    assert "Aucun diagnostic ouvert ne pose ces questions. Demandez à votre structure" in said(
        browser.get(candidate.page)
    )


def test_a_gap_leads_to_a_diagnostic_that_measures_it_and_to_a_pathway_of_ones_own(scene, browser):
    needed = {"profile": {"framework": "inclusion-numerique", "skills": {"SEC-01": 0.9, "SEC-02": 0.9}}}
    with scene.writing() as db:
        world = World(db, criteria=needed)
        candidate = a_candidate(db, world)
        crowd = Crowd.new(db)
        attempt = crowd.add({"SEC-01": "incorrect", "SEC-02": "incorrect"})
        holders.bring_attempt(db, db.get_one(Holder, candidate.holder_id), attempt.id)
        code, attempt_id = crowd.diagnostic.code, attempt.id
    page = browser.get(candidate.page).text
    assert f'href="/q/{code}"' in page
    assert "0 sur 2" in page
    handed = browser.post(f"{candidate.page}/pathway", data={"attempt": str(attempt_id)})
    assert handed.headers["location"] == f"/t/{attempt_id}/goals"
    assert handed.headers["set-cookie"].startswith("attempt=")
    assert browser.post(f"{candidate.page}/pathway", data={"attempt": str(uuid.uuid4())}).status_code == 404


def test_a_result_goes_on_with_what_was_not_asked_and_says_when_nothing_is_left(scene, browser):
    needed = {"profile": {"framework": "inclusion-numerique", "skills": {"SEC-01": 0.5, "SEC-02": 0.5}, "answers": 1}}
    with scene.writing() as db:
        world = World(db, criteria=needed)
        candidate = a_candidate(db, world)
        crowd = Crowd.new(db)
        attempt = crowd.add({crowd.items["SEC-01"][0]: "correct"})
        holders.bring_attempt(db, db.get_one(Holder, candidate.holder_id), attempt.id)
        attempt_id, data = attempt.id, {"attempt": str(attempt.id)}
    assert f"{candidate.page}/questions" in browser.get(candidate.page).text
    for _ in range(2):  # pressed twice
        handed = browser.post(f"{candidate.page}/questions", data=data)
        assert handed.headers["location"] == f"/t/{attempt_id}"
        assert handed.headers["set-cookie"].startswith("attempt=")
    assert browser.get(f"/t/{attempt_id}").status_code == 200
    assert f"{candidate.page}/questions" in browser.get(candidate.page).text, "the way back, for who left in the middle"
    assert browser.get(f"{candidate.page}/questions").headers["location"] == candidate.page
    with scene.writing() as db:
        full = Crowd.new(db).add({"SEC-01": "incorrect", "SEC-02": "incorrect"})
        holders.bring_attempt(db, db.get_one(Holder, candidate.holder_id), full.id)
        data = {"attempt": str(full.id)}
    assert f"{candidate.page}/questions" not in browser.get(candidate.page).text
    refused = browser.post(f"{candidate.page}/questions", data=data)
    assert refused.status_code == 409
    assert "Il n'y a pas de question à poser sur ce point dans votre langue." in said(refused)


def test_a_reader_of_another_language_has_the_buttons_in_it_and_the_criteria_in_french(scene, browser):
    _, candidate = a_world(scene)
    page = browser.get(f"{candidate.page}?lang=ar").text
    assert '<html lang="ar" dir="rtl">' in page
    assert 'lang="fr" dir="ltr"><strong>Au moins' in page
    assert '<p lang="en" dir="ltr"><strong>At least 1' in browser.get(f"{candidate.page}?lang=en").text


# --- writing and sending --------------------------------------------------------------------------------------


def test_words_and_answers_are_kept(scene, browser):
    _, candidate = a_world(scene, criteria=STORY)
    fields = {"words": WORDS, "answer-0": "Un mardi de pluie.", "version": str(request_of(scene, candidate).version)}
    kept = browser.post(f"{candidate.page}/words", data=fields)
    assert kept.headers["location"] == f"{candidate.page}?said=kept#words"
    found = request_of(scene, candidate)
    assert (found.words, found.answers) == (WORDS, {QUESTION: "Un mardi de pluie."})
    assert WORDS in said(browser.get(candidate.page))


def test_what_somebody_typed_is_not_lost_when_it_is_refused(scene, browser):
    _, candidate = a_world(scene)
    refused = browser.post(f"{candidate.page}/words", data={"words": "Un texte à garder.", "version": "99"})
    assert refused.status_code == 409
    assert "Un texte à garder." in said(refused)
    assert request_of(scene, candidate).words == ""
    version = str(request_of(scene, candidate).version)
    long = browser.post(f"{candidate.page}/words", data={"words": "a" * 6_001, "version": version})
    assert long.status_code == 422
    assert 'id="words-words-error"' in long.text


def test_a_request_that_is_not_ready_is_not_sent(scene, browser):
    _, candidate = a_world(scene)
    refused = browser.post(f"{candidate.page}/submit")
    assert refused.status_code == 422
    assert "Il manque encore quelque chose" in said(refused)
    assert request_of(scene, candidate).state is RequestState.GATHERING


def test_one_that_is_ready_is_sent_and_says_its_place_and_how_long_it_takes(scene, browser):
    world, candidate = a_world(scene)
    with scene.writing() as db:
        world.db = db
        world.endorsed(db.get_one(AwardRequest, candidate.request_id), a_member(db))
    assert "Envoyer ma demande" in said(browser.get(candidate.page))
    gone = browser.post(f"{candidate.page}/submit")
    assert gone.headers["location"] == f"{candidate.page}?said=sent"
    page = said(browser.get(gone.headers["location"]))
    for told in (
        "Votre demande attend le jury.",
        "Votre place dans la file",
        '<dd class="big">1</dd>',
        "pas encore connu",
    ):
        assert told in page
    assert "Ensuite" not in page  # nothing is theirs to do
    assert browser.post(f"{candidate.page}/words", data={"words": "x", "version": "3"}).status_code == 409


def test_without_a_jury_the_badge_is_there_at_once(scene, browser):
    with scene.writing() as db:
        world = World(db, signs=True, jury=0)
        candidate = a_candidate(db, world)
        world.endorsed(db.get_one(AwardRequest, candidate.request_id), a_member(db))
    page = said(browser.get(candidate.page))
    assert "Il n'y a pas de jury" in page
    assert "Vous seul les lisez" in page  # what nobody is there to read is not asked for
    assert "Vous et votre pratique" not in page
    gone = browser.post(f"{candidate.page}/submit")
    assert gone.headers["location"] == f"{candidate.page}?said=issued"
    assert "Voir mon badge" in said(browser.get(candidate.page))
    with scene.database.read() as db:
        assert db.scalars(sa.select(Credential).filter_by(holder_id=candidate.holder_id)).one().document


# --- what the jury said ---------------------------------------------------------------------------------------


def decided(scene, world, candidate, verdict, **values) -> None:
    with scene.writing() as db:
        world.db = db
        sent(db, world, candidate)
        juror = world.juror(name="Pseudo Fictif")
        usual = {"grid": YES, "reason": REASON} | values
        jury.decide(db, SIGNER, juror, candidate.request_id, verdict=verdict, **usual)


def test_what_the_jury_asks_for_is_read_with_its_marks_and_without_a_name(scene, browser):
    world, candidate = a_world(scene)
    grid = {"listens": "yes", "orients": "not_yet"}
    decided(scene, world, candidate, JuryVerdict.ASK, grid=grid, reason="Racontez aussi la fin de l'accueil.")
    page = said(browser.get(candidate.page))
    for told in ("Le jury demande encore quelque chose.", "Racontez aussi la fin", "L'orientation", "pas encore"):
        assert told in page
    assert "Fictif" not in page
    assert "Envoyer ma demande" in page


@pytest.mark.slow
def test_a_refusal_says_why_and_can_be_appealed_once(scene, browser):
    world, candidate = a_world(scene)
    decided(scene, world, candidate, JuryVerdict.REFUSE)
    page = said(browser.get(candidate.page))
    assert REASON in page
    assert "Demander que d'autres décident" in page
    assert candidate.page in said(browser.get(candidate.base))  # found again, as long as it can be appealed
    assert browser.post(f"{candidate.page}/appeal", data={"appeal": "Non."}).status_code == 422
    words = "Le jury n'a pas lu la deuxième preuve, qui montre la suite."
    assert (
        browser.post(f"{candidate.page}/appeal", data={"appeal": words}).headers["location"].endswith("said=appealed")
    )
    page = said(browser.get(candidate.page))
    assert "Votre recours attend le jury." in page
    assert words in page
    assert "Demander que d'autres décident" not in page


def test_a_first_yes_of_two_is_not_told(scene, browser):
    world, candidate = a_world(scene, jury=2)
    decided(scene, world, candidate, JuryVerdict.GRANT)
    page = said(browser.get(candidate.page))
    assert "Votre demande attend le jury." in page
    assert REASON not in page


def test_whoever_does_not_want_it_any_more_erases_it(scene, browser):
    _, candidate = a_world(scene)
    fields = {"kind": "text", "title": "Une fiche", "text": "Comment j'accueille."}
    assert browser.post(f"{candidate.page}/evidence", data=fields).status_code == 303
    assert browser.post(f"{candidate.page}/withdraw").status_code == 303
    page = said(browser.get(candidate.page))
    assert "Vous avez retiré votre demande." in page
    assert "Faire une nouvelle demande" in page
    with scene.database.read() as db:
        assert db.scalars(sa.select(Evidence).filter_by(request_id=candidate.request_id)).all() == []


def test_a_restored_tab_comes_back_to_the_request(scene, browser):
    _, candidate = a_world(scene)
    for act in ("words", "submit", "withdraw", "appeal", "pathway", "questions", "evidence", "attested", "invitations"):
        assert browser.get(f"{candidate.page}/{act}").headers["location"] == candidate.page


def test_the_endorsers_words_are_not_told_to_the_candidate_before_the_badge(scene, browser):
    world, candidate = a_world(scene)
    with scene.writing() as db:
        world.db = db
        world.endorsed(db.get_one(AwardRequest, candidate.request_id), a_member(db))
        assert standing.readiness(db, db.get_one(AwardRequest, candidate.request_id), clock.now()).is_ready
    assert PRAISE not in said(browser.get(candidate.page))
