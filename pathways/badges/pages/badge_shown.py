"""A badge as pages show it: its picture, its name, how it stands, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pathways import clock, i18n
from pathways.badges.criteria.wording import Language
from pathways.badges.holding.contents import Contents, contents_of
from pathways.badges.holding.validity import Validity, validity_of
from pathways.badges.issuing import offering
from pathways.badges.models import Credential
from pathways.badges.pages.holder_words import SIGNS, STATES


@dataclass(frozen=True, slots=True)
class Shown:
    credential: Credential
    validity: Validity
    state: str
    """A msgid."""
    sign: str
    name: str
    """In the language of the badge, like what its contents say."""
    until: datetime | None

    @property
    def picture(self) -> str:
        """Of the page's own address: a server can be reached under others than the one it signs for."""
        version, level = self.credential.version, self.credential.level
        name = f"v{version.number}-{level}" if level else f"v{version.number}"
        return f"/achievements/{self.credential.issuer.slug}/{version.achievement.slug}/{name}.svg"

    @property
    def contents(self) -> Contents:
        return contents_of(self.credential.document)


def shown(credential: Credential, now: datetime | None = None) -> Shown:
    validity = validity_of(credential, now or clock.now())
    texts = offering.definition_of(credential.version).texts_in(credential.language)
    return Shown(credential, validity, STATES[validity], SIGNS[validity], texts.name, until=credential.valid_until)


def all_shown(credentials: Sequence[Credential], now: datetime | None = None) -> list[Shown]:
    """Those that count first, each group as it came."""
    found = [shown(one, now) for one in credentials]
    order = {"can": 0, "learn": 1, "confirm": 2, "unseen": 3}
    return sorted(found, key=lambda one: order[one.sign])


def day(moment: datetime | None, language: str) -> str:
    """``jeudi 3 décembre 2026``, by the clock of the desk; empty for none."""
    return i18n.say_date(moment.astimezone(clock.PARIS).date(), language) if moment is not None else ""


@dataclass(frozen=True, slots=True)
class Bullet:
    text: str
    under: tuple[Bullet, ...] = ()


def bullets(text: str) -> list[Bullet]:
    """Criteria as a badge carries them (a line, then nested bullets of four spaces), for a list in a page."""
    lines = [line for line in text.splitlines() if line.strip()]
    return _nested([(_depth(line), line.strip().removeprefix("- ")) for line in lines])


def _depth(line: str) -> int:
    bare = line.lstrip(" ")
    return (len(line) - len(bare)) // 4 + bare.startswith("- ")


def _nested(lines: Sequence[tuple[int, str]]) -> list[Bullet]:
    made: list[Bullet] = []
    at = 0
    while at < len(lines):
        depth, text = lines[at]
        end = at + 1
        while end < len(lines) and lines[end][0] > depth:
            end += 1
        made.append(Bullet(text, tuple(_nested(lines[at + 1 : end]))))
        at = end
    return made


def said_in(language: Language | str) -> str:
    """The tag of a badge's language, for ``lang``."""
    return i18n.language(language).tag if language in i18n.languages() else ""
