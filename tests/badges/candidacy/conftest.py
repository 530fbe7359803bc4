"""What several files of this folder ask for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import pytest

from pathways.badges.candidacy import granting
from tests.badges.candidacy.candidates import World

really = granting.issue_for_request
"""For the tests that want a badge to come of it."""


@dataclass
class Issued:
    """Requests for which a badge was asked for, and who decided."""

    requests: list[tuple[uuid.UUID, uuid.UUID | None]] = field(default_factory=list)


@pytest.fixture(autouse=True)
def issued(monkeypatch) -> Issued:
    """Nothing is signed here: what is asked of those who sign is written down."""
    found = Issued()

    def issue_for_request(db, signer, request, *, by, now, reads=None):
        assert signer is not None
        found.requests.append((request.id, by))

    monkeypatch.setattr(granting, "issue_for_request", issue_for_request)
    return found


@pytest.fixture
def world(db) -> World:
    return World(db)
