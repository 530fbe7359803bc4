"""Links that members of an organisation hand out to those who lend their voice."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.items.models import Recording
from pathways.permissions import Member
from pathways.voices.models import Voice
from pathways.voices.script import Segment, scripts

LASTS = timedelta(days=30)
MOST_LINKS = 100
"""Links to one diagnostic: the page that lists them stays a page."""
INVITED, OPEN, CLOSED, WITHDRAWN = "invited", "open", "closed", "withdrawn"
"""What a link is: nobody has agreed yet; somebody reads; over or revoked; taken back by the speaker."""
NOT_THERE = D_("Cette voix n'existe pas.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a voice has come."""

    voice: Voice
    segments: list[Segment]
    readings: dict[str, Recording]
    """By fingerprint of the text, the newest."""

    @property
    def done(self) -> int:
        return sum(one.fingerprint in self.readings for one in self.segments)


def state_of(voice: Voice) -> str:
    if voice.withdrawn_at is not None:
        return WITHDRAWN
    if voice.expires_at <= clock.now():
        return CLOSED
    return OPEN if voice.consented_at is not None else INVITED


def heard_in(organisation_id: uuid.UUID) -> sa.Select[uuid.UUID]:
    """The voices whose unchecked readings the learners of an organisation hear: its own."""
    return sa.select(Voice.id).where(Voice.organisation_id == organisation_id, Voice.withdrawn_at.is_(None))


def token_of(secret: bytes, voice_id: uuid.UUID) -> str:
    """The word in the link: only this server can make it, and it makes the same one again for a page sent twice."""
    return base64.urlsafe_b64encode(ids.signed(secret, "voice link", str(voice_id))).decode().rstrip("=")


def open_link(
    db: Session, secret: bytes, member: Member, diagnostic_id: uuid.UUID, *, language: str, key: uuid.UUID
) -> tuple[Voice, str]:
    """A link to a published diagnostic in one language, for one speaker, and its secret word. The same ``key`` gives
    the same link.
    """
    diagnostic = _published(db, member, diagnostic_id)
    offered = {i18n.SOURCE, *diagnostic.blueprint["languages"]}
    if language not in offered:
        said = D_("Ce diagnostic n'existe pas dans cette langue.")
        raise Invalid(said, errors=[{"field": "language", "message": said}])
    voice_id = ids.stable_id("voice", str(member.organisation_id), str(diagnostic.id), str(key))
    token = token_of(secret, voice_id)
    known = db.get(Voice, voice_id)
    if known is None:
        if not scripts(db, [(diagnostic, language)])[diagnostic.id, language]:
            said = D_(
                "Aucune question de ce diagnostic n'est encore traduite dans cette langue : il n'y a rien à lire."
            )
            raise Invalid(said, errors=[{"field": "language", "message": said}])
        if (db.scalar(sa.select(sa.func.count()).select_from(Voice).filter_by(diagnostic_id=diagnostic.id)) or 0) >= (
            MOST_LINKS
        ):
            raise Conflict(D_("Ce diagnostic a déjà cent liens. Utilisez-en un qui est ouvert."))
        known = Voice(
            id=voice_id,
            organisation_id=member.organisation_id,
            diagnostic_id=diagnostic.id,
            language=language,
            link_digest=ids.digest(token),
            made_by=member.account_id,
            expires_at=clock.now() + LASTS,
        )
        try:
            with db.begin_nested():
                db.add(known)
                db.flush()
        except IntegrityError:  # the same key at the same moment, in another process
            known = db.get_one(Voice, voice_id)
    if known.language != language or state_of(known) in {CLOSED, WITHDRAWN}:
        raise Conflict(D_("Cette page a déjà servi. Rechargez-la pour ouvrir un autre lien."))
    return known, token


def get(db: Session, member: Member, voice_id: uuid.UUID) -> Voice:
    """A voice of the member's organisation: to others it does not exist."""
    found = db.get(Voice, voice_id)
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(NOT_THERE)
    return found


def of_diagnostic(db: Session, member: Member, diagnostic_id: uuid.UUID) -> tuple[Diagnostic, list[Progress]]:
    """A diagnostic of the organisation and its voices, the newest first."""
    diagnostic = composing.get(db, member, diagnostic_id)
    query = sa.select(Voice).filter_by(diagnostic_id=diagnostic.id).order_by(Voice.made_at.desc(), Voice.id.desc())
    return diagnostic, progress_of(db, list(db.scalars(query.limit(MOST_LINKS))))


def progress_of(db: Session, voices: list[Voice]) -> list[Progress]:
    """How far several voices have come, in as many queries as for one."""
    if not voices:
        return []
    wanted = {one.diagnostic_id for one in voices}
    diagnostics = {one.id: one for one in db.scalars(sa.select(Diagnostic).where(Diagnostic.id.in_(wanted)))}
    texts = scripts(db, [(diagnostics[of], language) for of, language in _places(voices)])
    readings: dict[uuid.UUID, dict[str, Recording]] = {one.id: {} for one in voices}
    query = sa.select(Recording).where(Recording.voice_id.in_(list(readings))).order_by(Recording.created_at)
    for row in db.scalars(query):
        assert row.voice_id is not None
        readings[row.voice_id][row.text_fingerprint] = row
    return [Progress(one, texts[one.diagnostic_id, one.language], readings[one.id]) for one in voices]


def revoke(db: Session, member: Member, voice_id: uuid.UUID) -> Voice:
    """Close a link. What was read stays, and the speaker may still take it back by the same link."""
    voice = get(db, member, voice_id)
    if state_of(voice) in {INVITED, OPEN}:
        voice.expires_at = clock.now()
    return voice


def _published(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    diagnostic = composing.get(db, member, diagnostic_id)
    if diagnostic.state is not DiagnosticState.PUBLISHED:
        raise Conflict(D_("Seul un diagnostic publié s'enregistre : publiez-le d'abord."))
    return diagnostic


def _places(voices: Iterable[Voice]) -> list[tuple[uuid.UUID, str]]:
    return list(dict.fromkeys((one.diagnostic_id, one.language) for one in voices))
