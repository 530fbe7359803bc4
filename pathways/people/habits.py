"""What an organisation's forms start from: the languages it offers, where it receives people, how long it asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from pathways import i18n
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.people import fields, policies
from pathways.people.models import Organisation
from pathways.permissions import Member

LONGEST_PLACE, LONGEST_WORDS = 200, 300
MOST_QUESTIONS, MOST_MINUTES = 40, 120


@dataclass(frozen=True, slots=True)
class Habits:
    """What new forms propose; what is empty proposes nothing."""

    place: str = ""
    """Of an appointment."""
    words: str = ""
    """What the person reads beneath the appointment."""
    questions: int | None = None
    minutes: int | None = None

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Habits:
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in {None, ""}}


def get(db: Session, member: Member) -> Organisation:
    """The organisation that the member acts for."""
    return db.get_one(Organisation, member.organisation_id)


def of(organisation: Organisation) -> Habits:
    return Habits.from_json(organisation.habits)


def change(db: Session, member: Member, *, languages: Iterable[str], habits: Habits, version: int) -> Organisation:
    """Change what forms start from. ``version`` is the one that was read: another one means that a colleague changed
    them since. All languages together are kept as none in particular, so that a new one joins them.
    """
    if not policies.may_manage(member, member.organisation_id):
        raise NotFound(D_("Cette structure n'existe pas."))
    organisation = db.get_one(Organisation, member.organisation_id, with_for_update=True, populate_existing=True)
    offered = _languages(languages)
    kept = _checked(habits).to_json()
    if version <= organisation.version and (organisation.languages, organisation.habits) == (offered, kept):
        return organisation  # sent twice
    if organisation.version != version:
        raise Conflict(D_("Une collègue ou un collègue a changé ces réglages entre-temps. Relisez-les avant."))
    organisation.languages, organisation.habits = offered, kept
    organisation.version += 1
    return organisation


def _languages(chosen: Iterable[str]) -> list[str]:
    """In the order of the language wall, French among them: the learners' pages always have it."""
    wanted = {*chosen, i18n.SOURCE}
    if unknown := wanted - set(i18n.languages()):
        raise fields.refused("languages", D_("Cette langue n'est pas proposée ici : %(code)s."), code=min(unknown)[:20])
    return [] if len(wanted) == len(i18n.languages()) else [code for code in i18n.languages() if code in wanted]


def _checked(habits: Habits) -> Habits:
    texts = {"place": LONGEST_PLACE, "words": LONGEST_WORDS}
    for name, most in texts.items():
        if len(getattr(habits, name)) > most:
            raise fields.refused(name, D_("C'est trop long : %(most)s signes au plus."), most=most)
    numbers = {
        "questions": (D_("Le nombre de questions va de 1 à %(most)s."), MOST_QUESTIONS),
        "minutes": (D_("Le nombre de minutes va de 1 à %(most)s."), MOST_MINUTES),
    }
    for name, (said, most) in numbers.items():
        given = getattr(habits, name)
        if given is not None and not 1 <= given <= most:
            raise fields.refused(name, said, most=most)
    return Habits(" ".join(habits.place.split()), habits.words.strip(), habits.questions, habits.minutes)
