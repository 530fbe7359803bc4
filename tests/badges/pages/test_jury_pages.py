"""The desk of the jury: what waits, what a request shows and to whom, the decision, papers to be seen."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import attesting, endorsing, evidence, jury, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.models import (
    Attested,
    AwardRequest,
    Credential,
    Evidence,
    Holder,
    JuryDecision,
    JuryVerdict,
    RequestState,
)
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.badges.candidacy.candidates import LINKS, PRAISE, REASON, YES, World, a_member
from tests.badges.pages.applying import WORDS, a_candidate, said, sent

PDF = b"%PDF-1.7\n%%EOF"
STORY = {"portfolio": {"piece": "story", "asked": {"fr": "Le récit", "en": "The story"}, "jury": 1}}
GRANTED = {"verdict": "grant", "reason": REASON, "grid-listens": "yes", "grid-orients": "passes_on"}


class Court:
    """A request that waits, and a member of the jury who is signed in."""

    def __init__(self, scene, *, name: str = "", **changed) -> None:
        self.scene = scene
        with scene.writing() as db:
            self.world = World(db, **{"signs": True} | changed)
            self.candidate = a_candidate(db, self.world, name=name)
            request = db.get_one(AwardRequest, self.candidate.request_id)
            request.words = WORDS
            holder = db.get_one(Holder, self.candidate.holder_id)
            file = evidence.cleaned(PDF)
            self.evidence_id = evidence.add_file(db, holder, request.id, title="Ma fiche", file=file).id
            evidence.add_link(db, holder, request.id, title="Notre carnet", url="https://carnet.example/1")
            sent(db, self.world, self.candidate)
            self.member = self.world.juror()
        self.juror = scene.signed_in(self.member)

    @property
    def path(self) -> str:
        return f"/jury/{self.candidate.request_id}"

    @property
    def state(self) -> RequestState:
        with self.scene.database.read() as db:
            return db.get_one(AwardRequest, self.candidate.request_id).state

    def page(self) -> str:
        return said(self.juror.browser.get(self.path))

    def kept(self, kind) -> list:
        with self.scene.database.read() as db:
            found = list(db.scalars(sa.select(kind)).all())
            db.expunge_all()
            return found

    def another(self, **values):
        """One more member of the jury, signed in."""
        with self.scene.writing() as db:
            self.world.db = db
            member = self.world.juror(**values)
        return self.scene.signed_in(member)


@pytest.fixture
def court(scene) -> Court:
    return Court(scene)


# --- what waits -----------------------------------------------------------------------------------------------


def test_the_oldest_comes_first_with_the_days_it_has_waited(scene, court):
    with scene.writing() as db:
        court.world.db = db
        older = a_candidate(db, court.world, name="Surnom")
        request = sent(db, court.world, older)
        request.submitted_at = clock.now() - timedelta(days=9)
    page = said(court.juror.browser.get("/jury"))
    assert page.index(str(older.request_id)) < page.index(str(court.candidate.request_id))
    assert "9 jours" in page
    assert "Surnom" in page
    assert re.search(r"Demande n° \d{6}", page)


def test_who_is_of_no_jury_is_told_how_one_is_named(scene, court):
    with scene.writing() as db:
        member = a_member(db)
    page = said(scene.signed_in(member).browser.get("/jury"))
    assert "Vous n'êtes d'aucun jury." in page
    assert str(court.candidate.request_id) not in page


def test_to_who_is_not_of_this_jury_a_request_does_not_exist(scene, court):
    with scene.writing() as db:
        stranger = a_member(db, role=Role.ADMINISTRATOR)
        without = a_member(db, role=Role.PRESCRIBER)
    person, other = scene.signed_in(stranger), scene.signed_in(without)
    paths = (court.path, f"{court.path}/evidence/{court.evidence_id}")
    for path in paths:
        assert person.browser.get(path).status_code == 404
    for path in (*paths, "/jury", f"/jury/{uuid.uuid4()}"):  # a role that decides on nothing learns nothing either
        assert other.browser.get(path).status_code == 403
    assert person.post(f"{court.path}/decide", **GRANTED).status_code == 404
    assert scene.browser().get(court.path).headers["location"].startswith("/sign-in?next=/jury/")


def test_what_is_not_sent_yet_is_seen_by_nobody_else(scene, court):
    with scene.writing() as db:
        court.world.db = db
        gathering = a_candidate(db, court.world)
    assert court.juror.browser.get(f"/jury/{gathering.request_id}").status_code == 404


# --- one request ----------------------------------------------------------------------------------------------


def test_all_that_supports_it_is_there(court):
    page = court.page()
    for told in (
        "Au moins 1 recommandation",
        "1 sur 1",
        WORDS,
        "Ma fiche",
        "https://carnet.example/1",
        PRAISE,
        "L'écoute",
        "L'orientation",
    ):
        assert told in page
    assert "Exemple" not in page  # neither the candidate's nor the endorser's account


def test_that_somebody_read_it_is_written_down_once_an_hour(court):
    court.page()
    court.page()
    noted = [one for one in court.kept(JournalEntry) if one.act == "award_request_opened"]
    assert [(one.about_id, one.account_id, one.organisation_id) for one in noted] == [
        (court.candidate.request_id, court.member.account_id, court.member.organisation_id)
    ]


def test_evidence_is_saved_and_never_shown(court):
    back = court.juror.browser.get(f"{court.path}/evidence/{court.evidence_id}")
    assert back.content == PDF
    assert back.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in back.headers["content-security-policy"]


def test_evidence_of_another_request_is_not_found_by_this_address(scene, court):
    other = Court(scene)
    crossed = f"{court.path}/evidence/{other.evidence_id}"
    assert court.juror.browser.get(crossed).status_code == 404
    assert other.juror.browser.get(f"{other.path}/evidence/{other.evidence_id}").status_code == 200


@pytest.mark.slow
def test_who_has_a_conflict_reads_why_and_nothing_of_the_candidate(scene):
    court = Court(scene, name="Surnom")
    with scene.writing() as db:
        court.world.db = db
        juror = court.world.juror()
        request = db.get_one(AwardRequest, court.candidate.request_id)
        court.world.endorsed(request, juror)
    person = scene.signed_in(juror)
    assert str(court.candidate.request_id) not in said(person.browser.get("/jury"))
    page = said(person.browser.get(court.path))
    assert "Vous ne décidez pas de cette demande." in page
    assert "Vous avez recommandé cette personne" in page
    for hidden in ("Surnom", WORDS, PRAISE, "Ma fiche", "<textarea"):
        assert hidden not in page
    assert person.browser.get(f"{court.path}/evidence/{court.evidence_id}").status_code == 404
    assert person.post(f"{court.path}/decide", **GRANTED).status_code == 403
    assert [one.act for one in court.kept(JournalEntry)].count("award_request_opened") == 0
    assert court.state is RequestState.SUBMITTED


def test_a_colleague_of_the_candidate_is_told_so_before_they_begin(scene):
    with scene.writing() as db:
        world = World(db)
        candidate = a_member(db)
        request = world.sent(candidate)
        colleague = world.juror(organisation_id=candidate.organisation_id)
        path = f"/jury/{request.id}"
    page = said(scene.signed_in(colleague).browser.get(path))
    assert "Cette personne est de votre structure" in page
    assert "Envoyer ma décision" not in page


def test_a_stranger_who_endorsed_is_shown_as_somebody_who_does_not_count(scene):
    with scene.writing() as db:
        world = World(db)
        candidate = a_candidate(db, world)
        holder = db.get_one(Holder, candidate.holder_id)
        _, token = endorsing.invite(db, LINKS, holder, candidate.request_id)
        said_so = Said(PRAISE, "voisine de palier", {"Qu'avez-vous vu ?": "Un accueil."})
        endorsing.endorse(db, LINKS, token, said_so, by=None)
        sent(db, world, candidate)
        juror = world.juror()
    page = said(scene.signed_in(juror).browser.get(f"/jury/{candidate.request_id}"))
    assert "personne inconnue ici : ne compte pas" in page
    assert "voisine de palier" in page
    assert "Un accueil." in page


# --- deciding -------------------------------------------------------------------------------------------------


def test_a_yes_gives_the_badge(court):
    reply = court.juror.post(f"{court.path}/decide", **GRANTED)
    assert reply.headers["location"] == "/jury?said=granted"
    assert "le badge est donné" in said(court.juror.browser.get("/jury?said=granted"))
    assert court.state is RequestState.GRANTED
    assert len(court.kept(Credential)) == 1
    decision = court.kept(JuryDecision)[0]
    assert (decision.grid, decision.reason) == (YES, REASON)
    after = court.page()
    assert "Elle n'attend plus." in after
    assert "Envoyer ma décision" not in after


@pytest.mark.slow
def test_a_first_yes_of_two_waits_for_the_second_who_does_not_read_it_before(scene):
    court = Court(scene, jury=2)
    reply = court.juror.post(f"{court.path}/decide", **GRANTED)
    assert reply.headers["location"] == "/jury?said=one-more"
    assert "Vous l'avez déjà dit une fois" in court.page()
    second = court.another()
    page = said(second.browser.get(court.path))
    assert "1 oui sur 2." in page
    assert REASON not in page
    assert second.post(f"{court.path}/decide", **GRANTED).headers["location"] == "/jury?said=granted"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"grid-orients": ""}, "grid-orients-error"),
        ({"grid-orients": "not_yet"}, "grid-orients-error"),
        ({"reason": "Oui."}, "reason-error"),
        ({"verdict": ""}, "verdict-error"),
        ({"verdict": "maybe"}, "verdict-error"),
    ],
)
def test_what_is_missing_comes_back_with_the_marks_that_were_given(court, changed, field):
    refused = court.juror.post(f"{court.path}/decide", **GRANTED | changed)
    assert refused.status_code == 422
    assert f'id="{field}"' in refused.text
    assert refused.text.index('role="alert"') > refused.text.index('id="decide"')  # where the browser goes to
    assert 'name="grid-listens" value="yes" checked' in refused.text
    assert court.state is RequestState.SUBMITTED
    assert court.kept(JuryDecision) == []


def test_the_jury_asks_for_more_without_a_whole_grid(court):
    reply = court.juror.post(f"{court.path}/decide", verdict="ask", reason="Racontez aussi la fin.")
    assert reply.headers["location"] == "/jury?said=asked"
    assert court.state is RequestState.RETURNED


def test_a_form_of_another_session_decides_nothing(court):
    reply = court.juror.browser.post(f"{court.path}/decide", data=GRANTED)
    assert reply.status_code == 403
    assert court.state is RequestState.SUBMITTED


def test_an_appeal_is_marked_and_goes_to_others(scene, court):
    refused = GRANTED | {"verdict": "refuse", "grid-orients": "not_yet"}
    assert court.juror.post(f"{court.path}/decide", **refused).headers["location"] == "/jury?said=refused"
    with scene.writing() as db:
        holder = db.get_one(Holder, court.candidate.holder_id)
        words = "La deuxième fiche montre la suite de l'accueil."
        requesting.appeal(db, holder, court.candidate.request_id, words=words)
    assert "Vous avez déjà décidé de cette demande : d'autres décident du recours." in court.page()
    other = court.another()
    assert "recours" in said(other.browser.get("/jury"))
    page = said(other.browser.get(court.path))
    assert words in page
    assert REASON in page  # what was said before the appeal
    assert other.post(f"{court.path}/decide", **GRANTED).headers["location"] == "/jury?said=granted"


def test_a_restored_tab_comes_back_to_the_request(court):
    assert court.juror.browser.get(f"{court.path}/decide").headers["location"] == court.path


# --- papers ---------------------------------------------------------------------------------------------------


def declared(scene, court) -> Attested:
    with scene.writing() as db:
        holder = db.get_one(Holder, court.candidate.holder_id)
        return attesting.declare(db, holder, kind="aidants-connect", reference="AC-7")


def test_a_paper_that_was_seen_counts_until_the_day_it_says(scene, court):
    paper = declared(scene, court)
    assert "AC-7" in said(court.juror.browser.get("/jury"))
    assert "AC-7" in court.page()
    path = f"/jury/attested/{paper.id}/seen"
    late = court.juror.post(path, valid_until="2020-01-01")
    assert late.status_code == 422
    assert f'id="until-{paper.id}-error"' in late.text
    gone = court.juror.post(path, valid_until="2030-01-01", about=str(court.candidate.request_id))
    assert gone.headers["location"] == f"{court.path}#attested"
    found = court.kept(Attested)[0]
    assert (found.seen_by, found.valid_until.year) == (court.member.account_id, 2030)
    assert "AC-7" not in said(court.juror.browser.get("/jury"))


def test_nobody_sees_their_own_paper_and_a_stranger_finds_none(scene, court):
    with scene.writing() as db:
        court.world.db = db
        own = attesting.declare(db, court.world.holder(court.member), kind="remn")
        stranger = a_member(db)
    refused = court.juror.post(f"/jury/attested/{own.id}/seen")
    assert refused.status_code == 403
    assert "C'est vous-même" in said(refused)
    paper = declared(scene, court)
    assert scene.signed_in(stranger).post(f"/jury/attested/{paper.id}/seen").status_code == 404
    assert court.juror.browser.get(f"/jury/attested/{paper.id}/seen").headers["location"] == "/jury"


def test_a_juror_who_left_finds_nothing_any_more(scene, court):
    with scene.writing() as db:
        jury.leave(db, court.member, court.world.issuer.id, court.member.account_id)
    assert court.juror.browser.get(court.path).status_code == 404
    assert JuryVerdict.GRANT.value == GRANTED["verdict"]
    assert court.kept(Evidence)
