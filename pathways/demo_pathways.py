"""The demonstration's pathways: who is on one and who was, a structure that people are sent on to, seats that wait for
a yes, exchanges, hours. Made once, by what makes them for everybody.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Invalid
from pathways.items.grading import key_of
from pathways.learning import checking, choosing, following, goals
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.exchanges.exchanging import Asked as Exchange
from pathways.learning.goals import GoalForm
from pathways.learning.hours import attesting
from pathways.learning.hours.attesting import Line, Terms
from pathways.learning.limits import Limits
from pathways.learning.models import (
    Device,
    ExchangeKind,
    ExchangeRequest,
    Goal,
    Pathway,
    ResourceKind,
    Step,
    StepKind,
    StepState,
    Way,
)
from pathways.learning.referrals import referring
from pathways.learning.referrals.referring import Asked as SentOn
from pathways.learning.resources import service as resources
from pathways.learning.resources.documents import OwnResourceDocument, TaughtDocument
from pathways.learning.trainers import adjusting, grouping, proposing, templating
from pathways.learning.trainers.adjusting import Act, Change
from pathways.learning.trainers.templating import TemplateStep
from pathways.people import service as people
from pathways.people.models import Membership
from pathways.permissions import OF_ROLE, Member, Role
from pathways.places.models import Place
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.workshops.codes import Codes

CENTRE_EMAIL = "centre@pathways.example"
CENTRE = "Centre d'alphabétisation de démonstration"
COMMUNE = "45234"
USUAL = Limits(minutes_a_week=120, commune=COMMUNE)
OWN_GOAL = "Appeler l'accueil"
TOWN_HALL = "Le plan de l'accueil, en images"
TEMPLATE = "Premier rendez-vous"


@dataclass(frozen=True, slots=True)
class Walk:
    """Whom of the people who took the diagnostic, where to, and how: on which way, within what."""

    person: int
    goal: str
    way: Way
    limits: Limits = USUAL


WALKS = (
    Walk(14, "school-photo", Way.TOGETHER),
    Walk(15, "school-photo", Way.TOGETHER),
    Walk(16, "school-photo", Way.TOGETHER),
    Walk(17, "school-photo", Way.QUICKEST),
    Walk(9, "school-photo", Way.TOGETHER),
    Walk(10, "school-photo", Way.TOGETHER),
    Walk(4, "first-phone", Way.OWN_PACE, Limits(minutes_a_week=60, device=Device.PHONE, commune=COMMUNE)),
    Walk(11, "energy", Way.OWN_PACE, Limits(minutes_a_week=45, weekdays=(5, 6), sitting=15)),
)
"""Beginners and others, in the order in which :func:`_on_the_way` knows them."""
AGO = timedelta(days=75)
"""When they chose whose pathway is over by now."""


def sign_in(db: Session) -> str | None:
    """Path of a fresh one-time link for whoever receives people; ``None`` where there is no such structure."""
    account = people.account_by_email(db, CENTRE_EMAIL)
    membership = account and db.scalars(sa.select(Membership).filter_by(account_id=account.id)).first()
    if account is None or membership is None:
        return None
    token = people.one_time_link(db, account_id=account.id, organisation_id=membership.organisation_id)
    return f"/sign-in/link/{token}"


def fill(db: Session, door: Door, member: Member, attempts: Sequence[Attempt]) -> None:
    """Put some of the people who took the demonstration's diagnostic, ``attempts``, on a pathway, and all the rest."""
    shipped = sa.select(Goal).filter_by(framework=USUAL_FRAMEWORK, organisation_id=None)
    known = {one.code: one for one in db.scalars(shipped)}
    _bank(db, member)
    walkers = [_walk(db, door, attempts[one.person], known[one.goal], one) for one in WALKS]
    _on_the_way(db, door, member, walkers)
    _propose(db, member)
    _exchanges(db, member)
    _send_on(db, Codes(door.secret), member, _centre(db), attempts)
    _hours(db, member, walkers[0])


def began() -> datetime:
    """The moment at which those of the past chose."""
    return clock.now() - AGO


