"""The micro-skills of an organisation's own, on ladders of its own beside those of a framework. What was published with
one keeps it: nothing is deleted, what is not wanted any more is archived.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from pathways import clock, i18n, ids
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, folded
from pathways.permissions import Member
from pathways.referentials import service
from pathways.referentials.ladders import OWN_DOMAIN, Ladders, ladders_of
from pathways.referentials.models import MicroSkill, Referential, Strand

MOST_RUNGS, MOST_LADDERS = 20, 50
SHORTEST_TITLE, LONGEST_TITLE = 3, 60
LETTERS_OF_A_CODE = 6
DEVICES = {"any": D_("tous"), "phone": D_("téléphone"), "computer": D_("ordinateur")}
_AND, _OR = re.compile(r"[,;\n]|\b(?:et|and)\b", re.IGNORECASE), re.compile(r"\b(?:ou|or)\b|\|", re.IGNORECASE)
_ONE_OF = D_("ou")


@dataclass(frozen=True, slots=True)
class Rung:
    """One micro-skill as somebody writes it. Without a ``code`` it is a new one."""

    title: str
    level: int
    code: str = ""
    device: str = "any"
    requires: tuple[tuple[str, ...], ...] = ()
    """AND of OR groups."""
    archived: bool = False


def requires_of(text: str) -> tuple[tuple[str, ...], ...]:
    """What a person writes, ``SEC-01, GES-06 ou ORD-04``, as AND of OR groups."""
    groups = [tuple(code.strip().upper() for code in _OR.split(group) if code.strip()) for group in _AND.split(text)]
    return tuple(group for group in groups if group)


def requires_in_words(groups: Sequence[Sequence[str]]) -> str:
    return ", ".join(_one_of(group) for group in groups)


def _one_of(group: Sequence[str]) -> str:
    return f" {i18n.gettext(_ONE_OF)} ".join(group)


def all_of(db: Session, member: Member, framework: str) -> Sequence[Strand]:
    """Every own ladder of the member's organisation, archived and empty ones too."""
    return db.scalars(
        sa.select(Strand)
        .where(Strand.organisation_id == member.organisation_id, Strand.framework == framework)
        .order_by(Strand.position, Strand.id)
        .options(selectinload(Strand.skills))
    ).all()


def get(db: Session, member: Member, ladder_id: uuid.UUID) -> Strand:
    found = db.get(Strand, ladder_id, options=[selectinload(Strand.skills)])
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(D_("Cette filière n'existe pas."))
    return found


def create(db: Session, member: Member, *, framework: str, title: str, key: uuid.UUID | None = None) -> Strand:
    """An empty ladder. The same ``key`` twice makes one."""
    service.latest(db, framework)
    made = ids.new_id() if key is None else ids.stable_id("own ladder", str(member.organisation_id), str(key))
    if key is not None and (there := db.get(Strand, made)) is not None:
        return there
    if not SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        raise _refused([("title", _title())])
    others = all_of(db, member, framework)
    if len(others) >= MOST_LADDERS:
        raise _refused([("title", i18n.sentence(D_("Au plus %(most)s filières."), {"most": MOST_LADDERS}))])
    strand = Strand(
        id=made,
        organisation_id=member.organisation_id,
        framework=framework,
        position=1 + max((one.position for one in others), default=0),
        domain=OWN_DOMAIN,
        code=new_code(),
        title=title,
        titles={},
        description="",
    )
    try:
        with db.begin_nested():
            db.add(strand)
            db.flush()
    except IntegrityError:  # the same press, twice at once
        return db.get_one(Strand, made)
    return strand


def change(
    db: Session,
    member: Member,
    ladder_id: uuid.UUID,
    *,
    version: int,
    title: str,
    description: str,
    rungs: Sequence[Rung],
) -> Strand:
    """Write a ladder as it shall be: titles, levels, order. A micro-skill that is left out is archived. ``version`` is
    the one that the author was looking at; the same change twice is one.
    """
    strand = get(db, member, ladder_id)
    db.refresh(strand, with_for_update=True)
    db.refresh(strand, ["skills"])  # as they are now that it is our turn
    if strand.version != version:
        if _says(strand, title, description, rungs):
            return strand
        raise Conflict(
            D_(
                "Une collègue ou un collègue a changé cette filière entre-temps. Votre texte est encore là : comparez, "
                "puis enregistrez-le si c'est bien le bon."
            )
        )
    assert strand.framework is not None
    _check(db, member, strand, title, rungs)
    _write(strand, title, description, rungs)
    db.flush()
    return strand


def archive(db: Session, member: Member, ladder_id: uuid.UUID, *, archived: bool) -> Strand:
    """Offer a ladder no more, or again. What was published with it keeps it. Twice changes nothing."""
    strand = get(db, member, ladder_id)
    if archived != (strand.archived_at is not None):
        strand.archived_at = clock.now() if archived else None
        strand.version += 1
        db.flush()
    return strand


