"""Everything that a translator or reviewer needs to know of one question in one language, put together once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import glossaries, i18n
from pathways.glossaries import Term
from pathways.items import authoring, translating
from pathways.items.models import REJECTED, STATES, Item, ItemRevision, ItemTranslation, TranslationEvent
from pathways.items.translating import Earlier
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.translations import differences, history, policies, reviewing, unclear
from pathways.translations.differences import Piece
from pathways.translations.history import Told
from pathways.translations.unclear import Unclear

MOST_SHOWN = 12
"""Suggestions and rejected ones on the page of one question."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One translation that is kept: served, waiting, or out of service."""

    row: ItemTranslation
    by: str
    is_phrase: bool
    reason: str
    """Why it was rejected or withdrawn."""
    warnings: tuple[tuple[str, str], ...]
    """``(segment, sentence)``."""
    acts: tuple[str, ...]
    """What this member may do with it now."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One text: the French, what is served, and what must be minded."""

    key: str
    label: str
    french: str
    served: str
    text: str
    """What stands in the field."""
    keep: tuple[str, ...]
    terms: tuple[Term, ...]
    change: tuple[Piece, ...]
    """How the French changed since the earlier translation; empty if it did not."""
    warnings: tuple[str, ...]
    limit: int = translating.LONGEST


@dataclass(frozen=True, slots=True)
class Sheet:
    item: Item
    revision: ItemRevision
    language: i18n.Language
    served: Stored | None
    waiting: tuple[Stored, ...]
    others: tuple[Stored, ...]
    """Rejected and withdrawn ones."""
    is_stale: bool
    segments: tuple[Segment, ...]
    left_over: tuple[str, ...]
    """Texts typed, or translated earlier, whose place in the question is gone."""
    unclear: tuple[Unclear, ...]
    told: tuple[Told, ...]
    may_review: bool
    seen: str = field(default="")
    """The fingerprint of what is served: sent back by the form."""


def make(
    db: Session,
    member: Member,
    framework: str,
    code: str,
    language: str,
    *,
    typed: Mapping[str, str] | None = None,
) -> Sheet:
    """``typed``: the form as it came back. Otherwise the fields hold what is served, else what was translated of an
    earlier French.
    """
    item = authoring.visible(db, member, framework, code)
    revision = authoring.last_revision(db, item)
    may_review = policies.may_review(
        member, item.organisation_id, reviews_shipped=reviewing.reviews_shipped(db, member)
    )
    rows = [row for row in revision.translations if row.language == language]
    stored = _stored(db, member, revision, rows, may_review=may_review)
    served = next((one for one in stored if one.row.is_current), None)
    past = translating.earlier(db, revision, language) if served is None else None
    texts = dict(typed) if typed is not None else _start(served, past)
    waiting = [one for one in stored if one.row.is_waiting]
    return Sheet(
        item=item,
        revision=revision,
        language=i18n.language(language),
        served=served,
        waiting=tuple(waiting[:MOST_SHOWN]),
        others=tuple(one for one in stored if not one.row.is_current and not one.row.is_waiting)[:MOST_SHOWN],
        is_stale=past is not None,
        segments=_segments(revision, language, served, past, texts),
        left_over=tuple(text for key, text in texts.items() if key not in revision.segments and text),
        unclear=tuple(unclear.of_item(db, item, language)),
        told=tuple(history.of_item(db, member, item, language)),
        may_review=may_review,
        seen=served.row.fingerprint if served else "",
    )


def _start(served: Stored | None, past: Earlier | None) -> dict[str, str]:
    if served is not None:
        return dict(served.row.segments)
    return dict(past.segments) if past else {}


