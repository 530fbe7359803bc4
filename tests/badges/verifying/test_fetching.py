"""Bringing documents: ours from here, others' only where the operator lets it, and never more than may be."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pathways import calling, clock
from pathways.badges.verifying import fetching, verifier
from pathways.badges.verifying.fetching import Errand, is_wanted
from pathways.badges.verifying.sources import Unavailable
from pathways.badges.verifying.verdict import Overall, Verdict
from pathways.badges.verifying.verifier import Overloaded, Verifier
from pathways.badges.verifying.workers import Pool, TooBusy
from pathways.settings import Settings
from tests.badges.verifying import corpus, making
from tests.badges.verifying.making import FORMS, NOW, as_json, badge, signed

ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/there": (200, {"Content-Type": "application/ld+json"}, b"{}"),
    "/text": (200, {"Content-Type": "text/plain"}, b"{}"),
    "/page": (200, {"Content-Type": "text/html"}, b"<p>"),
    "/missing": (404, {"Content-Type": "text/html"}, b"no"),
    "/gone": (410, {}, b""),
    "/down": (503, {}, b""),
    "/secret": (401, {}, b""),
    "/large": (200, {"Content-Type": "application/json"}, b"1" * 300_000),
}


@pytest.fixture
def site() -> Iterator[tuple[str, list[Any]]]:
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers))
            status, headers, body = ANSWERS[self.path.partition("?")[0]]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name there

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_stands_there_is_brought_or_why_not_is_said(site):
    url, asked = site
    errand = Errand("https://diagnostics.exemple.fr", private=True)
    found = errand.bring([f"{url}{path}" for path in ANSWERS])
    reasons = [one.reason if isinstance(one, Unavailable) else one for one in found.values()]
    expected = [b"{}", b"{}", "wrong-kind", "not-found", "gone", "refused", "refused", "too-large"]
    assert reasons == expected
    agent = asked[0][1]["User-Agent"]
    assert agent.startswith("pathways/")
    assert agent.endswith("badge verification (+https://diagnostics.exemple.fr)")


def test_no_more_is_asked_than_may_be(site):
    url, asked = site
    errand = Errand("https://x.example", private=True)
    told = errand.bring([f"{url}/there?{number}" for number in range(fetching.MOST_ASKED + 3)])
    assert len(asked) == fetching.MOST_ASKED
    assert list(told.values()) == [b"{}"] * fetching.MOST_ASKED + [Unavailable("too-many")] * 3


def test_whoever_asked_enough_is_asked_for_no_more(site):
    url, asked = site
    found = Errand("https://x.example", may_ask=lambda: False, private=True).bring([f"{url}/there"])
    assert found == {f"{url}/there": Unavailable("too-many")}
    assert asked == []


def test_all_that_one_file_wants_has_one_deadline(site, monkeypatch):
    url, _ = site

    def slow(*_, patience: float, **__):
        time.sleep(min(patience, 0.2))
        raise calling.TooSlow

    monkeypatch.setattr(calling, "collect", slow)
    began = time.monotonic()
    found = Errand("https://x.example", private=True, seconds=0.5).bring([f"{url}/{n}" for n in range(8)])
    assert set(found.values()) == {Unavailable("too-slow")}
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize(
    "kind", ["text/html", "application/xhtml+xml", "application/javascript", "video/mp4", "x+json"]
)
def test_a_page_is_no_document(kind):
    assert not is_wanted(kind)


@pytest.mark.parametrize("kind", ["", "application/json", "application/did+ld+json", "application/vc+ld+json"])
def test_json_is_by_any_of_its_names(kind):
    assert is_wanted(kind)


# --- one file, one verdict ---


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(size=1)
    yield pool
    pool.close()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that the network is asked for; it answers what the invented network serves."""
    asked: list[str] = []

    def collect(url: str, *_: object, **__: object) -> calling.Collected:
        asked.append(url)
        found = making.served().get(url)
        return calling.Collected(404 if found is None else 200, "application/json", as_json(found or {}))

    monkeypatch.setattr(calling, "collect", collect)
    return asked


OTHERS = Settings(url="https://diagnostics.exemple.fr", verify_others=True)
ALONE = dataclasses.replace(OTHERS, verify_others=False)
OURS = dataclasses.replace(ALONE, url=making.HOST)


def ours(url: str) -> bytes | None:
    found = making.served().get(url)
    return None if found is None else as_json(found)


@pytest.mark.parametrize("form", FORMS)
def test_others_are_asked_only_where_the_operator_lets_it(form, pool, asked):
    alone = Verifier(ALONE, pool=pool).verify(FORMS[form]())
    assert (alone.overall, asked) == (Overall.UNKNOWN, [])
    assert any(one.reason == "not-asked" for one in alone.findings)
    with_others = Verifier(OTHERS, pool=pool).verify(FORMS[form]())
    assert with_others.overall is Overall.VALID
    assert 0 < len(asked) <= fetching.MOST_ASKED


