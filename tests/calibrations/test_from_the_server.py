"""The server's own answers, calibrated: what is known comes back, what was erased does not, nothing counts twice."""

from __future__ import annotations

import contextlib
import io
import json
import uuid

import numpy as np
import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.cli import main
from pathways.diagnostics.calibrating import server
from pathways.diagnostics.calibrating.server import ServerAnswers, bank_of
from pathways.diagnostics.models import Answer, Attempt, Calibration, UnlinkedAttempt
from pathways.items.models import Item, ItemRevision
from tests.calibrations import population
from tests.calibrations.population import FRAMEWORK
from tests.diagnostics.situations import Taker
from tests.fairness import bank as unlinked

RATES = ("slip", "guess", "dont_know_mastered", "dont_know_not_mastered")


def rows(database, code: str = "", framework: str = "") -> list[tuple[str, ...]]:
    """Every answer that a calibration would read: ``(learner, item, outcome, language, seconds, choice)``."""
    with database.read() as db:
        found = bank_of(db, diagnostic=code, framework=framework)
    names = ("learner", "item", "outcome", "language", "seconds", "choice")
    return [
        tuple(piece.columns[name].values[int(piece.columns[name].places[n])] for name in names)
        for piece in ServerAnswers(database, found).pieces()
        for n in range(len(piece.lines))
    ]