def _segments(
    revision: ItemRevision, language: str, served: Stored | None, past: Earlier | None, texts: Mapping[str, str]
) -> tuple[Segment, ...]:
    labels = translating.labels(revision.body)
    warned = warnings_of(revision.segments, {key: text for key, text in texts.items() if text}, language)
    return tuple(
        Segment(
            key=key,
            label=labels.get(key, key),
            french=french,
            served=served.row.segments.get(key, "") if served else "",
            text=texts.get(key, ""),
            keep=tuple(translating.to_keep(key, french)),
            terms=tuple(glossaries.terms_in(french, language)),
            change=_change(past, key, french),
            warnings=tuple(said for place, said in warned if place == key),
        )
        for key, french in revision.segments.items()
    )


def _change(past: Earlier | None, key: str, french: str) -> tuple[Piece, ...]:
    if past is None or past.french.get(key) == french:
        return ()
    return tuple(differences.pieces(past.french.get(key, ""), french))


def warnings_of(french: Mapping[str, str], own: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    """What is to be looked at again in texts that are whole: nothing here refuses them."""
    found = [
        (str(flaw.at[0]), authoring.sentence(flaw))
        for flaw in translating.examined(french, own)
        if flaw.code not in {"missing-segment", "orphan-segment"}
    ]
    return found + [(key, f"{one.message}.") for key, one in glossaries.of_segments(french, own, language)]


# --- what is kept --------------------------------------------------------------------------------------------


def _stored(
    db: Session, member: Member, revision: ItemRevision, rows: Sequence[ItemTranslation], *, may_review: bool
) -> list[Stored]:
    """The translations of a revision, the newest first; two queries however many there are."""
    names = _names(db, rows)
    decisions = _decisions(db, rows)
    found = []
    for row in sorted(rows, key=lambda one: (one.created_at, one.id), reverse=True):
        act, reason = decisions.get(row.id, ("", ""))
        if not (row.is_current or row.is_waiting or act in {"rejected", "withdrawn"}):
            continue  # another took its place: nobody has anything to do with it any more
        by, is_phrase = history.who(member, row.organisation_id, names.get(row.translator_id))
        found.append(
            Stored(
                row=row,
                by=by,
                is_phrase=is_phrase,
                reason=reason if act in {"rejected", "withdrawn"} else "",
                warnings=tuple(warnings_of(revision.segments, row.segments, row.language)),
                acts=_acts(member, row, act) if may_review else (),
            )
        )
    return found


def _acts(member: Member, row: ItemTranslation, last: str) -> tuple[str, ...]:
    """The buttons. The service decides again."""
    if row.state == REJECTED:
        return ()
    if not (row.is_current or row.is_waiting):
        return ("restore",) if last == "withdrawn" else ()
    is_read = STATES.index(row.state) >= STATES.index("reviewed")
    acts = []
    if not (is_read and row.is_current) and policies.may_read_over(member, row):
        acts.append("review")
    if row.state == "reviewed" and row.is_current and policies.may_verify(member, row):
        acts.append("verify")
    if not is_read:
        acts.append("reject")
    if row.is_current:
        acts.append("withdraw")
    return tuple(acts)


def _names(db: Session, rows: Sequence[ItemTranslation]) -> dict[uuid.UUID | None, str]:
    """Names of translators: :func:`history.who` says who may read them."""
    query = sa.select(Account.id, Account.name).where(Account.id.in_({row.translator_id for row in rows}))
    return {row.id: row.name for row in db.execute(query)}


def _decisions(db: Session, rows: Sequence[ItemTranslation]) -> dict[object, tuple[str, str]]:
    query = sa.select(TranslationEvent).where(TranslationEvent.translation_id.in_([row.id for row in rows]))
    found: dict[object, tuple[str, str]] = {}
    for event in db.scalars(query.order_by(TranslationEvent.happened_at, TranslationEvent.id)):
        found[event.translation_id] = (event.act, event.reason)
    return found


def visible_translation(sheet: Sheet, translation_id: object) -> Stored | None:
    """One of those that the page shows."""
    every = [*([sheet.served] if sheet.served else []), *sheet.waiting, *sheet.others]
    return next((one for one in every if str(one.row.id) == str(translation_id)), None)
