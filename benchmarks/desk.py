"""Server time of the pages of a large organisation: groups of 300, a bank of 5,000 questions, 20,000 attempts."""

from __future__ import annotations

import http.client
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.report import Figure, Section
from benchmarks.served import KINDS, prepared
from pathways import demo, ids
from pathways.database import Database
from pathways.items.models import Item, ItemRevision
from pathways.people.journal import Act
from pathways.people.models import JournalEntry, LearnerFile
from pathways.permissions import Member, Role
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.insights.crowds import Crowd, member_of, published
from tests.slow.instance import Instance

GROUPS = (30, 100, 300)
ATTEMPTS, ITEMS, FILES = 20_000, 5_000, 5_000
ROUNDS = 9
LONGEST = 0.3
HOW = f"""\
One organisation with {ATTEMPTS:,} attempts of some twelve answers, {ITEMS:,} questions of its own, {FILES:,} files,
as many entries in its journal as attempts, and groups of {", ".join(map(str, GROUPS))}. `pathways serve` runs in
processes of its own; the time goes from the request to the last byte of the answer on one open connection of the same
machine, an upper bound of the server's; median of {ROUNDS} after one that is not counted (slowest in brackets). How
often a page asks the database does not depend on the rows: tests hold it to that (`tests/web/test_query_counts.py`,
`tests/insights/test_scale.py`, `tests/items/test_bank_scale.py`)."""


@dataclass(frozen=True)
class Place:
    """What was made: addresses to ask for."""

    groups: dict[int, uuid.UUID]
    crowded: uuid.UUID
    sign_in: str
    item: str


def measure() -> Section:
    return Section("Pages of the desk", HOW, [figure for kind in KINDS for figure in _of(kind)])


def _of(kind: str) -> Iterator[Figure]:
    with prepared(kind) as at:
        database = Database(at.url)
        with database.begin() as db:
            place = _fill(db)
        if not at.sqlite:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("ANALYZE"))
        database.dispose()
        with Instance(at.folder / "instance", at.url, code=at.code) as instance:
            visitor = _Visitor(instance.port, place.sign_in)
            for what, path in _pages(place):
                seconds = visitor.times(path)
                took = statistics.median(seconds)
                yield Figure(
                    f"{kind.partition(',')[0]}: {what}",
                    f"{1000 * took:.0f} ms ({1000 * max(seconds):.0f})",
                    f"< {1000 * LONGEST:.0f} ms",
                    took < LONGEST,
                )
    print(f"desk: {kind} done", flush=True)


def _pages(place: Place) -> list[tuple[str, str]]:
    grown = [(f"heat map of {number}", f"/diagnostics/{one}/group") for number, one in place.groups.items()]
    largest = place.groups[GROUPS[-1]]
    return [
        *grown,
        (f"live view of {GROUPS[-1]}", f"/diagnostics/{largest}/live?since=2000-01-01"),
        ("sheet of tomorrow's session", f"/diagnostics/{largest}/session?skill=SEC-02"),
        ("a group among 20,000 attempts", f"/diagnostics/{place.crowded}/group"),
        ("home", "/"),
        ("list of diagnostics", "/diagnostics"),
        ("one diagnostic with 20,000 attempts", f"/diagnostics/{place.crowded}"),
        ("item bank", "/items"),
        ("item bank, searched by two words", "/items?words=message+lien"),
        ("one question of the bank", f"/items/{place.item}"),
        ("files", "/learners"),
        ("files, searched", "/learners?q=jeudi+49"),
        ("journal", "/organisation/journal"),
        ("composer", "/diagnostics/new"),
    ]


class _Visitor:
    """Somebody signed in, on a connection that stays open."""

    def __init__(self, port: int, link: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", link)
        reply = self._connection.getresponse()
        reply.read()
        assert reply.status == 303, reply.status
        self._cookie = "; ".join(one.partition(";")[0] for one in reply.headers.get_all("set-cookie") or [])

    def times(self, path: str) -> list[float]:
        seconds = []
        for _ in range(ROUNDS + 1):
            begun = time.perf_counter()
            self._connection.request("GET", path, headers={"Cookie": self._cookie, "Accept-Encoding": "gzip"})
            reply = self._connection.getresponse()
            reply.read()
            seconds.append(time.perf_counter() - begun)
            assert reply.status == 200, f"{path}: {reply.status}"
        return seconds[1:]


def _fill(db: Session) -> Place:
    doors = demo.prepare(db)
    account_id, organisation_id = db.execute(sa.text("SELECT account_id, organisation_id FROM membership")).one()
    member = member_of(db, organisation=_uuid(organisation_id), role=Role.ADMINISTRATOR)
    del account_id
    groups = {number: _crowd(db, member, number) for number in GROUPS}
    crowded = _crowd(db, member, ATTEMPTS - sum(GROUPS))
    _files(db, member)
    return Place(groups, crowded, doors.sign_in, _bank(db, member))


def _crowd(db: Session, member: Member, number: int) -> uuid.UUID:
    crowd = Crowd(db, member, published(db, member, skills=demo.SKILLS))
    crowd.many(number, answers=12, days=0 if number in GROUPS else 400)
    return crowd.diagnostic.id


def _bank(db: Session, member: Member) -> str:
    """Own questions by thousands: the shipped ones again and again under other codes. Returns one of the codes."""
    query = sa.select(Item.framework, Item.sought, ItemRevision).join(ItemRevision, Item.current_id == ItemRevision.id)
    shipped = db.execute(query.where(Item.framework == USUAL_FRAMEWORK)).all()
    columns = [column.name for column in sa.inspect(ItemRevision).columns]
    items, revisions = [], []
    for number in range(ITEMS):
        framework, sought, model = shipped[number % len(shipped)]
        item_id, revision_id, code = ids.new_id(), ids.new_id(), f"{model.skill}-{ids.new_code(6)}"
        items.append(
            {"id": item_id, "framework": framework, "code": code, "skill": model.skill, "current_id": revision_id}
            | {"organisation_id": member.organisation_id, "sought": f"{sought} {number}"}
        )
        row = {name: getattr(model, name) for name in columns}
        revisions.append(row | {"id": revision_id, "item_id": item_id, "number": 1, "code": code})
    db.execute(sa.insert(Item), items)
    db.execute(sa.insert(ItemRevision), revisions)
    return items[0]["code"]


def _files(db: Session, member: Member) -> None:
    labels = [f"jeudi {number}" for number in range(FILES)]
    about = {"organisation_id": member.organisation_id}
    db.execute(sa.insert(LearnerFile), [about | {"id": ids.random_id(), "label": one, "sought": one} for one in labels])
    entry = about | {"account_id": member.account_id, "act": Act.PROFILE_OPENED.value, "details": {}}
    db.execute(sa.insert(JournalEntry), [entry | {"id": ids.new_id()} for _ in range(ATTEMPTS)])


def _uuid(value: object) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
