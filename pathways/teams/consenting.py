"""The person's side: what they are told, their yes or no, taking it back, leaving. The organisation can do none of it
in their place but see that they left.

A yes makes a space of their own (``badges.holding``), or opens the team to the one that they have. What the team sees
stays within what they read when they said yes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.badges.holding import holders
from pathways.badges.models import Holder, HolderAttempt
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Gone, NotFound
from pathways.i18n import N_
from pathways.teams import events
from pathways.teams.models import Sharing, Team, TeamMember
from pathways.teams.selecting import Column

CONSENT: Sequence[str] = (
    N_("Pour chaque savoir-faire, votre équipe voit : sait faire, à confirmer ou pas encore."),
    N_("Elle ne voit jamais vos réponses ni vos points."),
    N_("Vous pouvez dire non. Vous pouvez arrêter quand vous voulez."),
    N_("Vos résultats et vos badges restent à vous, aussi quand vous partez."),
)
NETWORK = N_("Le réseau de votre structure ne voit que des nombres, à partir de dix personnes.")
"""Told where the organisation agreed to be counted, and part of what is agreed to then."""
NOT_THERE = N_("Cette invitation n'existe pas, ou n'existe plus.")
TOO_LATE = N_("Cette invitation est trop ancienne. Demandez un nouveau lien à votre équipe.")
CHANGED = N_("Cela a changé entre-temps.")


# --- what is asked --------------------------------------------------------------------------------------------


def sentences(team: Team) -> list[str]:
    """Msgids of what the person reads before they answer, beside the names of the skills."""
    return [*CONSENT, *([NETWORK] if team.counted_at is not None else [])]


def consent_text(team: Team, columns: Sequence[Column], language: str) -> str:
    """Fingerprint of what is agreed to, as it is read in ``language``, with the French beneath: the sentences, and
    which skills.
    """
    words = [f"{i18n.gettext(one, language)}\n{one}" for one in sentences(team)]
    return ids.digest("\n".join([language, *words, *(one.key for one in columns)]))


def team_of(db: Session, member: TeamMember) -> Team:
    return db.get_one(Team, member.organisation_id)


# --- which invitation, whose ----------------------------------------------------------------------------------


def by_token(db: Session, token: str) -> TeamMember:
    """Raises :class:`NotFound` for a link that was made anew since, or of somebody who left; :class:`Gone` for one that
    nobody answered in time.
    """
    found = db.scalar(sa.select(TeamMember).filter_by(link_digest=ids.digest(token)))
    if found is None:
        raise NotFound(NOT_THERE)
    if found.sharing is Sharing.INVITED and found.link_expires_at <= clock.now():
        raise Gone(TOO_LATE)
    return found


def teams_of(db: Session, holder: Holder) -> Sequence[TeamMember]:
    """The teams that somebody is in, shown to or not, the first one first."""
    query = sa.select(TeamMember).filter_by(holder_id=holder.id)
    return db.scalars(query.order_by(TeamMember.created_at, TeamMember.id)).all()


def own(db: Session, holder: Holder, member_id: uuid.UUID) -> TeamMember:
    """One of them; anything else does not exist."""
    found = db.get(TeamMember, member_id)
    if found is None or found.holder_id != holder.id:
        raise NotFound(NOT_THERE)
    return found


def held(db: Session, member: TeamMember) -> TeamMember:
    """Held until the transaction ends, as it is after the wait."""
    found = db.get(TeamMember, member.id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(NOT_THERE)
    return found


# --- their answer ---------------------------------------------------------------------------------------------


def agree(
    db: Session,
    member: TeamMember,
    holder: Holder,
    columns: Sequence[Column],
    *,
    language: str,
    seen: str,
    badges: bool = False,
) -> TeamMember:
    """They say yes, having read ``seen`` (:func:`consent_text`) in ``language``, and the team looks into ``holder``
    from now on; ``badges``: at what they hold, too. Twice changes nothing.

    Raises :class:`Conflict` where the words or the skills are others since, where somebody else answered with this
    link, or where this very person is in the team already.
    """
    member = held(db, member)
    if member.holder_id is not None and member.holder_id != holder.id:
        raise Conflict(N_("Quelqu'un a déjà répondu à cette invitation."))
    team = team_of(db, member)
    if seen != consent_text(team, columns, language):
        raise Conflict(CHANGED)
    is_new = member.sharing is not Sharing.SHARED
    try:
        with db.begin_nested():
            member.holder_id = holder.id
            db.flush()
    except IntegrityError as error:
        raise Conflict(N_("Vous êtes déjà dans cette équipe.")) from error
    member.sharing, member.agreed, member.shows_badges = Sharing.SHARED, [one.key for one in columns], badges
    member.consent_text, member.consent_language, member.answered_at = seen, language, clock.now()
    member.language = language
    if is_new:
        events.tell(db, holder.id, events.JOINED, member.organisation_id)
    db.flush()
    return member


def refuse(db: Session, member: TeamMember) -> None:
    """They say no, or take their yes back: from this moment on nothing of them is shown. Twice changes nothing."""
    member = held(db, member)
    if member.sharing is Sharing.WITHHELD:
        return
    was_shown = member.sharing is Sharing.SHARED
    member.sharing, member.agreed, member.shows_badges = Sharing.WITHHELD, [], False
    member.consent_text, member.consent_language = "", ""
    member.answered_at, member.asked_at = clock.now(), None
    if was_shown:
        events.tell(db, member.holder_id, events.TAKEN_BACK, member.organisation_id)
    db.flush()


def leave(db: Session, member: TeamMember) -> None:
    """They leave, as they say themselves."""
    forget(db, held(db, member))


def forget(db: Session, member: TeamMember) -> None:
    """The row goes, and one more is counted among those who left, if they ever said yes. The space stays."""
    if member.holder_id is not None:
        db.execute(
            sa.update(Team)
            .where(Team.organisation_id == member.organisation_id)
            .values(left=Team.left + 1)
            .execution_options(synchronize_session="fetch")
        )
        events.tell(db, member.holder_id, events.LEFT, member.organisation_id)
    db.delete(member)
    db.flush()


# --- the questions --------------------------------------------------------------------------------------------


def begin(
    db: Session, door: Door, member: TeamMember, holder: Holder, *, address: str, key: str | None = None
) -> Attempt:
    """Begin the questions of the team in the person's language, into their own space. The same ``key`` gives the same
    attempt.
    """
    member = held(db, member)
    diagnostic = db.get_one(Diagnostic, team_of(db, member).diagnostic_id)
    if diagnostic.code is None:
        raise NotFound(NOT_THERE)
    offered = taking.blueprint_of(db, door, diagnostic.id).languages
    language = member.language if member.language in offered else i18n.SOURCE
    attempt, _ = taking.start(
        db, door, code=diagnostic.code, language=language, address=address, key=f"team {key}" if key else None
    )
    if db.get(HolderAttempt, attempt.id) is None:
        events.tell(db, holder.id, events.BEGUN, member.organisation_id)
    holders.bring_attempt(db, holder, attempt.id)
    member.asked_at = None
    db.flush()
    return attempt
