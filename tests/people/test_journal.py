"""The journal of accesses: written where things happen, read by administrators, gone after a year."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from pathways import clock
from pathways.people import days, journal, memberships
from pathways.people.journal import Act
from pathways.permissions import Role
from tests.people.situations import browser_of, somebody

ABOUT = uuid.UUID("01936a0e-7c1e-7d4b-9b1a-0c5d5a1f2e3d")


@pytest.fixture
def boss(database):
    with database.begin() as db:
        return somebody(db, "boss", role=Role.ADMINISTRATOR)


@pytest.fixture
def noted(database, boss):
    """Three acts: now, last month, and in another organisation."""
    with database.begin() as db:
        journal.note(db, boss.member, Act.FILE_ERASED, about_id=ABOUT, attempts=2, answers=1)
        old = journal.note(db, boss.member, Act.PROFILE_OPENED, about_id=uuid.UUID(int=7))
        old.happened_at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # the first of April in Paris
        other = somebody(db, "other", role=Role.ADMINISTRATOR)
        journal.note(db, other.member, Act.ITEMS_EXPORTED, about_id=uuid.UUID(int=9))


def test_an_administrator_reads_who_did_what_in_their_own_organisation(client, boss, noted):
    page = browser_of(client, boss).get("/organisation/journal").text
    table = page.partition("<tbody>")[2]
    assert "fiche effacée" in table
    assert "2 passations, 1 réponse" in table
    assert "profil ouvert" in table
    assert "questions exportées" not in table, "that was in another organisation"
    assert table.count("boss") == 2


@pytest.mark.parametrize("role", [Role.TRAINER, Role.COORDINATOR, Role.REVIEWER])
def test_nobody_else_reads_it(client, database, boss, role):
    with database.begin() as db:
        person = somebody(db, "person", role=role, organisation=boss.organisation)
    browser_of(client, person)
    for path in ("/organisation/journal", "/organisation/journal.csv", "/api/v1/journal"):
        assert client.get(path).status_code == 403, path


def test_it_is_read_by_kind_by_month_and_by_what_it_is_about(client, boss, noted):
    browser_of(client, boss)

    def rows(query):
        return re.findall(r"<td>(fiche effacée|profil ouvert)</td>", client.get(f"/organisation/journal?{query}").text)

    assert rows("act=file_erased") == ["fiche effacée"]
    assert rows("month=2026-04") == ["profil ouvert"], "by the clock of Paris"
    assert rows("month=2026-03") == []
    assert rows(f"about={ABOUT}") == ["fiche effacée"]
    assert len(rows("act=unknown&about=nothing")) == 2
    assert "2026-11" in client.get("/organisation/journal?month=novembre").text


def test_it_is_read_page_by_page(client, database, boss):
    with database.begin() as db:
        for number in range(120):
            entry = journal.note(db, boss.member, Act.PROFILE_OPENED, about_id=uuid.UUID(int=number << 96))
            entry.happened_at = clock.now() - timedelta(minutes=number)
    browser_of(client, boss)
    seen, address = [], "/organisation/journal?act=profile_opened"
    while address:
        page = client.get(address).text
        seen += re.findall(r'<td dir="ltr">([0-9a-f]{8})</td>', page)
        following = re.search(r'href="(/organisation/journal\?[^"]*cursor=[^"]*)"', page)
        address = following and following[1].replace("&amp;", "&")
    assert seen == [f"{number:08x}" for number in range(120)]


def test_it_leaves_as_a_table_in_which_nothing_is_a_formula(client, database, boss, noted):
    with database.begin() as db:
        person = somebody(db, "=1+1", organisation=boss.organisation)
        journal.note(db, person.member, Act.FILE_OPENED, about_id=ABOUT)
    reply = browser_of(client, boss).get("/organisation/journal.csv?act=file_opened")
    header, row = reply.content.decode("utf-8-sig").splitlines()
    assert header.startswith("Quand (heure de Paris);Qui;Quoi")
    assert ";'=1+1;" in row


def test_programs_read_it_too_but_by_no_token(client, boss, noted):
    rows = browser_of(client, boss).get("/api/v1/journal").json()["rows"]
    assert [row["act"] for row in rows] == ["file_erased", "profile_opened"]
    assert rows[0]["details"] == {"attempts": 2, "answers": 1}
    assert client.get("/api/v1/journal?act=unknown").status_code == 422


def test_it_is_kept_for_a_year(boss, db, later):
    journal.note(db, boss.member, Act.FILE_ERASED, about_id=ABOUT)
    later(days=364)
    journal.forget(db)
    assert journal.latest(db, boss.member, Act.FILE_ERASED, about_id=ABOUT) is not None
    later(days=2)
    journal.forget(db)
    assert journal.latest(db, boss.member, Act.FILE_ERASED, about_id=ABOUT) is None


def test_what_one_opens_again_and_again_is_noted_once_an_hour(boss, db, later):
    def opened() -> set[uuid.UUID]:
        return journal.noted_lately(db, boss.member, Act.FILE_OPENED, [ABOUT])

    assert opened() == set()
    journal.note(db, boss.member, Act.FILE_OPENED, about_id=ABOUT)
    assert opened() == {ABOUT}
    later(minutes=61)
    assert opened() == set()


def test_an_entry_about_somebody_who_left_has_no_name(client, database, boss):
    with database.begin() as db:
        person = somebody(db, "leaver", organisation=boss.organisation)
        journal.note(db, person.member, Act.FILE_OPENED, about_id=ABOUT)
        memberships.close_account(db, person.member)
    page = browser_of(client, boss).get("/organisation/journal").text
    assert "leaver" not in page
    assert "Compte fermé" in page


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "novembre", "0026-01", "2026-1", "²026-01"])
def test_what_is_no_month(text):
    assert days.month(text) is None


def test_a_month_ends_where_the_next_begins():
    found = days.month("2026-12")
    assert found
    begins, ends = found
    assert (ends.year, ends.month, ends.day) == (2027, 1, 1)
    assert begins.utcoffset() == timedelta(hours=1)
