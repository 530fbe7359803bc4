"""The speaker's pages: a link on a phone, no account. Each sentence is recorded by a script, or by the phone's own
recorder through a file field.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import N_
from pathways.items import recordings
from pathways.items.models import Recording
from pathways.voices import links, speaking
from pathways.voices.links import Progress
from pathways.voices.models import Voice
from pathways.voices.receiving import Holder, Reader, SoundOfHolder
from pathways.voices.speaking import Held
from pathways.web.dependencies import DB, OwnSettings, ReadDB, public
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router

router = Router(prefix="/voice")
WHOEVER = "whoever holds the link lends their voice, without account"
SECONDS_A_TEXT = 11
"""To read it, to listen, to go on."""
Number = Annotated[int, Path(ge=1, le=9999)]


@router.get("/{token}")
@public(WHOEVER)
def home(request: Request, token: str, holder: Holder, db: ReadDB) -> Response:
    """What it is and whether one agrees; once agreed, how far one has come, and the way back."""
    return _home(request, token, holder, speaking.progress(db, holder.voice_id))


@router.post("/{token}/agree")
@public(WHOEVER)
def agree(
    request: Request,
    token: str,
    holder: Holder,
    db: DB,
    agreed: Annotated[Short, Form()] = "",
    credit: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    i18n.use(holder.language)
    # Dari writes names with a joiner, which is no letter to be printed; what turns the writing round goes.
    legible = (sign for sign in credit if sign.isprintable() or sign.isspace() or sign in "\u200c\u200d")
    credit = " ".join("".join(legible).split())[:60]
    if not agreed:
        found = speaking.progress(db, holder.voice_id)
        return _consent(request, token, found, credit=credit, said=speaking.NOT_AGREED, status=422)
    speaking.agree(db, holder.voice_id, credit=credit)
    return _to(token)


@router.post("/{token}/take-back")
@public(WHOEVER)
def take_back(
    request: Request,
    token: str,
    holder: Holder,
    db: DB,
    settings: OwnSettings,
    sure: Annotated[Short, Form()] = "",
) -> Response:
    if not sure:
        said = N_("Cochez la case : tout ce que vous avez lu sera effacé.")
        return _home(request, token, holder, speaking.progress(db, holder.voice_id), said=said, status=422)
    speaking.withdraw(db, settings.data / recordings.FOLDER, holder.voice_id)
    return _to(token)


@router.get("/{token}/{number}")
@public(WHOEVER)
def sentence(request: Request, token: str, number: Number, reader: Reader, db: ReadDB) -> Response:
    """One text to read, with what was read of it."""
    i18n.use(reader.language)
    return _sentence(request, token, number, speaking.progress(db, reader.voice_id))


@router.post("/{token}/{number}")
@public(WHOEVER)
def read(
    request: Request,
    token: str,
    number: Number,
    reader: Reader,
    sound: SoundOfHolder,
    db: DB,
    settings: OwnSettings,
    text: Short = "",
) -> Response:
    """Keep what was read of the text (``?text=`` its fingerprint); the page says what was wrong with it."""
    i18n.use(reader.language)
    try:
        if isinstance(sound, Invalid):
            raise sound
        folder = settings.data / recordings.FOLDER
        with db.begin_nested():
            speaking.keep(db, folder, reader.voice_id, fingerprint=text, sound=sound)
    except (Conflict, Invalid) as refused:
        found = speaking.progress(db, reader.voice_id)
        return _sentence(request, token, number, found, said=refused.message, status=STATUS[refused.kind])
    return RedirectResponse(f"/voice/{token}/{number}#heard", 303)


def _home(
    request: Request, token: str, holder: Held, found: Progress, *, said: str = "", status: int = 200
) -> Response:
    i18n.use(holder.language)
    state = links.state_of(found.voice)
    if state == links.INVITED:
        return _consent(request, token, found, credit="", said=said, status=status)
    undone = [number for number, one in enumerate(found.segments, 1) if not _is_good(found, one.fingerprint)]
    return _page(
        request,
        "voice.html",
        status=status,
        token=token,
        state=state,
        done=found.done,
        most=len(found.segments),
        next_number=undone[0] if undone else 0,
        credit=found.voice.credit,
        until=_until(found.voice),
        said=said,
    )


def _consent(request: Request, token: str, found: Progress, *, credit: str, said: str, status: int) -> Response:
    minutes = 5 * max(1, round(len(found.segments) * SECONDS_A_TEXT / 300))
    return _page(request, "voice-consent.html", status=status, token=token, minutes=minutes, credit=credit, said=said)


def _sentence(
    request: Request, token: str, number: int, found: Progress, *, said: str = "", status: int = 200
) -> Response:
    if number > len(found.segments):
        raise NotFound(N_("Cette page n'existe pas."))
    segment = found.segments[number - 1]
    row = found.readings.get(segment.fingerprint)
    return _page(
        request,
        "voice-read.html",
        status=status,
        token=token,
        number=number,
        most=len(found.segments),
        segment=segment,
        row=row,
        sound=recordings.sound_of(row) if row is not None else None,
        said=said,
    )


def _is_good(found: Progress, fingerprint: str) -> bool:
    row: Recording | None = found.readings.get(fingerprint)
    return row is not None and row.state != recordings.REJECTED


def _page(request: Request, template: str, **values: Any) -> Response:
    """A page that may use the microphone, and play what has not been sent yet."""
    response = render(request, template, display="both", **values)
    nonce = request.scope.get("state", {}).get("nonce", "")
    response.headers["permissions-policy"] = "camera=(), geolocation=(), microphone=(self)"
    response.headers["content-security-policy"] = (
        f"default-src 'self'; media-src 'self' blob:; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return response


def _until(voice: Voice) -> tuple[str, str]:
    day = voice.expires_at.date()
    return i18n.say_date(day, voice.language), i18n.say_date(day, i18n.SOURCE)


def _to(token: str) -> Response:
    return RedirectResponse(f"/voice/{token}", 303)
