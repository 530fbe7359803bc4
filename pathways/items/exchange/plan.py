"""What importing a file of items would do, and everything that is wrong with it, before anything changes."""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session, selectinload

from pathways import clock, i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import flaws, pictures, service, translating
from pathways.items.documents import OwnItemDocument
from pathways.items.exchange.documents import Draft, Told, content_of
from pathways.items.exchange.files import Sent
from pathways.items.exchange.likeness import Likeness
from pathways.items.models import REJECTED, Item, ItemRevision, ItemTranslation, Picture
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.documents import fingerprint_of
from pathways.referentials.ladders import ladders_of

MOST_ITEMS = 5_000
"""Items in one file, coming or leaving."""
_CODE_OF_A_FILE = re.compile(r"[A-Z]{3}-\d{2}-[a-z]")
_DIGEST = re.compile(r"([0-9a-f]{64})(\.[a-z]{3,4})?")
_SHIPPED = D_("cette question est livrée avec pathways : videz la case « code » pour en faire une question à vous")
_NOT_YOURS = D_(
    "ce code n'est pas celui d'une de vos questions : videz la case « code » pour en faire une nouvelle, ou cochez "
    "« tout importer comme nouvelles questions »"
)
_FORMER = D_("changée depuis que ce fichier est parti : l'importer revient à une révision d'avant")
_WITHDRAWN = D_("cette question est retirée, elle le reste : remettez-la d'abord en service sur sa page")


class Status(enum.StrEnum):
    """What the import makes of one row."""

    NEW = "new"
    CHANGED = "changed"
    TRANSLATED = "translated"
    SAME = "same"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


@dataclass(slots=True)
class Row:
    """One item of the file, examined."""

    draft: Draft
    status: Status = Status.REFUSED
    document: OwnItemDocument | None = None
    body: dict[str, Any] = field(default_factory=dict)
    own: Own | None = None
    """The item of the organisation that it is, or will be the next revision of."""
    code: str = ""
    translations: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """``{language: (state, segments)}`` to be written."""

    @property
    def stem(self) -> str:
        return self.document.stem if self.document else str((self.draft.raw or {}).get("stem") or "")


@dataclass(frozen=True)
class Plan:
    """What importing a file would do."""

    framework: str
    rows: tuple[Row, ...]
    told: tuple[Told, ...]
    """Everything that is to be said, by line."""

    @cached_property
    def errors(self) -> list[Told]:
        return [one for one in self.told if not one.warning]

    @cached_property
    def warnings(self) -> list[Told]:
        return [one for one in self.told if one.warning]

    @cached_property
    def counts(self) -> dict[Status, int]:
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in Status}

    @property
    def is_idle(self) -> bool:
        """Whether everything in the file is there already."""
        return not self.errors and not any(self.counts[one] for one in (Status.NEW, Status.CHANGED, Status.TRANSLATED))

    @cached_property
    def seal(self) -> str:
        """What the person agreed to: another one means that the bank changed since the report."""
        return fingerprint_of(
            [[row.draft.line, row.status, row.own.last.number if row.own else 0] for row in self.rows]
        )


@dataclass(frozen=True, slots=True)
class Own:
    """An item of the organisation's own, with its last revision."""

    item: Item
    last: ItemRevision

    def holding(self, language: str, segments: Mapping[str, str]) -> ItemTranslation | None:
        """What is known of these very texts."""
        return translating.with_texts(self.last, language, segments)


@dataclass(slots=True)
class _Bank:
    """What the organisation has already, as far as a file can touch it."""

    own: dict[str, Own] = field(default_factory=dict)
    shipped: dict[str, str] = field(default_factory=dict)
    """Content by code."""
    contents: dict[str, str] = field(default_factory=dict)
    """Code by content, of every revision of own items and of the shipped ones of today."""
    texts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """French segments by code of everything that can be asked."""
    names: dict[str, str] = field(default_factory=dict)
    """Digests of pictures by the names that files of items give them."""

    def bodies(self) -> dict[str, Mapping[str, Any]]:
        return {code: own.last.body for code, own in self.own.items()}

    def learn(self, code: str, body: Mapping[str, Any]) -> str:
        for drawn in (body["picture"], *(option["picture"] for option in body["options"])):
            if drawn:
                self.names[drawn["file"]] = drawn["sha256"]
        content = content_of(body)
        self.contents.setdefault(content, code)
        return content


