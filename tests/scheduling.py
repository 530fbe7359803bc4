"""Which tests run on one worker: those of files that share something dear (a served instance, a browser with the server
in front of it, texts collected from the whole source). The others are dealt out one by one.

By the path, since pytest-xdist 3.8 no longer sees its own marker `xdist_group` with pytest 9.2.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

FILES = frozenset(
    (
        "tests/badges/test_verifiers.py",  # all verdicts of the other verifiers are asked for once
        "tests/diagnostics/engine/test_optimum.py",  # works out each posterior of a structure once
    )
)
FOLDERS = frozenset(("tests/slow",))  # so that served instances do not slow each other down
COLLECTING = frozenset(("tests/test_consistency.py", "tests/web/test_desk_english_one.py"))


class Scheduling(LoadScopeScheduling):
    """Units of work: a test, or all tests of what shares something."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def unit(nodeid: str) -> str:
    """The name of the unit that a test belongs to."""
    path = nodeid.partition("::")[0]
    folder = path.rpartition("/")[0]
    if folder in FOLDERS:
        return folder
    if path in COLLECTING:
        return "collecting"
    return path if path in FILES or folder == "tests/browser" else nodeid
