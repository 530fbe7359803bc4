"""What the pages of the repository lead to is there: files, headings, pictures, addresses of the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pathways.app import create_app
from pathways.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`?)…]+)(?=[\s`?)])")


def headings(page: Path) -> set[str]:
    """The anchors of a page, as forges make them: small letters, blanks as dashes, no other signs."""
    said = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {
        "".join(one for one in said if one.isalnum() or one in " -_").replace(" ", "-") for said in map(str.lower, said)
    }


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_something(page):
    for link in LINK.findall(page.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), link
        assert not anchor or anchor in headings(there), link


def test_every_picture_is_shown_somewhere():
    text = "".join(page.read_text("utf-8") for page in PAGES)
    pictures = sorted(path.name for path in (ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert [name for name in pictures if f"pictures/{name})" not in text] == []


def test_every_address_that_a_page_calls_is_one_of_the_server():
    table = create_app(Settings(secret=b"s" * 32)).table
    known = [
        (method, re.compile(re.sub(r"\\{[^}]+:path\\}", ".+", re.sub(r"\{\w+\}", "[^/]+", address.path))))
        for address in table.addresses
        for method in address.declared.methods
    ]
    calls = {(named(page), *call) for page in PAGES for call in CALL.findall(page.read_text("utf-8"))}
    assert len(calls) > 20
    assert [call for call in sorted(calls) if not any(call[1] == m and p.fullmatch(call[2]) for m, p in known)] == []
