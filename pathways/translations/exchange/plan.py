"""What a file of translations would do, and everything that is wrong with it, before anything changes."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.orm import Session

from pathways.i18n import D_
from pathways.items import translating
from pathways.items.models import REJECTED, ItemTranslation
from pathways.referentials import service as referentials_service
from pathways.referentials.documents import fingerprint_of
from pathways.translations.exchange.forms import Sent
from pathways.translations.exchange.held import Bringer, Held, former_texts, held
from pathways.translations.exchange.leaving import titles_of
from pathways.translations.exchange.units import OF_ITEM, READ, Read, Told, Unit, tell
from pathways.translations.sheet import warnings_of


class Status(enum.StrEnum):
    """What the import makes of one question."""

    SERVED = "served"
    WAITING = "waiting"
    REVIEWED = "reviewed"
    SAME = "same"
    UNFINISHED = "unfinished"
    OUTDATED = "outdated"
    REFUSED = "refused"


STATUSES = {
    Status.SERVED: D_("montrées à la place de ce qui l'était"),
    Status.WAITING: D_("propositions à relire par une autre personne"),
    Status.REVIEWED: D_("relues"),
    Status.SAME: D_("déjà là"),
    Status.UNFINISHED: D_("pas encore finies, laissées de côté"),
    Status.OUTDATED: D_("d'un français d'avant, laissées de côté"),
    Status.REFUSED: D_("à corriger"),
}
_UNKNOWN = D_("ce texte n'existe pas ici (contexte inconnu)")
DOING = (Status.SERVED, Status.WAITING, Status.REVIEWED)


@dataclass(slots=True)
class Row:
    """One question of the file."""

    held: Held
    units: dict[str, Unit] = field(default_factory=dict)
    """By segment."""
    status: Status = Status.UNFINISHED
    texts: dict[str, str] = field(default_factory=dict)
    known: ItemTranslation | None = None

    @property
    def code(self) -> str:
        return self.held.item.code

    @property
    def line(self) -> int:
        return min(unit.line for unit in self.units.values())

    @property
    def approved(self) -> bool:
        return all(unit.approved for unit in self.units.values())


@dataclass(frozen=True)
class Plan:
    framework: str
    language: str
    rows: tuple[Row, ...]
    told: tuple[Told, ...]

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
        return not self.errors and not any(self.counts[one] for one in DOING)

    @cached_property
    def seal(self) -> str:
        """What the person agreed to: another one means that the bank changed since the report."""
        return fingerprint_of([[row.code, row.status, row.held.revision.number, row.texts] for row in self.rows])


def plan(db: Session, bringer: Bringer, framework: str, language: str, sent: Sent, *, to_keep: bool = False) -> Plan:
    """What importing ``sent`` would do. ``to_keep``: these questions are held until the transaction ends."""
    referentials_service.latest(db, framework)  # 404
    read = sent.read(language)
    known = held(db, bringer, framework, language, to_keep=to_keep)
    rows = _rows(db, read, known, framework, language)
    for row in rows.values():
        _judge(row, bringer, language, read.told)
    if not read.units and not read.told:
        read.told.append(tell(1, "", D_("le fichier ne contient aucun texte")))
    return Plan(framework, language, tuple(rows.values()), tuple(sorted(set(read.told))))


def _rows(db: Session, read: Read, known: Mapping[str, Held], framework: str, language: str) -> dict[str, Row]:
    """Units gathered by question; what belongs to none, or translates another French, is told."""
    titles = {unit.context: unit for unit in titles_of(db, framework, language)}
    rows: dict[str, Row] = {}
    changed: list[tuple[Unit, Held, str]] = []
    for unit in read.units:
        if unit.context in titles:
            _title(unit, titles[unit.context], read)
            continue
        found = OF_ITEM.fullmatch(unit.context)
        one = known.get(found[1]) if found else None
        if found is None or one is None or found[2] not in one.revision.segments:
            changed += [(unit, one, found[2])] if found and one else []
            if one is None:
                read.told.append(tell(unit.line, unit.context[:80], _UNKNOWN))
            continue
        rows.setdefault(one.item.code, Row(one)).units[found[2]] = unit
        if unit.french != one.revision.segments[found[2]]:
            changed.append((unit, one, found[2]))
    _tell_changed(db, changed, rows, read)
    return rows


def _title(unit: Unit, ours: Unit, read: Read) -> None:
    if unit.text != ours.text:
        said = D_("les titres ne changent pas par ce fichier : voyez la note à côté")
        read.told.append(tell(unit.line, unit.context, said, warning=True))


def _tell_changed(db: Session, changed: list[tuple[Unit, Held, str]], rows: dict[str, Row], read: Read) -> None:
    """A French of before is left aside; a French that never was ours refuses the file."""
    former = former_texts(db, {one.item.id for _, one, _ in changed}) if changed else {}
    for unit, one, key in changed:
        if unit.french in former.get((one.item.id, key), ()):
            said = D_("le français a changé depuis que ce fichier est parti : cette question n'est pas reprise")
            read.told.append(tell(unit.line, unit.context, said, warning=True))
            rows.setdefault(one.item.code, Row(one)).units.setdefault(key, unit)
            rows[one.item.code].status = Status.OUTDATED
        else:
            is_ours = key in one.revision.segments
            said = D_("le français du fichier n'est pas le nôtre (msgid ou source changé)") if is_ours else _UNKNOWN
            read.told.append(tell(unit.line, unit.context, said))
            if one.item.code in rows:
                rows[one.item.code].status = Status.REFUSED


def _judge(row: Row, bringer: Bringer, language: str, told: list[Told]) -> None:
    if row.status in {Status.OUTDATED, Status.REFUSED}:
        return
    french = row.held.revision.segments
    row.texts = {key: unit.text for key, unit in row.units.items() if unit.text and not unit.unfinished}
    if french.keys() - row.texts.keys():
        lacking = [key for key in french if key not in row.units or not row.units[key].text]
        if row.texts and lacking and row.held.earlier is None:
            said = D_("il manque des textes de cette question (%(count)s) : rien n'en est pris")
            told.append(tell(row.line, f"item:{row.code}", said, warning=True, count=len(lacking)))
        return
    row.known = translating.with_texts(row.held.revision, language, row.texts)
    if row.known is not None:
        row.status = _known(row, row.known, bringer, told)
        return
    row.status = _new(row, bringer, language, told)


def _known(row: Row, known: ItemTranslation, bringer: Bringer, told: list[Told]) -> Status:
    """The very texts are there already: at most, somebody who may says that they are right."""
    if known.state == REJECTED:
        said = D_("une relecture a refusé ces mêmes textes : changez-les")
        told.append(tell(row.line, f"item:{row.code}", said))
        return Status.REFUSED
    is_news = row.approved and known.state not in READ and (known.is_current or known.is_waiting)
    if is_news and bringer.may_review(row.held.item.organisation_id, known):
        return Status.REVIEWED
    if is_news:
        said = D_("marquée comme relue, mais la relecture revient à une autre personne : elle garde son état")
        told.append(tell(row.line, f"item:{row.code}", said, warning=True))
    if known.state == "machine" or not (known.is_current or known.is_waiting):
        return Status.SERVED if known.is_current else Status.WAITING
    return Status.SAME


def _new(row: Row, bringer: Bringer, language: str, told: list[Told]) -> Status:
    french = row.held.revision.segments
    wrong = False
    for flaw in translating.examined(french, row.texts):
        key = str(flaw.at[0])
        is_name = flaw.code == "copied" and key != "stem"  # an address or a name is the same in two languages
        if not (flaw.warning or is_name):
            wrong = True
            told.append(Told(row.units[key].line, row.units[key].context, flaw.message))
    if wrong:
        return Status.REFUSED
    for key, said in warnings_of(french, row.texts, language):
        told.append(Told(row.units[key].line, row.units[key].context, said.rstrip("."), warning=True))
    if row.approved:
        said = D_("marquée comme relue : elle le sera quand une autre personne l'aura relue ici")
        told.append(tell(row.line, f"item:{row.code}", said, warning=True))
    return Status.SERVED if _is_served(row, bringer, language) else Status.WAITING


def _is_served(row: Row, bringer: Bringer, language: str) -> bool:
    candidate = ItemTranslation(state="draft", translator_id=bringer.author.account_id)
    return translating.gives_way(translating.current_of(row.held.revision, language), candidate)
