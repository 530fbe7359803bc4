"""`kill -9` while twenty learners answer: every acknowledged answer is there, once, and every attempt goes on."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from pathways.database import Database
from pathways.diagnostics.models import Answer, Attempt
from tests.slow.instance import Instance
from tests.slow.learners import Learner

LEARNERS = 20
KILLS = 6
BETWEEN = 2 * LEARNERS
"""Answers that are acknowledged before the next kill: where the machine is slow, the test takes longer."""
PATIENCE = 120.0


def test_every_acknowledged_answer_is_there_once_and_every_attempt_goes_on(instance: Instance, database: Database):
    rng = random.Random(1)
    with learning(instance) as learners:
        for number in range(KILLS):
            until_acknowledged(learners, acknowledged(learners) + BETWEEN)
            time.sleep(rng.uniform(0.3, 1.5))
            if instance.sqlite or number % 2:
                instance.kill()
                time.sleep(rng.uniform(0.0, 0.3))
                instance.start()
            else:
                kill_one_of_two(instance, rng)
        until_acknowledged(learners, acknowledged(learners) + BETWEEN)

    assert sum(learner.lost for learner in learners) >= KILLS, "no request was under way when the server was killed"
    assert {status for learner in learners for status in learner.statuses} == {200, 201}
    assert [key for learner in learners for key in learner.differing] == []
    sittings = {sitting.id: sitting for learner in learners for sitting in learner.sittings}

    with database.read() as db:
        counts = dict(db.execute(sa.select(Attempt.id, Attempt.answered)).all())
        order = sa.select(Answer.attempt_id, Answer.number, Answer.key).order_by(Answer.number)
        rows = db.execute(order).all()
    kept: dict[str, list[tuple[int, str]]] = {str(id_): [] for id_ in counts}
    for id_, number, key in rows:
        kept[str(id_)].append((number, key))
    assert kept == {id_: list(enumerate(sitting.acknowledged, start=1)) for id_, sitting in sittings.items()}
    assert {str(id_): count for id_, count in counts.items()} == {id_: len(known) for id_, known in kept.items()}

    with ThreadPoolExecutor(LEARNERS) as pool:
        list(pool.map(goes_on, learners))
    assert {status for learner in learners for status in learner.statuses} == {200, 201}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_web_processes_whose_supervisor_is_killed_end_and_free_the_port(instance: Instance):
    assert instance.process is not None
    os.kill(instance.process.pid, signal.SIGKILL)
    instance.process.wait(10)
    deadline = time.monotonic() + 30
    while instance.answers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not instance.answers()
    instance.start()
    assert instance.answers()


@contextmanager
def learning(instance: Instance) -> Iterator[list[Learner]]:
    stop = threading.Event()
    learners = [Learner(instance, number, stop) for number in range(LEARNERS)]
    with ThreadPoolExecutor(LEARNERS) as pool:
        running = [pool.submit(learner.run) for learner in learners]
        try:
            yield learners
        finally:
            stop.set()
    for one in running:
        one.result()


def acknowledged(learners: list[Learner]) -> int:
    return sum(len(sitting.acknowledged) for learner in learners for sitting in list(learner.sittings))


def until_acknowledged(learners: list[Learner], number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while acknowledged(learners) < number:
        assert time.monotonic() < deadline, "the learners get no answers any more"
        time.sleep(0.02)


def kill_one_of_two(instance: Instance, rng: random.Random) -> None:
    """The other one serves on, and the supervisor starts a new one."""
    before = instance.web_processes()
    killed = rng.choice(before)
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        now = instance.web_processes()
        if killed not in now and len(now) == len(before):
            return
        time.sleep(0.05)
    raise AssertionError(f"no new web process came:\n{instance.said()}")


def goes_on(learner: Learner) -> None:
    """What was on the screen comes back, whatever was said is said again, and each attempt reaches its end."""
    for sitting in learner.sittings:
        current = learner.insist("GET", sitting.path, None, sitting.headers()).json()
        assert current["item"] == sitting.item
        learner.repeat(sitting, list(sitting.acknowledged))
        while sitting.item is not None:
            learner.answer(sitting)
    assert learner.differing == []
    learner.client.close()
