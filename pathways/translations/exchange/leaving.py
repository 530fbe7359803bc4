"""Translations as units of a file: everything that a translator elsewhere needs to know."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import translating
from pathways.items.exchange.documents import KINDS
from pathways.items.models import ItemTranslation
from pathways.referentials import service as referentials_service
from pathways.translations.exchange.held import Bringer, Held, held
from pathways.translations.exchange.units import Unit, UnitsFile

MOST_ITEMS = 5_000
_KINDS = {kind: word for word, kind in KINDS.items()}
_TITLE = "Titre : se traduit dans translations/{language}/framework.yaml, pas par ce fichier."


def file_of(db: Session, bringer: Bringer, framework: str, language: str) -> UnitsFile:
    """The titles, which are only shown, and the texts of every question, by code."""
    found = held(db, bringer, framework, language)
    if len(found) > MOST_ITEMS:
        raise Invalid(
            D_("Plus de %(most)s questions : ce référentiel est trop grand pour un fichier."), most=MOST_ITEMS
        )
    titles = list(titles_of(db, framework, language))
    with i18n.speaking(i18n.SOURCE):  # the notes are beside French texts
        units = [unit for one in found.values() for unit in units_of(one, language)]
    return UnitsFile(framework, language, [*titles, *units])


def titles_of(db: Session, framework: str, language: str) -> Iterator[Unit]:
    """The titles of ladders and micro-skills: they live in the files of `referentials/`."""
    note = _TITLE.format(language=language)
    for strand in referentials_service.latest(db, framework).strands:
        for context, one in [(f"strand:{strand.code}", strand), *((f"skill:{s.code}", s) for s in strand.skills)]:
            own = one.titles.get(language, "")
            yield Unit(context, one.title, own, state="draft" if own else "", note=note, read_only=True)


def units_of(one: Held, language: str) -> Iterator[Unit]:
    row = one.newest(language)
    labels = translating.labels(one.revision.body)
    for key, french in one.revision.segments.items():
        text, state, unfinished, previous = _text(one, row, key)
        yield Unit(
            context=f"item:{one.item.code}#{key}",
            french=french,
            text=text,
            state=state,
            unfinished=unfinished,
            previous=previous,
            note=_note(one, key, labels.get(key, key), french),
            most=translating.LONGEST,
        )


def _text(one: Held, row: ItemTranslation | None, key: str) -> tuple[str, str, bool, str]:
    """``(text, state, whether it is unfinished, the French it translates if that changed)``."""
    if row is not None:
        return row.segments.get(key, ""), row.state, row.state == "machine", ""
    past = one.earlier
    if past is None or key not in past.segments:
        return "", "", False, ""
    before = past.french.get(key, "")
    french = one.revision.segments
    changed = before != french[key]
    # Where no text changed at all, somebody must still say that the earlier ones hold: nothing goes back by itself.
    nothing_changed = all(past.french.get(name) == text for name, text in french.items())
    state = "machine" if past.state == "machine" else "draft"
    return past.segments[key], state, changed or nothing_changed or state == "machine", before if changed else ""


def _note(one: Held, key: str, label: str, french: str) -> str:
    body = one.revision.body
    lines = [f"{label}. Question « {_KINDS.get(body['kind'], body['kind'])} », {one.item.code}"]
    if key == "stem" and body["picture"]:
        lines.append(f"L'image montre : {body['picture']['alt']}")
    if keep := translating.to_keep(key, french):
        lines.append(f"Garder tel quel : {', '.join(keep)}")
    return "\n".join(lines)
