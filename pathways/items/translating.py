"""The texts of items in other languages, whoever brings them: the workbench, the API, a file. They are served at once
only where nothing at least as good is; otherwise they wait beside it for somebody else to read them.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways import i18n
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_, LATIN_DIGITS
from pathways.items import authoring, flaws, service
from pathways.items.flaws import Flaw
from pathways.items.models import REJECTED, STATES, Item, ItemRevision, ItemTranslation, TranslationEvent
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.referentials.documents import fingerprint_of

LONGEST = 300
"""Letters of one text, as in the files."""
_NUMBER = re.compile(r"\d+(?:[.,\u00a0 ]\d+)*")
"""A telephone number stays in one piece."""
_QUOTED = re.compile(r"«\s*([^»]+?)\s*»")
_PLACE = re.compile(r"%\(\w+\)s|\{\w*\}")
_NOT_KEPT = ("alt", "words", "explain")
"""Segments in which a French label may be said in the language."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who brings texts, and where they work; nobody for a machine or the operator's own command."""

    account_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None

    @classmethod
    def of(cls, member: Member) -> Author:
        return cls(member.account_id, member.organisation_id)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The translation of an earlier revision, and the French that it translates."""

    french: Mapping[str, str]
    segments: Mapping[str, str]
    state: str


# --- what there is -------------------------------------------------------------------------------------------


def current_of(revision: ItemRevision, language: str) -> ItemTranslation | None:
    """The translation that is served of a revision, where its state is enough."""
    return next((row for row in revision.translations if row.language == language and row.is_current), None)


def with_texts(revision: ItemRevision, language: str, segments: Mapping[str, str]) -> ItemTranslation | None:
    """The row that holds these very texts."""
    fingerprint = fingerprint_of(dict(segments), 64)
    rows = (row for row in revision.translations if row.language == language and row.fingerprint == fingerprint)
    return next(rows, None)


def earlier(db: Session, revision: ItemRevision, language: str) -> Earlier | None:
    """The last translation of an earlier revision."""
    found = db.execute(
        sa.select(ItemTranslation.segments, ItemTranslation.state, ItemRevision.segments.label("french"))
        .join(ItemRevision, ItemRevision.id == ItemTranslation.revision_id)
        .where(
            ItemRevision.item_id == revision.item_id,
            ItemRevision.id != revision.id,
            ItemTranslation.language == language,
            ItemTranslation.is_current,
        )
        .order_by(ItemRevision.number.desc())
        .limit(1)
    ).first()
    return Earlier(found.french, found.segments, found.state) if found else None


def before(db: Session, revision: ItemRevision, language: str) -> dict[str, str]:
    """What can be shown of a language at once: today's texts, else earlier ones where the French is still the same."""
    if (row := current_of(revision, language)) is not None:
        return dict(row.segments)
    past = earlier(db, revision, language)
    if past is None:
        return {}
    return {key: text for key, text in past.segments.items() if past.french.get(key) == revision.segments.get(key)}


def examined(french: Mapping[str, str], texts: Mapping[str, str]) -> list[Flaw]:
    found = flaws.segment_flaws(french, texts) + flaws.copied_segments(french, texts)
    said, values = D_("%(most)s lettres au plus"), {"most": LONGEST}
    long = [key for key, text in texts.items() if len(text) > LONGEST]
    return found + [Flaw((key,), "too-long", said, values=values) for key in long]


def to_keep(key: str, french: str) -> list[str]:
    """What of a French text must stand in its translation: French labels, numbers, places that are filled later."""
    labels = [] if key.endswith(_NOT_KEPT) else [f"« {one} »" for one in _QUOTED.findall(french)]
    bare = _QUOTED.sub(" ", french) if labels else french
    found = [*labels, *_PLACE.findall(french), *_NUMBER.findall(bare.translate(LATIN_DIGITS))]
    return list(dict.fromkeys(found))


# --- what somebody brings ------------------------------------------------------------------------------------


def suggest(
    db: Session,
    member: Member,
    framework: str,
    code: str,
    *,
    language: str,
    number: int,
    texts: Mapping[str, str],
    seen: str | None = None,
) -> ItemTranslation:
    """Suggest all texts of an item in a language. ``number`` is the revision, and ``seen`` the fingerprint of the
    served texts (empty for none), that the translator looked at: another one is a :class:`Conflict`. The same texts
    twice are one suggestion.
    """
    if language not in i18n.languages() or language == i18n.SOURCE:
        raise NotFound(D_("Cette langue n'existe pas."))
    item = authoring.visible(db, member, framework, code)
    revision = held(db, item)
    given = {key: text for key, text in texts.items() if text}
    if with_texts(revision, language, given) is None:
        _must_be_fresh(revision, language, number, seen)
        if wrong := [flaw for flaw in examined(revision.segments, given) if not flaw.warning]:
            raise authoring.refused(wrong)
    row, changed = take_in(db, revision, language, given, author=Author.of(member))
    if changed:
        service.note_change(db)
        note(db, [row], "suggested", Author.of(member))
    db.flush()
    return row


def translate(
    db: Session,
    member: Member,
    framework: str,
    code: str,
    *,
    language: str,
    number: int,
    texts: Mapping[str, str],
) -> ItemTranslation:
    """The same for an item of the organisation's own, by who may write its items."""
    authoring.own(db, member, framework, code)
    return suggest(db, member, framework, code, language=language, number=number, texts=texts)


