"""What fairness says of the questions that a member may see, in each language."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.diagnostics.engine import fairness as engine
from pathways.diagnostics.engine.fairness import Grade
from pathways.errors import NotFound
from pathways.fairness import screening
from pathways.fairness.models import ItemFairness
from pathways.i18n import D_, SOURCE
from pathways.items import authoring
from pathways.items import service as items_service
from pathways.items.models import Item, ItemFigures, ItemRevision, ItemTranslation, TranslationEvent
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.translations import policies, reviewing

LEAST = 10
"""People of whom nothing is said when there are fewer."""
TROUBLE, SHOWN_ENOUGH = 0.10, 30
"""Share of *I do not understand*, and times shown, from which a translation should be read again."""
MOST_ROWS, MOST_EVENTS = 200, 50
FLAGGED = (Grade.C.value, Grade.B.value, Grade.WATCH.value)
"""The worst first."""


class Decision(enum.StrEnum):
    KEEP = "keep"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


ACTS = {Decision.KEEP: "kept", Decision.WITHDRAW: "withdrawn", Decision.RESTORE: "restored"}


@dataclass(frozen=True, slots=True)
class Flagged:
    """One question in one language of which something is said."""

    code: str
    stem: str
    skill: str
    language: str
    grade: str
    delta: float | None
    reference: int
    focal: int
    is_own: bool
    kept: bool
    """Somebody decided to keep these very texts."""
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Troubled:
    """A translation that many did not understand."""

    code: str
    stem: str
    language: str
    share: float
    shown: int


@dataclass(frozen=True, slots=True)
class InLanguage:
    """One language on the page of all of them."""

    language: str
    flagged: tuple[Flagged, ...]
    troubled: tuple[Troubled, ...]
    judged: int
    """Questions with a class."""
    few: int
    """Questions with some answers, and too few for a class."""
    needed: int | None
    """Answers that the question nearest to a class still lacks in the language or in French; ``None``: none waits."""


@dataclass(frozen=True, slots=True)
class Option:
    """One response in French and in the language: shares, and counts of which those under ten are not told."""

    name: str
    text: str
    french: float
    other: float
    french_count: int
    other_count: int

    @property
    def difference(self) -> float:
        return self.other - self.french


@dataclass(frozen=True, slots=True)
class Event:
    act: str
    by: str | None
    """``None`` for somebody of another organisation."""
    at: datetime
    reason: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """All that is known of one question in one language."""

    item: Item
    revision: ItemRevision
    language: str
    translation: ItemTranslation | None
    """The texts that the figures are about, or those of today where there are no figures yet."""
    known: ItemFairness | None
    options: tuple[Option, ...]
    trouble: Troubled | None
    shown: int
    """Times shown, over all organisations; 0 where it is under ten."""
    events: tuple[Event, ...]
    is_own: bool
    may_decide: bool

    @property
    def grade(self) -> str:
        return self.known.grade if self.known is not None else Grade.FEW.value

    @property
    def needed(self) -> tuple[int, int]:
        """Answers that are missing for a class: in French, in the language."""
        reference, focal = (self.known.reference, self.known.focal) if self.known is not None else (0, 0)
        return max(screening.CLASSED_FROM - reference, 0), max(screening.CLASSED_FROM - focal, 0)

    @property
    def seen(self) -> str:
        """What somebody who decides was looking at: it changes with the figures and with the texts."""
        moment = self.known.computed_at.isoformat() if self.known is not None else ""
        row = self.translation
        return f"{row.id}:{int(row.is_current)}:{moment}"[:100] if row is not None else ""


def overview(db: Session, member: Member, framework: str) -> list[InLanguage]:
    """Every language of which there are answers: what is flagged, what waits for answers. Some five queries."""
    flagged, counted = _flagged(db, member, framework), _counted(db, member, framework)
    troubled = _troubled(db, member, framework)
    found = []
    for language in i18n.languages():
        judged, few, needed = counted.get(language, (0, 0, None))
        own = tuple(one for one in flagged if one.language == language)
        lost = tuple(one for one in troubled if one.language == language)
        if language != SOURCE and (judged or few or own or lost):
            found.append(InLanguage(language, own, lost, judged, few, needed))
    return found


def _visible(framework: str, member: Member) -> list[sa.ColumnElement[bool]]:
    return [Item.framework == framework, items_service.may_ask(member.organisation_id), Item.current_id.is_not(None)]


def _flagged(db: Session, member: Member, framework: str) -> list[Flagged]:
    order = sa.case({grade: place for place, grade in enumerate(FLAGGED)}, value=ItemFairness.grade)
    query = (
        sa.select(ItemFairness, Item.organisation_id, ItemRevision.code, ItemRevision.skill, ItemRevision.segments)
        .add_columns(ItemTranslation.is_current)
        .join(Item, Item.id == ItemFairness.item_id)
        .join(ItemRevision, ItemRevision.id == Item.current_id)
        .outerjoin(ItemTranslation, ItemTranslation.id == ItemFairness.translation_id)
        .where(*_visible(framework, member), ItemFairness.grade.in_(FLAGGED))
        .order_by(order, sa.func.abs(ItemFairness.delta).desc(), ItemRevision.code)
        .limit(MOST_ROWS)
    )
    rows = db.execute(query).all()
    last = _last_acts(db, [row.ItemFairness.translation_id for row in rows])
    # Texts that others have replaced meanwhile are looked at again at the next run; nobody reads them any more.
    return [
        Flagged(
            code=row.code,
            stem=row.segments["stem"],
            skill=row.skill,
            language=row.ItemFairness.language,
            grade=row.ItemFairness.grade,
            delta=row.ItemFairness.delta,
            reference=row.ItemFairness.reference,
            focal=row.ItemFairness.focal,
            is_own=row.organisation_id is not None,
            kept=last.get(row.ItemFairness.translation_id) == "kept",
            withdrawn=not row.is_current,
        )
        for row in rows
        if row.is_current or last.get(row.ItemFairness.translation_id) == "withdrawn"
    ]


def _last_acts(db: Session, translation_ids: Sequence[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    """The last thing that somebody decided about the fairness of each."""
    query = sa.select(TranslationEvent.translation_id, TranslationEvent.act).where(
        TranslationEvent.translation_id.in_([one for one in translation_ids if one is not None]),
        TranslationEvent.act.in_(list(ACTS.values())),
    )
    rows = db.execute(query.order_by(TranslationEvent.happened_at, TranslationEvent.id))
    return {row.translation_id: row.act for row in rows}


def _counted(db: Session, member: Member, framework: str) -> dict[str, tuple[int, int, int | None]]:
    """``{language: (questions with a class, questions without, answers that the nearest of those lacks)}``."""
    with_class = sa.and_(ItemFairness.focal >= screening.CLASSED_FROM, ItemFairness.reference >= screening.CLASSED_FROM)
    fewest = sa.case((ItemFairness.focal < ItemFairness.reference, ItemFairness.focal), else_=ItemFairness.reference)
    query = (
        sa.select(
            ItemFairness.language,
            sa.func.count().filter(with_class),
            sa.func.count().filter(sa.not_(with_class)),
            sa.func.max(fewest).filter(sa.not_(with_class)),
        )
        .join(Item, Item.id == ItemFairness.item_id)
        .where(*_visible(framework, member))
        .group_by(ItemFairness.language)
    )
    return {
        language: (judged, few, screening.CLASSED_FROM - nearest if nearest is not None else None)
        for language, judged, few, nearest in db.execute(query)
    }


def _asked() -> sa.ColumnElement[int]:
    outcomes = (ItemFigures.correct, ItemFigures.incorrect, ItemFigures.dont_know, ItemFigures.not_understood)
    return sa.func.sum(sum(outcomes[1:], start=outcomes[0]))


def _troubled(db: Session, member: Member, framework: str) -> list[Troubled]:
    """Translations that more than one in ten did not understand, over all organisations."""
    lost, shown = sa.func.sum(ItemFigures.not_understood), _asked()
    query = (
        sa.select(ItemRevision.code, ItemRevision.segments, ItemFigures.language, lost.label("lost"))
        .add_columns(shown.label("shown"))
        .join(Item, Item.id == ItemFigures.item_id)
        .join(ItemRevision, ItemRevision.id == Item.current_id)
        .where(*_visible(framework, member), ItemFigures.language != SOURCE)
        .group_by(ItemRevision.id, ItemRevision.code, ItemRevision.segments, ItemFigures.language)
        .having(shown >= SHOWN_ENOUGH, lost > TROUBLE * shown)
        .order_by((1.0 * lost / shown).desc(), ItemRevision.code)
        .limit(MOST_ROWS)
    )
    return [
        Troubled(row.code, row.segments["stem"], row.language, row.lost / row.shown, int(row.shown))
        for row in db.execute(query)
    ]


def about(db: Session, member: Member, framework: str, code: str, language: str) -> About:
    """One question of the bank that the member may see, in one language; any other does not exist."""
    if language not in i18n.languages() or language == SOURCE:
        raise NotFound(D_("Cette langue n'existe pas."))
    item = authoring.visible(db, member, framework, code)
    revision = authoring.last_revision(db, item)
    known = db.get(ItemFairness, (item.id, language), populate_existing=True)
    row = _looked_at(revision, language, known)
    lost, shown = _heard(db, item.id, language)
    return About(
        item=item,
        revision=revision,
        language=language,
        translation=row,
        known=known,
        options=tuple(_options(revision, known)),
        trouble=Troubled(code, revision.segments["stem"], language, lost / shown, shown) if shown else None,
        shown=shown,
        events=tuple(_events(db, member, item, language)),
        is_own=item.organisation_id is not None,
        may_decide=policies.may_review(
            member, item.organisation_id, reviews_shipped=reviewing.reviews_shipped(db, member)
        ),
    )


def _looked_at(revision: ItemRevision, language: str, known: ItemFairness | None) -> ItemTranslation | None:
    rows = [one for one in revision.translations if one.language == language]
    if known is not None and (found := next((one for one in rows if one.id == known.translation_id), None)):
        return found
    return next((one for one in rows if one.is_current), None)


def _heard(db: Session, item_id: uuid.UUID, language: str) -> tuple[int, int]:
    """How often it was not understood and how often shown, over all organisations; nothing under ten."""
    query = sa.select(sa.func.sum(ItemFigures.not_understood), _asked())
    lost, shown = db.execute(query.where(ItemFigures.item_id == item_id, ItemFigures.language == language)).one()
    return (int(lost), int(shown)) if (shown or 0) >= LEAST else (0, 0)


def _options(revision: ItemRevision, known: ItemFairness | None) -> list[Option]:
    """Each response in the order of the question; nothing while there are too few answers for a word."""
    if known is None or min(known.reference, known.focal) < screening.WATCHED_FROM:
        return []
    counts = {name: (first, second) for name, (first, second) in known.figures.get("options", {}).items()}
    texts = {
        option["id"]: option["text"] or (option["picture"]["alt"] if option["picture"] else option["id"])
        for option in revision.body["options"]
    }
    rates = engine.choice_rates(counts)
    order = [*(name for name in texts if name in counts), *(name for name in counts if name not in texts)]
    return [
        Option(name, texts.get(name, ""), rates[name][0], rates[name][1], counts[name][0], counts[name][1])
        for name in order
    ]


def _events(db: Session, member: Member, item: Item, language: str) -> list[Event]:
    """The decisions on fairness, the newest first. Nobody learns the names of another organisation's people."""
    query = (
        sa.select(TranslationEvent, Account.name)
        .join(ItemTranslation, ItemTranslation.id == TranslationEvent.translation_id)
        .join(ItemRevision, ItemRevision.id == ItemTranslation.revision_id)
        .outerjoin(Account, Account.id == TranslationEvent.account_id)
        .where(ItemRevision.item_id == item.id, ItemTranslation.language == language)
        .where(TranslationEvent.act.in_(list(ACTS.values())))
        .order_by(TranslationEvent.happened_at.desc(), TranslationEvent.id.desc())
        .limit(MOST_EVENTS)
    )
    return [
        Event(
            event.act,
            name if event.organisation_id == member.organisation_id else None,
            event.happened_at,
            event.reason,
            event.figures,
        )
        for event, name in db.execute(query)
    ]