def former(db: Session, door: Door, member: Member, attempts: Sequence[Attempt]) -> None:
    """Pathways of the past. Call it before there are sessions: today's were none of theirs."""
    chosen = began()
    with at(chosen):
        goal = _own_goal(db, member)
        walk = Walk(0, goal.code, Way.QUICKEST)
        walkers = [_walk(db, door, one, goal, walk) for one in attempts]
    with at(chosen + timedelta(days=9)):
        for pathway in walkers:
            _do(db, door, pathway)
    with at(chosen + timedelta(days=40)):
        for pathway in walkers:
            choosing.stop(db, pathway, clock.now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """As if it were ``moment``: what is made was made then."""
    now = clock.now
    clock.now = lambda: moment
    try:
        yield
    finally:
        clock.now = now


# --- on the way -----------------------------------------------------------------------------------------------


def _walk(db: Session, door: Door, attempt: Attempt, goal: Goal, walk: Walk) -> Pathway:
    return choosing.choose(
        db,
        door,
        attempt,
        framework=USUAL_FRAMEWORK,
        goals=[goal],
        limits=walk.limits,
        way=walk.way,
        key=_key("choice", attempt.id),
    )


def _on_the_way(db: Session, door: Door, member: Member, walkers: Sequence[Pathway]) -> None:
    """Something done, something too hard, a question passed, a step that stays because the trainer says so."""
    first, _, _, quick, asked, _, alone, _ = walkers
    _do(db, door, quick)
    _do(db, door, alone)
    hard = _next(db, alone, StepKind.LEARN)
    if hard is not None:
        following.too_hard(db, door, alone, hard, key=_key("too hard", hard.id))
    _check(db, door, asked)
    _keep(db, door, member, first)
    _template(db, door, member, quick)


def _template(db: Session, door: Door, member: Member, pathway: Pathway) -> None:
    """Words with places to fill in, and how they read on one pathway."""
    template = templating.create(
        db,
        member,
        title=TEMPLATE,
        framework=USUAL_FRAMEWORK,
        steps=(
            TemplateStep("Passer à {lieu} et demander {contact}", 30),
            TemplateStep("Revenir le {date} avec son téléphone chargé", 20),
        ),
        key=_id("template", TEMPLATE),
    )
    values = {"lieu": "la Maison du numérique", "contact": "l'accueil", "date": "mardi"}
    key = _key("template", pathway.id)
    templating.apply(db, door, member, template.id, pathway.id, values, version=pathway.version, key=key)


def _do(db: Session, door: Door, pathway: Pathway) -> None:
    step = _next(db, pathway, StepKind.LEARN)
    if step is not None:
        following.done(db, door, pathway, step, key=_key("done", step.id))


def _check(db: Session, door: Door, pathway: Pathway) -> None:
    """Answer the questions of the first check rightly."""
    step = _next(db, pathway, StepKind.CHECK)
    if step is None:
        return
    asking = checking.of_step(db, door, pathway, step)
    more = True
    while more and asking.current_item is not None:
        body = taking.blueprint_of(db, door, asking.diagnostic_id).bodies[asking.current_item]
        key, item = _key("answer", asking.id, asking.current_item), asking.current_item
        taking.answer(db, door, asking.id, key=key, item=item, outcome=None, response=key_of(body))
        more = checking.conclude(db, door, pathway, asking)


def _keep(db: Session, door: Door, member: Member, pathway: Pathway) -> None:
    """Lock a step, and say why to the person; a word for colleagues beside it."""
    step = _next(db, pathway, StepKind.ATTEND) or _next(db, pathway, StepKind.LEARN)
    if step is None:
        return
    change = Change(Act.LOCK, step.id)
    adjusting.make(db, door, member, pathway.id, change, version=pathway.version, key=_key("lock", step.id))
    told = ("On vous attend : venez dix minutes avant.", True), ("Préfère être appelé le matin.", False)
    for text, for_person in told:
        key = _key("note", step.id, text)
        adjusting.note(db, member, pathway.id, text=text, for_person=for_person, step_id=step.id, key=key)


def _next(db: Session, pathway: Pathway, kind: StepKind) -> Step | None:
    steps = following.steps_of(db, pathway)
    return next((one for one in steps if one.state is StepState.OPEN and one.kind is kind), None)


def _propose(db: Session, member: Member) -> None:
    """The session that serves most people: a seat for one of them waits for a yes."""
    chances = [one for one in grouping.of(db, member).chances if one.served and one.free]
    if chances:
        best = max(chances, key=lambda one: len(one.served))
        proposing.propose(db, member, best.session.id, [best.served[0].walker.pathway.id])


def _own_goal(db: Session, member: Member) -> Goal:
    weights = {"MES-01": 3}
    form = GoalForm(OWN_GOAL, weights, words=("appeler", "rendez-vous"), titles={"en": "Call the desk"})
    return goals.create(db, member, form, framework=USUAL_FRAMEWORK, key=_id("goal", OWN_GOAL))


def _bank(db: Session, member: Member) -> None:
    """A resource of the organisation's own."""
    document = OwnResourceDocument(
        kind=ResourceKind.HELP,
        title=TOWN_HALL,
        summary="Dix minutes à l'accueil, devant les affiches.",
        minutes=10,
        teaches=(TaughtDocument(skill="GES-04"),),
        languages=("fr", "ar", "uk"),
        is_online=False,
    )
    resources.create(db, member, document, framework=USUAL_FRAMEWORK, key=_id("resource", TOWN_HALL))


def _hours(db: Session, member: Member, pathway: Pathway) -> None:
    terms = Terms(funder="Département (démonstration)", cents_an_hour=1250, counts_own_work=True, insertion_hours=True)
    attesting.set_terms(db, member, terms)
    line = Line(attesting.today(), 45, "Séance individuelle à l'accueil")
    attesting.correct(db, member, pathway.id, line, key=_key("hours", pathway.id))


# --- with others ----------------------------------------------------------------------------------------------


def _centre(db: Session) -> Member:
    """The structure that receives people, and whoever opens it."""
    account = people.create_account(db, email=CENTRE_EMAIL, name="Démonstration, centre")
    organisation = people.create_organisation(db, name=CENTRE)
    people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=Role.ADMINISTRATOR)
    return Member(
        account_id=account.id,
        name=account.name,
        organisation_id=organisation.id,
        organisation_name=CENTRE,
        role=Role.ADMINISTRATOR,
        permissions=OF_ROLE[Role.ADMINISTRATOR],
    )


