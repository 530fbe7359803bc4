"""Wishes: left without a name, counted for coordinators without telling one from another, and met by a session whose
first seats are theirs.

What a coordinator reads: nothing below three people, *3 to 9*, and a number from ten on. Somebody who compares areas
that differ by one or two people must not learn where those are: in numbers, the one or two of a commune do not count.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids, outbox
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import N_
from pathways.places.areas import Area
from pathways.places.models import Commune
from pathways.workshops import themes, tongues
from pathways.workshops.codes import Codes
from pathways.workshops.events import WishAnswered
from pathways.workshops.models import (
    Booking,
    Channel,
    QuotaKind,
    SeatQuota,
    SessionState,
    Wish,
    WishState,
    WorkshopSession,
)
from pathways.workshops.seating import seats, settling
from pathways.workshops.seating.asking import Made, Wanted
from pathways.workshops.seating.booking import book, slip_of
from pathways.workshops.seating.contacts import Contact
from pathways.workshops.seating.seats import Share

LASTS = timedelta(days=183)
FEWEST, EXACT = 3, 10
"""People below whom nothing is said, and from whom on the number is."""
KEPT_BEFORE = timedelta(days=3)
"""How long before a session the seats kept for wishes become everybody's; half of the time that is left, if less."""
NOWHERE = Contact()
MOST_AN_HOUR = 30
"""Wishes from one network address: a room full of people, and no script that invents a demand."""
NOT_THERE = N_("Ce lien n'existe pas. Vérifiez qu'il est entier, ou demandez-en un autre.")


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish that was left, and the two ways back to it."""

    wish: Wish
    code: str
    token: str


@dataclass(frozen=True, slots=True)
class Demand:
    """How many people wish one thing in one area."""

    area: Area
    language: str
    theme: str
    exact: int | None
    """Those of communes where at least three wish it. ``None``: at least three, at most nine; or at least ten where
    ``many``.
    """
    many: bool


def leave(
    db: Session,
    codes: Codes,
    *,
    language: str,
    theme: str,
    commune_code: str,
    reads_in: str,
    contact: Contact = NOWHERE,
    key: uuid.UUID | None = None,
) -> Wished:
    """Leave a wish. ``key``: what the page drew, so that sending twice leaves one. The row's id is made from it and the
    server's secret: whoever knows an id (the code and the link are made from that) cannot come back with it.
    """
    row_id = _id_of(codes, key) if key else ids.random_id()
    known = db.get(Wish, row_id)
    if known is not None:
        return _told(codes, known)
    errors = []
    if language not in tongues.tongues():
        errors.append({"field": "language", "message": N_("Cette langue n'est pas proposée ici.")})
    if theme not in themes.themes():
        errors.append({"field": "theme", "message": N_("Choisissez ce que vous voulez apprendre.")})
    if db.get(Commune, commune_code) is None:
        errors.append({"field": "where", "message": N_("Écrivez votre commune ou son code postal.")})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    wish = Wish(
        id=row_id,
        language=language,
        theme=theme,
        commune_code=commune_code,
        reads_in=reads_in,
        channel=contact.channel,
        contact=contact.where,
        state=WishState.OPEN,
        expires_at=clock.now() + LASTS,
        **codes.digests_of(row_id),
    )
    db.add(wish)
    db.flush()
    return _told(codes, wish)


def of_token(db: Session, codes: Codes, token: str) -> Wish:
    found = db.scalar(sa.select(Wish).filter_by(link_digest=codes.digest_of_token(token)))
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def find_code(db: Session, codes: Codes, code: str) -> Wish | None:
    return db.scalar(sa.select(Wish).filter_by(code_digest=codes.digest_of_code(code)))


def withdraw(db: Session, wish: Wish) -> None:
    """Twice changes nothing. What was said of where to reach somebody goes at once."""
    db.refresh(wish, with_for_update=True)
    if wish.state in {WishState.OPEN, WishState.OFFERED}:
        wish.state, wish.channel, wish.contact = WishState.WITHDRAWN, Channel.NONE, ""
        db.flush()


def is_over(wish: Wish) -> bool:
    return wish.state is WishState.OPEN and wish.expires_at <= clock.now()


# --- what a coordinator reads --------------------------------------------------------------------------------


def demand(db: Session, areas: Sequence[Area]) -> list[Demand]:
    """What is wished in each area, most first. One query for any number of areas.

    A number counts only the people of communes where at least :data:`FEWEST` wish the same, and so does all that is
    said of an area that an organisation drew itself. Such an answer is the same whether nobody, one or two people wish
    it in a commune: whatever is asked, in however many questions, and however answers are added up and subtracted,
    nothing comes of it that a list of the communes with three people or more would not say. Of official areas, which
    nobody can cut to measure, it is also said whether three or ten people wish it where they are scattered.
    """
    told = []
    for (language, theme), communes in _counts(db).items():
        for one in areas:
            numbers = [communes[code] for code in one.communes & communes.keys()]
            sure = sum(number for number in numbers if number >= FEWEST)
            whole = sure if one.is_drawn else sum(numbers)
            if whole >= FEWEST:
                told.append(Demand(one, language, theme, sure if sure >= EXACT else None, whole >= EXACT))
    return sorted(told, key=lambda one: (-(one.exact or one.many), one.area.name, one.language, one.theme))


def _counts(db: Session) -> dict[tuple[str, str], Counter[str]]:
    query = sa.select(Wish.language, Wish.theme, Wish.commune_code, sa.func.count())
    query = query.where(Wish.state == WishState.OPEN, Wish.expires_at > clock.now())
    found: dict[tuple[str, str], Counter[str]] = {}
    for language, theme, commune, number in db.execute(query.group_by(Wish.language, Wish.theme, Wish.commune_code)):
        found.setdefault((language, theme), Counter())[commune] += number
    return found


# --- a session for them --------------------------------------------------------------------------------------


def answer(db: Session, session: WorkshopSession, *, language: str, theme: str, communes: Collection[str]) -> SeatQuota:
    """Keep seats of ``session`` for those who wished it there, for a time, and tell whoever gave a way to be told. How
    many seats are kept says no more than :func:`demand` does. Raises :class:`Conflict` where that says nothing.
    """
    if session.state is not SessionState.PUBLISHED:
        raise Conflict(N_("Cette séance n'est pas encore ouverte."))
    found = _open(db, language, theme, communes)
    if len(found) < FEWEST:  # fewer are not told, so nobody may find out by opening a session for them
        raise Conflict(N_("Cela a changé entre-temps."))
    seats_wished = len(found) // EXACT * EXACT or EXACT - 1  # what is kept tells no more than demand() does
    known = seats.quota(db, session.id, QuotaKind.WISHES)
    stands = known is not None and known.released_at is None
    taken = known.booked + known.held if known is not None else 0
    unsold = known.capacity - taken if known is not None and stands else 0
    capacity = taken + unsold + min(seats_wished, max(seats.free(session), 0))
    others = [
        Share(one.kind, one.value, one.capacity, one.until, one.funder)
        for one in session.quotas
        if one.released_at is None and one.kind is not QuotaKind.WISHES
    ]
    seats.set_quotas(db, session, [*others, Share(QuotaKind.WISHES, "", capacity, until_of(session))])
    for wish in found:
        wish.state, wish.session_id = WishState.OFFERED, session.id
        if wish.contact:
            outbox.record(db, WishAnswered(wish.id))
    db.flush()
    quota = seats.quota(db, session.id, QuotaKind.WISHES)
    assert quota is not None
    return quota


def until_of(session: WorkshopSession) -> datetime:
    left = session.closes_at - clock.now()
    return session.closes_at - min(KEPT_BEFORE, left / 2)


def take(db: Session, codes: Codes, wish: Wish, wanted: Wanted) -> Made:
    """A seat of the session that was opened for it: of those that are kept, or else any that is free. Twice gives the
    same one. Raises what :func:`booking.book` raises; the wish then stays.
    """
    if wish.session_id is not None:
        settling.locked(db, wish.session_id)  # first, as whoever cancels the session does
    db.refresh(wish, with_for_update=True)
    if (taken := taken_by(db, codes, wish)) is not None:
        return slip_of(codes, taken)
    if wish.state is not WishState.OFFERED or wish.session_id is None:
        raise Conflict(N_("Cela a changé entre-temps."))
    quota = seats.quota(db, wish.session_id, QuotaKind.WISHES)
    kept = (
        quota is not None and quota.released_at is None and quota.booked + quota.held + wanted.party <= quota.capacity
    )
    made = book(db, codes, wish.session_id, wanted, quota_id=quota.id if quota is not None and kept else None)
    wish.state, wish.channel, wish.contact = WishState.MET, Channel.NONE, ""
    wish.booking_id = made.booking.id
    db.flush()
    return made


def taken_by(db: Session, codes: Codes, wish: Wish) -> Booking | None:
    """The seat that its holder took, as long as its slip opens: whoever handed it on has it no more."""
    found = db.get(Booking, wish.booking_id) if wish.state is WishState.MET and wish.booking_id else None
    opens = found is not None and found.link_digest == codes.digest_of_token(codes.token_of(found.id))
    return found if opens else None


def forget(db: Session) -> None:
    """A wish goes when its time is over, or some weeks after the session that answered it."""
    now = clock.now()
    db.execute(sa.delete(Wish).where(Wish.expires_at <= now))
    gone = sa.select(WorkshopSession.id).where(WorkshopSession.ends_at < now - timedelta(days=30))
    db.execute(sa.delete(Wish).where(Wish.session_id.in_(gone)))


def _id_of(codes: Codes, key: uuid.UUID) -> uuid.UUID:
    return uuid.UUID(bytes=ids.signed(codes.secret, "wish", str(key))[:16], version=4)


def _open(db: Session, language: str, theme: str, communes: Collection[str]) -> list[Wish]:
    query = sa.select(Wish).filter_by(state=WishState.OPEN, language=language, theme=theme)
    rows = db.scalars(query.where(Wish.expires_at > clock.now()).order_by(Wish.created_at, Wish.id).with_for_update())
    wanted = set(communes)
    return [one for one in rows if one.commune_code in wanted]


def _told(codes: Codes, wish: Wish) -> Wished:
    return Wished(wish, codes.code_of(wish.id), codes.token_of(wish.id))
