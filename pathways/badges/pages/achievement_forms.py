"""The parts of an achievement as forms: what stands in their fields, and what they mean. A field is named as its place
in the definition is, so that what is wrong is said beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pathways import i18n
from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import (
    Attendance,
    Attested,
    By,
    Endorsements,
    Leaf,
    Observation,
    OtherAchievement,
    Outside,
    Portfolio,
    Profile,
    Role,
    Sessions,
    Text,
)
from pathways.badges.issuing import alignments, networks
from pathways.badges.issuing.defining import LANGUAGES, Definition
from pathways.badges.models import Audience
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.texts import one_line
from pathways.workshops.forms import Filled

GRID_ROWS = 12
SPARE_ROWS = 2
LISTS = ("piece_questions", "endorser_questions", "evidence_hints", "avoid")
"""Parts that are a few lines of text."""
LINE = D_("Ligne %(number)s : %(said)s")
_FRAMEWORK_OF = {
    Audience.MEDIATOR: "mediateur-numerique",
    Audience.VOLUNTEER: "benevole-numerique",
    Audience.LEARNER: "inclusion-numerique",
}


# --- texts ----------------------------------------------------------------------------------------------------


def texts_of(sent: Filled) -> dict[str, Any]:
    """Names, descriptions, audience, validity, levels. Raises :class:`Invalid` for what is no number."""
    texts = {}
    for language in LANGUAGES:
        given = {part: one_line(sent.get(f"texts.{language}.{part}")) for part in ("name", "description")}
        if language == i18n.SOURCE or any(given.values()):
            texts[language] = given
    months = sent.number("validity_months", 0)
    sent.refuse()
    return {
        "texts": texts,
        "audience": sent.get("audience"),
        "post": one_line(sent.get("post")),
        "validity_months": months or None,
        "levels": lines_of(sent.get("levels")),
    }


def filled_with_texts(definition: Definition) -> Filled:
    fields = {
        f"texts.{language}.{part}": [getattr(texts, part)]
        for language, texts in definition.texts.items()
        for part in ("name", "description")
    }
    fields |= {"audience": [definition.audience.value], "post": [definition.post]}
    fields |= {"validity_months": [str(definition.validity_months or "")], "levels": ["\n".join(definition.levels)]}
    return Filled(fields)


# --- lines ----------------------------------------------------------------------------------------------------


def lines_of(text: str) -> list[str]:
    """One for each line that is not empty."""
    return [line for one in text.splitlines() if (line := one_line(one))]


def lists_of(sent: Filled) -> dict[str, Any]:
    return {name: lines_of(sent.get(name)) for name in LISTS}


def filled_with_lists(definition: Definition) -> Filled:
    return Filled({name: ["\n".join(getattr(definition, name))] for name in LISTS})


def to_areas(error: Invalid, names: Sequence[str]) -> Invalid:
    """What is wrong with one line of a text area (``avoid.2``) is said of the area, with the line's number."""
    errors = []
    for one in error.errors:
        name, _, place = one["field"].partition(".")
        if name in names and place.isdigit():
            said = i18n.sentence(LINE, {"number": int(place) + 1, "said": i18n.sentence(one["message"], {})})
            errors.append({"field": name, "message": said})
        else:
            errors.append(dict(one))
    return Invalid(error.message, errors=errors, **error.values)


# --- the grid and the jury ------------------------------------------------------------------------------------


def jury_of(sent: Filled) -> tuple[dict[str, Any], list[int]]:
    """How many decide, and by which lines; and in which row of the form each line stands."""
    rows = []
    for row in range(GRID_ROWS):
        given = {part: one_line(sent.get(f"grid.{row}.{part}")) for part in ("looked_at", "shows", "not_shows")}
        if any(given.values()):
            rows.append((sent.number(f"grid.{row}.order", row + 1), row, given, sent.get(f"grid.{row}.code")))
    jury = sent.number("jury", 0)
    sent.refuse()
    rows.sort(key=lambda one: one[:2])
    taken = {code for *_, code in rows if code}
    grid = [{"code": code or _free(given["looked_at"], taken), **given} for _, _, given, code in rows]
    return {"jury": jury, "foreign_jury": bool(sent.get("foreign_jury")), "grid": grid}, [row for _, row, *_ in rows]


def to_rows(error: Invalid, rows: Sequence[int]) -> Invalid:
    """What is wrong with a line of the grid, at its row of the form."""
    errors = []
    for one in error.errors:
        found = re.fullmatch(r"grid\.(\d+)(\..+)?", one["field"])
        name = f"grid.{rows[int(found[1])]}{found[2] or '.looked_at'}" if found else one["field"]
        errors.append({"field": name, "message": one["message"]})
    return Invalid(error.message, errors=errors, **error.values)