@pytest.mark.parametrize("form", FORMS)
def test_ours_come_from_here_and_never_over_the_network(form, pool, asked):
    for settings in (OURS, dataclasses.replace(OURS, verify_others=True)):
        verdict = Verifier(settings, ours, pool=pool).verify(FORMS[form]())
        assert (verdict.overall, asked) == (Overall.VALID, [])


def test_what_a_badge_of_ours_needs_is_there_in_the_first_round(pool, asked):
    class Counted(Pool):
        def judge(self, *given: Any, **more: Any) -> Verdict | list[str]:
            rounds.append(len(given[1]))
            return pool.judge(*given, **more)

    rounds: list[int] = []
    verdict = Verifier(OURS, ours, pool=Counted()).verify(as_json(signed(badge())))
    assert (verdict.overall, rounds, asked) == (Overall.VALID, [2], [])


@pytest.mark.parametrize(
    "text",
    [
        b'{"issuer": "did:web:%41", "credentialStatus": {"statusListCredential": "https://x:99999999/s"}}',
        b'{"issuer": "did:web:..:x", "credentialStatus": {"statusListCredential": "https://[::1"}}',
        b'{"issuer": "did:web:badges.example.org:a", "credentialStatus": {"statusListCredential": "https://x.example/s"}}',
    ],
)
def test_a_glance_that_errs_neither_fails_nor_asks_others(pool, asked, text):
    seen: list[str] = []

    def local(url: str) -> bytes | None:
        seen.append(url)

    verdict = Verifier(dataclasses.replace(OURS, verify_others=True), local, pool=pool).verify(text)
    assert verdict.overall is not Overall.VALID
    assert asked == []
    assert all(url.startswith(f"{making.HOST}/") for url in seen)


def test_what_we_do_not_have_is_not_asked_of_ourselves_by_another_spelling(pool, asked):
    settings = dataclasses.replace(OURS, verify_others=True)
    for link in (f"{making.HOST}/nothing", "https://BADGES.example.org/x", "https://badges.example.org:443/x"):
        verdict = Verifier(settings, pool=pool).verify(link.encode())
        assert (verdict.findings[0].reason, asked) == ("not-found", []), link


def test_a_link_into_a_demonstration_is_taken_as_ours(pool, asked):
    settings = dataclasses.replace(ALONE, url="http://127.0.0.1:8000")
    seen: list[str] = []

    def local(url: str) -> bytes | None:
        seen.append(url)
        return as_json(signed(badge()))

    verdict = Verifier(settings, local, pool=pool).verify(b"http://127.0.0.1:8000/badges/x\n")
    assert verdict.kind == "open-badge-3"
    assert seen == ["https://127.0.0.1:8000/badges/x"]
    assert asked == []


def test_a_thousand_lists_have_four_asked_for(pool, asked):
    Verifier(OTHERS, pool=pool).verify(corpus.thousand_lists())
    assert sum("/l/" in one for one in asked) == 4


def test_a_link_that_leads_to_a_link_leads_nowhere(pool, monkeypatch):
    asked: list[str] = []

    def collect(url: str, *_: object, **__: object) -> calling.Collected:
        asked.append(url)
        return calling.Collected(200, "text/plain", f"https://evil.example/{len(asked)}".encode())

    monkeypatch.setattr(calling, "collect", collect)
    verdict = Verifier(OTHERS, pool=pool).verify(b"https://evil.example/0")
    assert verdict.overall is Overall.UNKNOWN
    assert len(asked) == 1


def test_files_that_refer_to_more_and_more_come_to_an_end(monkeypatch):
    """Whatever the processes answer: a file is asked for so many times, and no more."""

    class Insatiable(Pool):
        def judge(self, *_: object, **__: object) -> Verdict | list[str]:
            asked.append("")
            return [f"https://evil.example/{len(asked)}"]

    asked: list[str] = []
    monkeypatch.setattr(calling, "collect", lambda *_, **__: calling.Collected(200, "", b"{}"))
    verdict = Verifier(OTHERS, pool=Insatiable()).verify(b"{}")
    assert verdict.findings[0].reason == "too-complicated"
    assert len(asked) == verifier.ROUNDS


def test_too_many_at_once_are_told_so():
    class Full(Pool):
        def judge(self, *_: object, **__: object) -> Verdict | list[str]:
            raise TooBusy

    with pytest.raises(Overloaded):
        Verifier(ALONE, pool=Full()).verify(b"{}")


def test_a_server_that_cannot_verify_says_so_of_itself():
    pool = Pool()
    pool.close()
    verdict = Verifier(ALONE, pool=pool).verify(FORMS["ob3-json"]())
    assert (verdict.overall, verdict.findings[0].reason) == (Overall.UNKNOWN, "closed")


def test_verifying_others_is_off_unless_it_is_set():
    assert Settings.from_environment({}).verify_others is False
    assert Settings.from_environment({"PATHWAYS_VERIFY_OTHERS": "1"}).verify_others is True
    assert Settings.from_environment({"PATHWAYS_VERIFY_OTHERS": "yes"}).verify_others is False