# --- the report ----------------------------------------------------------------------------------------------


def plan(
    db: Session, member: Member, framework: str, sent: Sent, *, as_new: bool = False, to_keep: bool = False
) -> Plan:
    """What importing ``sent`` would do. ``as_new``: the codes in it are another organisation's, and count for nothing.
    ``to_keep``: nobody else of the organisation imports until this transaction ends.
    """
    ladders = ladders_of(db, referentials_service.latest(db, framework), member.organisation_id)
    if to_keep:
        turn = sa.select(Organisation.id).where(Organisation.id == member.organisation_id)
        db.execute(turn.with_for_update(key_share=True))
    held = _held(db, member, framework, to_keep=to_keep)
    drafts, told = sent.drafts({} if as_new else held.bodies())
    if len(drafts) > MOST_ITEMS:
        said, values = D_("Le fichier compte plus de %(most)s questions. Découpez-le."), {"most": MOST_ITEMS}
        raise Invalid(said, errors=[{"field": "file", "message": i18n.sentence(said, values)}], **values)
    if as_new:
        for draft in drafts:
            draft.code = ""
    drawn = _drawn(db, drafts, {**held.names, **sent.images})
    _tell_repeated_codes(drafts)
    examining = _Examining(held, frozenset(ladders.skills), drawn, ladders.referential.readers)
    rows = [examining.row(draft) for draft in drafts]
    _tell_alike(rows, held)
    for row in rows:
        if any(not one.warning for one in row.draft.told):
            row.status = Status.REFUSED
        told += row.draft.told
    if not drafts and not told:
        told.append(Told(1, "", i18n.gettext(D_("le fichier ne contient aucune question"))))
    return Plan(framework, tuple(rows), tuple(sorted(set(told))))


def _held(db: Session, member: Member, framework: str, *, to_keep: bool) -> _Bank:
    """Three queries, whatever the bank holds (translations come by the five hundred)."""
    held = _Bank()
    shipped = sa.select(Item.code, ItemRevision.body, ItemRevision.segments).join(
        ItemRevision, ItemRevision.id == Item.current_id
    )
    for row in db.execute(shipped.where(Item.framework == framework, Item.organisation_id.is_(None))):
        held.shipped[row.code] = held.learn(row.code, row.body)
        held.texts[row.code] = row.segments
    own = (
        sa.select(Item, ItemRevision)
        .join(ItemRevision, ItemRevision.item_id == Item.id)
        .where(Item.framework == framework, Item.organisation_id == member.organisation_id)
        .order_by(Item.code, ItemRevision.number)
        .options(selectinload(ItemRevision.translations))
    )
    for item, revision in db.execute(own.with_for_update(of=Item) if to_keep else own):
        held.learn(item.code, revision.body)
        held.own[item.code] = Own(item, revision)
        if item.current_id == revision.id:
            held.texts[item.code] = revision.segments
    return held


def _drawn(db: Session, drafts: Iterable[Draft], names: Mapping[str, str]) -> dict[str, pictures.Known]:
    """Let every picture of the drafts be named by its digest, and tell of those that are not there."""
    wanted: list[tuple[Draft, flaws.Place, dict[str, Any], str]] = []
    for draft in drafts:
        for at, picture in _pictures_in(draft.raw or {}):
            typed = str(picture.get("file") or "").strip()
            found = _DIGEST.fullmatch(typed.casefold())
            wanted.append((draft, at, picture, found[1] if found else names.get(typed, "")))
    digests = {digest for *_, digest in wanted if digest}
    query = sa.select(Picture.sha256, Picture.media_type, Picture.width, Picture.height)
    stored = {row.sha256: row for row in db.execute(query.where(Picture.sha256.in_(digests)))} if digests else {}
    known = {}
    for draft, at, picture, digest in wanted:
        if row := stored.get(digest):
            picture["file"] = pictures.file_of(row.sha256, row.media_type)
            known[picture["file"]] = pictures.Known(row.sha256, row.width, row.height)
        elif picture.get("file"):
            said = D_("l'image « %(name)s » n'est pas connue : envoyez-la d'abord, puis donnez son nom")
            draft.tell((*at, "file"), said, name=str(picture["file"])[:60])
    return known