def _send_on(db: Session, codes: Codes, member: Member, centre: Member, attempts: Sequence[Attempt]) -> None:
    """One that waits for an answer, one that was accepted, one that is over."""
    sheets = (
        (4, "literacy", "Reconnaît les lettres de son prénom.", "fa_AF", 1),
        (9, "french", "Comprend bien, parle un peu.", "ar", 2),
        (7, "french", "Veut passer un examen de français.", "uk", 30),
    )
    made = []
    for number, need, words, language, hours in sheets:
        attempt, then = attempts[number], clock.now() - timedelta(hours=hours)
        asked = SentOn(need, centre.organisation_id, words=words, language=language, when="le matin")
        one = referring.propose(db, codes, member, attempt, asked, key=_key("referral", attempt.id), now=then)
        seen = referring.consent_text(attempt.language)
        referring.agree(db, one, language=attempt.language, seen=seen, now=then)
        made.append(one)
    _, accepted, ended = made
    referring.answer(db, centre, accepted.id, accepted=True)
    referring.answer(db, centre, ended.id, accepted=True, now=clock.now() - timedelta(hours=26))
    referring.end(db, centre, ended.id, outcome="goes_on", now=clock.now() - timedelta(hours=3))


def _exchanges(db: Session, member: Member) -> None:
    """Two who would go together, and two who met already."""
    house = db.scalars(
        sa.select(Place).filter_by(organisation_id=member.organisation_id, name="Maison du numérique")
    ).one()
    for label, gives, seeks, reads_in in (("Tilleul", "ar", "fr", "ar"), ("Phare", "fr", "ar", "fr")):
        _ask(db, member, house, label, gives, seeks, reads_in)
    began = clock.now() - timedelta(days=21)
    first = _ask(db, member, house, "Nuage", "uk", "fr", "uk", now=began)
    second = _ask(db, member, house, "Galet", "fr", "uk", "fr", now=began)
    for days in range(1, 15):  # the first day that the house is open
        day = (began + timedelta(days=days)).astimezone(clock.PARIS).date()
        try:
            tandem = meeting.make(
                db, member, first.id, second.id, place_id=house.id, day=day, at=time(10, 0), now=began
            )
        except Invalid:
            continue
        for one in (first, second):
            meeting.say_yes(db, tandem, one, now=began)
        meeting.met(db, tandem)
        return


def _ask(
    db: Session,
    member: Member,
    house: Place,
    label: str,
    gives: str,
    seeks: str,
    reads_in: str,
    *,
    now: datetime | None = None,
) -> ExchangeRequest:
    asked = Exchange(ExchangeKind.LANGUAGES, (gives,), (seeks,), house.id, label, reads_in=reads_in)
    agreed, key = exchanging.rules_text(reads_in), _key("exchange", label)
    return exchanging.ask(db, member.organisation_id, asked, agreed=agreed, actor=member, key=key, now=now)


def _id(kind: str, name: str) -> uuid.UUID:
    return ids.stable_id("demonstration", kind, name)


def _key(*parts: object) -> str:
    return str(ids.stable_id("demonstration", *(str(one) for one in parts)))
