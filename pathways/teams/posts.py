"""What people do in an organisation, and what a team starts from: the file ``referentials/teams/posts.yaml``.

Posts and counts are data: nothing here knows which there are. A post that the file has no more is told by its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from pathways import i18n
from pathways.settings import resource

FILE = "teams/posts.yaml"


@dataclass(frozen=True, slots=True)
class Post:
    code: str
    titles: Mapping[str, str]
    """By language; French is always there."""

    @property
    def title(self) -> str:
        """In the language in use, else in French."""
        return self.titles.get(i18n.current().code) or self.titles[i18n.SOURCE]


@dataclass(frozen=True, slots=True)
class Template:
    """A target to start from."""

    post: str
    framework: str
    wanted: Mapping[str, int]
    """``{micro-skill: people}``"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The skills of a team that has chosen none yet."""

    framework: str
    skills: tuple[str, ...]


def posts() -> Mapping[str, Post]:
    """By code, in the order of the file."""
    return {row["code"]: Post(row["code"], row["titles"]) for row in _read()["posts"]}


def post(code: str) -> Post | None:
    """``None`` for the empty code: somebody without a post."""
    return (posts().get(code) or Post(code, {i18n.SOURCE: code})) if code else None


def templates() -> tuple[Template, ...]:
    return tuple(Template(row["post"], row["framework"], row["wanted"]) for row in _read()["targets"])


def beginning() -> Beginning:
    found = _read()["begins_with"]
    return Beginning(found["framework"], tuple(found["skills"]))


@cache
def _read() -> Mapping[str, Any]:
    """Once per process: the file comes with the server."""
    found: Mapping[str, Any] = yaml.safe_load((resource("referentials") / FILE).read_text("utf-8"))
    return found
