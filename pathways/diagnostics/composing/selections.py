"""What a trainer decides: the micro-skills of a diagnostic and how to ask them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from pathways import i18n
from pathways.diagnostics.engine import StopRules
from pathways.diagnostics.engine.stopping import LEAST_RATE
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items.models import STATES
from pathways.people import habits
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders
from pathways.referentials.models import Referential
from pathways.referentials.situations import Situation

MOST_SKILLS = 100
MOST_QUESTIONS = 40
MOST_MINUTES = 120
USUAL_LEAST = 8
"""Two right answers can make the model sure of a whole ladder, and no trainer: a ladder that does not hold for this
person shows only in more answers."""
OTHER_DEVICE = {"phone": "computer", "computer": "phone"}
EXTRA_ONE_IN = 3
"""Of so many attempts one is asked an extra question, unless the trainer says otherwise (``extra_question``)."""
RAREST_EXTRA = 100
NUMBERS = {
    "at_least": (D_("Questions au moins : un nombre de 1 à %(most)s."), MOST_QUESTIONS),
    "questions": (D_("Questions au plus : un nombre de 1 à %(most)s."), MOST_QUESTIONS),
    "minutes": (D_("Minutes au plus : un nombre de 1 à %(most)s."), MOST_MINUTES),
    "most_per_strand": (D_("Questions au plus par filière : un nombre de 1 à %(most)s."), MOST_QUESTIONS),
}
"""What is said of each number that is out of range, by its name on the page; and its largest value."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a trainer decides. ``skills``: codes of micro-skills. Leave ``accuracy`` (share of micro-skills told right),
    ``questions`` and ``minutes`` out to be free of that limit; one of the last two always holds. ``at_least`` questions
    are asked before the diagnostic may call itself precise enough; left out, one per micro-skill up to eight.
    ``varied``: two people see different ones of the good questions. One attempt in ``extra_one_in`` is asked an extra
    question that counts for nothing; 0: none. At most ``most_per_strand`` questions are about one ladder; left out, as
    many as are worth asking.
    """

    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    least_state: str = "draft"
    without_device: str = ""
    accuracy: float | None = 0.95
    at_least: int | None = None
    questions: int | None = 15
    minutes: int | None = None
    french_for_missing: bool = False
    varied: bool = True
    extra_one_in: int = field(default_factory=lambda: EXTRA_ONE_IN)
    most_per_strand: int | None = field(default=None, repr=False)
    """Not told by ``repr``, from which the seed of the estimate is made: with and without, the same people sit it."""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Selection:
        kept: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in stored.items()}
        kept.setdefault("extra_one_in", 0)  # what was kept before there was one asks none
        return cls(**kept)

    def to_json(self) -> dict[str, Any]:
        """As it is stored: equal to what was stored before if nothing changed."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def rules(self) -> StopRules:
        seconds = self.minutes * 60.0 if self.minutes else None
        most = self.questions or MOST_QUESTIONS
        least = min(len(self.skills), USUAL_LEAST) if self.at_least is None else self.at_least
        return StopRules(self.accuracy, most, seconds, least_questions=min(least, most), least_rate=LEAST_RATE)


def usual(db: Session, member: Member) -> Selection:
    """What a new diagnostic of the member's organisation starts from: its languages, its usual length."""
    organisation = habits.get(db, member)
    usually = habits.of(organisation)
    known = i18n.languages()
    languages = tuple(code for code in known if code in organisation.languages) or tuple(known)
    return Selection(languages=languages, questions=usually.questions or Selection().questions, minutes=usually.minutes)


def starting_from(situation: Situation, base: Selection, ladders: Ladders) -> Selection:
    """The ready-made choice, as far as the loaded referential knows it, with everything else as in ``base``."""
    known = ladders.skills
    return replace(
        base,
        skills=tuple(code for code in known if code in situation.skills),
        questions=situation.questions or base.questions,
        minutes=situation.minutes or base.minutes,
        without_device=OTHER_DEVICE.get(situation.device, ""),
    )


def checked(referential: Referential | Ladders, selection: Selection) -> Selection:
    """The selection in the order of the ladders, or everything in it that does not exist."""
    known = referentials_service.skills_of(referential)
    errors = [
        *_wrong_codes(selection, known),
        *_wrong_words(selection),
        *_wrong_numbers(selection),
    ]
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    chosen = set(selection.skills)
    languages = [code for code in i18n.languages() if code in selection.languages or code == i18n.SOURCE]
    skills = tuple(code for code in known if code in chosen)
    return replace(selection, skills=skills, languages=tuple(languages))


def known_part(referential: Ladders, selection: Selection) -> tuple[Selection, tuple[str, ...]]:
    """What of a selection this referential still knows, and the codes that it does not."""
    lost = tuple(code for code in selection.skills if code not in referential.skills)
    return replace(selection, skills=tuple(code for code in selection.skills if code not in lost)), lost


def titles_of(referential: Ladders, selection: Selection) -> list[tuple[str, list[str]]]:
    """The ladders of a selection, each with the titles of its chosen micro-skills."""
    chosen = set(selection.skills)
    rows = [(one.title, [skill.title for skill in one.skills if skill.code in chosen]) for one in referential.strands]
    return [(title, skills) for title, skills in rows if skills]


def _wrong_codes(selection: Selection, known: dict[str, Any]) -> list[dict[str, str]]:
    errors = [
        {"field": "skills", "message": i18n.sentence(D_("La micro-compétence %(code)s n'existe pas."), {"code": code})}
        for code in selection.skills
        if code not in known
    ]
    if len(selection.skills) > MOST_SKILLS:
        said = i18n.sentence(D_("Au plus %(most)s micro-compétences."), {"most": MOST_SKILLS})
        errors.append({"field": "skills", "message": said})
    return errors


def _wrong_words(selection: Selection) -> list[dict[str, str]]:
    errors = [
        {"field": "languages", "message": i18n.sentence(D_("La langue %(code)s n'existe pas."), {"code": code})}
        for code in selection.languages
        if code not in i18n.languages()
    ]
    if selection.least_state not in STATES:
        errors.append({"field": "least_state", "message": D_("Cet état de traduction n'existe pas.")})
    if selection.without_device not in {"", "phone", "computer"}:
        errors.append({"field": "without_device", "message": D_("Cet appareil n'existe pas.")})
    return errors


def _wrong_numbers(selection: Selection) -> list[dict[str, str]]:
    errors = []
    if selection.accuracy is not None and not 0.5 < selection.accuracy <= 0.99:
        errors.append({"field": "accuracy", "message": D_("La certitude visée va de 51 à 99 %.")})
    for name, (said, most) in NUMBERS.items():
        value = getattr(selection, name)
        if value is not None and not 1 <= value <= most:
            errors.append({"field": name, "message": i18n.sentence(said, {"most": most})})
    if not 0 <= selection.extra_one_in <= RAREST_EXTRA:
        said = D_("Question de contrôle : jamais, ou dans une passation sur %(most)s au plus.")
        errors.append({"field": "extra_one_in", "message": i18n.sentence(said, {"most": RAREST_EXTRA})})
    return errors
