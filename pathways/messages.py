"""Collecting the interface texts and bringing the catalogues of `locales/` up to date with them.

What learners read and what only trainers read are two gettext domains. A template belongs to the desk when it extends
``desk.html``, or is used by such templates alone; in Python, ``D_`` marks a text of the desk.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from jinja2 import meta

from pathways import i18n
from pathways.i18n import DESK, LEARNERS

PACKAGE = Path(__file__).parent
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "two": None}
DESK_KEYWORDS = {"D_": None}
CODE = ("**.py", "pathways.messages:texts_of_code")
METHODS = [CODE, ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
DESK_PAGE = "desk.html"


def collected() -> dict[str, Catalog]:
    """Every interface text of the code and the templates by domain, with where it stands. A text that both learners and
    trainers read is a learners' one.
    """
    desk_templates = _desk_templates()
    found = {domain: Catalog(project="pathways", fuzzy=False) for domain in (LEARNERS, DESK)}
    for file, line, message, comments, context in _found(KEYWORDS):
        domain = DESK if file in desk_templates else LEARNERS
        found[domain].add(message, None, [(f"pathways/{file}", line)], auto_comments=comments, context=context)
    for file, line, message, comments, context in _found(DESK_KEYWORDS, [CODE]):
        found[DESK].add(message, None, [(f"pathways/{file}", line)], auto_comments=comments, context=context)
    for message in list(found[DESK]):
        if message.id and message.id in found[LEARNERS]:
            found[DESK].delete(message.id)
    return found


def _desk_templates() -> set[str]:
    """Templates that only trainers see, by their place in the package."""
    parser = jinja2.Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - reads templates, renders none
    places = {path.name: path for path in sorted(PACKAGE.glob("**/templates/*.html"))}
    uses = {name: _used(parser, path) for name, path in places.items()}
    whole = set(places) - {name for used in uses.values() for name in used} | {DESK_PAGE}
    desk = {name for name in whole if DESK_PAGE in _reached({name}, uses)}
    learners = _reached(whole - desk, uses)
    return {str(places[name].relative_to(PACKAGE)) for name in places if name not in learners}


def _used(parser: jinja2.Environment, path: Path) -> set[str]:
    return {name for name in meta.find_referenced_templates(parser.parse(path.read_text("utf-8"))) if name}


def _reached(roots: set[str], uses: dict[str, set[str]]) -> set[str]:
    reached, waiting = set[str](), list(roots)
    while waiting:
        name = waiting.pop()
        if name in uses and name not in reached:
            reached.add(name)
            waiting += uses[name]
    return reached


def update(code: str, texts: Catalog, domain: str = LEARNERS) -> tuple[int, int]:
    """Bring one catalogue up to date: new texts are empty, changed ones fuzzy, gone ones dropped. Returns how many
    texts there are and how many wait for a translation. The plural rule comes from the registry, always.
    """
    path = i18n.po_file(code, domain)
    if path.exists():
        with path.open("rb") as file:
            own = read_po(file, locale=None)
        own.update(texts, no_fuzzy_matching=True)
        own.obsolete.clear()
    else:
        own = Catalog(project="pathways", fuzzy=False)
        own.update(texts, no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(body, own, width=110, sort_output=True, omit_header=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{_header(code, domain)}\n{body.getvalue().decode('utf-8').strip()}\n", "utf-8")
    waiting = sum(1 for message in own if message.id and (not message.string or message.fuzzy))
    return len(own), waiting


def _header(code: str, domain: str) -> str:
    """The header, without dates and names of persons: the same texts give the same file."""
    language = i18n.language(code)
    return (
        f"# {language.name}: {_WHAT[domain]} of pathways. The msgids are the French texts.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Project-Id-Version: pathways\\n"\n'
        f'"Language: {code}\\n"\n'
        f'"Plural-Forms: {language.plural}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"X-Review-State: {language.state}\\n"\n'
    )


def _found(
    keywords: dict[str, Any], methods: list[tuple[str, str]] = METHODS
) -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    yield from extract_from_dir(PACKAGE, methods, OPTIONS, keywords, comment_tags=("L10N:",), strip_comment_tags=True)


def texts_of_code(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any
) -> Iterator[Any]:
    """What Babel extracts from a module. One that calls none of the functions is read, and not taken apart."""
    called = rb"(?<!\w)(?:%s)\s*\(" % b"|".join(re.escape(name).encode() for name in keywords)
    if re.search(called, fileobj.read()):
        fileobj.seek(0)
        yield from extract_python(fileobj, keywords, comment_tags, options)


_WHAT = {LEARNERS: "interface", DESK: "the trainers' desk"}
