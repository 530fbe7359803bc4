"""A page or a document, by what the caller says that it accepts."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from pathways.badges.pages.negotiation import wants_document

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "document"),
    [
        ("", False),
        ("*/*", False),
        (CHROMIUM, False),
        ("application/json", True),
        ("application/ld+json", True),
        ("application/vc+ld+json, application/json;q=0.9", True),
        ("text/html;q=0.8, application/ld+json", True),
        ("text/html, application/ld+json;q=0.8", False),
        ("text/html, application/ld+json", False),
        ("APPLICATION/LD+JSON ; Q=0.5", True),
        ("application/ld+json;q=0", False),
        ("application/ld+json;q=many", False),
        ("application/ld+json;q=7", False),
        (", ".join(["text/html"] * 50 + ["application/json"]), False),
    ],
)
def test_what_is_liked_better(accept, document):
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})
    assert wants_document(request) is document
