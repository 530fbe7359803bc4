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
from pathways.badges.candidacy import endorsing, evidence, jury, requesting
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.formats import pinned
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import granting, networks, offering
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import AchievementVersion, AwardRequest, Holder, Issuer, RequestState
from pathways.diagnostics import taking
from pathways.diagnostics.models import Answer
from pathways.diagnostics.taking import Door
from pathways.items.grading import key_of
from pathways.people import service as people
from pathways.people.models import Membership
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
SEEN = "Toujours à l'écoute, même quand la salle est pleine. Elle fait avec la personne."


def fill(db: Session, settings: Settings, door: Door, member: Member) -> None:
    """Made once: where there is a network already, nothing is changed. Raises ``MissingContexts`` where nothing can be
    signed.
    """
    if networks.kept_by(db, member) is not None:
        return
    pinned.load(pinned.VC2)
    signer, links = Signer.of(settings), Links(settings.secret)
    issuer = networks.found(db, signer, member.organisation_id, NETWORK, is_demonstration=True, by=member.account_id)
    versions = {slug: _on_offer(db, member, issuer, slug) for slug in ADOPTED}
    volunteers = _team(db, settings, door, member)
    for holder in volunteers[:2]:
        _earned(db, signer, holder, versions["volunteer-welcome"])
    _waiting(db, links, member, issuer, versions["welcome-diagnosis"])


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
            _answered(db, door, member, holder, share, chance)
            answered.append((share, holder))
    return [holder for _, holder in sorted(answered, key=lambda one: -one[0])]


def _joined(db: Session, member: Member, invited: TeamMember, holder: Holder) -> None:
    team = selecting.of(db, member)
    columns = selecting.columns(db, team)
    seen = consenting.consent_text(team, columns, i18n.SOURCE)
    consenting.agree(db, invited, holder, columns, language=i18n.SOURCE, seen=seen, badges=True)


def _answered(db: Session, door: Door, member: Member, holder: Holder, share: float, chance: random.Random) -> None:
    """They take the diagnostic of their team, and bring the result into their space."""
    diagnostic = selecting.publish(db, member, selecting.kept(db, member))
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    attempt = taking.new_attempt(door, blueprint, i18n.SOURCE)
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


def _waiting(db: Session, links: Links, member: Member, issuer: Issuer, version: AchievementVersion) -> None:
    """A mediator of another structure asks; whoever tries the demonstration is on the jury."""
    candidate = _mediator(db)
    networks.join(db, candidate, issuer.id)
    db.flush()
    jury.name(db, member, issuer.id, member.account_id, achievements=())
    holder = holders.for_account(db, links, candidate)
    request = requesting.ask(db, holder, version.achievement_id, level=1, organisation_id=candidate.organisation_id)
    requesting.write(db, holder, request.id, words=WORDS, answers={}, version=request.version)
    evidence.add_text(db, holder, request.id, title="Un accueil, raconté", text=WORDS)
    _, token = endorsing.invite(db, links, holder, request.id, label="une collègue du réseau")
    endorsing.endorse(db, links, token, Said(SEEN, role="médiatrice numérique"), by=None)
    request.state, request.submitted_at = RequestState.SUBMITTED, clock.now() - timedelta(days=4)


def _mediator(db: Session) -> Member:
    account = people.create_account(db, email=MEDIATOR, name="Médiatrice de démonstration")
    organisation = people.create_organisation(db, name="Mairie de démonstration")
    people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=Role.TRAINER)
    membership = db.scalars(sa.select(Membership).filter_by(account_id=account.id)).one()
    return Member(
        account_id=account.id,
        name=account.name,
        organisation_id=membership.organisation_id,
        organisation_name=organisation.name,
        role=Role.TRAINER,
        permissions=OF_ROLE[Role.TRAINER],
    )
