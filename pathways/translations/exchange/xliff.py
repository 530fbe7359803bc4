"""Units as an XLIFF 1.2 file and back. ``docs/translating.md`` tells how it is laid out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser
from markupsafe import escape

from pathways import i18n
from pathways.i18n import D_, SOURCE
from pathways.translations.exchange.units import (
    LONGEST_TEXT,
    Read,
    Told,
    Unit,
    UnitsFile,
    decoded,
    examined,
    refused,
    tell,
)

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
DEEPEST, MOST_ELEMENTS = 20, 600_000
_STATES = {"machine": "needs-review-translation", "draft": "translated", "reviewed": "signed-off", "verified": "final"}
_STALE = "needs-adaptation"
_UNFINISHED = ("needs-", "new")
_INSIDE = frozenset({"source", "target"})


def written(file: UnitsFile) -> bytes:
    """The same units give the same bytes."""
    return "".join(_lines(file)).encode()


def _lines(file: UnitsFile) -> Iterator[str]:
    tag = i18n.language(file.language).tag
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<xliff xmlns="{NAMESPACE}" version="1.2">\n'
    yield f'<file original="{escape(file.framework)}" source-language="{SOURCE}" target-language="{tag}"'
    yield ' datatype="plaintext">\n<body>\n'
    for unit in file.units:
        yield from _unit_lines(unit)
    yield "</body>\n</file>\n</xliff>\n"


def _unit_lines(unit: Unit) -> Iterator[str]:
    limits = f' maxwidth="{unit.most}" size-unit="char"' if unit.most else ""
    fixed = ' translate="no"' if unit.read_only else ""
    approved = ' approved="yes"' if unit.approved and not unit.unfinished else ""
    name = escape(unit.context)
    yield f'<trans-unit id="{name}" resname="{name}"{approved}{fixed}{limits} xml:space="preserve">\n'
    yield f"<source>{escape(unit.french)}</source>\n"
    if unit.text:
        yield f'<target state="{_state(unit)}">{escape(unit.text)}</target>\n'
    if unit.note:
        yield f'<note from="developer">{escape(unit.note)}</note>\n'
    if unit.previous:
        yield f'<alt-trans alttranstype="previous-version"><source>{escape(unit.previous)}</source>'
        yield f"<target>{escape(unit.text)}</target></alt-trans>\n"
    yield "</trans-unit>\n"


def _state(unit: Unit) -> str:
    if unit.state == "machine":
        return _STATES["machine"]
    return _STALE if unit.unfinished else _STATES.get(unit.state, "translated")


def read(data: bytes, language: str) -> Read:
    """Raises :class:`Invalid` for what is no XLIFF 1.2 of this language; the rest is told line by line."""
    text = decoded(data)
    # No DTD at all: no entity to expand, nothing to fetch. A text is fed, so that no declared encoding counts.
    parser = DefusedExpatParser(forbid_dtd=True)
    reader = _Reader(language, lambda: parser.getLineNumber() or 1)
    parser.setContentHandler(reader)
    try:
        parser.feed(text)  # type: ignore[arg-type] - expat takes text and then reads it as UTF-8
        parser.close()
    except _Stop as stop:
        raise refused(stop.message, line=stop.line) from stop
    except DefusedXmlException as error:
        line = parser.getLineNumber() or 1
        raise refused(D_("ce fichier contient une DTD ou une entité : il n'est pas lu."), line=line) from error
    except (SAXException, ValueError) as error:
        line = getattr(error, "getLineNumber", lambda: 1)() or 1
        raise refused(D_("ce n'est pas du XML bien formé."), line=line) from error
    return examined(Read(reader.units, reader.told))


@dataclass
class _Stop(Exception):
    line: int
    message: str


@dataclass(slots=True)
class _Open:
    """A ``trans-unit`` that is being read."""

    context: str
    line: int
    approved: bool
    source: str = ""
    target: str = ""
    state: str = ""


class _Reader(ContentHandler):
    """Takes what our own files hold and leaves the rest."""

    def __init__(self, language: str, line: Callable[[], int]) -> None:
        super().__init__()
        self.language, self._line = language, line
        self.units: list[Unit] = []
        self.told: list[Told] = []
        self._path: list[str] = []
        self._unit: _Open | None = None
        self._text: list[str] | None = None
        self._elements = 0
        self._seen_file = False

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's own name
        name = name.rpartition(":")[2]
        self._elements += 1
        if len(self._path) >= DEEPEST or self._elements > MOST_ELEMENTS:
            raise _Stop(self._line(), D_("le fichier est imbriqué trop profondément, ou trop grand."))
        if not self._path:
            self._root(name, attrs)
        if self._text is not None:
            self._tell(D_("un texte contient une balise : nos textes n'en ont pas"))
        self._path.append(name)
        starts: dict[str, Callable[[Any], None]] = {"file": self._file, "trans-unit": self._begin}
        if name in starts:
            starts[name](attrs)
        elif self._is_of_unit(name):
            self._text = []
            if name == "target" and self._unit:
                self._unit.state = attrs.get("state", "")

    def characters(self, content: str) -> None:
        if self._text is not None:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's own name
        name = name.rpartition(":")[2]
        if self._is_of_unit(name) and self._unit is not None and self._text is not None:
            text, self._text = "".join(self._text), None
            if len(text) > LONGEST_TEXT:
                raise _Stop(self._line(), D_("ce texte est trop long."))
            setattr(self._unit, name, text)
        elif name == "trans-unit" and self._unit is not None:
            self._finish(self._unit)
            self._unit = None
        self._path.pop()

    def endDocument(self) -> None:  # noqa: N802 - SAX's own name
        if not self._seen_file:
            self.told.append(tell(1, "", D_("le fichier ne contient aucun élément <file>")))

    def _is_of_unit(self, name: str) -> bool:
        """Whether this is the text of the unit itself, and not of a proposal beside it."""
        return name in _INSIDE and self._path[-2:] == ["trans-unit", name]

    def _root(self, name: str, attrs: Any) -> None:
        if name != "xliff" or attrs.get("version") != "1.2":
            raise _Stop(self._line(), D_("ce n'est pas un fichier XLIFF 1.2."))

    def _file(self, attrs: Any) -> None:
        self._seen_file = True
        if attrs.get("source-language", "").partition("-")[0] != SOURCE:
            self._tell(D_("la langue de départ (source-language) n'est pas le français"))
        target = attrs.get("target-language", "")
        if i18n.recognised(target) != self.language:
            self._tell(D_("le fichier dit une autre langue (%(said)s)"), said=target[:40] or "–")

    def _begin(self, attrs: Any) -> None:
        if self._unit is not None:
            raise _Stop(self._line(), D_("un texte est dans un autre."))
        self._unit = _Open(attrs.get("id", ""), self._line(), attrs.get("approved") == "yes")

    def _finish(self, unit: _Open) -> None:
        unfinished = unit.state.startswith(_UNFINISHED)
        state = next((ours for ours, theirs in _STATES.items() if theirs == unit.state), "draft")
        if unit.approved:
            state = state if state in {"reviewed", "verified"} else "reviewed"
        elif state in {"reviewed", "verified"}:
            state = "draft"
        self.units.append(
            Unit(
                context=unit.context,
                french=unit.source,
                text=unit.target,
                state=state if unit.target else "",
                unfinished=unfinished and bool(unit.target),
                line=unit.line,
            )
        )

    def _tell(self, message: str, said: str = "") -> None:
        self.told.append(tell(self._line(), self._unit.context if self._unit else "", message, said=said))