def new_code() -> str:
    """``N-K7QH3M``: one of 64 million, so that two organisations' codes differ and a person can still say it."""
    return f"N-{ids.new_code(LETTERS_OF_A_CODE)}"


def rungs_of(strand: Strand) -> list[Rung]:
    return [
        Rung(
            title=skill.title,
            level=skill.level,
            code=skill.code,
            device=skill.device,
            requires=tuple(tuple(group) for group in skill.requires),
            archived=skill.archived_at is not None,
        )
        for skill in sorted(strand.skills, key=lambda skill: (skill.archived_at is not None, skill.position))
    ]


def _says(strand: Strand, title: str, description: str, rungs: Sequence[Rung]) -> bool:
    """Whether the ladder is already as it shall be; new rungs have no code yet in what a second press sends."""
    kept = rungs_of(strand)
    asked = [replace(rung, code=there.code) for rung, there in zip(rungs, kept, strict=False) if not rung.code]
    asked += [rung for rung in rungs if rung.code]
    return (strand.title, strand.description) == (title, description) and set(asked) == set(kept)


def _write(strand: Strand, title: str, description: str, rungs: Sequence[Rung]) -> None:
    known = {skill.code: skill for skill in strand.skills}
    strand.title, strand.description = title, description
    strand.version += 1
    for skill in known.values():
        if skill.code not in {rung.code for rung in rungs} and skill.archived_at is None:
            skill.archived_at = clock.now()
    for position, rung in enumerate(rungs):
        skill = known.get(rung.code)
        if skill is None:
            code = new_code()
            skill = MicroSkill(id=ids.new_id(), code=code, titles={}, kinds=[], aligned={}, strand_id=strand.id)
            strand.skills.append(skill)
        skill.position, skill.title, skill.level, skill.device = position, rung.title, rung.level, rung.device
        skill.requires = [list(group) for group in rung.requires]
        if rung.archived != (skill.archived_at is not None):
            skill.archived_at = clock.now() if rung.archived else None


# --- what a ladder must satisfy: the rules of the files ---

_TITLE = D_("Un titre de %(least)s à %(most)s lettres : un geste, sans jargon.")


def _title() -> str:
    return i18n.sentence(_TITLE, {"least": SHORTEST_TITLE, "most": LONGEST_TITLE})


def _check(db: Session, member: Member, strand: Strand, title: str, rungs: Sequence[Rung]) -> None:
    assert strand.framework is not None
    referential = service.latest(db, strand.framework)
    others = {
        code: skill
        for code, skill in ladders_of(db, referential, member.organisation_id).skills.items()
        if skill.strand_id != strand.id
    }
    own = {skill.code for skill in strand.skills}
    found = [] if SHORTEST_TITLE <= len(title) <= LONGEST_TITLE else [("title", _title())]
    if len(rungs) > MOST_RUNGS:
        said = D_("Au plus %(most)s micro-compétences par filière.")
        found.append(("skills", i18n.sentence(said, {"most": MOST_RUNGS})))
    if strangers := [rung.code for rung in rungs if rung.code and rung.code not in own]:
        said = D_("La micro-compétence %(code)s n'est pas de cette filière.")
        found.append(("skills", i18n.sentence(said, {"code": strangers[0]})))
    found += _shapes(referential, rungs) + _titles(others, rungs)
    found += _prerequisites({code: skill.level for code, skill in others.items()}, rungs)
    if not found and (cycle := _cycle(_edges(others.values(), rungs))):
        said = D_("Ces prérequis tournent en rond : %(codes)s.")
        found.append(("skills", i18n.sentence(said, {"codes": ", ".join(cycle)})))
    if found:
        raise _refused(found)


def _shapes(referential: Referential, rungs: Sequence[Rung]) -> list[tuple[str, str]]:
    found = []
    for row, rung in enumerate(rungs):
        if not SHORTEST_TITLE <= len(rung.title) <= LONGEST_TITLE:
            found.append((f"skill-{row}-title", _title()))
        if str(rung.level) not in referential.levels:
            said = i18n.sentence(D_("Choisissez un niveau : %(levels)s."), {"levels": ", ".join(referential.levels)})
            found.append((f"skill-{row}-level", said))
        if rung.device not in DEVICES:
            found.append((f"skill-{row}-device", D_("Cet appareil n'existe pas.")))
    offered = [(row, rung) for row, rung in enumerate(rungs) if not rung.archived]
    for (_, lower), (row, upper) in pairwise(offered):
        if upper.level < lower.level:
            said = D_("Niveau %(upper)s après un niveau %(lower)s : la plus facile vient d'abord.")
            found.append((f"skill-{row}-level", i18n.sentence(said, {"upper": upper.level, "lower": lower.level})))
    return found