def _pictures_in(raw: Mapping[str, Any]) -> list[tuple[flaws.Place, dict[str, Any]]]:
    options = raw.get("options")
    found: list[tuple[flaws.Place, Any]] = [(("picture",), raw.get("picture"))]
    found += [
        (("options", number, "picture"), option.get("picture"))
        for number, option in enumerate(options if isinstance(options, list) else ())
        if isinstance(option, dict)
    ]
    return [(at, picture) for at, picture in found if isinstance(picture, dict)]


def _tell_repeated_codes(drafts: Iterable[Draft]) -> None:
    seen: dict[str, int] = {}
    for draft in drafts:
        if draft.code and draft.code in seen:
            said = D_("le code %(code)s est déjà à la ligne %(line)s")
            draft.tell(("code",), said, code=draft.code[:60], line=seen[draft.code])
        seen.setdefault(draft.code, draft.line)


def _tell_alike(rows: Iterable[Row], held: _Bank) -> None:
    """Name the items, there already or in the same file, that say nearly the same as a new or changed one."""
    fresh = [row for row in rows if row.status in {Status.NEW, Status.CHANGED} and row.document]
    changing = {row.own.item.code for row in fresh if row.own}
    likeness = Likeness(
        [(code, texts) for code, texts in held.texts.items() if code not in changing],
        [
            (i18n.sentence(D_("la ligne %(line)s"), {"line": row.draft.line}), row.document.segments())
            for row in fresh
            if row.document
        ],
    )
    for row, near in zip(fresh, likeness.near(), strict=True):
        if near:
            said = D_("presque la même question que %(others)s")
            row.draft.tell(("stem",), said, warning=True, others=", ".join(near[:3]))


