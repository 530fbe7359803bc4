"""What somebody asks the directory for, as addresses say it: a page forgives what means nothing, since whoever typed it
wanted something; the API does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from pathways import clock, i18n
from pathways.clock import PARIS
from pathways.directory import words
from pathways.directory.searching import Around, Wanted
from pathways.texts import unturned
from pathways.workshops import themes, tongues
from pathways.workshops.models import Audience

DISTANCES = (5, 15, 30, 60)
USUAL_KM = 15
LONGEST_WHERE = 100
PAGE, MOST_PAGES = 10, 50
DAYS_AHEAD = 550
"""No day further ahead is asked for."""
_COMMUNE = re.compile(r"\d[\dAB]\d{3}")


class Given(Protocol):
    """The names and values of an address."""

    def get(self, key: str, default: str, /) -> Any: ...

    def getlist(self, key: Any, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the directory. Empty values ask for nothing."""

    need: str = ""
    where: str = ""
    """As typed."""
    spot: str = ""
    """The INSEE code of a commune, chosen among several that a name may mean."""
    km: int = USUAL_KM
    public: str = ""
    language: str = ""
    day: date | None = None
    access: tuple[str, ...] = ()
    free: bool = False
    theme: str = ""
    audience: Audience = Audience.PUBLIC
    page: int = 1

    @property
    def is_anything(self) -> bool:
        return self != Asked(km=self.km)

    def query(self, **other: Any) -> str:
        """The same question as the end of an address, ``other`` said instead."""
        one = replace(self, **({"page": 1} | other))
        pairs: list[tuple[str, str]] = [
            (name, str(value))
            for name, value in (
                ("need", one.need),
                ("where", one.where),
                ("spot", one.spot),
                ("km", "" if one.km == USUAL_KM else one.km),
                ("public", one.public),
                ("language", one.language),
                ("day", one.day or ""),
                *(("access", value) for value in one.access),
                ("free", "1" if one.free else ""),
                ("theme", one.theme),
                ("audience", "" if one.audience is Audience.PUBLIC else one.audience.value),
                ("page", "" if one.page == 1 else one.page),
            )
            if value
        ]
        return urlencode(pairs)

    def of_places(self, around: Around | None) -> Wanted:
        groups = [f"need:{self.need}"] if self.need else []
        groups += [f"public:{self.public}"] if self.public else []
        groups += [f"language:{self.language}"] if self.language not in {"", i18n.SOURCE} else []
        groups += ["fee:free"] if self.free else []
        wanted = [(one,) for one in groups]
        wanted += [("access:wheelchair", "care:motor")] if words.WHEELCHAIR in self.access else []
        wanted += [("access:sign_language", "care:deaf")] if words.SIGNED in self.access else []
        return Wanted(tuple(wanted), around, limit=PAGE, offset=(self.page - 1) * PAGE)

    def of_sessions(self, around: Around | None, now: datetime) -> Wanted | None:
        """``None`` where no workshop can be what is meant."""
        if self.need in words.NO_WORKSHOP:
            return None
        groups: list[tuple[str, ...]] = [(f"audience:{self.audience.value}",)]
        if about := words.THEMES_OF_NEED.get(self.need):
            groups.append(tuple(f"theme:{one}" for one in about))
        groups += [("reading:none",)] if self.need == "reading" else []
        groups += [(f"theme:{self.theme}",)] if self.theme else []
        groups += [(f"language:{self.language}",)] if self.language else []
        groups += [(f"access:{one}",) for one in self.access]
        groups += [("price:free",)] if self.free else []
        start, end = now, None
        if self.day is not None:
            start = max(now, _midnight(self.day))
            end = max(start, _midnight(self.day + timedelta(days=1)))
        return Wanted(tuple(groups), around, start, end, limit=PAGE, offset=(self.page - 1) * PAGE)


def asked_of(given: Given) -> Asked:
    """What an address asks for; what means nothing is left out."""
    spot = given.get("spot", "").upper()
    return Asked(
        need=_among(given.get("need", ""), words.NEEDS),
        where=typed(given.get("where", "")),
        spot=spot if _COMMUNE.fullmatch(spot) else "",
        km=_distance(given.get("km", "")),
        public=_among(given.get("public", ""), words.PUBLICS),
        language=language_of(given.get("language", "")),
        day=_day(given.get("day", "")),
        access=tuple(one for one in words.ACCESS if one in given.getlist("access")),
        free=given.get("free", "") not in {"", "0"},
        theme=_among(given.get("theme", ""), themes.themes()),
        audience=Audience(_among(given.get("audience", ""), set(Audience)) or Audience.PUBLIC),
        page=_page(given.get("page", "")),
    )


def typed(text: str) -> str:
    """One line of what can be read, with the digits that postcodes have."""
    visible = "".join(sign if sign.isprintable() else " " for sign in unturned(text[: 4 * LONGEST_WHERE]))
    return " ".join(visible.translate(i18n.LATIN_DIGITS).split())[:LONGEST_WHERE]


def language_of(text: str) -> str:
    """The code of a language in which somebody may be helped."""
    code = text[: i18n.LONGEST_TAG].strip()
    return code if code in tongues.tongues() else i18n.recognised(code) or ""


def _among(text: str, known: Iterable[str] | Mapping[str, Any]) -> str:
    return text if text in known else ""


def _distance(text: str) -> int:
    return int(text) if text in {str(one) for one in DISTANCES} else USUAL_KM


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10].translate(i18n.LATIN_DIGITS))
    except ValueError:
        return None
    return day if abs((day - clock.now().date()).days) <= DAYS_AHEAD else None


def _page(text: str) -> int:
    return min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1


def _midnight(day: date) -> datetime:
    """Of metropolitan France, as a moment."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)