def _titles(others: Mapping[str, MicroSkill], rungs: Sequence[Rung]) -> list[tuple[str, str]]:
    taken = {folded(skill.title): code for code, skill in others.items()}
    found = []
    for row, rung in enumerate(rungs):
        if rung.archived:
            continue
        title = folded(rung.title)
        if title in taken:
            found.append(
                (f"skill-{row}-title", i18n.sentence(D_("%(other)s a déjà ce titre."), {"other": taken[title]}))
            )
        taken[title] = rung.code or i18n.sentence(D_("La ligne %(number)s"), {"number": row + 1})
    return found


def _prerequisites(levels: Mapping[str, int], rungs: Sequence[Rung]) -> list[tuple[str, str]]:
    known = {**levels, **{rung.code: rung.level for rung in rungs if rung.code and not rung.archived}}
    found = []
    for row, rung in enumerate(rungs):
        for group in rung.requires:
            field = f"skill-{row}-requires"
            unknown = [code for code in group if code not in known]
            if unknown:
                said = D_("%(code)s n'existe pas : écrivez le code d'une micro-compétence.")
                found.append((field, i18n.sentence(said, {"code": unknown[0]})))
            elif len(set(group)) != len(group):
                found.append((field, D_("« ou » relie deux micro-compétences différentes.")))
            elif min(known[code] for code in group) > rung.level:
                said = D_("%(codes)s est d'un niveau plus haut que %(level)s.")
                found.append((field, i18n.sentence(said, {"codes": _one_of(group), "level": rung.level})))
    return found


def _edges(others: Collection[MicroSkill], rungs: Sequence[Rung]) -> dict[str, set[str]]:
    """Every member of an OR group counts as an edge."""
    edges = {skill.code: {code for group in skill.requires for code in group} for skill in others}
    return edges | {rung.code: {code for group in rung.requires for code in group} for rung in rungs if rung.code}


def _cycle(edges: Mapping[str, set[str]]) -> list[str]:
    """Micro-skills that need each other in a circle; empty if none do. What needs nothing that is left is taken off
    until nothing more can be.
    """
    left = dict(edges)
    while free := [code for code, needs in left.items() if not needs & left.keys()]:
        for code in free:
            del left[code]
    return sorted(left)


def _refused(found: Sequence[tuple[str, str]]) -> Invalid:
    return Invalid(found[0][1], errors=[{"field": field, "message": said} for field, said in found])


# --- taking over what another organisation shared ---


def adopt(db: Session, member: Member, source: Ladders, skills: Collection[str], *, key: uuid.UUID) -> dict[str, str]:
    """Own copies of another organisation's own micro-skills among ``skills``; returns the new code of each. Those of
    the framework stay what they are, and one that is there by its title already is not copied again: two micro-skills
    with one title could not be changed any more. The same ``key`` twice copies once.
    """
    there = ladders_of(db, service.latest(db, source.code), member.organisation_id).own
    by_title = {folded(skill.title): skill.code for strand in there for skill in strand.skills}
    wanted = [skill for strand in source.own for skill in strand.skills if skill.code in skills]
    known = {one.code: by_title[folded(one.title)] for one in wanted if folded(one.title) in by_title}
    codes: dict[str, str] = {}
    for strand in source.own:
        chosen = [skill for skill in strand.skills if skill.code in skills and skill.code not in known]
        if not chosen:
            continue
        made = create(
            db, member, framework=source.code, title=strand.title, key=ids.stable_id("adopted", str(key), strand.code)
        )
        if made.version == 1:
            made.skills = []
            _write(
                made, strand.title, strand.description, [Rung(one.title, one.level, "", one.device) for one in chosen]
            )
            db.flush()
        new = sorted(made.skills, key=lambda skill: skill.position)
        codes |= {old.code: copy.code for old, copy in zip(chosen, new, strict=False)}
    _adopt_prerequisites(db, member, source, codes, known)
    return known | codes


def _adopt_prerequisites(
    db: Session, member: Member, source: Ladders, copied: Mapping[str, str], known: Mapping[str, str]
) -> None:
    """What a copied micro-skill needs, in the words of the copier; what was not copied is not needed."""
    codes = {**known, **copied}
    own = {skill.code for strand in source.own for skill in strand.skills}
    by_code = {skill.code: skill for strand in all_of(db, member, source.code) for skill in strand.skills}
    for old, new in copied.items():
        groups = [[codes.get(code, code) for code in group] for group in source.skills[old].requires]
        kept = [[code for code in group if code not in own] for group in groups]
        by_code[new].requires = [group for group in kept if group]
    db.flush()
