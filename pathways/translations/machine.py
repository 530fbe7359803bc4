"""Translation by machine: only where the operator names a server, only the texts of questions, and only as ``machine``,
which no diagnostic shows unless its trainer accepted that state.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.errors import DomainError, SettingsError
from pathways.i18n import SOURCE
from pathways.items import authoring, service, translating
from pathways.items.models import REJECTED, Item
from pathways.items.translating import Author
from pathways.spreadsheets import forbidden_sign
from pathways.translations.exchange.held import Bringer, held

SECONDS = 60
"""For one question: a machine on a small server takes its time."""
LARGEST_REPLY = 1_000_000
LONGEST_NAME = 32
OFF = (
    "La traduction automatique est éteinte. Donnez l'adresse d'un serveur compatible LibreTranslate dans "
    "PATHWAYS_TRANSLATE_URL."
)


class Unreachable(DomainError):
    """The machine does not answer, or not as agreed."""

    kind = "machine-unreachable"


class Engine(Protocol):
    """What translates: ``name`` is kept as the origin of its texts."""

    @property
    def name(self) -> str: ...
    def translate(self, texts: Sequence[str], language: str) -> list[str]:
        """The French texts in the language, in the same order; raises :class:`Unreachable`."""
        ...


@dataclass(frozen=True, slots=True)
class LibreTranslate:
    """A server that speaks as LibreTranslate does: ``POST /translate`` of ``q``, ``source``, ``target``, ``format``."""

    url: str

    @property
    def name(self) -> str:
        return (urlsplit(self.url).hostname or "?")[:LONGEST_NAME]

    def translate(self, texts: Sequence[str], language: str) -> list[str]:
        target = i18n.language(language).tag.partition("-")[0]
        body = {"q": list(texts), "source": SOURCE, "target": target, "format": "text"}
        request = urllib.request.Request(  # noqa: S310 - the settings take http and https alone
            f"{self.url.rstrip('/')}/translate",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        try:
            with _OPENER.open(request, timeout=SECONDS) as reply:
                answer = json.loads(reply.read(LARGEST_REPLY))
        except urllib.error.HTTPError as error:
            raise Unreachable(
                "Le serveur de traduction %(name)s refuse (%(status)s) : parle-t-il cette langue ?",
                name=self.name,
                status=error.code,
            ) from error
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            raise Unreachable("Le serveur de traduction %(name)s ne répond pas.", name=self.name) from error
        return _texts(answer, len(texts), self.name)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Texts go to the server that the operator named, and nowhere else."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        raise urllib.error.HTTPError(req.full_url, code, msg, headers, fp)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


_OPENER = urllib.request.build_opener(_NoRedirect)


def _texts(answer: Any, number: int, name: str) -> list[str]:
    given = answer.get("translatedText") if isinstance(answer, dict) else None
    found = [given] if isinstance(given, str) and number == 1 else given
    if not isinstance(found, list) or len(found) != number or not all(isinstance(one, str) for one in found):
        raise Unreachable("Le serveur de traduction %(name)s répond autrement que prévu.", name=name)
    return found


def engine_of(url: str) -> Engine:
    """The engine of the settings; raises :class:`SettingsError` where there is none."""
    if not url:
        raise SettingsError(OFF)
    return LibreTranslate(url)


@dataclass(slots=True)
class Filled:
    """What a run did. ``left``: questions whose texts came back empty, too long, or with signs that cannot be kept."""

    kept: int = 0
    left: int = 0


def missing(db: Session, framework: str, language: str) -> list[tuple[str, Mapping[str, str]]]:
    """The shipped questions that have nothing in a language, and never had: ``(code, French texts)``."""
    found = held(db, Bringer(Author()), framework, language)
    return [
        (code, one.revision.segments)
        for code, one in found.items()
        if one.newest(language) is None and one.earlier is None
    ]


def translated(
    engine: Engine, wanted: Sequence[tuple[str, Mapping[str, str]]], language: str
) -> Iterator[tuple[str, Mapping[str, str], dict[str, str] | None]]:
    """One question after the other: ``(code, French, its texts, or nothing where they cannot be kept)``."""
    for code, french in wanted:
        given = engine.translate(list(french.values()), language)
        texts = {key: " ".join(text.split()) for key, text in zip(french, given, strict=True)}
        fits = all(0 < len(text) <= translating.LONGEST and not forbidden_sign(text) for text in texts.values())
        yield code, french, texts if fits else None


def keep(
    db: Session,
    engine: Engine,
    framework: str,
    language: str,
    code: str,
    french: Mapping[str, str],
    texts: dict[str, str],
) -> bool:
    """Store a machine's texts of one question, unless somebody brought some, or changed the French, meanwhile."""
    item = db.scalar(sa.select(Item).filter_by(framework=framework, code=code, organisation_id=None).with_for_update())
    if item is None or item.current_id is None:
        return False
    revision = authoring.last_revision(db, item)
    rows = [row for row in revision.translations if row.language == language]
    known = translating.with_texts(revision, language, texts)
    refused = known is not None and known.state == REJECTED
    if refused or any(row.is_current or row.is_waiting for row in rows) or revision.segments != french:
        return False
    row, changed = translating.take_in(
        db,
        revision,
        language,
        texts,
        author=Author(),
        origin=f"machine:{engine.name}",
        state="machine",
    )
    if changed:
        translating.note(db, [row], "imported", Author())
        service.note_change(db)
    return changed
