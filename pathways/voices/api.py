"""Voices for an organisation's own tools: the same service functions as the pages."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways.diagnostics.composing import service as composing
from pathways.items import recordings
from pathways.items.models import Recording
from pathways.permissions import Member, Permission
from pathways.voices import checking, links, speaking
from pathways.voices.links import Progress
from pathways.voices.receiving import Checker, Inviter, SoundOfBody
from pathways.voices.schemas import (
    DecisionIn,
    ReadingOut,
    TextsOut,
    VoiceIn,
    VoiceOpened,
    VoiceOut,
    VoicesOut,
    WaitingOut,
)
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.routing import Router

router = Router(tags=["voices"], route_class=StrictRoute)
DiagnosticInviter = Annotated[Member, Depends(Requires(Permission.VOICES_INVITE, of={"diagnostic_id": composing.get}))]
_BYTES = {"requestBody": {"required": True, "content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/diagnostics/{diagnostic_id}/voices", response_model=VoicesOut, summary="Who lends their voice")
def list_voices(member: DiagnosticInviter, diagnostic_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    _, found = links.of_diagnostic(db, member, diagnostic_id)
    return {"voices": [_voice(one) for one in found]}


@router.post(
    "/diagnostics/{diagnostic_id}/voices", status_code=201, response_model=VoiceOpened, summary="Invite a speaker"
)
def open_link(
    member: DiagnosticInviter, diagnostic_id: uuid.UUID, body: VoiceIn, db: DB, settings: OwnSettings
) -> dict[str, Any]:
    """A link that lasts thirty days, to a published diagnostic in one of its languages."""
    voice, token = links.open_link(db, settings.secret, member, diagnostic_id, language=body.language, key=body.key)
    return _voice(links.progress_of(db, [voice])[0]) | {"url": f"{settings.url}/voice/{token}"}


@router.get("/voices/recordings", response_model=WaitingOut, summary="Sounds that nobody has checked")
def waiting(member: Checker, db: ReadDB, language: Annotated[Short, Query()] = "") -> dict[str, Any]:
    found = checking.waiting(db, member, language)
    shown = found[: checking.MOST_SHOWN]
    rows = [
        _reading(one.row)
        | {
            "language": one.row.language,
            "text": one.row.text,
            "french": one.french or one.row.text,
            "origin": one.row.origin,
            "own": one.is_ones_own,
        }
        for one in shown
    ]
    return {"recordings": rows, "more": len(found) > len(shown)}


@router.post("/voices/recordings/{recording_id}", response_model=ReadingOut, summary="Approve or send back")
def decide(member: Checker, recording_id: uuid.UUID, body: DecisionIn, db: DB, settings: OwnSettings) -> dict[str, Any]:
    folder = settings.data / recordings.FOLDER
    return _reading(
        checking.decide(
            db, folder, member, recording_id, approved=body.decision == "approve", reason=body.reason, seen=body.seen
        )
    )


@router.get("/voices/{voice_id}", response_model=VoiceOut, summary="One voice")
def voice(member: Inviter, voice_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _voice(links.progress_of(db, [links.get(db, member, voice_id)])[0])


@router.get("/voices/{voice_id}/texts", response_model=TextsOut, summary="What a voice reads")
def texts(member: Inviter, voice_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    found = links.progress_of(db, [links.get(db, member, voice_id)])[0]
    rows = []
    for one in found.segments:
        row = found.readings.get(one.fingerprint)
        rows.append(
            {
                "fingerprint": one.fingerprint,
                "item": one.item,
                "segment": one.key,
                "text": one.text,
                "french": one.french,
                "reading": _reading(row) if row is not None else None,
            }
        )
    return {"texts": rows}


@router.post(
    "/voices/{voice_id}/texts/{fingerprint}",
    status_code=201,
    response_model=ReadingOut,
    summary="Send the sound of a text",
    openapi_extra=_BYTES,
)
def send(
    member: Inviter, voice_id: uuid.UUID, fingerprint: Short, sound: SoundOfBody, db: DB, settings: OwnSettings
) -> dict[str, Any]:
    """The bytes of a sound of at most 10 MB and one minute, in any format of a phone. What is kept is an MP3 of even
    loudness, without silence around it; the same sound twice is one.
    """
    folder = settings.data / recordings.FOLDER
    return _reading(speaking.keep_file(db, folder, member, voice_id, fingerprint=fingerprint, sound=sound))


@router.post("/voices/{voice_id}/revoke", response_model=VoiceOut, summary="Close a link")
def revoke(member: Inviter, voice_id: uuid.UUID, db: DB) -> dict[str, Any]:
    """What was read stays. Twice changes nothing."""
    return _voice(links.progress_of(db, [links.revoke(db, member, voice_id)])[0])


@router.post("/voices/{voice_id}/erase", response_model=VoiceOut, summary="Erase a voice")
def erase(member: Inviter, voice_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    """For a speaker who takes the consent back. Every sound goes; there is no way back."""
    found = speaking.erase(db, settings.data / recordings.FOLDER, member, voice_id)
    return _voice(links.progress_of(db, [found])[0])


def _voice(found: Progress) -> dict[str, Any]:
    one = found.voice
    return {
        "id": one.id,
        "diagnostic_id": one.diagnostic_id,
        "language": one.language,
        "state": links.state_of(one),
        "made_at": one.made_at,
        "expires_at": one.expires_at,
        "licence": one.licence,
        "credit": one.credit,
        "recorded": found.done,
        "texts": len(found.segments),
    }


def _reading(row: Recording) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": recordings.sound_of(row).url,
        "seconds": row.seconds,
        "state": row.state,
        "reason": row.reason,
        "created_at": row.created_at,
    }
