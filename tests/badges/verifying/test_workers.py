"""The pool: processes that are started late, bounded in time and memory, replaced, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from pathways.badges.verifying import worker as worker_module
from pathways.badges.verifying import workers
from pathways.badges.verifying.verdict import Overall, Verdict
from pathways.badges.verifying.workers import Pool, TooBusy, Unable
from tests.badges.verifying import corpus
from tests.badges.verifying.making import FORMS, NOW, Site, as_json, badge, signed

LINUX = sys.platform == "linux"


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(size=1, waiting=2, patience=5.0)
    yield pool
    pool.close()


def judged(pool: Pool, data: bytes, site: Site | None = None) -> Verdict:
    brought, site = {}, site or Site()
    while isinstance(answer := pool.judge(data, brought, NOW), list):
        brought |= {url: site.get(url) for url in answer}
    return answer


def pids(pool: Pool) -> set[int]:
    return {one.pid for one in pool._all}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def slow() -> bytes:
    """Something that takes as long as it may: a process that does not go on answers nothing."""
    return as_json(signed(badge()))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.slow
def test_a_verdict_comes_out_as_it_was_made(pool, form):
    here = Site().verdict(FORMS[form]())
    there = judged(pool, FORMS[form]())
    assert there.to_json() == here.to_json()
    assert (there.overall, len(pids(pool))) == (Overall.VALID, 1)


def test_nothing_is_started_before_the_first_file(pool):
    assert pids(pool) == set()


def test_one_process_does_many_files(pool):
    for _ in range(5):
        judged(pool, FORMS["ob3-json"]())
    first = pids(pool)
    judged(pool, FORMS["ob2-signed"]())
    assert pids(pool) == first
    assert len(first) == 1


@pytest.mark.slow
def test_a_process_knows_no_secret_and_loads_no_server(monkeypatch):
    monkeypatch.setenv("PATHWAYS_SECRET", "a secret of this server, in its environment")
    monkeypatch.setenv("PATHWAYS_DATABASE_URL", "postgresql://user:word@host/base")
    seen = Pool(size=1)
    judged(seen, FORMS["ob3-json"]())
    (pid,) = pids(seen)
    if LINUX:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"PATHWAYS" not in environment
    seen.close()
    program = "import sys, pathways.badges.verifying.worker; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"sqlalchemy", "fastapi", "starlette", "jinja2", "numpy", "pathways.settings", "pathways.database"}
    assert set(loaded) & heavy == set()


def test_the_server_itself_loads_no_library_of_badges_to_ask():
    """Start-up stays as quick as it was: what reads strangers' files is in the processes."""
    program = "import sys, pathways.badges.verifying.verifier; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) & {"pyld", "pyoxigraph", "joserfc", "cryptography"} == set()


@pytest.mark.skipif(not LINUX, reason="limits of a process are read from /proc")
def test_a_process_is_bounded_by_the_system_too(pool):
    judged(pool, FORMS["ob3-json"]())
    (pid,) = pids(pool)
    limits = {
        line[:26].strip(): line[26:].split()[0]
        for line in Path(f"/proc/{pid}/limits").read_text("ascii").splitlines()[1:]
    }
    assert int(limits["Max data size"]) < 600 * 2**20
    assert int(limits["Max address space"]) < 2 * 2**30
    assert int(limits["Max cpu time"]) < 60
    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"
    assert int(limits["Max open files"]) == worker_module.OPEN_FILES


@pytest.mark.slow
def test_what_takes_too_long_is_answered_and_its_process_replaced():
    pool = Pool(size=1, seconds=0.5)
    judged(pool, FORMS["ob2-signed"]())
    (before,) = pids(pool)
    os.kill(before, signal.SIGSTOP)  # as busy as can be: it answers nothing, whatever is asked
    began = time.monotonic()
    verdict = judged(pool, FORMS["ob3-json"]())
    assert time.monotonic() - began < 1.5
    assert (verdict.overall, verdict.findings[0].reason) == (Overall.UNKNOWN, "too-complicated")
    assert not is_alive(before)
    (after,) = pids(pool)
    assert after != before
    pool.seconds = workers.SECONDS
    assert judged(pool, FORMS["ob3-json"]()).overall is Overall.VALID
    pool.close()


def test_a_process_that_somebody_ended_is_replaced_before_anybody_notices(pool):
    judged(pool, FORMS["ob3-json"]())
    (before,) = pids(pool)
    os.kill(before, signal.SIGKILL)
    assert judged(pool, FORMS["ob3-json"]()).overall is Overall.VALID
    assert before not in pids(pool)


@pytest.mark.slow
def test_a_process_that_is_ended_in_the_middle_of_a_file_is_replaced():
    pool = Pool(size=1)
    judged(pool, FORMS["ob3-json"]())
    (before,) = pids(pool)
    os.kill(before, signal.SIGSTOP)
    killing = threading.Timer(0.2, os.kill, (before, signal.SIGKILL))
    killing.start()
    assert judged(pool, FORMS["ob3-json"]()).overall is Overall.VALID
    killing.join()
    pool.close()


