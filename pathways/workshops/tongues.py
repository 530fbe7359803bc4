"""The languages of facilitation: those of the interface, and more, since somebody who speaks Somali can hold a workshop
in Somali long before a screen can speak it (``referentials/workshops/tongues.yaml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from pathways import i18n
from pathways.settings import resource

FILE = "workshops/tongues.yaml"


@dataclass(frozen=True, slots=True)
class Tongue:
    code: str
    tag: str
    name: str
    """By its own name."""
    dir: str = "ltr"


@cache
def tongues() -> Mapping[str, Tongue]:
    """By code, those of the interface first."""
    known = {code: Tongue(code, one.tag, one.name, one.dir) for code, one in i18n.languages().items()}
    rows = yaml.safe_load((resource("referentials") / FILE).read_text("utf-8"))["tongues"]
    more = {row["code"]: Tongue(row["code"], row["code"], row["name"], row.get("dir", "ltr")) for row in rows}
    return known | {code: one for code, one in more.items() if code not in known}


def named(codes: Iterable[str]) -> list[Tongue]:
    """In the order given; an unknown code is shown as it stands."""
    return [tongues().get(code) or Tongue(code, code, code) for code in codes]


def unknown(codes: Iterable[str]) -> list[str]:
    return [code for code in codes if code not in tongues()]
