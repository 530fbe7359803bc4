"""The desk: links for those who lend their voice, and listening to what they read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics.composing import service as composing
from pathways.errors import Conflict, DomainError, Forbidden, Invalid
from pathways.i18n import D_
from pathways.items import recordings
from pathways.permissions import Member, Permission
from pathways.voices import checking, links, speaking
from pathways.voices.links import CLOSED, INVITED, OPEN, WITHDRAWN
from pathways.voices.receiving import Checker, CheckerForm, Inviter, InviterForm, SoundOfForm
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.web.squares import square

router = Router()
OF_DIAGNOSTIC = {"diagnostic_id": composing.get}
DiagnosticInviter = Annotated[Member, Depends(Requires(Permission.VOICES_INVITE, of=OF_DIAGNOSTIC))]
DiagnosticInviterForm = Annotated[Member, Depends(RequiresForm(Permission.VOICES_INVITE, of=OF_DIAGNOSTIC))]
STATES = {
    INVITED: D_("pas encore commencé"),
    OPEN: D_("ouvert"),
    CLOSED: D_("fermé"),
    WITHDRAWN: D_("accord repris, tout est effacé"),
}
SOUND_STATES = {
    recordings.DRAFT: D_("pas encore vérifié"),
    recordings.OWN: D_("vérifié dans la structure"),
    recordings.REVIEWED: D_("vérifié"),
    recordings.REJECTED: D_("refusé"),
}
SAID = {
    "revoked": D_("Le lien est fermé. Ce qui a été lu reste ; la personne peut encore tout effacer avec son lien."),
    "erased": D_("Tous les sons de cette voix sont effacés."),
    "approved": D_("Le son est vérifié."),
    "rejected": D_("Le son est refusé : il n'est plus joué."),
    "sent": D_("Le son est gardé. Il est joué tout de suite, avec la mention « pas encore vérifié »."),
}
"""What a page says after something was done, by the word in its address."""
Said = Annotated[Short, Query()]


@router.get("/diagnostics/{diagnostic_id}/voices")
def diagnostic_voices(
    request: Request, member: DiagnosticInviter, diagnostic_id: uuid.UUID, db: ReadDB, said: Said = ""
) -> Response:
    return _links(request, db, member, diagnostic_id, said=said)


@router.post("/diagnostics/{diagnostic_id}/voices")
def open_link(
    request: Request,
    member: DiagnosticInviterForm,
    diagnostic_id: uuid.UUID,
    db: DB,
    settings: OwnSettings,
    key: Annotated[uuid.UUID, Form()],
    language: Annotated[Short, Form()] = "",
) -> Response:
    """The link is shown here, once: the same page sent again shows the same one."""
    try:
        with db.begin_nested():
            voice, token = links.open_link(db, settings.secret, member, diagnostic_id, language=language, key=key)
    except (Invalid, Conflict) as refused:
        return _links(request, db, member, diagnostic_id, chosen=language, refused=refused)
    url = f"{settings.url}/voice/{token}"
    return _links(request, db, member, diagnostic_id, url=url, chosen=voice.language)


@router.get("/voices")
def queue(request: Request, member: Checker, db: ReadDB, language: Said = "", said: Said = "") -> Response:
    return _queue(request, db, member, language=language, said=said)


@dataclass(slots=True)
class Decision:
    """What the form of a sound says."""

    action: Annotated[Short, Form()] = ""
    reason: Annotated[str, Form(max_length=2000)] = ""
    seen: Annotated[Short, Form()] = ""
    language: Annotated[Short, Form()] = ""


@router.post("/voices/recordings/{recording_id}")
def decide(
    request: Request,
    member: CheckerForm,
    recording_id: uuid.UUID,
    db: DB,
    settings: OwnSettings,
    form: Annotated[Decision, Depends()],
) -> Response:
    approved = form.action == "approve"
    folder = settings.data / recordings.FOLDER
    try:
        with db.begin_nested():
            checking.decide(db, folder, member, recording_id, approved=approved, reason=form.reason, seen=form.seen)
    except (Invalid, Conflict, Forbidden) as refused:
        typed = {recording_id: form.reason}
        return _queue(request, db, member, language=form.language, typed=typed, refused=refused)
    asked = f"&language={form.language}" if form.language in i18n.languages() else ""
    return RedirectResponse(f"/voices?said={'approved' if approved else 'rejected'}{asked}", 303)


@router.get("/voices/{voice_id}")
def voice(request: Request, member: Inviter, voice_id: uuid.UUID, db: ReadDB, said: Said = "") -> Response:
    """Each text of one voice with what was read of it, and a field for a file that reads it."""
    return _sounds(request, db, member, voice_id, said=said)


@router.post("/voices/{voice_id}/texts/{fingerprint}")
def send(
    request: Request,
    member: InviterForm,
    voice_id: uuid.UUID,
    fingerprint: Short,
    sound: SoundOfForm,
    db: DB,
    settings: OwnSettings,
) -> Response:
    try:
        if isinstance(sound, Invalid):
            raise sound
        folder = settings.data / recordings.FOLDER
        with db.begin_nested():
            speaking.keep_file(db, folder, member, voice_id, fingerprint=fingerprint, sound=sound)
    except (Invalid, Conflict) as refused:
        return _sounds(request, db, member, voice_id, at=fingerprint, refused=refused)
    return RedirectResponse(f"/voices/{voice_id}?said=sent#text-{fingerprint[:12]}", 303)


@router.post("/voices/{voice_id}/revoke")
def revoke(member: InviterForm, voice_id: uuid.UUID, db: DB) -> Response:
    found = links.revoke(db, member, voice_id)
    return RedirectResponse(f"/diagnostics/{found.diagnostic_id}/voices?said=revoked", 303)


@router.post("/voices/{voice_id}/erase")
def erase(
    request: Request,
    member: InviterForm,
    voice_id: uuid.UUID,
    db: DB,
    settings: OwnSettings,
    sure: Annotated[Short, Form()] = "",
) -> Response:
    if not sure:
        refused = Invalid(D_("Cochez la case : tous les sons de cette voix seront effacés."))
        return _sounds(request, db, member, voice_id, refused=refused)
    found = speaking.erase(db, settings.data / recordings.FOLDER, member, voice_id)
    return RedirectResponse(f"/diagnostics/{found.diagnostic_id}/voices?said=erased", 303)


def _links(
    request: Request,
    db: Session,
    member: Member,
    diagnostic_id: uuid.UUID,
    *,
    url: str = "",
    chosen: str = "",
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    diagnostic, found = links.of_diagnostic(db, member, diagnostic_id)
    offered = {i18n.SOURCE, *diagnostic.blueprint.get("languages", [])}
    return _page(
        request,
        "diagnostic-voices.html",
        said,
        refused,
        diagnostic=diagnostic,
        voices=[(one, links.state_of(one.voice)) for one in found],
        states=STATES,
        offered=[one for code, one in i18n.languages().items() if code in offered],
        chosen=chosen,
        key=ids.random_id(),
        url=url,
        qr=square(url) if url else "",
        reachable=request.app.state.settings.reachable_by_phones,
        reviews=member.may(Permission.TRANSLATIONS_REVIEW),
    )


def _queue(
    request: Request,
    db: Session,
    member: Member,
    *,
    language: str,
    said: str = "",
    typed: dict[uuid.UUID, str] | None = None,
    refused: DomainError | None = None,
) -> Response:
    found = checking.waiting(db, member, language if language in i18n.languages() else "")
    return _page(
        request,
        "voices.html",
        said,
        refused,
        rows=[(one, recordings.sound_of(one.row)) for one in found[: checking.MOST_SHOWN]],
        more=len(found) > checking.MOST_SHOWN,
        offered=[i18n.language(code) for code in checking.languages_waiting(db, member) if code in i18n.languages()],
        chosen=language,
        states=SOUND_STATES,
        typed=typed or {},
    )


def _sounds(
    request: Request,
    db: Session,
    member: Member,
    voice_id: uuid.UUID,
    *,
    said: str = "",
    at: str = "",
    refused: DomainError | None = None,
) -> Response:
    found = links.progress_of(db, [links.get(db, member, voice_id)])[0]
    rows = [(one, found.readings.get(one.fingerprint)) for one in found.segments]
    return _page(
        request,
        "voice-sounds.html",
        said,
        refused,
        progress=found,
        spoken_in=i18n.language(found.voice.language),
        rows=[(one, row, recordings.sound_of(row) if row is not None else None) for one, row in rows],
        state=links.state_of(found.voice),
        states=STATES,
        sound_states=SOUND_STATES,
        at=at,
    )


def _page(request: Request, template: str, said: str, refused: DomainError | None, **values: Any) -> Response:
    """A page with what was done, or why it was not: then with the status of the refusal."""
    return render(
        request,
        template,
        status=STATUS[refused.kind] if refused is not None else 200,
        said=i18n.gettext(SAID.get(said, "")),
        wrong=i18n.sentence(refused.message, refused.values) if refused is not None else "",
        **values,
    )
