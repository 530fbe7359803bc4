"""How a page is made: the templates, and the few words every template may use."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from pathways import i18n
from pathways.clock import PARIS

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
DISPLAYS = ("both", "own", "french")
DISPLAY_COOKIE = "display"
DESK_COOKIE = "desk"
_DESK_PAGE = "desk.html"
_IN_FRENCH = Markup(' lang="fr"')
"""What content that exists in French alone says of itself on a page in another language."""
_EXTENDS = re.compile(r"""{% extends ["']([a-z-]+\.html)["'] %}""")


def render(
    request: Request, template: str, *, status: int = 200, reader: str | None = None, **values: Any
) -> HTMLResponse:
    """The page ``template`` in the language in use (:func:`pathways.i18n.use`); a page of the desk, in the language of
    its trainer. ``reader``: of what is shown there as a learner sees it.
    """
    from pathways.web.dependencies import csrf_token  # noqa: PLC0415 - dependencies is for routes, pages for both

    member = getattr(request.state, "member", None)
    language = i18n.language(reader) if reader else i18n.current()
    spoken = i18n.language(desk_language(request)) if is_of_the_desk(template) else language
    with i18n.speaking(spoken.code):
        text = (
            environment()
            .get_template(template)
            .render(
                request=request,
                member=member,
                csrf=csrf_token(request, member),
                nonce=request.scope.get("state", {}).get("nonce", ""),
                language=language,
                spoken=spoken,
                in_french=_IN_FRENCH if spoken.code != i18n.SOURCE else "",
                display=values.pop("display", None) or display_of(request),
                **values,
            )
        )
    return HTMLResponse(text, status, {"content-language": spoken.tag, "vary": "Accept-Language, Cookie"})


def desk_language(request: Request) -> str:
    """The language of a trainer's pages: the one they chose, else their browser's, else French. What the last learner
    on this device read does not count.
    """
    offered = [one.code for one in i18n.desk_languages()]
    chosen = request.cookies.get(DESK_COOKIE, "")
    if chosen in offered:
        return chosen
    return i18n.negotiated(request.headers.get("accept-language"), among=offered) or i18n.SOURCE


@functools.cache
def is_of_the_desk(template: str) -> bool:
    """Whether the page extends ``desk.html``."""
    if template == _DESK_PAGE:
        return True
    loader = environment().loader
    assert loader is not None
    found = _EXTENDS.search(loader.get_source(environment(), template)[0])
    return found is not None and is_of_the_desk(found[1])


def error(request: Request, *, status: int, title: str, detail: str, values: Mapping[str, object]) -> HTMLResponse:
    """An error as a person reads it. ``title`` and ``detail`` are msgids, ``values`` fill the places of ``detail``."""
    return render(request, "error.html", status=status, title=title, detail=detail, values=values)


def display_of(request: Request) -> str:
    """How a learner wants to read: ``both`` languages (the default), their ``own``, or ``french``."""
    kept = request.cookies.get(DISPLAY_COOKIE, "")
    return kept if kept in DISPLAYS else "both"


@functools.cache
def environment() -> jinja2.Environment:
    """StrictUndefined: a misspelt name in a template is an error, never an empty space on somebody's screen."""
    folders = [_HERE / "templates", *sorted(_HERE.parent.glob("*/templates"))]
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(list(dict.fromkeys(folders))),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters["paris"] = _paris
    env.filters["tied"] = i18n.tied
    env.globals.update(two=two, two_texts=two_texts, static=static, typeface=typeface, languages=i18n.languages)
    env.globals["fonts"] = (STATIC / "fonts.css").exists()  # made by `make`; without them, a phone's own fonts serve
    return env


def _paris(moment: datetime, form: str = "%d/%m/%Y %H:%M") -> str:
    """A moment by the clock of the desk."""
    return moment.astimezone(PARIS).strftime(form)


@jinja2.pass_context
def two(context: jinja2.runtime.Context, message: str, **values: object) -> Markup:
    """An interface text in the reader's language, large, and in French beneath (each with its own lang and dir)."""
    with i18n.speaking(context["language"].code):
        own = i18n.sentence(message, values)
    with i18n.speaking(i18n.SOURCE):
        french = message % values if values else message
    return two_texts(context, own, french)


@jinja2.pass_context
def two_texts(context: jinja2.runtime.Context, own: str | None, french: str) -> Markup:
    """A pair of texts of the content. ``own`` is ``None`` where no translation may be shown: then French alone."""
    french = i18n.tied(french)
    reader: i18n.Language = context["language"]
    display: str = context["display"]
    if reader.code == i18n.SOURCE or display == "french" or own is None:
        if reader.code == i18n.SOURCE:
            return Markup('<span class="two"><span>{}</span></span>').format(french)
        return Markup('<span class="two"><span lang="fr" dir="ltr">{}</span></span>').format(french)
    turned = ""
    if reader.dir == "rtl":
        turned = "" if _turns(own) else Markup(' dir="ltr"')
        own = _isolated(own)
    if display == "own":
        return Markup('<span class="two"><span{}>{}</span></span>').format(turned, own)
    return Markup('<span class="two"><span{}>{}</span> <span lang="fr" dir="ltr">{}</span></span>').format(
        turned, own, french
    )


_LATIN_RUN = re.compile(r"(?:\d+ )?[A-Za-zÀ-ÿŒœ][\wÀ-ÿŒœ@.:/+'’-]*(?: [\wÀ-ÿŒœ@.:/+'’-]+)*(?<![.:'’])", re.ASCII)
"""It ends before the full stop or colon of the sentence around it, which would land on the wrong side."""


def _isolated(text: str) -> Markup:
    """A text that runs from right to left, with what is written in Latin letters kept together: a French label, an
    address, a password read in their own order.
    """
    pieces, end = [], 0
    for found in _LATIN_RUN.finditer(text):
        pieces += [escape(text[end : found.start()]), Markup("<bdi>{}</bdi>").format(found[0])]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _turns(text: str) -> bool:
    """Whether a text has letters of a script that runs from right to left. A password or an address has none, and its
    signs must stay where they are typed.
    """
    return any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)


@functools.cache
def typeface(language: i18n.Language) -> str:
    """The letters of a language that not each machine has, in base64, for a page that is kept and opened without us;
    empty where every machine has them.
    """
    path = STATIC / f"{language.shipped}.woff2"
    return base64.b64encode(path.read_bytes()).decode() if language.shipped and path.exists() else ""


@functools.cache
def static(name: str) -> str:
    """The address of a file of ``static/`` with its content's digest, so that a browser may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{digest}/{name}"
