"""What somebody does who follows a link to lend their voice: agree, read, replace, take everything back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids, throttle
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Conflict, Gone, WrongCode
from pathways.i18n import N_
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.items.models import Recording
from pathways.items.recordings import FILE, VOICE, Source
from pathways.permissions import Member
from pathways.voices import links
from pathways.voices.links import CLOSED, INVITED, WITHDRAWN, Progress
from pathways.voices.models import Voice
from pathways.voices.script import script
from pathways.voices.sound import Cleaned

WORDING = "2026-11"
"""The wording of the consent that is shown (``voice-consent.html``). Another wording gets another name."""
WRONG_LINKS, WINDOW_MINUTES = 20, 10
UNKNOWN = N_("Ce lien n'existe pas. Vérifiez qu'il est entier, ou demandez-en un autre.")
OVER = N_("Ce lien n'est plus ouvert. Demandez-en un autre.")
NOT_AGREED = N_("Dites d'abord que vous êtes d'accord.")
CHANGED = N_("Ce texte a changé entre-temps. Lisez le nouveau.")


@dataclass(frozen=True, slots=True)
class Held:
    """What the holder of a link may do."""

    voice_id: uuid.UUID
    language: str
    state: str


def held(db: Session, secret: bytes, token: str, *, address: str) -> Held | None:
    """What a link opens; ``None`` if nothing, which is then to be counted (:func:`count_wrong`)."""
    throttle.check(db, _bucket(secret, address), limit=WRONG_LINKS, minutes=WINDOW_MINUTES)
    voice = db.scalar(sa.select(Voice).filter_by(link_digest=ids.digest(token)))
    return Held(voice.id, voice.language, links.state_of(voice)) if voice else None


def count_wrong(db: Session, secret: bytes, *, address: str) -> None:
    """Count a link that opens nothing, and say so."""
    throttle.count(db, _bucket(secret, address), minutes=WINDOW_MINUTES)
    raise WrongCode(UNKNOWN)


def must_be_open(state: str) -> None:
    """Whether something may be read now; says why not."""
    if state in {CLOSED, WITHDRAWN}:
        raise Gone(OVER)
    if state == INVITED:
        raise Conflict(NOT_AGREED)


def progress(db: Session, voice_id: uuid.UUID) -> Progress:
    return links.progress_of(db, [db.get_one(Voice, voice_id)])[0]


def agree(db: Session, voice_id: uuid.UUID, *, credit: str) -> Voice:
    """Note the consent to the present wording. Twice changes nothing but the way of thanking."""
    voice = db.get_one(Voice, voice_id, with_for_update=True)
    if links.state_of(voice) in {CLOSED, WITHDRAWN}:
        raise Gone(OVER)
    voice.credit = credit
    if voice.consented_at is None:
        voice.consent, voice.consented_at = WORDING, clock.now()
    return voice


def keep(db: Session, folder: Path, voice_id: uuid.UUID, *, fingerprint: str, sound: Cleaned) -> Recording:
    """Keep the reading of one text, in place of an earlier one. It is served at once."""
    voice = db.get_one(Voice, voice_id, with_for_update=True)  # one at a time: two taps are one reading
    must_be_open(links.state_of(voice))
    return _keep(db, folder, voice, fingerprint, sound, Source(VOICE, voice.id, voice.made_by, sound.seconds))


def keep_file(
    db: Session, folder: Path, member: Member, voice_id: uuid.UUID, *, fingerprint: str, sound: Cleaned
) -> Recording:
    """The same from a file that a member sends for a speaker who agreed, also once the link is over."""
    links.get(db, member, voice_id)
    voice = db.get_one(Voice, voice_id, with_for_update=True)
    if voice.withdrawn_at is not None:
        raise Gone(OVER)
    if voice.consented_at is None:
        voice.consent, voice.consented_at = WORDING, clock.now()
    return _keep(db, folder, voice, fingerprint, sound, Source(FILE, voice.id, member.account_id, sound.seconds))


def withdraw(db: Session, folder: Path, voice_id: uuid.UUID) -> Voice:
    """Take the consent back: every sound of this voice is erased and served no more. Twice changes nothing."""
    voice = db.get_one(Voice, voice_id, with_for_update=True)
    recordings.erase(db, folder, db.scalars(sa.select(Recording).filter_by(voice_id=voice.id)).all())
    if voice.withdrawn_at is None:
        voice.withdrawn_at, voice.credit = clock.now(), ""
    items_service.note_change(db)
    return voice


def erase(db: Session, folder: Path, member: Member, voice_id: uuid.UUID) -> Voice:
    """The same, asked of a member by a speaker who has lost the link."""
    return withdraw(db, folder, links.get(db, member, voice_id).id)


def _keep(db: Session, folder: Path, voice: Voice, fingerprint: str, sound: Cleaned, source: Source) -> Recording:
    texts = script(db, db.get_one(Diagnostic, voice.diagnostic_id), voice.language)
    segment = next((one for one in texts if one.fingerprint == fingerprint), None)
    if segment is None:
        raise Conflict(CHANGED)
    row = recordings.keep(
        db,
        folder,
        language=voice.language,
        text=segment.text,
        sound=sound.sound,
        licence=voice.licence,
        source=source,
    )
    items_service.note_change(db)
    return row


def _bucket(secret: bytes, address: str) -> str:
    return throttle.bucket(secret, "voice", address)
