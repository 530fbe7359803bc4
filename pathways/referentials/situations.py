"""Ready-made choices of micro-skills, and what people say they want to do: the file ``situations.yaml`` of a framework.

They are read from the files that come with the server, not from the database: nothing published depends on them, and a
choice only starts from one. Micro-skills that the loaded referential does not know are left to whoever offers them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pathways import ids
from pathways.referentials.documents import SituationsDocument
from pathways.referentials.reading import parse, read
from pathways.settings import resource

FILE = "situations.yaml"


@dataclass(frozen=True, slots=True)
class Situation:
    """A choice to start from. ``flash``: short enough for the desk, with ``questions`` and ``minutes`` always given."""

    code: str
    title: str
    words: str
    skills: tuple[str, ...]
    questions: int | None
    minutes: int | None
    device: str
    """The device it is about: ``any``, ``phone`` or ``computer``."""
    flash: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """What somebody wants to do, in plain words; ``words`` are other ways to say it."""

    code: str
    """Made from its title: a goal needs no code in the file."""
    title: str
    words: tuple[str, ...]
    skills: tuple[str, ...]


def situations(framework: str) -> tuple[Situation, ...]:
    """In the order of the file; none for a framework that has no such file."""
    return _read(framework)[0]


def situation(framework: str, code: str) -> Situation | None:
    return next((one for one in situations(framework) if one.code == code), None)


def goals(framework: str) -> tuple[Goal, ...]:
    return _read(framework)[1]


@cache
def _read(framework: str) -> tuple[tuple[Situation, ...], tuple[Goal, ...]]:
    """Once per process. A file that has an error offers nothing: ``pathways check`` says which."""
    root = resource("referentials")
    path = root / framework / FILE
    if path.parent.parent != root or not path.is_file():
        return (), ()
    source, unreadable = read(path, f"{framework}/{FILE}")
    document = None if unreadable else parse(source, SituationsDocument)[0]
    if document is None:
        return (), ()
    return (
        tuple(
            Situation(s.code, s.title, s.words, s.skills, s.questions, s.minutes, s.device, s.flash)
            for s in document.situations
        ),
        tuple(Goal(ids.fingerprint(g.title, 8), g.title, g.words, g.skills) for g in document.goals),
    )
