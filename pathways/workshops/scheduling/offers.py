"""What an organisation offers: workshops, in several languages, before any date is set."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import ladders_of
from pathways.referentials.models import MicroSkill
from pathways.workshops import policies, themes, tongues
from pathways.workshops.models import LONGEST_TITLE, MOST_SEATS, Audience, Level, Reading, Workshop

LONGEST_DESCRIPTION, LONGEST_PRICE, MOST_MINUTES, MOST_SKILLS = 2000, 100, 720, 40
EQUIPMENT = {
    "computer": D_("ordinateur prêté"),
    "tablet": D_("tablette prêtée"),
    "phone": D_("téléphone prêté"),
    "own_phone": D_("chacun apporte son téléphone"),
    "own_computer": D_("chacun apporte son ordinateur"),
}
ACCESS = {
    "wheelchair": D_("accessible en fauteuil roulant"),
    "hearing_loop": D_("boucle magnétique"),
    "sign_language": D_("langue des signes"),
    "childcare": D_("garde d'enfants"),
}
FRENCH_LEVELS = ("", "A1", "A2", "B1", "B2", "C1")
_NOT_KNOWN = D_("« %(value)s » n'est pas dans la liste.")


@dataclass(frozen=True, slots=True)
class WorkshopForm:
    titles: Mapping[str, str]
    """By language; ``fr`` is asked for."""
    theme: str
    descriptions: Mapping[str, str] = field(default_factory=dict)
    audience: Audience = Audience.PUBLIC
    skills: tuple[str, ...] = ()
    """``framework:CODE``"""
    level: Level = Level.BEGINNER
    reading: Reading = Reading.LITTLE
    languages: tuple[str, ...] = ("fr",)
    french_level: str = ""
    equipment: tuple[str, ...] = ()
    price: str = ""
    access: tuple[str, ...] = ()
    seats: int = 8
    minutes: int = 120

    @classmethod
    def of(cls, kept: Workshop) -> WorkshopForm:
        lists = {name: tuple(getattr(kept, name)) for name in ("skills", "languages", "equipment", "access")}
        return cls(
            titles=kept.titles,
            theme=kept.theme,
            descriptions=kept.descriptions,
            audience=kept.audience,
            level=kept.level,
            reading=kept.reading,
            french_level=kept.french_level,
            price=kept.price,
            seats=kept.seats,
            minutes=kept.minutes,
            **lists,
        )


def get(db: Session, member: Member, workshop_id: uuid.UUID) -> Workshop:
    found = db.get(Workshop, workshop_id)
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(D_("Cet atelier n'existe pas."))
    return found


def list_for(member: Member, *, archived: bool = False, theme: str = "") -> sa.Select[Workshop]:
    """The organisation's workshops, newest first."""
    query = sa.select(Workshop).where(Workshop.organisation_id == member.organisation_id)
    query = query.where(Workshop.archived_at.is_not(None) if archived else Workshop.archived_at.is_(None))
    if theme:
        query = query.where(Workshop.theme == theme)
    return query.order_by(Workshop.created_at.desc(), Workshop.id.desc())


