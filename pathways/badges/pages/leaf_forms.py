"""One criterion as a form: plain fields, choices from what is there, and the criterion that they mean. A field is named
as ``criteria.tree`` names it, so that what is wrong is said beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import Leaf, Outside, Profile, Role, SessionKind
from pathways.badges.criteria.tree import CriteriaError
from pathways.badges.issuing import drafting, networks
from pathways.badges.models import Issuer
from pathways.i18n import D_
from pathways.people import fields
from pathways.referentials import service as referentials
from pathways.referentials.models import Referential
from pathways.texts import one_line
from pathways.workshops.forms import Filled
from pathways.workshops.themes import themes
from pathways.workshops.tongues import Tongue, tongues

MASTERIES = (0.7, 0.8, 0.9, 0.95)
"""P(mastered) that can be chosen; others that a draft has stay."""
OPTIONAL = ("months", "organisations", "endorsed", "themes", "languages", "kinds", "version", "lower_bound")
"""Left out where nothing was said."""
_HOURS = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")
ROLES: Mapping[Role, str] = {
    Role.ANYONE: D_("n'importe qui de connu ici"),
    Role.TRAINER: D_("médiateurs, formateurs"),
    Role.COORDINATOR: D_("coordinateurs"),
    Role.PRESCRIBER: D_("personnes qui orientent du public"),
}
SESSION_KINDS: Mapping[SessionKind, str] = {
    SessionKind.VAN: D_("en tournée itinérante"),
    SessionKind.PLACE: D_("dans un lieu"),
    SessionKind.REMOTE: D_("à distance"),
    SessionKind.JOINT: D_("avec une autre structure"),
    SessionKind.PROFESSIONALS: D_("pour des professionnels ou des bénévoles"),
}
OUTSIDE: Mapping[Outside, str] = {
    Outside.AIDANTS_CONNECT: D_("habilitation Aidants Connect"),
    Outside.REMN: D_("titre professionnel REMN, ou Médiateur numérique"),
    Outside.PIX_CERTIFICATE: D_("certificat Pix"),
    Outside.OTHER: D_("un autre document"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a criterion can name."""

    frameworks: Mapping[str, Referential]
    """By code, those that are there."""
    badges: Mapping[str, str]
    """``{slug: name}`` of the network: a criterion names no other network's."""
    themes: Mapping[str, str]
    """``{code: label}``, in French."""
    tongues: Mapping[str, Tongue]

    @property
    def first_skill(self) -> dict[str, str]:
        return {code: next(iter(referentials.skills_of(one))) for code, one in self.frameworks.items()}


def choices(db: Session, issuer: Issuer, *, naming: Leaf | None = None) -> Choices:
    """``naming``: what this criterion names already is among them, also where it is not there any more."""
    badges = {one.achievement.slug: one.name for one in drafting.listed(db, issuer)}
    if naming is not None:
        badges |= {slug: slug for slug in sorted(tree.achievements_of(naming)) if slug not in badges}
    return Choices(
        frameworks={one.code: one for one in referentials.all_newest(db) if one.strands},
        badges=badges,
        themes={code: one.label for code, one in themes().items()},
        tongues=tongues(),
    )


# --- from a form ----------------------------------------------------------------------------------------------


def leaf_of(sent: Filled, kind: str, before: Leaf | None = None) -> Leaf:
    """The criterion that the form asks for; ``before``: the one that stands there, whose finer points stay. Raises
    :class:`Invalid` with the field that is wrong.
    """
    given = {name: value for name, value in _READERS[kind](sent).items() if value or name not in OPTIONAL}
    if isinstance(before, Profile) and before.framework == given.get("framework") and not given.get("version"):
        given |= {"fingerprint": before.fingerprint} if before.fingerprint else {}
    sent.refuse()
    try:
        leaf = tree.parse({kind: given})
    except CriteriaError as error:
        raise fields.refused(_field(error.path, kind), error.sentence) from error
    assert not isinstance(leaf, tree.Group)
    return leaf


def _field(path: str, kind: str) -> str:
    name = path.removeprefix(kind).strip(".")
    first = name.partition(".")[0]
    return first if first in {"skills", "by"} else name or "kind"


def _profile(sent: Filled) -> dict[str, Any]:
    skills = {
        name.removeprefix("mastery."): _mastery(values[0])
        for name, values in sent.fields.items()
        if name.startswith("mastery.") and values[0]
    }
    if not skills:
        raise fields.refused("skills", D_("Choisissez au moins une micro-compétence, et sa maîtrise."))
    found: dict[str, Any] = {"framework": sent.get("framework"), "skills": skills, "version": sent.get("version")}
    if len(set(skills.values())) == 1:
        found |= {"skills": list(skills), "mastery": next(iter(skills.values()))}
    found |= {"months": sent.number("months", 0), "answers": sent.number("answers", 1)}
    return found | {"lower_bound": bool(sent.get("lower_bound"))}


