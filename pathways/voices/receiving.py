"""What the routes of voices ask for: who holds a link, and the sound that was sent. A sound is decoded before the
database is asked for, and few wait at once.
"""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request

from pathways.errors import Invalid
from pathways.i18n import D_, N_
from pathways.permissions import Member, Permission
from pathways.voices import checking, links, sound, speaking
from pathways.voices.sound import Cleaned
from pathways.voices.speaking import Held
from pathways.web.dependencies import Address, OwnSettings, Requires, RequiresForm

HOLDERS, DECODERS = 4, 3
"""At once per process: links looked up; sounds that are decoded or wait for it in a thread."""
OF = {"voice_id": links.get, "recording_id": checking.get}
NOTHING_SENT = N_("Il n'y avait pas de son. Enregistrez, puis envoyez.")
NO_CONSENT = D_("Cochez d'abord que la personne qui parle est d'accord.")


def _holder(token: str, request: Request, address: Address, settings: OwnSettings) -> Held:
    """Who follows a link that opens something; wrong ones are counted, so that nobody tries many."""
    database = request.app.state.database
    with database.read() as db:
        found = speaking.held(db, settings.secret, token, address=address)
    if found is None:
        with database.begin() as db:
            speaking.count_wrong(db, settings.secret, address=address)
    assert found is not None
    return found


Holder = Annotated[Held, Depends(_holder, max_concurrency=HOLDERS)]


def _reader(holder: Holder) -> Held:
    """A holder who has agreed, of a link that is open."""
    speaking.must_be_open(holder.state)
    return holder


Reader = Annotated[Held, Depends(_reader)]
Inviter = Annotated[Member, Depends(Requires(Permission.VOICES_INVITE, of=OF))]
InviterForm = Annotated[Member, Depends(RequiresForm(Permission.VOICES_INVITE, of=OF))]
Checker = Annotated[Member, Depends(Requires(Permission.TRANSLATIONS_REVIEW, of=OF))]
CheckerForm = Annotated[Member, Depends(RequiresForm(Permission.TRANSLATIONS_REVIEW, of=OF))]


async def _of_form(request: Request) -> bytes:
    """The file of a form, whatever its name and type say: they prove nothing."""
    async with request.form(max_files=1, max_fields=10) as form:
        sent = form.get("sound")
        return await sent.read() if isinstance(sent, UploadFile) else b""


async def _read_by_holder(_reader: Reader, request: Request) -> bytes:
    return await _of_form(request)


def _cleaned(sent: bytes) -> Cleaned | Invalid:
    """The sound, or why it cannot be one: a page says it with everything around it still there."""
    try:
        return sound.cleaned(sent) if sent else Invalid(NOTHING_SENT)
    except Invalid as refused:
        return refused


def _sound_of_holder(sent: Annotated[bytes, Depends(_read_by_holder)]) -> Cleaned | Invalid:
    return _cleaned(sent)


SoundOfHolder = Annotated[Cleaned | Invalid, Depends(_sound_of_holder, max_concurrency=DECODERS)]


def _own_voice(member: Member, voice_id: uuid.UUID, request: Request) -> None:
    with request.app.state.database.read() as db:
        links.get(db, member, voice_id)


def _may_send_form(member: InviterForm, voice_id: uuid.UUID, request: Request) -> None:
    """Before anything is decoded: whose voice it is."""
    _own_voice(member, voice_id, request)


def _may_send(member: Inviter, voice_id: uuid.UUID, request: Request) -> None:
    _own_voice(member, voice_id, request)


async def _of_member_form(
    _may: Annotated[None, Depends(_may_send_form, max_concurrency=HOLDERS)], request: Request
) -> tuple[bytes, bool]:
    form = await request.form(max_files=1, max_fields=10)
    return await _of_form(request), bool(form.get("consent"))


def _sound_of_form(sent: Annotated[tuple[bytes, bool], Depends(_of_member_form)]) -> Cleaned | Invalid:
    return _cleaned(sent[0]) if sent[1] else Invalid(NO_CONSENT)


SoundOfForm = Annotated[Cleaned | Invalid, Depends(_sound_of_form, max_concurrency=DECODERS)]


async def _of_body(_may: Annotated[None, Depends(_may_send, max_concurrency=HOLDERS)], request: Request) -> bytes:
    return await request.body()


def _sound_of_body(
    sent: Annotated[bytes, Depends(_of_body)],
    *,
    consent: Annotated[bool, Query(description="The speaker agreed to the wording and the licence.")] = False,
) -> Cleaned:
    if not consent:
        raise Invalid(NO_CONSENT, errors=[{"field": "consent", "message": NO_CONSENT}])
    found = _cleaned(sent)
    if isinstance(found, Invalid):
        raise found
    return found


SoundOfBody = Annotated[Cleaned, Depends(_sound_of_body, max_concurrency=DECODERS)]