def held(db: Session, item: Item) -> ItemRevision:
    """Today's revision with its translations as they are once the item is held, not as this session knew them before.
    Nobody else changes them until the transaction ends.
    """
    db.refresh(item, with_for_update=True)
    query = sa.select(ItemRevision).where(ItemRevision.id == authoring.last_revision(db, item).id)
    query = query.options(selectinload(ItemRevision.translations)).execution_options(populate_existing=True)
    return db.scalars(query).one()


def _must_be_fresh(revision: ItemRevision, language: str, number: int, seen: str | None) -> None:
    if revision.number != number:
        raise Conflict(
            D_(
                "La question a changé entre-temps. Vos textes sont encore là : comparez-les au nouveau français, puis "
                "enregistrez-les."
            )
        )
    served = current_of(revision, language)
    if seen is not None and seen != (served.fingerprint if served else ""):
        raise Conflict(
            D_(
                "La traduction montrée a changé entre-temps. Vos textes sont encore là : comparez-les, puis "
                "enregistrez-les si ce sont bien les bons."
            )
        )


def take_in(
    db: Session,
    revision: ItemRevision,
    language: str,
    segments: Mapping[str, str],
    *,
    author: Author,
    origin: str = "person",
    state: str = "draft",
) -> tuple[ItemTranslation, bool]:
    """Store texts that were examined, served or waiting, and say whether that changed anything. The caller holds the
    item, notes the change of what is served (:func:`service.note_change`) and the act (:func:`note`).
    """
    known = with_texts(revision, language, segments)
    if known is not None:
        return known, _again(db, revision, known, author, state)
    row = ItemTranslation(
        language=language,
        state=state,
        fingerprint=fingerprint_of(dict(segments), 64),
        segments=dict(segments),
        origin=origin,
        translator_id=author.account_id,
        organisation_id=author.organisation_id,
        is_current=False,
        is_waiting=False,
    )
    revision.translations.append(row)
    db.add(row)
    _place(db, revision, row)
    return row, True


def _again(db: Session, revision: ItemRevision, known: ItemTranslation, author: Author, state: str) -> bool:
    """The same texts once more. Whoever sends a machine's texts as their own answers for them from now on."""
    if known.state == REJECTED:
        raise Conflict(D_("Ces mêmes textes ont été refusés. Changez-les, puis enregistrez."))
    vouched = known.state == "machine" and state == "draft"
    if vouched:
        known.state, known.translator_id, known.organisation_id = "draft", author.account_id, author.organisation_id
    if known.is_current or known.is_waiting:
        return vouched
    if service.was_withdrawn(db, known):
        known.is_waiting = True
    else:
        _place(db, revision, known)
    return True


def _place(db: Session, revision: ItemRevision, row: ItemTranslation) -> None:
    """Serve a row, or have it wait. One translator has one suggestion waiting: the newer one."""
    if row.translator_id is not None:
        for other in revision.translations:
            if other.language == row.language and other.translator_id == row.translator_id:
                other.is_waiting = False
    if gives_way(current_of(revision, row.language), row) and _may_serve(db, revision, row):
        service.serve(revision, row)
    else:
        row.is_waiting = True


def gives_way(served: ItemTranslation | None, row: ItemTranslation) -> bool:
    """Whether what is served makes place for ``row``: nothing, something less trusted, or a draft by the same person,
    who corrects it.
    """
    if served is None or STATES.index(served.state) < STATES.index(row.state):
        return True
    own = served.translator_id is not None and served.translator_id == row.translator_id
    return own and served.state == row.state == "draft"


def _may_serve(db: Session, revision: ItemRevision, row: ItemTranslation) -> bool:
    """Whether texts may reach learners before somebody else has read them. A shipped question is everybody's: there,
    only from organisations that the operator trusts with its translations.
    """
    if row.organisation_id is None or db.get_one(Item, revision.item_id).organisation_id is not None:
        return True
    return db.get_one(Organisation, row.organisation_id).reviews_shipped


def note(
    db: Session, rows: Iterable[ItemTranslation], act: str, author: Author, *, reason: str = "", **figures: Any
) -> None:
    """Write down who did what to these rows, and why."""
    db.flush()  # an event points at its row
    db.add_all(
        TranslationEvent(
            translation_id=row.id,
            act=act,
            account_id=author.account_id,
            organisation_id=author.organisation_id,
            reason=reason,
            figures=figures,
        )
        for row in rows
    )


def language_of(tag: str) -> str:
    """The code of a language that items are translated into."""
    code = i18n.recognised(tag)
    if code is None or code == i18n.SOURCE:
        raise NotFound(D_("Cette langue n'existe pas."))
    return code


def labels(body: Mapping[str, Any]) -> dict[str, str]:
    """What each segment is, in the language in use."""
    found = {
        "stem": i18n.gettext(D_("Question")),
        "picture.alt": i18n.gettext(D_("Description de l'image (lue à voix haute)")),
        "picture.words": i18n.gettext(D_("Mots écrits dans l'image")),
        "explain": i18n.gettext(D_("Explication")),
    }
    for number, option in enumerate(body["options"], 1):
        at = {"number": number}
        found[f"options.{option['id']}"] = i18n.sentence(D_("Réponse %(number)s"), at)
        found[f"options.{option['id']}.alt"] = i18n.sentence(D_("Réponse %(number)s : description de l'image"), at)
        found[f"options.{option['id']}.words"] = i18n.sentence(D_("Réponse %(number)s : mots écrits dans l'image"), at)
    for number, target in enumerate(body["targets"], 1):
        found[f"targets.{target['id']}"] = i18n.sentence(D_("Ce qui va avec, %(number)s"), {"number": number})
    return found
