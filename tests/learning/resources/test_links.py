"""Looking whether links still lead somewhere: politely, seldom, and nothing is lost after one bad night."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pathways import app as composition
from pathways import calling, clock
from pathways.calling import NotCalled
from pathways.learning import following
from pathways.learning.models import LinkState, Resource
from pathways.learning.resources import links
from pathways.learning.resources.links import Seen
from pathways.settings import Settings
from tests.learning.journeying import Journey

ANSWERS = {
    "/there": {"HEAD": (200, {})},
    "/no-head": {"HEAD": (405, {}), "GET": (200, {})},
    "/gone": {"HEAD": (404, {}), "GET": (404, {})},
    "/gone-for-good": {"HEAD": (410, {})},
    "/busy": {"HEAD": (503, {})},
    "/down": {"HEAD": (500, {}), "GET": (500, {})},
    "/moved": {"HEAD": (301, {"Location": "/elsewhere"})},
    "/slash": {"HEAD": (301, {"Location": "/slash/"})},
    "/for-a-while": {"HEAD": (302, {"Location": "/elsewhere"})},
    "/no-robots": {"HEAD": (403, {}), "GET": (403, {})},
}


class Site:
    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.asked: list[tuple[str, str, str]] = []


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            found.asked.append((self.command, self.path, self.headers["User-Agent"]))
            status, headers = ANSWERS[self.path][self.command]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(b"x" * 1_000)

        do_HEAD = do_GET = answer  # noqa: N815 - the names of http.server

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name there

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "seen", "methods"),
    [
        ("/there", Seen.THERE, ["HEAD"]),
        ("/no-head", Seen.THERE, ["HEAD", "GET"]),
        ("/gone", Seen.MISSING, ["HEAD", "GET"]),
        ("/gone-for-good", Seen.MISSING, ["HEAD"]),
        ("/down", Seen.UNREACHED, ["HEAD", "GET"]),
        ("/busy", Seen.UNREACHED, ["HEAD"]),
        ("/moved", Seen.MOVED, ["HEAD"]),
        ("/slash", Seen.THERE, ["HEAD"]),
        ("/for-a-while", Seen.THERE, ["HEAD"]),
        ("/no-robots", Seen.UNSAID, ["HEAD", "GET"]),
    ],
)
def test_what_is_seen(site, path, seen, methods):
    assert links.look(site.url + path, url="http://testserver", private=True) is seen
    assert [method for method, *_ in site.asked] == methods
    assert {agent for *_, agent in site.asked} == {"pathways/0.1.0 link check (+http://testserver)"}


def test_nothing_leads_into_the_operators_own_network(site):
    assert links.look(site.url + "/there", url="http://testserver") is Seen.UNREACHED
    assert site.asked == []
    with pytest.raises(NotCalled):
        calling.look(site.url + "/there", "HEAD", {})


def the_link(database, url, code="test-link") -> uuid.UUID:
    with database.begin() as db:
        one = Resource(framework="inclusion-numerique", code=code, kind="video", title="Une vidéo", minutes=5)
        one.teaches, one.url = [{"skill": "CNX-01", "level": "discover"}], url
        db.add(one)
        db.flush()
        return one.id


def kept(database, one) -> tuple[LinkState, int]:
    with database.read() as db:
        found = db.get_one(Resource, one)
        return found.link_state, found.link_failures


def look(database, **changes) -> int:
    told = {"url": "http://testserver", "private": True, "pause": lambda _: None}
    return links.look_if_due(database, **(told | changes))


def later(database, one, **by) -> None:
    with database.begin() as db:
        found = db.get_one(Resource, one)
        assert found.link_looked_at is not None
        found.link_looked_at -= timedelta(**by)


def test_once_a_week(database, site):
    one = the_link(database, site.url + "/there")
    assert look(database) == 1
    assert kept(database, one) == (LinkState.THERE, 0)
    assert look(database) == 0
    later(database, one, days=6)
    assert look(database) == 0
    later(database, one, days=2)
    assert look(database) == 1
    assert len(site.asked) == 2


def test_lost_only_after_three_failures_on_different_days(database, site):
    one = the_link(database, site.url + "/gone")
    for failures in (1, 2, 3):
        assert look(database) == 1
        assert look(database) == 0  # not twice on one day
        assert kept(database, one) == (LinkState.LOST if failures == 3 else LinkState.UNKNOWN, failures)
        later(database, one, days=1, minutes=1)
    assert look(database) == 0  # lost, it is looked for once a week again
    later(database, one, days=7)
    ANSWERS["/gone"], before = ANSWERS["/there"], ANSWERS["/gone"]
    try:
        assert look(database) == 1
    finally:
        ANSWERS["/gone"] = before
    assert kept(database, one) == (LinkState.THERE, 0)


def test_one_host_is_not_hurried(database, site):
    the_link(database, site.url + "/there")
    with database.begin() as db:
        for number, path in enumerate(("/no-head", "/moved")):
            one = Resource(framework="inclusion-numerique", code=f"other-{number}", kind="page", title="Une page")
            one.minutes, one.teaches, one.url = 5, [{"skill": "CNX-01", "level": "discover"}], site.url + path
            db.add(one)
    pauses: list[float] = []
    assert look(database, pause=pauses.append) == 3
    assert pauses == [links.PAUSE] * 2


def test_told_to_stop_it_stops(database, site):
    the_link(database, site.url + "/there")
    assert look(database, told_to_stop=lambda: True) == 0
    assert site.asked == []


def test_nobody_is_called_unless_the_operator_wants_it(database, settings, monkeypatch):
    called = []
    monkeypatch.setattr(links, "look_if_due", lambda *_, **told: called.append(told))
    composition.work_of(settings).daily(database, lambda: True)
    assert called == []
    wanted = Settings.from_environment({"PATHWAYS_CHECK_LINKS": "1", "PATHWAYS_DATA": str(settings.data)})
    composition.work_of(wanted).daily(database, lambda: True)
    assert [one["url"] for one in called] == [wanted.url]


@pytest.mark.parametrize(
    ("errno", "seen"), [(socket.EAI_NONAME, Seen.MISSING), (socket.EAI_AGAIN, Seen.UNREACHED), (None, Seen.UNREACHED)]
)
def test_a_name_that_is_gone_is_no_network_that_is_down(monkeypatch, errno, seen):
    def refuses(*_: object, **__: object) -> None:
        raise socket.gaierror(errno, "no") if errno else OSError("network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", refuses)
    assert links.look("https://ressources.example/", url="http://testserver") is seen


def test_what_could_not_be_told_changes_nothing(database, site):
    one = the_link(database, site.url + "/gone")
    look(database)
    later(database, one, days=1, minutes=1)
    ANSWERS["/gone"], before = ANSWERS["/busy"], ANSWERS["/gone"]
    try:
        assert look(database) == 1
    finally:
        ANSWERS["/gone"] = before
    assert kept(database, one) == (LinkState.UNKNOWN, 1)


def test_only_what_was_looked_at_counts_as_looked_at(database, site):
    ones = [the_link(database, f"{site.url}/{path}", f"link-{path}") for path in ("there", "slash", "no-head")]
    turns = iter([False, True])
    assert look(database, told_to_stop=lambda: next(turns)) == 1
    with database.read() as db:
        assert sum(db.get_one(Resource, one).link_looked_at is not None for one in ones) == 1
    assert look(database) == 2


def test_a_round_ends_after_some_seconds(database, site):
    for path in ("there", "slash", "no-head"):
        the_link(database, f"{site.url}/{path}", f"link-{path}")
    times = iter([0.0, 0.0, links.SECONDS - 1, links.SECONDS + 1])
    assert look(database, clock_of=lambda: next(times)) == 2
    assert look(database) == 1


def test_a_lost_link_is_offered_to_nobody_and_its_steps_are_planned_anew(db):
    journey = Journey(db)
    lost = journey.resource("SEC-02", 3, url="https://ressources.example/")
    pathway = journey.choose()
    assert journey.step(pathway, "SEC-02").resource_id == lost.id
    assert not following.is_stale(db, pathway, clock.now())
    for _ in range(links.FAILURES):
        links.note(db, "https://ressources.example/", Seen.MISSING)
    db.flush()
    assert lost.link_state is LinkState.LOST
    assert following.is_stale(db, pathway, clock.now())
    following.refresh(db, journey.door, pathway)
    assert journey.step(pathway, "SEC-02").resource_id != lost.id
    assert not following.is_stale(db, pathway, clock.now())