def _mastery(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise fields.refused("skills", D_("Choisissez dans la liste.")) from error


def _observation(sent: Filled) -> dict[str, Any]:
    if not sent.all("skills"):
        raise fields.refused("skills", D_("Choisissez au moins une micro-compétence."))
    return {
        "framework": sent.get("framework"),
        "skills": list(dict.fromkeys(sent.all("skills"))),
        "sheets": sent.number("sheets", 1),
        "by": _by(sent),
        "months": sent.number("months", 0),
    }


def _endorsements(sent: Filled) -> dict[str, Any]:
    numbers = {name: sent.number(name, 0) for name in ("n", "organisations", "months")}
    return numbers | {"by": _by(sent)}


def _by(sent: Filled) -> dict[str, Any]:
    by: dict[str, Any] = {"holder": list(sent.all("by.holder")), "role": list(sent.all("by.role"))}
    by = {name: value for name, value in by.items() if value}
    if sent.get("by.jury"):
        by["jury"] = True
    if not by:
        raise fields.refused("by", D_("Dites qui compte : des titulaires, des rôles ou le jury."))
    if Role.ANYONE in by.get("role", []):
        return {"role": [Role.ANYONE.value]}  # with anybody, everybody counts
    return by


def _attendance(sent: Filled) -> dict[str, Any]:
    read = _HOURS.fullmatch(sent.get("hours"))
    if read is None:
        raise fields.refused("hours", D_("Écrivez un nombre d'heures, par exemple 6 ou 2,5."))
    hours = int(read[1]) + int((read[2] or "0").ljust(2, "0")) / 100
    months = sent.number("months", 0)
    return {"hours": int(hours) if hours == int(hours) else hours, "themes": list(sent.all("themes")), "months": months}


def _sessions(sent: Filled) -> dict[str, Any]:
    lists = {name: list(sent.all(name)) for name in ("themes", "languages", "kinds")}
    return lists | {name: sent.number(name, 0) for name in ("n", "endorsed", "months")}


def _portfolio(sent: Filled) -> dict[str, Any]:
    asked = {language: one_line(sent.get(f"asked.{language}")) for language in ("fr", "en")}
    piece = sent.get("piece") or networks.slug_of(asked["fr"])[:30].strip("-") or "travail"
    return {"piece": piece, "asked": asked, "jury": sent.number("jury", 2)}


def _achievement(sent: Filled) -> dict[str, Any]:
    return {"slug": sent.get("slug"), "version": sent.number("version", 1)}


def _attested(sent: Filled) -> dict[str, Any]:
    if sent.get("kind") != Outside.OTHER:
        return {"kind": sent.get("kind")}
    title = {language: one_line(sent.get(f"title.{language}")) for language in ("fr", "en")}
    code = sent.get("code") or networks.slug_of(title["fr"])
    return {"kind": Outside.OTHER.value, "code": code, "title": title}


_READERS: Mapping[str, Callable[[Filled], dict[str, Any]]] = {
    "profile": _profile,
    "observation": _observation,
    "endorsements": _endorsements,
    "attendance": _attendance,
    "sessions": _sessions,
    "portfolio": _portfolio,
    "achievement": _achievement,
    "attested": _attested,
}
KINDS = tuple(_READERS)


# --- to a form ------------------------------------------------------------------------------------------------


def kind_of(leaf: Leaf) -> str:
    return next(iter(tree.as_data(leaf)))


def filled_with(leaf: Leaf) -> Filled:
    """What stands in the form of a criterion."""
    [(kind, data)] = tree.as_data(leaf).items()
    found: dict[str, list[str]] = {}
    for name, value in data.items():
        if kind == "profile" and name in {"skills", "mastery"}:
            continue
        _fill(found, name, value)
    if isinstance(leaf, Profile):
        found |= {f"mastery.{code}": [f"{mastery:g}"] for code, mastery in leaf.skills}
        found["answers"] = [str(leaf.answers)]
    if kind == "attendance":
        found["hours"] = [f"{data['hours']:g}".replace(".", ",")]
    usual = {"observation": {"sheets": "1"}, "portfolio": {"jury": "2"}, "achievement": {"version": "1"}}
    for name, text in usual.get(kind, {}).items():
        found.setdefault(name, [text])
    return Filled(found)


def _fill(found: dict[str, list[str]], name: str, value: Any) -> None:
    if isinstance(value, dict):
        for inner, one in value.items():
            _fill(found, f"{name}.{inner}", one)
    elif isinstance(value, list):
        found[name] = [str(one) for one in value]
    else:
        found[name] = ["yes" if value is True else str(value)]


def masteries(filled: Filled) -> list[str]:
    """What can be chosen for each micro-skill, and what is chosen already."""
    chosen = {values[0] for name, values in filled.fields.items() if name.startswith("mastery.") and values[0]}
    return sorted({f"{one:g}" for one in MASTERIES} | chosen)
