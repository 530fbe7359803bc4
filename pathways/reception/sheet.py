"""The context sheet: what a mediator asks before the questions. Optional, and never in a profile. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pathways import i18n
from pathways.diagnostics import modalities
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.people.files import LONGEST_LABEL


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    words: str
    """As the mediator says it."""
    choices: Mapping[str, str]


QUESTIONS = (
    Question(
        "need",
        D_("Qu'est-ce qui vous amène ?"),
        {
            "papers": D_("Une démarche"),
            "device": D_("Mon appareil"),
            "contact": D_("Écrire, appeler"),
            "work": D_("Le travail"),
            "learn": D_("Apprendre"),
            "other": D_("Autre chose"),
        },
    ),
    Question(
        "device",
        D_("Qu'utilisez-vous ?"),
        {"phone": D_("Un téléphone"), "computer": D_("Un ordinateur"), "both": D_("Les deux"), "none": D_("Rien")},
    ),
    Question(
        "connection",
        D_("Avez-vous Internet chez vous ?"),
        {"box": D_("Oui, une box"), "mobile": D_("Sur le téléphone"), "none": D_("Non")},
    ),
    Question(
        "help",
        D_("Qui vous aide ?"),
        {
            "family": D_("La famille"),
            "friend": D_("Un ami, un voisin"),
            "professional": D_("Un professionnel"),
            "nobody": D_("Personne"),
        },
    ),
    Question(
        "reading",
        D_("Lire dans cette langue, c'est :"),
        {"easy": D_("Facile"), "little": D_("Un peu difficile"), "no": D_("Je ne lis pas")},
    ),
)
"""The sixth question is the language. It stands before the last one, which is about it."""
LABEL, FILE, SOUGHT, WHERE, UNUSABLE = "label", "file", "sought", "where", "unusable"
BESIDE = frozenset({LABEL, FILE, SOUGHT, WHERE, UNUSABLE})
"""What a sheet keeps beside its answers until the questions begin, and no longer."""


@dataclass(frozen=True, slots=True)
class Sheet:
    language: str = i18n.SOURCE
    answers: Mapping[str, str] = field(default_factory=dict)
    """``{question: choice}``"""
    label: str = ""
    file_id: uuid.UUID | None = None
    """The file of somebody who was here before."""
    sought: str = ""
    """Words by which that file is looked for."""
    here: bool = True
    """At the desk, or on the person's phone."""
    unusable: tuple[str, ...] = ()
    """What questions may not take of this person (``diagnostics.modalities``): the attempt keeps it."""

    @classmethod
    def of(cls, context: Mapping[str, Any], language: str) -> Sheet:
        """The sheet that a reception keeps."""
        kept = context.get(FILE)
        return cls(
            language=language,
            answers={name: str(value) for name, value in context.items() if name not in BESIDE},
            label=str(context.get(LABEL, "")),
            file_id=uuid.UUID(kept) if kept else None,
            sought=str(context.get(SOUGHT, "")),
            here=context.get(WHERE) != "phone",
            unusable=tuple(context.get(UNUSABLE, ())),
        )

    def to_json(self) -> dict[str, Any]:
        beside = {
            LABEL: self.label,
            FILE: str(self.file_id) if self.file_id else "",
            SOUGHT: self.sought,
            WHERE: "" if self.here else "phone",
            UNUSABLE: list(self.unusable),
        }
        return dict(self.answers) | {name: value for name, value in beside.items() if value}


def checked(sheet: Sheet) -> Sheet:
    """The sheet with what was really chosen; raises :class:`Invalid` for what is no choice of ours."""
    known = {question.code: question.choices for question in QUESTIONS}
    for name, value in sheet.answers.items():
        if name not in known or (value and value not in known[name]):
            said = D_("Cette réponse n'est pas proposée ici.")
            raise Invalid(said, errors=[{"field": name[:40], "message": said}])
    if sheet.language not in i18n.languages():
        said = D_("Cette langue n'est pas proposée ici.")
        raise Invalid(said, errors=[{"field": "language", "message": said}])
    if len(sheet.label) > LONGEST_LABEL:
        said = i18n.sentence(D_("Le repère est trop long : %(most)s signes au plus."), {"most": LONGEST_LABEL})
        raise Invalid(said, errors=[{"field": "label", "message": said}])
    answers = {
        question.code: sheet.answers[question.code] for question in QUESTIONS if sheet.answers.get(question.code)
    }
    unusable = tuple(modalities.checked(sheet.unusable))
    label, sought = " ".join(sheet.label.split()), sheet.sought[:LONGEST_LABEL]
    return replace(sheet, answers=answers, label=label, sought=sought, unusable=unusable)
