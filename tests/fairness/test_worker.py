"""Who works it out: the worker once a day, the command at once. And what the notice on personal data says of it."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from pathways import cli, working
from pathways.app import work_of
from pathways.fairness import gathering
from pathways.fairness.models import ItemFairness
from tests.diagnostics.situations import Taker
from tests.fairness import bank


def known(database) -> int:
    with database.read() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(ItemFairness)) or 0


def test_the_worker_compares_the_languages(database, settings):
    with database.begin() as db:
        asked = bank.fill(db, people=5)
    working.work(database, work_of(settings), stop=threading.Event(), once=True)
    assert known(database) == len(asked)


def test_a_comparison_that_fails_keeps_nothing_else_waiting(database, settings, monkeypatch, caplog):
    with database.begin() as db:
        bank.fill(db, people=5)

    def fails(*_: object) -> None:
        raise ArithmeticError("a singular matrix")

    monkeypatch.setattr(gathering, "run", fails)
    working.work(database, work_of(settings), stop=threading.Event(), once=True)
    assert "the daily work failed" in caplog.text
    assert known(database) == 0


def test_the_command_counts_what_is_over_and_compares_at_once(
    client, published, database, settings, monkeypatch, capsys
):
    for language in ("fr", "ar"):
        taker = Taker.start(client, published, language)
        taker.dont_know()
        taker.post("leave")
    monkeypatch.setenv("PATHWAYS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PATHWAYS_DATA", str(settings.data))
    assert cli.main(["fairness"]) == 0
    assert "Comparées au français : 1" in capsys.readouterr().out
    assert known(database) == 1


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_learners_are_told_that_answers_without_their_name_are_kept(client, language):
    page = client.get("/confidentialite", headers={"accept-language": language}).text
    assert "nous gardons aussi des réponses sans nom, sans date et sans lieu" in page