def filled_with_jury(definition: Definition) -> Filled:
    fields = {"jury": [str(definition.jury)], "foreign_jury": ["yes" if definition.foreign_jury else ""]}
    for row, line in enumerate(definition.grid):
        fields |= {f"grid.{row}.{part}": [getattr(line, part)] for part in ("code", "looked_at", "shows", "not_shows")}
        fields |= {f"grid.{row}.order": [str(row + 1)]}
    return Filled(fields)


def rows_shown(filled: Filled) -> range:
    """The lines that there are, and a few empty ones."""
    used = [row for row in range(GRID_ROWS) if filled.get(f"grid.{row}.looked_at") or filled.get(f"grid.{row}.shows")]
    return range(min(GRID_ROWS, (max(used) + 1 if used else 0) + SPARE_ROWS))


def _free(words: str, taken: set[str]) -> str:
    base = networks.slug_of(words)[:36].strip("-") or "ligne"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    taken.add(code)
    return code


# --- alignments -----------------------------------------------------------------------------------------------


def alignments_of(sent: Filled, definition: Definition) -> dict[str, Any]:
    """Those that are kept, and one more: a known code, or one that is written out."""
    kept = [one.model_dump() for place, one in enumerate(definition.alignments) if str(place) in sent.all("keep")]
    framework, _, code = sent.get("known").partition("|")
    if code and (found := alignments.aligned(framework, code)):
        kept.append(found)
    own = {name: one_line(sent.get(f"own.{name}")) for name in ("framework", "code", "name", "url")}
    if any(own.values()):
        kept.append(own)
    return {"alignments": [one for place, one in enumerate(kept) if one not in kept[:place]]}


def to_own(error: Invalid) -> Invalid:
    """Only the alignment that was written out can be wrong."""
    errors = [
        {"field": f"own.{one['field'].rsplit('.', 1)[-1]}", "message": one["message"]}
        if one["field"].startswith("alignments.")
        else dict(one)
        for one in error.errors
    ]
    return Invalid(error.message, errors=errors, **error.values)


# --- beginning ------------------------------------------------------------------------------------------------

BEGINNINGS: Mapping[str, str] = {
    "profile": D_("Un diagnostic qui montre des micro-compétences"),
    "observation": D_("Une fiche d'observation"),
    "endorsements": D_("Des recommandations"),
    "attendance": D_("Des heures de présence à des ateliers ou des formations"),
    "sessions": D_("Des séances animées ou co-animées"),
    "portfolio": D_("Un travail lu par le jury"),
    "achievement": D_("Un autre badge"),
    "attested": D_("Un document délivré ailleurs (Aidants Connect, REMN, certificat Pix…)"),
}
"""The kinds of criteria, as whoever composes chooses among them."""


def beginning(sent: Filled, first_skill: Mapping[str, str]) -> dict[str, Any]:
    """The draft of an achievement of which only texts, picture and the first criterion were said."""
    audience = sent.choice("audience", Audience, Audience.MEDIATOR)
    kind = sent.get("first") if sent.get("first") in BEGINNINGS else "attendance"
    part = texts_of(sent)
    jury = 2 if kind == "portfolio" else 0
    return part | {
        "criteria": tree.as_data(usual_leaf(kind, audience, first_skill)),
        "picture": {"pictogram": sent.get("picture.pictogram"), "tint": sent.get("picture.tint")},
        "jury": jury,
        "grid": [{"code": "travail", "looked_at": i18n.gettext(D_("Le travail présenté"))}] if jury else [],
    }


def usual_leaf(kind: str, audience: Audience, first_skill: Mapping[str, str]) -> Leaf:
    """A criterion of a kind as it usually is, to be changed; ``first_skill``: ``{framework: a micro-skill}``."""
    framework = _FRAMEWORK_OF[audience]
    if framework not in first_skill:
        framework = next(iter(first_skill), framework)
    skill, anyone = first_skill.get(framework, "A-01"), By(roles=(Role.ANYONE,))
    usual: dict[str, Leaf] = {
        "profile": Profile(framework, ((skill, 0.9),), months=24),
        "observation": Observation(framework, (skill,), By(roles=(Role.TRAINER,)), months=24),
        "endorsements": Endorsements(2, anyone, months=24),
        "attendance": Attendance(120, months=24),
        "sessions": Sessions(3, months=24),
        "portfolio": Portfolio("travail", _A_PIECE),
        "achievement": OtherAchievement("welcome-diagnosis"),
        "attested": Attested(Outside.AIDANTS_CONNECT),
    }
    return usual[kind]


_A_PIECE = Text(
    "Le récit d'une séance ou d'un accompagnement, et ce qui l'a aidé. Deux pages au plus.",
    "An account of a session or of helping somebody, and what helped. Two pages at most.",
)