class _Examining:
    """The rules that each draft is held against."""

    def __init__(self, held: _Bank, skills: frozenset[str], drawn: Mapping[str, pictures.Known], readers: str) -> None:
        self.held, self.skills, self.drawn, self.readers = held, skills, drawn, readers
        self.today = clock.now().date()
        self.in_file: dict[str, int] = {}
        """Lines by content of the items without code."""

    def row(self, draft: Draft) -> Row:
        row = Row(draft, own=self.held.own.get(draft.code), code=draft.code)
        self._code(row)
        if draft.raw is not None:
            self._document(row)
        elif not row.own:
            draft.tell(
                (), D_("la question de cette traduction n'est pas dans vos questions") if not draft.code else _NOT_YOURS
            )
        if row.own and row.own.item.current_id is None:
            draft.tell(("code",), _WITHDRAWN, warning=True)
            row.status = Status.WITHDRAWN
            return row
        if row.document or (row.own and draft.raw is None):
            self._status(row)
            self._translations(row)
        return row

    def _code(self, row: Row) -> None:
        code = row.draft.code
        if code in self.held.shipped:
            row.draft.tell(("code",), _SHIPPED)
        elif _CODE_OF_A_FILE.fullmatch(code):
            row.code = ""  # a name inside the file: an own item never has such a code
        elif code and not row.own and row.draft.raw is not None:
            row.draft.tell(("code",), _NOT_YOURS)

    def _document(self, row: Row) -> None:
        draft = row.draft
        told = {(one.line, one.column) for one in draft.told if not one.warning}
        found: list[flaws.Flaw]
        try:
            row.document = OwnItemDocument.model_validate(draft.raw)
        except ValidationError as error:
            found = flaws.shape_flaws(error)
        else:
            found = self._flaws(row.document, row.own)
        for flaw in found:
            if draft.place(flaw.at) not in told:  # one sentence for one cell
                draft.tell_said(flaw.at, flaw.said(), warning=flaw.warning)
        if any(not one.warning for one in draft.told):
            row.document = None
            return
        assert row.document is not None
        row.body = service.body_of(row.document, self.drawn)

    def _flaws(self, document: OwnItemDocument, own: Own | None) -> list[flaws.Flaw]:
        found = flaws.flaws_of(document, self.readers) + flaws.too_many(document) + flaws.unsafe_patterns(document)
        found += flaws.pictures_missing(document, self.drawn)
        if document.skill not in self.skills and not (own and own.last.skill == document.skill):  # archived since
            said = D_("la micro-compétence %(code)s n'existe pas")
            found.append(flaws.Flaw(("skill",), "orphan-item", said, values={"code": document.skill}))
        if document.verify_by and document.verify_by < self.today:
            said = D_("cette date est passée : revérifiez, puis changez-la")
            found.append(flaws.Flaw(("verify_by",), "verify-by", said, warning=True))
        return found

    def _status(self, row: Row) -> None:
        if row.document is None:
            row.status = Status.SAME
            return
        content = content_of(row.body)
        if row.own:
            if row.own.last.skill != row.document.skill:
                said = D_("cette question est de %(skill)s, et le reste")
                row.draft.tell(("skill",), said, skill=row.own.last.skill)
            row.status = Status.SAME if content_of(row.own.last.body) == content else Status.CHANGED
            if row.status is Status.CHANGED and self.held.contents.get(content) == row.own.item.code:
                row.draft.tell(("stem",), _FORMER, warning=True)
            return
        row.status = Status.NEW
        if (line := self.in_file.setdefault(content, row.draft.line)) != row.draft.line:
            row.draft.tell(("stem",), D_("la même question est déjà à la ligne %(line)s"), line=line)
        elif code := self.held.contents.get(content):
            self._already(row, code, content)

    def _already(self, row: Row, code: str, content: str) -> None:
        """Of a row without code: the very item is there, so that sending a file twice imports it once."""
        row.status, row.code = Status.SAME, code
        own = self.held.own.get(code)
        if own and own.item.current_id is None:
            said = D_("c'est %(code)s : %(said)s")
            row.draft.tell(("stem",), said, warning=True, code=code, said=i18n.gettext(_WITHDRAWN))
            row.status = Status.WITHDRAWN
        elif own and content_of(own.last.body) != content:
            said = D_("c'est %(code)s, changée depuis : elle reste comme elle est")
            row.draft.tell(("stem",), said, warning=True, code=code)
        else:
            row.own = own

    def _translations(self, row: Row) -> None:
        if row.status is Status.WITHDRAWN or (row.document and not row.own and row.status is Status.SAME):
            return
        before = row.own.last if row.own else None
        french = row.document.segments() if row.document else before.segments if before else {}
        text = row.document.text_fingerprint() if row.document else before.text_fingerprint if before else ""
        for language, given in row.draft.translations.items():
            there = row.own.holding(language, given.segments) if row.own else None
            same = there is not None and (there.is_current or there.is_waiting)
            moved = before is not None and before.text_fingerprint != text
            if given.of and given.of != text:
                row.draft.tell(
                    (language,), D_("traduction d'un autre texte français : elle n'est pas reprise"), warning=True
                )
            elif there is not None and there.state == REJECTED and not moved:
                row.draft.tell((language,), D_("une relecture a refusé ces mêmes textes : changez-les"))
            elif not (same and not moved):
                self._translation(row, language, french, is_left_behind=same)
        if row.translations and row.status is Status.SAME:
            row.status = Status.TRANSLATED

    def _translation(self, row: Row, language: str, french: Mapping[str, str], *, is_left_behind: bool) -> None:
        given = row.draft.translations[language]
        for flaw in translating.examined(french, given.segments):
            is_name = flaw.code == "copied" and flaw.at != (
                "stem",
            )  # an address or a name is the same in two languages
            row.draft.tell_said((language, *flaw.at), flaw.said(), warning=flaw.warning or is_name)
        if is_left_behind:
            row.draft.tell((language,), D_("le français a changé, pas cette traduction : relisez-la"), warning=True)
        if given.state in {"reviewed", "verified"}:
            said = D_("gardée comme « pas encore relue » : la relecture se note ici")
            row.draft.tell((language,), said, warning=True)
        row.translations[language] = ("machine" if given.state == "machine" else "draft", given.segments)
