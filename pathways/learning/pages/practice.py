"""A practice screen, for anybody: each press is answered with the next screen. Where a person stands is in the address,
by ids of the exercise's file; what they typed is looked at and forgotten, and no cookie is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.learning.pages import ways_back
from pathways.learning.practice import loading, playing
from pathways.learning.practice.documents import END, ScreenDocument
from pathways.learning.practice.loading import Practice
from pathways.learning.practice.playing import Fault, Standing
from pathways.web.dependencies import public
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
WHY = "an exercise shows nothing of anybody, and keeps nothing"
PRESSED = "act"
Ids = Annotated[str, Query(max_length=800)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address of an exercise says: where one stands, and where one came from."""

    step: str
    noted: str
    mended: str
    picked: str
    back: str

    def standing(self, practice: Practice) -> Standing | None:
        picks = (one.partition(":") for one in self.picked.split(".") if one)
        return playing.standing(
            practice.document,
            self.step,
            noted=self.noted.split("."),
            mended=self.mended.split("."),
            picks={name: option for name, _, option in picks},
        )


def _asked(step: Ids = "", noted: Ids = "", mended: Ids = "", picked: Ids = "", back: Ids = "") -> Asked:
    return Asked(step, noted, mended, picked, ways_back.to_reader(back))


AskedFor = Annotated[Asked, Depends(_asked)]


async def _typed(request: Request) -> Mapping[str, str]:
    """The fields of a screen, bounded in number and length. No file is ever read: those fields have no name."""
    async with request.form(max_files=0, max_fields=30) as form:
        return {name: value for name, value in form.items() if isinstance(value, str) and len(value) <= playing.LONGEST}


Typed = Annotated[Mapping[str, str], Depends(_typed)]


@router.get("/practice/{practice_code}")
@public(WHY)
def practice(request: Request, practice_code: str, asked: AskedFor) -> Response:
    """What it is about; then each of its screens; then what was right and what went wrong."""
    found = _found(practice_code)
    here = asked.standing(found) if asked.step else None
    if here is None:
        start = playing.begin(found.document)
        return _page(request, found, asked, "practice-intro.html", begin=_address(found, start, asked.back))
    if here.is_over:
        told = playing.told(found.document, here)
        return _page(request, found, asked, "practice-end.html", told=told, again=_intro(found, asked.back))
    return _screen(request, found, asked, here)


@router.post("/practice/{practice_code}")
@public(WHY)
def press(request: Request, practice_code: str, asked: AskedFor, typed: Typed) -> Response:
    """One button. What the imitated site refuses comes back with what was typed; else the next screen is called."""
    found = _found(practice_code)
    here = asked.standing(found)
    if here is None:
        return RedirectResponse(_intro(found, asked.back), 303)
    turn = playing.play(found.document, here, typed.get(PRESSED, ""), typed)
    if turn.faults:
        return _screen(request, found, asked, turn.standing, faults=turn.faults, typed=typed)
    return RedirectResponse(_address(found, turn.standing, asked.back), 303)


def _found(code: str) -> Practice:
    found = loading.practice(code)
    if found is None:
        raise NotFound(N_("Cette page n'existe pas."))
    return found


def _screen(
    request: Request,
    found: Practice,
    asked: Asked,
    here: Standing,
    *,
    faults: Mapping[str, Fault] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    screen = found.document.screen(here.screen)
    assert screen is not None
    mistakes = {name: fault.mistake for name, fault in (faults or {}).items()}
    return _page(
        request,
        found,
        asked,
        "practice-screen.html",
        screen=screen,
        send=_address(found, here, asked.back),
        faults=faults or {},
        mistakes=mistakes,
        values=_values(screen, here, typed),
        filled=lambda text: playing.filled(found.document, text, here.picks),
        leave=asked.back or _intro(found, ""),
    )


def _values(screen: ScreenDocument, here: Standing, typed: Mapping[str, str] | None) -> dict[str, str]:
    """What stands in the fields: after a refusal what was typed, except a password, which no site gives back."""
    values = dict[str, str]()
    for one in screen.fields:
        if one.kind in {"password", "file"}:
            values[one.id] = ""
        elif typed is not None:
            values[one.id] = typed.get(one.id, "")
        else:
            values[one.id] = here.picks.get(one.id, one.filled)
    return values


def _page(request: Request, found: Practice, asked: Asked, template: str, **values: Any) -> Response:
    language = i18n.current().code
    return render(
        request,
        template,
        practice=found,
        document=found.document,
        said=lambda key: found.text(key, language),
        is_draft=found.is_draft(language),
        back=asked.back,
        **values,
    )


def _intro(found: Practice, back: str) -> str:
    return _with(found, {"back": back})


def _address(found: Practice, here: Standing, back: str) -> str:
    return _with(
        found,
        {
            "step": END if here.is_over else here.screen,
            "noted": ".".join(sorted(here.noted)),
            "mended": ".".join(sorted(here.mended)),
            "picked": ".".join(f"{name}:{option}" for name, option in sorted(here.picks.items())),
            "back": back,
        },
    )


def _with(found: Practice, known: Mapping[str, str]) -> str:
    """The language goes along in the address, so that no cookie is needed."""
    given = {name: value for name, value in known.items() if value} | {"lang": i18n.current().tag}
    return f"/practice/{found.document.code}?{urlencode(given, safe=':/')}"