def create(db: Session, member: Member, form: WorkshopForm, *, id: uuid.UUID | None = None) -> Workshop:  # noqa: A002 - what it is
    """A new offer. With an ``id`` that a page carried, pressing twice makes one."""
    if not policies.may_edit(member, member.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de modifier les ateliers."))
    known = db.get(Workshop, id) if id is not None else None
    if known is not None:
        return get(db, member, known.id)
    made = Workshop(organisation_id=member.organisation_id, **_checked(db, member, form))
    if id is not None:
        made.id = id
    db.add(made)
    db.flush()
    changes.note(db, made.organisation_id, "workshop", made.id, "created")
    return made


def update(db: Session, member: Member, workshop_id: uuid.UUID, form: WorkshopForm, *, version: int) -> Workshop:
    """Whoever calls this makes the traits of its coming sessions again (:func:`sessions.save_traits_of_workshop`)."""
    found = editable(db, member, workshop_id)
    kept = _checked(db, member, form, keep=found.skills)
    if all(getattr(found, name) == value for name, value in kept.items()):
        return found  # sent twice
    if version != found.version:
        raise Conflict(D_("Un collègue a modifié cet atelier entre-temps. Relisez, puis enregistrez de nouveau."))
    for name, value in kept.items():
        setattr(found, name, value)
    _touch(db, found, "updated")
    return found


def archive(db: Session, member: Member, workshop_id: uuid.UUID, *, archived: bool = True) -> Workshop:
    """No new session; those that are planned take place."""
    found = editable(db, member, workshop_id)
    if (found.archived_at is not None) != archived:
        found.archived_at = clock.now() if archived else None
        _touch(db, found, "archived" if archived else "restored")
    return found


def editable(db: Session, member: Member, workshop_id: uuid.UUID) -> Workshop:
    """The workshop, its row locked, for whoever may change it."""
    found = get(db, member, workshop_id)
    if not policies.may_edit(member, found.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de modifier les ateliers."))
    db.refresh(found, with_for_update=True)
    return found


def skills_by_words(db: Session, member: Member, words: str, *, limit: int = 30) -> dict[str, MicroSkill]:
    """Micro-skills of every referential and of the organisation's own ladders whose code, title or ladder says it."""
    found: dict[str, MicroSkill] = {}
    for referential in referentials_service.all_newest(db):
        ladders = ladders_of(db, referential, member.organisation_id)
        for skill in referentials_service.matching(ladders, words=words):
            found[f"{referential.code}:{skill.code}"] = skill
    return dict(list(found.items())[:limit])


def skills_named(db: Session, organisation_id: uuid.UUID, codes: Iterable[str]) -> dict[str, MicroSkill]:
    """The micro-skills of ``framework:CODE``; what this server does not know is left out."""
    wanted = list(codes)
    frameworks = {code.partition(":")[0] for code in wanted}
    known: dict[str, MicroSkill] = {}
    for referential in referentials_service.all_newest(db) if wanted else ():
        if referential.code in frameworks:
            ladders = ladders_of(db, referential, organisation_id, archived=True)
            known |= {f"{referential.code}:{code}": skill for code, skill in ladders.skills.items()}
    return {code: known[code] for code in wanted if code in known}


def _touch(db: Session, workshop: Workshop, act: str) -> None:
    workshop.version += 1
    workshop.updated_at = clock.now()
    db.flush()
    changes.note(db, workshop.organisation_id, "workshop", workshop.id, act)


def _checked(db: Session, member: Member, form: WorkshopForm, *, keep: Iterable[str] = ()) -> dict[str, Any]:
    """The columns, or everything that is wrong, field by field. ``keep``: micro-skills that were there before, which
    stay even where a referential lost them.
    """
    errors = [*_wrong_texts(form), *_wrong_choices(form), *_wrong_numbers(form)]
    skills = tuple(dict.fromkeys(form.skills))
    unknown = set(skills) - set(keep) - set(skills_named(db, member.organisation_id, skills))
    errors += [_error("skills", _NOT_KNOWN, value=code) for code in sorted(unknown)]
    if len(skills) > MOST_SKILLS:
        errors.append(_error("skills", D_("Choisissez %(most)s micro-compétences au plus."), most=MOST_SKILLS))
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    return {
        "titles": {code: text for code, text in form.titles.items() if text},
        "descriptions": {code: text for code, text in form.descriptions.items() if text},
        "audience": form.audience,
        "theme": form.theme,
        "skills": list(skills),
        "level": form.level,
        "reading": form.reading,
        "languages": list(dict.fromkeys(form.languages)),
        "french_level": form.french_level,
        "equipment": list(dict.fromkeys(form.equipment)),
        "price": form.price,
        "access": list(dict.fromkeys(form.access)),
        "seats": form.seats,
        "minutes": form.minutes,
    }


def _wrong_texts(form: WorkshopForm) -> list[dict[str, str]]:
    errors = [] if form.titles.get(i18n.SOURCE) else [_error("title-fr", D_("Donnez un titre en français."))]
    for name, texts, most in (("title", form.titles, LONGEST_TITLE), ("text", form.descriptions, LONGEST_DESCRIPTION)):
        for code, text in texts.items():
            if code not in i18n.languages():
                errors.append(_error(f"{name}-{code}"[:60], _NOT_KNOWN, value=code))
            elif len(text) > most:
                errors.append(_error(f"{name}-{code}", D_("C'est trop long : %(most)s signes au plus."), most=most))
    if len(form.price) > LONGEST_PRICE:
        errors.append(_error("price", D_("C'est trop long : %(most)s signes au plus."), most=LONGEST_PRICE))
    return errors


def _wrong_choices(form: WorkshopForm) -> list[dict[str, str]]:
    errors = [] if form.theme in themes.themes() else [_error("theme", D_("Choisissez un thème dans la liste."))]
    errors += [_error("languages", _NOT_KNOWN, value=code) for code in tongues.unknown(form.languages)]
    if not form.languages:
        errors.append(_error("languages", D_("Choisissez au moins une langue d'animation.")))
    if form.french_level not in FRENCH_LEVELS:
        errors.append(_error("french_level", _NOT_KNOWN, value=form.french_level))
    errors += [_error("equipment", _NOT_KNOWN, value=one) for one in form.equipment if one not in EQUIPMENT]
    return errors + [_error("access", _NOT_KNOWN, value=one) for one in form.access if one not in ACCESS]


def _wrong_numbers(form: WorkshopForm) -> list[dict[str, str]]:
    limits = (("seats", form.seats, 1, MOST_SEATS), ("minutes", form.minutes, 10, MOST_MINUTES))
    said = D_("Un nombre de %(least)s à %(most)s.")
    return [_error(n, said, least=least, most=most) for n, value, least, most in limits if not least <= value <= most]


def _error(field_: str, message: str, **values: object) -> dict[str, str]:
    return {"field": field_, "message": i18n.sentence(message, values)}