@pytest.mark.slow
def test_a_file_that_fills_memory_is_answered(pool):
    """Two families of nodes that nothing tells apart: the canonical form of them would need all the memory there is."""
    began = time.monotonic()
    verdict = judged(pool, corpus.families(11))
    assert (verdict.overall, verdict.findings[0].reason) == (Overall.UNKNOWN, "too-complicated")
    assert time.monotonic() - began < 2 * workers.SECONDS + 2
    assert judged(pool, FORMS["ob3-json"]()).overall is Overall.VALID


def test_more_than_may_wait_are_told_so_at_once():
    pool = Pool(size=1, waiting=1, patience=5.0)
    judged(pool, FORMS["ob3-json"]())
    (pid,) = pids(pool)
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(2) as threads:
        under_way = [threads.submit(pool.judge, slow(), {}, NOW) for _ in range(2)]
        _until(lambda: pool._asking == 2)
        began = time.monotonic()
        with pytest.raises(TooBusy):
            pool.judge(slow(), {}, NOW)
        assert time.monotonic() - began < 0.5
        os.kill(pid, signal.SIGCONT)
        assert all(isinstance(one.result(10), list) for one in under_way)
    assert judged(pool, FORMS["ob3-json"]()).overall is Overall.VALID
    pool.close()


def test_whoever_waits_too_long_is_told_so():
    pool = Pool(size=1, waiting=1, patience=0.2)
    judged(pool, FORMS["ob3-json"]())
    (pid,) = pids(pool)
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(pool.judge, slow(), {}, NOW)
        _until(lambda: pool._asking == 1)
        with pytest.raises(TooBusy):
            pool.judge(slow(), {}, NOW)
        os.kill(pid, signal.SIGCONT)
        assert isinstance(under_way.result(10), list)
    pool.close()


@pytest.mark.slow
def test_no_more_processes_than_may_be_however_many_ask():
    pool = Pool(size=2, waiting=20, patience=20)
    with ThreadPoolExecutor(8) as threads:
        verdicts = list(threads.map(lambda _: judged(pool, FORMS["ob3-json"]()), range(40)))
    assert {one.overall for one in verdicts} == {Overall.VALID}
    assert 1 <= len(pids(pool)) <= 2
    pool.close()


@pytest.mark.slow
def test_a_process_gives_way_to_a_fresh_one_after_so_many_files():
    pool = Pool(size=1, tasks=4)
    seen = set[int]()
    for _ in range(6):
        judged(pool, FORMS["ob3-json"]())
        seen |= pids(pool)
    assert len(seen) >= 2
    assert len(pids(pool)) == 1
    pool.close()


def test_closing_ends_every_process_and_whoever_still_asks_is_told():
    pool = Pool(size=2, waiting=4)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: judged(pool, FORMS["ob3-json"]()), range(4)))
    running = pids(pool)
    pool.close()
    pool.close()
    assert not any(is_alive(one) for one in running)
    with pytest.raises(Unable, match="closed"):
        pool.judge(b"{}", {}, NOW)


def test_closing_in_the_middle_of_a_file_leaves_nobody_waiting():
    pool = Pool(size=1)
    judged(pool, FORMS["ob3-json"]())
    (pid,) = pids(pool)
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(pool.judge, slow(), {}, NOW)
        _until(lambda: pool._asking == 1)
        pool.close()
        with pytest.raises(Unable):
            under_way.result(5)
    assert not is_alive(pid)


def test_a_process_ends_with_whoever_started_it():
    program = (
        "import os; from pathways.badges.verifying.workers import Pool; from datetime import datetime, UTC;"
        "pool = Pool(size=1); pool.judge(b'{}', {}, datetime.now(UTC));"
        "print(*[one.pid for one in pool._all], flush=True); os._exit(1)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    (pid,) = map(int, done.stdout.split())
    _until(lambda: not _is_running(pid))


def test_a_server_whose_program_cannot_be_started_says_so(monkeypatch):
    monkeypatch.setattr(workers.sys, "executable", "/there/is/no/such/program")
    pool = Pool(size=1)
    with pytest.raises(Unable, match="no-process"):
        pool.judge(b"{}", {}, NOW)
    assert pids(pool) == set()


READY = b'\0\0\0\x0f{"ready": true}'
ANSWERS = {
    "four gigabytes": b"\xff\xff\xff\xff",
    "a list": b"\0\0\0\2[]",
    "no JSON": b"\0\0\0\3{}}",
    "nothing": b"",
    "no verdict": b'\0\0\0\x0f{"verdict": {}} ',
    "a verdict in words": b'\0\0\0\x11{"verdict": "yes"}',
    "neither": b"\0\0\0\2{}",
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_a_process_answers_is_bounded_and_of_one_form(pool, monkeypatch, case):
    """It read a stranger's file: it is believed no more than the file was."""
    said = READY + ANSWERS[case]
    program = f"import sys; sys.stdout.buffer.write({said!r}); sys.stdout.flush(); sys.stdin.read(1)"
    monkeypatch.setattr(workers, "_PROGRAM", program)
    with suppress(Unable):
        verdict = pool.judge(b"{}", {}, NOW)
        assert isinstance(verdict, Verdict)
        assert verdict.overall is Overall.UNKNOWN


def _until(happens, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def _is_running(pid: int) -> bool:
    """Alive, and no zombie that nobody has buried yet."""
    if not is_alive(pid):
        return False
    try:
        return LINUX and Path(f"/proc/{pid}/stat").read_text("ascii").split()[2] != "Z"
    except FileNotFoundError:
        return False
