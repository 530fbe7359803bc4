"""Files that somebody made to do harm: always an answer, in time, in the same memory, and nobody asked for more."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pathways.badges.verifying import judging, workers
from pathways.badges.verifying.verdict import Overall, Verdict
from pathways.badges.verifying.workers import Pool
from tests.badges.verifying import corpus, making
from tests.badges.verifying.corpus import HARMLESS, HOSTILE
from tests.badges.verifying.making import FORMS, NOW, Site

MEMORY = 500 * 1024
"""Kilobytes that a process may ever have had: what it needs to work, and its bound."""
GROWN = 48 * 1024
"""Kilobytes by which a process may be larger after all of it."""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(size=1)
    yield pool
    pool.close()


def judged(pool: Pool, data: bytes, site: Site) -> Verdict:
    brought = {}
    while isinstance(answer := pool.judge(data, brought, NOW), list):
        brought |= {url: site.get(url) for url in answer}
    return answer


def memory(pool: Pool, name: str) -> int:
    """Kilobytes that the largest process has (``VmRSS``) or had (``VmHWM``); 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    sizes = [0]
    for one in pool._all:
        status = Path(f"/proc/{one.pid}/status").read_text("ascii")
        sizes += [int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:")]
    return max(sizes)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
def test_there_is_an_answer_in_time_and_it_is_not_yes(pool, name):
    data, site = HOSTILE[name](), Site()
    judged(pool, FORMS["ob2-signed"](), Site())  # warm: what is measured is the file
    began = time.monotonic()
    verdict = judged(pool, data, site)
    took = time.monotonic() - began
    assert took < workers.SECONDS + 1.5, "two steps, of which only the last may take all its time"
    assert verdict.overall is not Overall.VALID or name in HARMLESS
    assert memory(pool, "VmHWM") < MEMORY
    assert len(site.asked) <= judging.MOST_DOCUMENTS
    assert all(urlsplit(url).scheme == "https" for url in site.asked)


@pytest.mark.parametrize("name", corpus.POISON)
def test_the_published_poison_graphs_are_answered(pool, name):
    began = time.monotonic()
    verdict = judged(pool, corpus.of_vectors(name), Site())
    assert time.monotonic() - began < workers.SECONDS + 1.5
    assert verdict.overall is not Overall.VALID


@pytest.mark.slow
def test_memory_stays_as_it_was():
    pool = Pool(size=1)
    for form in FORMS.values():
        judged(pool, form(), Site())
    before = memory(pool, "VmRSS")
    ran = {one.pid for one in pool._all}
    for name, make in HOSTILE.items():
        if name != "families":  # it fills all there is; its process is replaced
            judged(pool, make(), Site())
    assert {one.pid for one in pool._all} == ran, "none of them ended the process"
    assert memory(pool, "VmRSS") - before < GROWN
    pool.close()


def test_what_a_browser_would_run_or_fetch_beside_a_valid_badge_changes_nothing():
    inside = [
        "<script>alert(1)</script>",
        '<image href="https://evil.example/x.png"/>',
        "<style>@import url(https://evil.example)</style>",
        '<foreignObject><iframe src="https://evil.example"/></foreignObject>',
    ]
    for one in inside:
        site = Site()
        verdict = site.verdict(corpus.svg_with(one, 'onload="alert(1)"'))
        assert verdict.overall is Overall.VALID
        assert "alert" not in str(verdict.to_json())
        assert all(url.startswith(making.HOST) for url in site.asked)


def test_what_strangers_write_cannot_turn_or_hide_what_stands_beside_it():
    document = making.badge()
    document["credentialSubject"]["achievement"]["name"] = (
        "Pix\u202e\u2066\u200b\u0007 <b>agréé</b>\ufeff" + "x" * 10_000
    )
    says = Site().verdict(making.as_json(making.signed(document))).says
    assert says["name"].startswith("Pix <b>agréé</b>xxx")
    assert len(says["name"]) <= 200