@pytest.fixture
def command(settings, monkeypatch):
    """``pathways calibrate`` on the test's database: exit code, standard output, standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setenv("PATHWAYS_DATABASE_URL", settings.database_url)
        monkeypatch.setenv("PATHWAYS_DATA", str(settings.data))
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["calibrate", *map(str, words)])
        told, complained = (one.buffer.getvalue().decode() for one in (out, err))
        return code, told, complained

    return run


@pytest.mark.slow
def test_the_parameters_of_a_simulated_population_come_back_within_their_errors(database, published, command, tmp_path):
    with database.begin() as db:
        world = population.answered(db, published, persons=1200)
    population.counted(database, 1)
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Attempt).filter_by(counted=False)) > 0
    code, _, err = command("--diagnostic", published, "--out", tmp_path / "found.json")
    assert code == 0, err
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found["data"]["rows"] == world.answers
    assert found["data"]["learners"] == 1200
    apart = np.array(
        [
            (found["items"][one.code]["parameters"][name] - getattr(one, name))
            / found["items"][one.code]["standard_errors"][name]
            for one in world.structure.items
            for name in RATES
        ]
    )
    assert np.sqrt(np.mean(apart**2)) < 1.3
    assert (np.abs(apart) < 3.0).mean() > 0.95
    seconds = [found["items"][one.code]["seconds"]["expected"] for one in world.structure.items]
    assert np.abs(np.array(seconds) / 20.0 - 1.0).max() < 0.15
    assert {one["discrimination"] > 0.0 for one in (item["fit"] for item in found["items"].values())} == {True}


def test_an_answer_is_read_once_before_it_is_counted_and_once_after(client, published, database):
    taker = Taker.start(client, published, "ar")
    taker.not_understood()
    while taker.item:
        taker.dont_know()
    running = Taker.start(client, published, "ar")
    running.dont_know()
    before = rows(database, published)
    assert 0 < len(before) <= len(taker.history)
    assert population.counted(database) == 1
    after = rows(database, published)
    assert [row[1:] for row in after] == [row[1:] for row in before]
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 2  # it is alive, and counted


def test_an_attempt_that_is_counted_while_it_is_read_is_never_read_twice(database, published, monkeypatch):
    with database.begin() as db:
        world = population.answered(db, published, persons=40)
    monkeypatch.setattr(server, "READ_AT_ONCE", 7)
    once = len(rows(database, published))
    assert once == world.answers
    with database.read() as db:
        found = bank_of(db, diagnostic=published)
    pieces = ServerAnswers(database, found).pieces()
    first = next(pieces)  # of those that wait: nothing was counted
    population.counted(database)
    assert len(first.lines) + sum(len(piece.lines) for piece in pieces) <= once
    assert len(rows(database, published)) == once


def test_what_is_erased_before_it_is_counted_is_not_there(client, published, database):
    taker = Taker.start(client, published)
    while taker.item:
        taker.dont_know()
    assert rows(database, published)
    assert taker.delete().status_code in {200, 204}
    assert rows(database, published) == []


def test_after_an_erasure_nothing_that_is_read_leads_to_the_person(client, published, database):
    taker = Taker.start(client, published)
    while taker.item:
        taker.dont_know()
    with database.read() as db:
        secrets = {str(one) for one in db.scalars(sa.select(Answer.id))} | {taker.opened["id"]}
    population.counted(database)
    assert taker.delete().status_code in {200, 204}
    text = json.dumps(rows(database, published))
    assert text != "[]"
    assert not [secret for secret in secrets if secret in text]


def test_only_figures_of_learners_themselves_in_attempts_that_are_over_are_read(database, published):
    with database.begin() as db:
        population.answered(db, published, persons=3)
        population.answered(db, published, persons=3, seed=2, observed_by=uuid.uuid4())
        population.answered(db, published, persons=3, seed=3, superseded_at=clock.now())
        world = population.answered(db, published, persons=3, seed=4)
        last = db.scalars(sa.select(Attempt).order_by(Attempt.id)).first()
        last.stopped = None
        kept = db.scalar(
            sa.select(sa.func.count())
            .select_from(Answer)
            .join(Attempt)
            .where(Answer.observed_by.is_(None), Answer.superseded_at.is_(None), Attempt.stopped.is_not(None))
        )
    assert world.answers == 36
    assert len(rows(database, published)) == kept


def test_of_a_framework_all_answers_to_todays_texts_are_read(database):
    with database.begin() as db:
        asked = unlinked.questions(db)
        known = asked[0]
        unlinked.keep(db, [unlinked.answer(known, "fr", "correct", known.right, seconds=12)])
        unlinked.keep(db, [unlinked.answer(known, "fr", "correct", known.right)])
        unlinked.keep(db, [unlinked.answer(known, "fr", "correct", revision=str(uuid.uuid4()))])
        unlinked.keep(db, [unlinked.answer(known, "ar", "incorrect", translation=str(uuid.uuid4()))])
        unlinked.keep(
            db,
            [unlinked.answer(known, "fr", "correct"), unlinked.answer(asked[1], "ar", "incorrect", asked[1].wrong[0])],
        )
        db.add(UnlinkedAttempt(framework="another", answers=[unlinked.answer(known, "fr", "correct")]))
    found = sorted(row[1:] for row in rows(database, framework=FRAMEWORK))
    assert found == sorted(
        [
            (known.code, "correct", "fr", "12", known.right),
            (known.code, "correct", "fr", "", known.right),
            (asked[1].code, "incorrect", "ar", "", asked[1].wrong[0]),
        ]
    )


def test_of_a_diagnostic_only_questions_that_still_read_the_same_are_calibrated(database, published):
    with database.begin() as db:
        before = bank_of(db, diagnostic=published)
        code = before.structure.items[0].code
        item = db.scalars(sa.select(Item).filter_by(framework=FRAMEWORK, code=code)).one()
        old = db.get_one(ItemRevision, item.current_id)
        same = ("item_id", "code", "skill", "kind", "body", "segments", "device")
        new = ItemRevision(
            **{name: getattr(old, name) for name in same},
            number=old.number + 1,
            fingerprint="f" * 64,
            text_fingerprint="another",
        )
        db.add(new)
        db.flush()
        item.current_id = new.id
    with database.read() as db:
        now = bank_of(db, diagnostic=published)
    assert {one.code for one in before.structure.items} - {one.code for one in now.structure.items} == {code}


def test_without_an_answer_the_command_says_so_and_keeps_nothing(database, command):
    code, _, err = command("--framework", FRAMEWORK, "--propose")
    assert code == 2
    assert "il n'y en a encore aucune" in err
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Calibration)) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "l'un des trois"),
        (("x.csv", "--framework", FRAMEWORK), "l'un des trois"),
        (("x.csv", "--model", "2pl", "--propose"), "--propose garde"),
        (("x.csv",), "--model est demandé"),
        (("--framework", FRAMEWORK, "--model", "2pl", "--propose"), "--propose demande --model level"),
        (("--framework", FRAMEWORK, "--bank", "x.json"), "ne vont pas avec"),
    ],
)
def test_words_that_do_not_go_together_are_told(words, said, capsys):
    assert main(["calibrate", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("option", "value"), [("--diagnostic", "ZZZZZZ"), ("--framework", "nowhere")])
def test_what_is_not_there_is_told(option, value, command):
    code, _, err = command(option, value)
    assert code == 1
    assert value in err
