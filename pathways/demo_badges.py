"""The demonstration's badges: a network that says that its badges are worth nothing, a jury, a request that waits for
it, a team of volunteers, and badges with what made-up answers really measured.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.badges import proposals
from pathways.badges.candidacy import endorsing, evidence, granting, jury, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.candidacy.evidence import For
from pathways.badges.formats import pinned
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import composing, networks, offering
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import AchievementVersion, AwardRequest, Holder, Issuer, RequestState
from pathways.diagnostics import taking
from pathways.diagnostics.composing import service as diagnostics
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Answer, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.items.grading import key_of
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.settings import Settings
from pathways.teams import consenting, inviting, selecting
from pathways.teams.inviting import PersonForm
from pathways.teams.links import InvitationLinks
from pathways.teams.models import Standing, TeamMember

NETWORK = Presented(
    "Réseau de démonstration", "demonstration", "badges@pathways.example", "", "Ses badges ne valent rien : essayez."
)
ADOPTED = ("welcome-diagnosis", "allophones", "volunteer-welcome", "volunteer-side-by-side", "i-do-it-myself")
SEED = 19
TEAM: Mapping[str, float | None] = {
    "Accueil du lundi": 0.95,
    "Accueil du mardi": 0.7,
    "Tablettes": 0.85,
    "Permanence du soir": 0.5,
    "Bus": 0.9,
    "Nouvelle bénévole": None,
}
"""Made-up volunteers by what their organisation calls them, and the share of questions that they would get right;
``None``: who did not answer the invitation yet. No name of anybody.
"""
MEDIATOR = "mediation@pathways.example"
WORDS = "J'accueille seule, deux jours par semaine, dans une mairie de village."
PIECE = For(is_piece=True)
SEEN = "Toujours à l'écoute, même quand la salle est pleine. Elle fait avec la personne."


def fill(db: Session, settings: Settings, door: Door, member: Member) -> None:
    """Made once: where there is a network already, nothing is changed. Raises ``MissingContexts`` where nothing can be
    signed.
    """
    if networks.kept_by(db, member) is not None:
        return
    pinned.load(pinned.VC2)
    signer = Signer.of(settings)
    issuer = networks.found(db, signer, member.organisation_id, NETWORK, is_demonstration=True, by=member.account_id)
    versions = {slug: _on_offer(db, member, issuer, slug) for slug in ADOPTED}
    volunteers = _team(db, settings, door, member)
    welcome = versions["volunteer-welcome"]
    measuring, chance = _measuring(db, member, welcome), random.Random(SEED)  # noqa: S311 - made-up people need no secure chance
    for holder in volunteers[:2]:
        _answered(db, door, measuring, holder, 1.0, chance)
        _earned(db, signer, holder, welcome)
    _waiting(db, door, signer, member, issuer, versions["welcome-diagnosis"])


def _on_offer(db: Session, member: Member, issuer: Issuer, slug: str) -> AchievementVersion:
    draft = offering.adopt(db, member, issuer, proposals.proposal(slug).slug)
    return offering.publish(db, member, draft.id)


# --- a team ---------------------------------------------------------------------------------------------------


def _team(db: Session, settings: Settings, door: Door, member: Member) -> list[Holder]:
    """Volunteers who were invited, said yes and answered; those who did best come first."""
    invitations, links = InvitationLinks(settings.secret), Links(settings.secret)
    chance = random.Random(SEED)  # noqa: S311 - made-up people need no secure chance
    answered: list[tuple[float, Holder]] = []
    for label, share in TEAM.items():
        form = PersonForm(label, Standing.VOLUNTEER)
        invited = inviting.add(db, invitations, member, form, key=f"demonstration {label}")
        if share is not None:
            holder, _ = holders.create(db, links)
            _joined(db, member, invited, holder)
            diagnostic = selecting.publish(db, member, selecting.kept(db, member))
            _answered(db, door, diagnostic, holder, share, chance)
            answered.append((share, holder))
    return [holder for _, holder in sorted(answered, key=lambda one: -one[0])]


def _joined(db: Session, member: Member, invited: TeamMember, holder: Holder) -> None:
    team = selecting.of(db, member)
    columns = selecting.columns(db, team)
    seen = consenting.consent_text(team, columns, i18n.SOURCE)
    consenting.agree(db, invited, holder, columns, language=i18n.SOURCE, seen=seen, badges=True)


def _answered(
    db: Session, door: Door, diagnostic: Diagnostic, holder: Holder, share: float, chance: random.Random
) -> None:
    """They take a diagnostic, and bring the result into their space."""
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    attempt = taking.new_attempt(door, blueprint, i18n.SOURCE)
    attempt.longer_to = len(blueprint.bodies)  # every question there is: a badge wants direct answers
    db.add(attempt)
    db.flush()
    while attempt.current_item is not None:
        body = blueprint.bodies[attempt.current_item]
        is_right = chance.random() < share
        taking.answer(
            db,
            door,
            attempt.id,
            key=str(ids.random_id()),
            item=body["code"],
            outcome=None if is_right else "dont_know",
            response=key_of(body) if is_right else None,
        )
    came = clock.now() - timedelta(days=3, minutes=chance.randint(0, 600))
    attempt.started_at = attempt.active_at = came
    db.execute(sa.update(Answer).filter_by(attempt_id=attempt.id).values(answered_at=came, seconds=20.0))
    holders.bring_attempt(db, holder, attempt.id)


def _measuring(db: Session, member: Member, version: AchievementVersion) -> Diagnostic:
    """A diagnostic of what a badge asks for: whoever wants the badge finds it from there."""
    definition = offering.definition_of(version)
    framework = composing.skills_of(definition)[0].partition(":")[0]
    skills = tuple(key.partition(":")[2] for key in composing.skills_of(definition))
    selection = Selection(
        skills=skills,
        languages=tuple(i18n.languages()),
        accuracy=0.95,
        questions=3 * len(skills),
        varied=False,
        extra_one_in=0,
    )
    title = f"Badge : {definition.texts['fr'].name}"
    made = diagnostics.create(db, member, title=title, framework=framework, selection=selection)
    return diagnostics.publish(db, member, made.id)


def _earned(db: Session, signer: Signer, holder: Holder, version: AchievementVersion) -> None:
    """A badge with what was really measured. The demonstration spares its people the recommendations."""
    request = AwardRequest(
        holder_id=holder.id,
        issuer_id=version.achievement.issuer_id,
        achievement_id=version.achievement_id,
        version_id=version.id,
        state=RequestState.GRANTED,
        submitted_at=clock.now(),
        decided_at=clock.now(),
    )
    db.add(request)
    db.flush()
    db.refresh(request)
    granting.issue_for_request(db, signer, request, by=None, now=clock.now())


# --- a request that waits -------------------------------------------------------------------------------------


def _waiting(
    db: Session, door: Door, signer: Signer, member: Member, issuer: Issuer, version: AchievementVersion
) -> None:
    """A mediator of another structure asks, two colleagues of others recommend her, and whoever tries the demonstration
    is on the jury.
    """
    links = Links(door.secret)
    candidate = _colleague(db, MEDIATOR, "Médiatrice de démonstration", "Mairie de démonstration")
    networks.join(db, candidate, issuer.id)
    jury.name(db, member, issuer.id, member.account_id, achievements=())
    holder = holders.for_account(db, links, candidate)
    chance = random.Random(SEED)  # noqa: S311 - made-up people need no secure chance
    _answered(db, door, _measuring(db, member, version), holder, 1.0, chance)
    request = requesting.ask(db, holder, version.achievement_id, level=1, organisation_id=candidate.organisation_id)
    questions = offering.definition_of(version).piece_questions
    answers = dict.fromkeys(questions, WORDS)
    requesting.write(db, holder, request.id, words=WORDS, answers=answers, version=request.version)
    evidence.add_text(db, holder, request.id, title="Un accueil, raconté", text=WORDS, use=PIECE)
    for number, role in enumerate(("coordinatrice d'un bassin", "formatrice"), start=1):
        place = f"Structure partenaire {number}"
        colleague = _colleague(db, f"partenaire{number}@pathways.example", f"Partenaire {number}", place)
        _, token = endorsing.invite(db, links, holder, request.id, label=f"partenaire {number}")
        endorsing.endorse(db, links, token, Said(SEEN, role=role), by=colleague)
    sent = requesting.submit(db, signer, holder, request.id)
    sent.submitted_at = clock.now() - timedelta(days=4)


def _colleague(db: Session, email: str, name: str, place: str) -> Member:
    account = people.create_account(db, email=email, name=name)
    organisation = people.create_organisation(db, name=place)
    people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=Role.TRAINER)
    return Member(
        account_id=account.id,
        name=account.name,
        organisation_id=organisation.id,
        organisation_name=place,
        role=Role.TRAINER,
        permissions=OF_ROLE[Role.TRAINER],
    )
