"""Contexts are files of ours, known by their hash: no other is read, and none is fetched."""

import json
import socket

import pytest

from pathways.badges.formats import canonical, gathering, pinned
from pathways.badges.formats.errors import MissingContexts, UnknownContext
from tests.parts import ROOT

ELSEWHERE = "https://contexts.example.org/v1"


@pytest.fixture
def fresh(monkeypatch):
    """Nothing is remembered of the files, before and after."""
    pinned._pinned.cache_clear()
    yield monkeypatch
    pinned._pinned.cache_clear()


@pytest.fixture
def nobody_to_ask(monkeypatch):
    def refuse(*_args, **_named):
        raise AssertionError("somebody opened a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("url", pinned.CONTEXTS)
def test_each_context_is_there_and_is_the_one_that_was_pinned(url):
    assert "@context" in pinned.load(url)


def test_what_is_gathered_is_what_is_pinned_and_nothing_else():
    assert set(gathering.SOURCES) == {pin.file for pin in pinned.CONTEXTS.values()}


def test_the_packages_of_the_lock_give_the_pinned_files(tmp_path, fresh):
    gathering.gather(ROOT / "node_modules", tmp_path)
    fresh.setattr(pinned, "FOLDER", tmp_path)
    for url in pinned.CONTEXTS:
        pinned.load(url)


def test_another_context_is_refused_and_not_asked_for(nobody_to_ask):
    with pytest.raises(UnknownContext, match=ELSEWHERE):
        pinned.load(ELSEWHERE)
    for document in ({"@context": ELSEWHERE}, {"@context": [pinned.VC2, {"x": {"@id": "y:z", "@context": ELSEWHERE}}]}):
        with pytest.raises(UnknownContext):
            canonical.canonical({**document, "x": {"a": "b"}})
        with pytest.raises(UnknownContext):
            canonical.examined({**document, "x": {"a": "b"}})


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_tampered_or_missing_file_is_refused_in_one_sentence(tmp_path, fresh, damage):
    gathering.gather(ROOT / "node_modules", tmp_path)
    path = tmp_path / pinned.CONTEXTS[pinned.VC2].file
    if damage == "changed":
        path.write_text(path.read_text("utf-8").replace("validUntil", "validTill"), "utf-8")
    else:
        path.unlink()
    fresh.setattr(pinned, "FOLDER", tmp_path)
    with pytest.raises(MissingContexts, match=r"^the context credentials-v2\.json .*make install") as refused:
        pinned.load(pinned.VC2)
    assert "\n" not in str(refused.value)
    pinned.load(pinned.OPEN_BADGES)


def test_what_a_caller_does_to_a_context_stays_with_them():
    pinned.load(pinned.VC2)["@context"].clear()
    assert pinned.load(pinned.VC2)["@context"]


@pytest.mark.parametrize(
    ("source", "meaning"),
    [
        ('module.exports = {"a": [1, -2.5, true, null]};', {"a": [1, -2.5, True, None]}),
        ("module.exports = {a: 'it\\'s', b_1: {},}", {"a": "it's", "b_1": {}}),
        (
            '\'use strict\';\nmodule.exports = { // a note, {not} read\n /* nor\n this */ "u": "https://x/"}',
            {"u": "https://x/"},
        ),
        ('module.exports = {"a": ",}", \'b\': \'"\'};', {"a": ",}", "b": '"'}),
    ],
)
def test_a_module_that_exports_a_literal_is_read_as_it_means(source, meaning):
    assert gathering.module_literal(source) == meaning


@pytest.mark.parametrize(
    "source", ["module.exports = {a: f()};", "module.exports = {a: `b`}", "module.exports = {a: 1 + 1}"]
)
def test_a_module_that_would_have_to_be_run_is_not_read(source):
    with pytest.raises(ValueError, match=r"not a literal|Expecting"):
        gathering.module_literal(source)


def test_gathering_as_a_command_says_what_it_wrote(capsys, tmp_path):
    written = gathering.gather(ROOT / "node_modules", tmp_path)
    assert len(written) == len(gathering.SOURCES)
    assert all(json.loads(path.read_text("utf-8")) for path in written)
